"""Aadhaar numbers of India.

UIDAI (https://uidai.gov.in): twelve digits, the first 2 to 9, the last a check digit by Verhoeff's scheme. One in
ten of all numbers fits: it is grouped by fours, or the text says so.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT, SEP


def _can_be(value: str) -> bool:
    number = digits(value)
    return checks.various(number) and number != number[::-1] and checks.verhoeff(number)


IDENTIFIER = Identifier(
    kind="in_aadhaar",
    what="Aadhaar number, India",
    pattern=LEFT + r"(?P<v>[2-9][0-9]{3}" + SEP + "[0-9]{4}" + SEP + "[0-9]{4})" + RIGHT,
    before=16,
    after=1,
    check=_can_be,
    proves=True,
    context=("aadhaar", "aadhar", "uidai", "uid", "आधार"),
    needs_context=True,
    weight=52,
    mask=tail(2),
    canonical=digits,
    same=(("2341 2341 2346", "234123412346"), ("2341-2341-2346", "2341 2341\n2346")),
    different=(("2341 2341 2346", "2341 2341 2364"),),
    law="Digital Personal Data Protection Act 2023; Aadhaar Act 2016 art. 29",
    hits=("Aadhaar ⟦2341 2341 2346⟧", "aadhar no ⟦987654321012⟧"),
    misses=("Aadhaar 2341 2341 2340", "order 2341 2341 2346", "Aadhaar 1341 2341 2346"),
)
