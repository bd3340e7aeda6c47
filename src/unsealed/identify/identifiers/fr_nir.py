"""Social security numbers (NIR) of France.

INSEE (https://www.insee.fr/fr/metadonnees/definition/c1409): sex, year, month, department (2A and 2B in Corsica),
commune, order, and a key of two digits: 97 minus the remainder by 97.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = alnum(value).replace("2A", "19").replace("2B", "18") if alnum(value)[5:7] in {"2A", "2B"} else alnum(value)
    return number.isdigit() and 97 - int(number[:13]) % 97 == int(number[13:]) and number[5:7] != "00"


IDENTIFIER = Identifier(
    kind="fr_nir",
    what="social security number, France",
    pattern=LEFT
    + (
        r"(?P<v>[1-478] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|"
        r"2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2})"
    )
    + RIGHT,
    anchors=(r"\b[1-478] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b",),
    before=21,
    after=0,
    check=_can_be,
    proves=True,
    context=("sécurité sociale", "nir", "insee", "numéro de sécu"),
    weight=56,
    mask=tail(2),
    canonical=alnum,
    same=(("1 85 05 78 006 084 91", "185057800608491"),),
    different=(("1 85 05 2A 006 084 91", "1 85 05 2B 006 084 91"),),
    law="GDPR art. 87; Code de la sécurité sociale R115-1",
    hits=("NIR ⟦1 85 05 78 006 084 91⟧", "⟦285057800608441⟧"),
    misses=("1 85 05 78 006 084 00", "1 85 13 78 006 084 36"),
)
