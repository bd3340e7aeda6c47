"""Personal identification numbers (OIB) of Croatia.

Zakon o osobnom identifikacijskom broju: eleven digits, the last by ISO/IEC 7064, MOD 11,10.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="hr_oib",
    what="personal identification number, Croatia",
    pattern=LEFT + r"(?P<v>[0-9]{11})" + RIGHT,
    before=11,
    after=0,
    check=lambda value: checks.various(value) and checks.mod11_10(value),
    proves=True,
    context=("oib", "osobni identifikacijski broj"),
    needs_context=True,
    weight=51,
    mask=tail(2),
    law="GDPR art. 87",
    hits=("OIB: ⟦33392005961⟧",),
    misses=("OIB: 33392005962", "33392005961"),
)
