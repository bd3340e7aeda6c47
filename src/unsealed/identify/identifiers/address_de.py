"""Postal addresses in Germany: street and number, postal code of five digits, place.

DIN 5008; Deutsche Post (https://www.deutschepost.de, "Richtig adressieren"). Without postal code and place it is
none.
"""

import re

from unsealed.identify.identifier import Identifier

_LETTER = "[A-Za-zÄÖÜäöüßéè]"
_ENDS = (
    "straße|strasse|str\\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|Straße|Strasse|Str\\.|"
    "Weg|Platz|Allee|Gasse|Ring|Damm|Ufer"
)
IDENTIFIER = Identifier(
    kind="postal_address",
    what="postal address, Germany",
    pattern=(
        rf"(?<![A-Za-zÄÖÜäöüß])(?P<v>[A-ZÄÖÜ]{_LETTER}{{0,24}}(?:[- ]{_LETTER}{{1,24}}){{0,3}}?[- ]?"
        rf"(?:{_ENDS}) ?[0-9]{{1,4}} ?[a-z]?(?:-[0-9]{{1,4}})?,?[ \n]{{1,2}}"
        rf"(?:D-)?[0-9]{{5}} [A-ZÄÖÜ]{_LETTER}{{1,24}}(?:[- ](?:am|an der|im|"
        rf"[A-ZÄÖÜ]{_LETTER}{{1,24}})){{0,3}})(?![0-9A-Za-zäöüß])"
    ),
    anchors=(
        (
            r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|Straße|Strasse|Str\.|"
            r"Weg|Platz|Allee|Gasse|Ring|Damm|Ufer) ?[0-9]"
        ),
    ),
    before=120,
    after=150,
    context=("adresse", "anschrift", "wohnhaft"),
    weight=47,
    mask=lambda value: "*** " + "".join(re.findall(r"\b[0-9]{5}\b", value)[-1:])[:2] + "***",
    canonical=lambda value: " ".join(
        value.lower().replace("straße", "str.").replace("strasse", "str.").replace(",", " ").split()
    ),
    same=(("Musterstraße 12a, 10115 Berlin", "Musterstr. 12a\n10115 Berlin"),),
    different=(("Musterstraße 12a, 10115 Berlin", "Musterstraße 12, 10115 Berlin"),),
    law="GDPR art. 4(1)",
    hits=(
        "wohnhaft ⟦Musterstraße 12a, 10115 Berlin⟧",
        "⟦Am Alten Weg 3\n80331 München⟧",
        "⟦Hauptstr. 5, 01067 Dresden⟧",
    ),
    misses=("Musterstraße 12", "10115 Berlin", "auf dem Weg 3 Leute"),
)
