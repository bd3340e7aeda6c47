"""Resident registration numbers of Korea, without a hyphen, where the text says so.

주민등록법 시행규칙 art. 2: date of birth, a digit of sex and century, and six more; until October 2020 the last
was a check digit (weights 2 to 9 and 2 to 5, modulus 11). Numbers given since have none, and are not found.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.identifiers.kr_rrn import IDENTIFIER as KOREA
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="kr_rrn",
    what="resident registration number without a hyphen, Korea",
    pattern=LEFT + r"(?P<v>[0-9]{6} ?[0-9]{7})" + RIGHT,
    before=15,
    after=1,
    check=KOREA.check,
    proves=True,
    context=("rrn", "resident registration", "jumin", "주민등록번호", "주민번호", "외국인등록번호", "住民登録番号"),
    needs_context=True,
    weight=51,
    mask=tail(2),
    canonical=digits,
    same=(("800101 1234560", "8001011234560"),),
    different=(("800101-1234560", "800101-2345600"),),
    law="개인정보 보호법 (PIPA) art. 24-2",
    hits=("RRN ⟦8001011234560⟧", "주민등록번호 ⟦750815 2345677⟧"),
    misses=("RRN 8001011234561", "8001011234560", "JAN 4901234567894"),
)
