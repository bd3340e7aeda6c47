"""Numbers of Japanese passports, where the text says so.

Ministry of Foreign Affairs (https://www.mofa.go.jp/mofaj/toko/passport/): two letters and seven digits.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum, digits, tail

IDENTIFIER = Identifier(
    kind="jp_passport",
    what="passport number, Japan",
    pattern=r"(?<![0-9A-Za-z_])(?P<v>[A-Z]{2} ?[0-9]{7})(?![0-9A-Za-z_])(?!-[0-9])",
    before=10,
    after=1,
    check=lambda value: checks.various(digits(value)),
    context=("passport", "旅券", "パスポート"),
    needs_context=True,
    weight=50,
    mask=tail(2),
    canonical=alnum,
    same=(("TK1234567", "ＴＫ 1234567"),),
    different=(("TK1234567", "TZ1234567"),),
    law="APPI art. 2(2) and Cabinet Order art. 1: individual identification code",
    hits=("旅券番号 ⟦TK1234567⟧", "パスポート:⟦ＴＺ０１２３４５６⟧", "Passport No. ⟦MU7654321⟧"),
    misses=("型番 TK1234567", "旅券番号 TK123456", "旅券番号 T1234567"),
)
