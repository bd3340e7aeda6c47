"""Taxpayer numbers of persons (CPF) in Brazil.

Receita Federal (Instrução Normativa RFB 1548/2015): nine digits and two check digits by modulus 11.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    first = checks.weighted(number[:9], range(10, 1, -1)) * 10 % 11 % 10
    second = checks.weighted(number[:10], range(11, 1, -1)) * 10 % 11 % 10
    return checks.various(number) and number[9:] == f"{first}{second}"


IDENTIFIER = Identifier(
    kind="br_cpf",
    what="taxpayer number (CPF), Brazil",
    pattern=LEFT + r"(?P<v>[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{11})" + RIGHT,
    before=14,
    after=0,
    check=_can_be,
    proves=True,
    context=("cpf", "cadastro de pessoas"),
    needs_context=True,
    weight=52,
    mask=tail(2),
    canonical=digits,
    law="LGPD art. 5",
    same=(("390.533.447-05", "39053344705"),),
    different=(("390.533.447-05", "390.533.447-50"),),
    hits=("CPF: ⟦390.533.447-05⟧", "CPF ⟦39053344705⟧"),
    misses=("CPF: 390.533.447-06", "390.533.447-05"),
)
