"""Identity numbers of Spain: DNI of citizens and NIE of foreigners.

Ministerio del Interior (https://www.interior.gob.es, cálculo del dígito de control del NIF/NIE): eight digits, or
X, Y or Z and seven; the letter is that of the remainder by 23.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum, tail
from unsealed.identify.shapes import LEFT


def _can_be(value: str) -> bool:
    number = alnum(value)
    body = {"X": "0", "Y": "1", "Z": "2"}.get(number[0], number[0]) + number[1:8]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23] == number[8] and checks.various(body[1:])


IDENTIFIER = Identifier(
    kind="es_dni",
    what="identity number (DNI, NIE), Spain",
    pattern=LEFT + r"(?P<v>(?:[0-9]{8}|[XYZxyz]-?[0-9]{7}) ?-?[A-HJ-NP-TV-Za-hj-np-tv-z])(?![0-9A-Za-z_])",
    anchors=(r"[0-9]{7} ?-?[A-Za-z]\b",),
    before=12,
    after=1,
    check=_can_be,
    proves=True,
    context=("dni", "nie", "nif"),
    weight=50,
    mask=tail(2),
    canonical=alnum,
    law="GDPR art. 87; Ley Orgánica 3/2018",
    hits=("DNI ⟦12345678Z⟧", "NIE: ⟦X-1234567-L⟧", "⟦53241678-J⟧"),
    misses=("DNI 12345678A", "1234567 T", "112345678Z"),
)
