"""Birth numbers of Czechia and Slovakia.

Zákon č. 133/2000 Sb., § 13: date of birth, the month 50 higher for women (20 or 70 since 2004), and four digits;
the whole a multiple of 11. Those of before 1954 have nine digits and no check; they are not looked for.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    month = int(number[2:4]) % 50 % 20
    born = checks.short_date(int(number[:2]), month, int(number[4:6]))
    return born and (int(number) % 11 == 0 or (int(number[:9]) % 11 == 10 and number[9] == "0"))


IDENTIFIER = Identifier(
    kind="cz_rodne_cislo",
    what="birth number, Czechia and Slovakia",
    pattern=LEFT + r"(?P<v>[0-9]{6}/?[0-9]{4})" + RIGHT,
    before=11,
    after=0,
    check=_can_be,
    proves=True,
    context=("rodné číslo", "rodne cislo", "rodné čislo", "rč", "r\\.č", "birth number"),
    needs_context=True,
    weight=51,
    mask=tail(2),
    canonical=digits,
    same=(("710319/2745", "7103192745"),),
    different=(("710319/2745", "710319/2754"),),
    law="GDPR art. 87",
    hits=("rodné číslo ⟦710319/2745⟧", "rodne cislo: ⟦7103192745⟧"),
    misses=("rodné číslo 710319/2746", "spis 710319/2745"),
)
