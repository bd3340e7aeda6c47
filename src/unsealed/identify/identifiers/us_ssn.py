"""Social security numbers of the United States.

Social Security Administration (https://www.ssa.gov/employer/randomization.html): no area 000, 666 or 900-999, no
group 00, no serial 0000; numbers of advertisements (078-05-1120, 219-09-9999, 987-65-432x) are none. There is no
check digit. Without hyphens it is one only where the text says so (`us_ssn_plain`).
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    return (
        number[:3] not in {"000", "666"}
        and number[0] != "9"
        and number[3:5] != "00"
        and number[5:] != "0000"
        and number not in {"078051120", "219099999", "123456789"}
        and checks.various(number)
    )


IDENTIFIER = Identifier(
    kind="us_ssn",
    what="social security number, United States",
    pattern=LEFT + r"(?P<v>[0-8][0-9]{2}-\n?[0-9]{2}-\n?[0-9]{4})" + RIGHT,
    anchors=(r"\b[0-8][0-9]{2}-\n?[0-9]{2}-\n?[0-9]{4}\b",),
    before=13,
    after=1,
    check=_can_be,
    context=("ssn", "social security", "social", "社会保障番号"),
    weight=55,
    mask=tail(2),
    canonical=digits,
    same=(("460-89-9847", "460899847"), ("054-28-\n6917", "054-28-6917")),
    different=(("460-89-9847", "460-89-9874"),),
    law="state breach laws, e.g. Cal. Civ. Code 1798.82(h); 45 CFR 164.514(b)(2)",
    hits=("SSN ⟦460-89-9847⟧", "⟦514-69-0360⟧ is mine", "⟦054-28-\n6917⟧"),
    misses=(
        "000-12-3456",
        "666-12-3456",
        "912-12-3456",
        "123-00-4567",
        "123-45-0000",
        "460899847",
        "Suite 680 36 4022 Oak Lane",
        "2460-89-9847",
    ),
)
