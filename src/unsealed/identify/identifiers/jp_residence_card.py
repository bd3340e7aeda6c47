"""Numbers of residence cards and special permanent resident certificates of Japan.

Immigration Services Agency (https://www.moj.go.jp/isa/applications/procedures/zairyu_05_00001.html): two letters,
eight digits, two letters. There is no public check digit.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum, digits, tail

IDENTIFIER = Identifier(
    kind="jp_residence_card",
    what="residence card number, Japan",
    pattern=r"(?<![0-9A-Za-z_])(?P<v>[A-HJ-NP-Z]{2} ?[0-9]{8} ?[A-HJ-NP-Z]{2})(?![0-9A-Za-z_])",
    anchors=(r"\b[A-Z]{2} ?[0-9]{8} ?[A-Z]{2}\b",),
    before=14,
    after=1,
    check=lambda value: checks.various(digits(value)),
    context=("residence card", "在留カード", "特別永住者証明書", "在留"),
    weight=54,
    mask=tail(2),
    canonical=alnum,
    law="APPI art. 2(2) and Cabinet Order art. 1(7): individual identification code",
    hits=("在留カード番号 ⟦AB12345678CD⟧", "⟦ＵＨ１２３４５６７８ＥＡ⟧", "card ⟦SK 24681357 NL⟧"),
    misses=("AB1234567CD", "AB123456789CD", "在留カード番号 AI12345678CD", "AB11111111CD"),
)
