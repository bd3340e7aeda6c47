"""Dates that the text says somebody was born on, in words of Europe's languages but English.

These languages have the day before the month (Unicode CLDR, https://cldr.unicode.org): 04/01/1980 behind "Geburtsdatum" is
the fourth of January. Names of months are read in English only.
"""

from unsealed.identify import dates
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import year
from unsealed.identify.shapes import LEFT


def _iso(value: str) -> str | None:
    return dates.iso(value, day_first=True)


IDENTIFIER = Identifier(
    kind="date_of_birth",
    what="date of birth, in words of Europe's languages",
    pattern=LEFT + f"(?P<v>{dates.PATTERN})",
    before=20,
    after=24,
    check=lambda value: _iso(value) is not None,
    context=(
        "geburtsdatum",
        "geboren",
        "geb",
        "geburtstag",
        "date de naissance",
        "née? le",
        "naissance",
        "fecha de nacimiento",
        "nacid[oa]",
        "nacimiento",
        "data di nascita",
        "nat[oa] il",
        "data de nascimento",
        "nascid[oa]",
        "geboortedatum",
        "data urodzenia",
        "födelsedatum",
        "fødselsdato",
        "syntymäaika",
        "ημερομηνία γέννησης",
        "дата рождения",
    ),
    needs_context=True,
    near=40,
    behind=3,
    parted=r"[0-9]{4}|[0-9][/.年-][0-9]",
    weight=45,
    mask=year,
    canonical=lambda value: _iso(value) or value,
    same=(("04/01/1980", "1980-01-04"), ("4.1.1980", "04-01-80")),
    different=(("04/01/1980", "01/04/1980"),),
    law="GDPR art. 4(1)",
    hits=("Geburtsdatum: ⟦1.4.1980⟧", "née le ⟦04/01/1980⟧", "Fecha de nacimiento ⟦31-12-1975⟧"),
    misses=("Rechnung vom 1.4.1980", "geboren 1980", "Geburtsdatum: 32.1.1980"),
)
