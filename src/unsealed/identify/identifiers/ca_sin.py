"""Social insurance numbers of Canada.

Employment and Social Development Canada
(https://www.canada.ca/en/employment-social-development/services/sin.html): nine digits, the first not 0 or 8, the
last by Luhn's formula.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="ca_sin",
    what="social insurance number, Canada",
    pattern=LEFT + r"(?P<v>[1-79][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3})" + RIGHT,
    before=11,
    after=0,
    check=lambda value: checks.various(digits(value)) and checks.luhn(digits(value)),
    proves=True,
    context=("sin", "social insurance", "assurance sociale", "nas"),
    needs_context=True,
    near=40,
    weight=51,
    mask=tail(2),
    canonical=digits,
    same=(("193-456-787", "193 456 787"),),
    different=(("193-456-787", "193-456-778"),),
    law="PIPEDA",
    hits=("SIN: ⟦193-456-787⟧", "social insurance number ⟦123 456 782⟧"),
    misses=("SIN: 193-456-780", "123 456 782"),
)
