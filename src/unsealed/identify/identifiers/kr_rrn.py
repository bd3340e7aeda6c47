"""Resident registration numbers of Korea, as they are written: six digits, a hyphen, seven digits.

주민등록법 시행규칙 art. 2: date of birth, a digit of sex and century, and six more; until October 2020 the last
was a check digit (weights 2 to 9 and 2 to 5, modulus 11). Numbers given since have none, and are not found.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    century = {"9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900}.get(number[6], 2000)
    if not checks.date(century + int(number[:2]), int(number[2:4]), int(number[4:6])):
        return False
    total = checks.weighted(number[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    expected = (11 - total % 11) % 10 if number[6] not in "5678" else (13 - total % 11) % 10
    return int(number[12]) == expected


IDENTIFIER = Identifier(
    kind="kr_rrn",
    what="resident registration number, Korea",
    pattern=LEFT + r"(?P<v>[0-9]{6}-\n?[0-9]{7})" + RIGHT,
    anchors=(r"\b[0-9]{6}-\n?[0-9]{7}\b",),
    before=15,
    after=1,
    check=_can_be,
    proves=True,
    context=("rrn", "resident registration", "jumin", "주민등록번호", "주민번호", "외국인등록번호", "住民登録番号"),
    weight=52,
    mask=tail(2),
    canonical=digits,
    same=(("800101-1234560", "8001011234560"),),
    different=(("800101-1234560", "800101-2345600"),),
    law="개인정보 보호법 (PIPA) art. 24-2",
    hits=("주민등록번호 ⟦800101-1234560⟧", "⟦750815-2345677⟧"),
    misses=("800101-1234561", "801301-1234567", "8001011-234567", "8001011234560"),
)
