"""Tax numbers (NIF) of Portugal.

Decreto-Lei 14/2013; Autoridade Tributária: nine digits, the last 11 minus the remainder by 11 of the others by
weights 9 to 2, 0 where that is 10 or 11.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    rest = 11 - checks.weighted(number[:8], range(9, 1, -1)) % 11
    return checks.various(number) and int(number[8]) == (0 if rest > 9 else rest)


IDENTIFIER = Identifier(
    kind="pt_nif",
    what="tax number (NIF), Portugal",
    pattern=LEFT + r"(?P<v>[1-35689][0-9]{2} ?[0-9]{3} ?[0-9]{3})" + RIGHT,
    before=11,
    after=0,
    check=_can_be,
    proves=True,
    context=("nif", "contribuinte", "número fiscal"),
    needs_context=True,
    weight=50,
    mask=tail(2),
    canonical=digits,
    same=(("123 456 789", "123456789"),),
    different=(("123 456 789", "123 456 798"),),
    law="GDPR art. 87",
    hits=("NIF: ⟦123 456 789⟧", "contribuinte ⟦212345672⟧"),
    misses=("NIF 123456788", "123456789", "NIF 423456789"),
)
