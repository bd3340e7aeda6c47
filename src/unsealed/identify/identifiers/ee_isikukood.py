"""Personal codes of Estonia and Lithuania.

Rahvastikuregistri seadus § 39; Lietuvos gyventojų registro įstatymas art. 8: sex and century, date of birth,
three digits, and a check digit by two rows of weights and modulus 11.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    rest = checks.weighted(value[:10], (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if rest == 10:
        rest = checks.weighted(value[:10], (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    year = 1700 + 100 * ((int(value[0]) + 1) // 2) + int(value[1:3])
    return rest == int(value[10]) and checks.date(year, int(value[3:5]), int(value[5:7]))


IDENTIFIER = Identifier(
    kind="ee_isikukood",
    what="personal code, Estonia and Lithuania",
    pattern=LEFT + r"(?P<v>[1-6][0-9]{10})" + RIGHT,
    before=11,
    after=0,
    check=_can_be,
    proves=True,
    context=("isikukood", "asmens kodas", "personal code"),
    needs_context=True,
    weight=51,
    mask=tail(2),
    law="GDPR art. 87",
    hits=("isikukood ⟦37605030299⟧", "asmens kodas: ⟦33309240064⟧"),
    misses=("isikukood 37605030298", "37605030299"),
)
