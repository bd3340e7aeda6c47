"""PESEL numbers of Poland.

Ustawa o ewidencji ludności art. 15; Ministry of Digital Affairs
(https://www.gov.pl/web/gov/czym-jest-numer-pesel): date of birth with the century in the month, four digits, and
a check digit by weights 1 3 7 9.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    month = int(value[2:4])
    year = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}.get(month // 20, 0) + int(value[:2])
    total = checks.weighted(value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1))
    return total % 10 == 0 and checks.date(year, month % 20, int(value[4:6]))


IDENTIFIER = Identifier(
    kind="pl_pesel",
    what="PESEL number, Poland",
    pattern=LEFT + r"(?P<v>[0-9]{11})" + RIGHT,
    before=11,
    after=0,
    check=_can_be,
    proves=True,
    context=("pesel",),
    needs_context=True,
    near=80,
    weight=52,
    mask=tail(2),
    law="GDPR art. 87",
    hits=("PESEL ⟦44051401359⟧", "numer PESEL: ⟦02070803628⟧"),
    misses=("PESEL 44051401358", "44051401359", "PESEL 44131401359"),
)
