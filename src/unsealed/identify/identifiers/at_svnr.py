"""Social insurance numbers of Austria.

Dachverband der Sozialversicherungsträger (https://www.sozialversicherung.at): three digits, a check digit by
weights 3 7 9 5 8 4 2 1 6 and modulus 11, date of birth.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    rest = checks.weighted(number, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11
    return number[0] != "0" and rest == int(number[3]) and int(number[4:6]) <= 31 and 1 <= int(number[6:8]) <= 13


IDENTIFIER = Identifier(
    kind="at_svnr",
    what="social insurance number, Austria",
    pattern=LEFT + r"(?P<v>[1-9][0-9]{3}[ /-]?[0-9]{6})" + RIGHT,
    before=11,
    after=0,
    check=_can_be,
    proves=True,
    context=("svnr", "sv-nr", "sv-nummer", "sozialversicherungsnummer", "versicherungsnummer"),
    needs_context=True,
    weight=50,
    mask=tail(2),
    canonical=digits,
    law="GDPR art. 87; § 31 ASVG",
    same=(("1237 010180", "1237010180"), ("1237/010180", "1237-010180")),
    different=(("1237 010180", "1237 010280"),),
    hits=("SVNR ⟦1237 010180⟧", "Sozialversicherungsnummer: ⟦1237010180⟧"),
    misses=("SVNR 1238 010180", "1237 010180", "SVNR 1237.010180"),
)
