"""Uniform civil numbers (EGN) of Bulgaria.

Закон за гражданската регистрация art. 11; GRAO: date of birth (the month 20 or 40 higher for other centuries),
three digits, and a check digit by weights 2 4 8 5 10 9 7 3 6 and modulus 11.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    rest = checks.weighted(value[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return rest == int(value[9]) and checks.short_date(int(value[:2]), int(value[2:4]) % 20, int(value[4:6]))


IDENTIFIER = Identifier(
    kind="bg_egn",
    what="uniform civil number, Bulgaria",
    pattern=LEFT + r"(?P<v>[0-9]{10})" + RIGHT,
    before=10,
    after=0,
    check=_can_be,
    proves=True,
    context=("egn", "ЕГН", "егн", "единен граждански номер"),
    needs_context=True,
    weight=51,
    mask=tail(2),
    law="GDPR art. 87",
    hits=("ЕГН ⟦7523169263⟧", "EGN: ⟦8032056031⟧"),
    misses=("ЕГН 7523169264", "7523169263"),
)
