"""Numbers of residence cards and special permanent resident certificates of Japan.

Immigration Services Agency, inquiry of card numbers (https://lapse-immi.moj.go.jp/): two letters, eight digits, two
letters, at the upper right of the card. There is no public check digit: it is one where the text says so.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum, digits, tail

IDENTIFIER = Identifier(
    kind="jp_residence_card",
    what="residence card number, Japan",
    pattern=r"(?<![0-9A-Za-z_])(?P<v>[A-Z]{2} ?[0-9]{8} ?[A-Z]{2})(?![0-9A-Za-z_])",
    before=14,
    after=1,
    check=lambda value: checks.various(digits(value)),
    context=("residence card", "card number", "alien registration", "zairyu", "在留", "特別永住者証明書"),
    needs_context=True,
    weight=54,
    mask=tail(2),
    canonical=alnum,
    same=(("AB12345678CD", "AB 12345678 CD"),),
    different=(("AB12345678CD", "AB12345678CE"),),
    law="APPI art. 2(2) and Cabinet Order art. 1: individual identification code",
    hits=(
        "在留カード番号 ⟦AB12345678CD⟧",
        "在留資格 技術 ⟦ＵＨ１２３４５６７８ＥＡ⟧",
        "Residence card: ⟦SK 24681357 NL⟧",
    ),
    misses=("AB1234567CD", "AB123456789CD", "型番 AB12345678CD", "在留カード AB11111111CD"),
)
