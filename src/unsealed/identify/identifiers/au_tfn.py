"""Tax file numbers of Australia.

Australian Taxation Office (https://www.ato.gov.au, Taxation Administration Act 1953): nine digits, the sum by
weights 1 4 3 7 5 8 6 9 10 a multiple of 11.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="au_tfn",
    what="tax file number, Australia",
    pattern=LEFT + r"(?P<v>[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3})" + RIGHT,
    before=11,
    after=0,
    check=lambda value: (
        checks.various(digits(value)) and checks.weighted(digits(value), (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0
    ),
    proves=True,
    context=("tfn", "tax file"),
    needs_context=True,
    weight=51,
    mask=tail(2),
    canonical=digits,
    same=(("123 456 782", "123456782"),),
    different=(("123 456 782", "123 456 827"),),
    law="Privacy (Tax File Number) Rule 2015",
    hits=("TFN ⟦123 456 782⟧",),
    misses=("TFN 123 456 783", "123 456 782"),
)
