"""Social security numbers (AMKA) of Greece.

ΗΔΙΚΑ (https://www.amka.gr): date of birth, four digits, and a check digit by Luhn's formula.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="gr_amka",
    what="social security number, Greece",
    pattern=LEFT + r"(?P<v>[0-3][0-9][01][0-9]{8})" + RIGHT,
    before=11,
    after=0,
    check=lambda value: checks.luhn(value) and checks.short_date(int(value[4:6]), int(value[2:4]), int(value[:2])),
    proves=True,
    context=("amka", "ΑΜΚΑ", "Α\\.Μ\\.Κ\\.Α", "αμκα"),
    needs_context=True,
    near=80,
    weight=51,
    mask=tail(2),
    law="GDPR art. 87",
    hits=("AMKA ⟦01018000255⟧", "ΑΜΚΑ: ⟦15097511230⟧"),
    misses=("AMKA 01018000250", "01018000255"),
)
