"""Personal numerical codes (CNP) of Romania.

Ordonanța de urgență 97/2005; Legea 105/1996: sex and century, date of birth, county, order, and a check digit by
279146358279 and modulus 11 (10 is written 1).
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    rest = checks.weighted(value[:12], (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return int(value[12]) == (1 if rest == 10 else rest) and checks.short_date(
        int(value[1:3]), int(value[3:5]), int(value[5:7])
    )


IDENTIFIER = Identifier(
    kind="ro_cnp",
    what="personal numerical code, Romania",
    pattern=LEFT + r"(?P<v>[1-9][0-9]{12})" + RIGHT,
    before=13,
    after=0,
    check=_can_be,
    proves=True,
    context=("cnp", "cod numeric personal"),
    needs_context=True,
    near=80,
    weight=52,
    mask=tail(2),
    law="GDPR art. 87",
    hits=("CNP ⟦1630615123457⟧",),
    misses=("CNP 1630615123458", "1630615123457"),
)
