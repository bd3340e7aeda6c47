"""Social security numbers (TAJ) of Hungary.

1996. évi XX. törvény, annex 1: nine digits, the last by weights 3 and 7 and modulus 10.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    return checks.various(number) and checks.weighted(number[:8], (3, 7) * 4) % 10 == int(number[8])


IDENTIFIER = Identifier(
    kind="hu_taj",
    what="social security number, Hungary",
    pattern=LEFT + r"(?P<v>[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3})" + RIGHT,
    before=11,
    after=0,
    check=_can_be,
    proves=True,
    context=("taj", "taj-?szám", "társadalombiztosítási"),
    needs_context=True,
    weight=51,
    mask=tail(2),
    canonical=digits,
    same=(("123 456 788", "123-456-788"),),
    different=(("123 456 788", "123 456 878"),),
    law="GDPR art. 87",
    hits=("TAJ szám: ⟦123 456 788⟧",),
    misses=("TAJ 123 456 780", "123 456 788"),
)
