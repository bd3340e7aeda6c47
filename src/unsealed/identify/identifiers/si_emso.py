"""Uniform personal numbers (EMŠO, JMBG) of Slovenia, Croatia, Serbia and their neighbours.

Zakon o centralnem registru prebivalstva; Uradni list SFRJ 58/76: date of birth, region, order, and a check digit
by weights 7 6 5 4 3 2 and modulus 11.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    rest = 11 - checks.weighted(value[:12], (7, 6, 5, 4, 3, 2) * 2) % 11
    year = int(value[4:7])
    born = checks.date(year + (1000 if year > 800 else 2000), int(value[2:4]), int(value[:2]))
    return born and int(value[12]) == (0 if rest > 9 else rest)


IDENTIFIER = Identifier(
    kind="si_emso",
    what="uniform personal number, Slovenia and its neighbours",
    pattern=LEFT + r"(?P<v>[0-3][0-9][01][0-9][09][0-9]{8})" + RIGHT,
    before=13,
    after=0,
    check=_can_be,
    proves=True,
    context=(
        "emšo",
        "EMŠO",
        "emso",
        "jmbg",
        "matični broj",
        "matična številka",
        "matičen broj",
        "ЈМБГ",
        "матични број",
    ),
    needs_context=True,
    weight=52,
    mask=tail(2),
    law="GDPR art. 87",
    hits=("EMŠO ⟦0101006500006⟧", "JMBG ⟦0101983500006⟧"),
    misses=("EMŠO 0101006500007", "EMŠO 3201006500006", "at 0101006500006 ms"),
)
