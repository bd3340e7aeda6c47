"""Citizen identity numbers of China.

GB 11643-1999: six digits of a place, the date of birth, three digits, and a check character by ISO/IEC 7064, MOD
11-2.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    total = checks.weighted(value[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
    born = checks.date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    return born and "10X98765432"[total % 11] == value[17].upper()


IDENTIFIER = Identifier(
    kind="cn_id",
    what="citizen identity number, China",
    pattern=LEFT + r"(?P<v>[1-8][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx])" + RIGHT,
    anchors=(r"\b[1-8][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx]\b",),
    before=18,
    after=0,
    check=_can_be,
    proves=True,
    context=("身份证", "居民身份证", "公民身份号码", "id card"),
    weight=62,
    mask=tail(2),
    canonical=str.upper,
    same=(("11010519491231002X", "11010519491231002x"),),
    different=(("11010519491231002X", "110105194912310021"),),
    law="个人信息保护法 (PIPL) art. 28",
    hits=("身份证号 ⟦11010519491231002X⟧", "⟦440524188001010014⟧"),
    misses=("110105194913310021", "911010519491231002X"),
)
