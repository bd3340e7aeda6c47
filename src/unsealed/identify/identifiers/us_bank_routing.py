"""Routing numbers of banks in the United States, where the text says so.

American Bankers Association (https://www.aba.com/about-us/routing-number): nine digits, the last a check digit by the
weights 3, 7, 1; the first two are 00-12, 21-32, 61-72 or 80.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    first = int(value[:2])
    known = first <= 12 or 21 <= first <= 32 or 61 <= first <= 72 or first == 80
    return known and checks.various(value) and checks.weighted(value, (3, 7, 1) * 3) % 10 == 0


IDENTIFIER = Identifier(
    kind="us_bank_routing",
    what="bank routing number, United States",
    pattern=LEFT + r"(?P<v>[0-9]{9})" + RIGHT,
    before=9,
    after=0,
    check=_can_be,
    proves=True,
    context=("routing", "aba", "rtn", "wire transfer", "direct deposit"),
    needs_context=True,
    weight=50,
    mask=tail(2),
    law="with an account number: state breach laws",
    hits=("Routing number ⟦021000021⟧", "ABA: ⟦011401533⟧"),
    misses=("021000021", "Routing number 021000022", "ABA 991000021"),
)
