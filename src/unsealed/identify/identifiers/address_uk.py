"""Postal addresses in the United Kingdom: number and street, what follows, and the postcode.

Royal Mail, Programmers' Guide to the Postcode Address File: outward code of two to four characters, inward code
of a digit and two letters without C, I, K, M, O, V.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum

_STREET = (
    "Road|Rd|Street|St|Lane|Ln|Avenue|Ave|Close|Drive|Way|Court|Place|Gardens|Crescent|Terrace|"
    "Square|Hill|Row|Mews|Grove|Park|Green|Walk|View|Rise|Yard|Gate|Quay|Wharf"
)
IDENTIFIER = Identifier(
    kind="postal_address",
    what="postal address, United Kingdom",
    pattern=(
        rf"(?<![0-9A-Za-z#£$.,:/-])(?P<v>(?:(?:Flat|Apartment|"
        rf"Unit) [0-9]{{1,4}}[A-Za-z]?,?[ \n]{{1,2}})?[0-9]{{1,4}}[A-Za-z]?(?:-[0-9]{{1,4}})?,? "
        rf"(?:[A-Z][A-Za-z']{{1,20}} ){{1,4}}(?:{_STREET})\b\.?(?:,?[ \n]{{1,2}}[A-Z][A-Za-z'-]{{1,20}}"
        rf"(?: [A-Za-z'-]{{2,20}}){{0,3}}){{0,4}}?,?[ \n]{{1,2}}[A-Z]{{1,2}}[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{{2}})"
        rf"(?![0-9A-Za-z_])"
    ),
    anchors=(r"\b[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}\b",),
    before=490,
    after=1,
    context=("address", "post to", "lives at"),
    weight=47,
    mask=lambda value: "*** " + value[-8:].split()[0][:2].strip("0123456789 ") + "**",
    canonical=alnum,
    law="UK GDPR art. 4(1)",
    hits=(
        "⟦10 Downing Street, London SW1A 2AA⟧",
        "⟦Flat 3, 221B Baker Street,\nLondon NW1 6XE⟧",
        "at ⟦27 Old Gloucester Street, Holborn, London, WC1N 3AX⟧",
    ),
    misses=("London SW1A 2AA", "10 Downing Street", "Part A1 2BC"),
)
