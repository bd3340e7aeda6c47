"""Postal addresses in the United States.

USPS Publication 28 (https://pe.usps.com/text/pub28/welcome.htm): number, name, a street suffix of its appendix
C1, a unit of C2, city, state and ZIP Code; also post office boxes and military addresses with state and ZIP Code.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum

_SUFFIX = (
    "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Place|Pl|Terrace|Ter|"
    "Circle|Cir|Parkway|Pkwy|Highway|Hwy|Square|Sq|Trail|Trl|Way"
)
_STATE = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|"
    "S[CD]|T[NX]|UT|V[AT]|W[AIVY]|A[AEP]"
)
_UNIT = r"(?:,?[ \n]{1,2}(?:Apt|Suite|Ste|Unit|Apartment|Floor|Fl|Room|Rm|#)\.? ?#?[0-9A-Za-z]{1,6})?"
_CITY = (
    rf"(?:,?[ \n]{{1,2}}[A-Z][A-Za-z.'-]{{1,20}}(?: [A-Z][A-Za-z.'-]{{1,20}}){{0,3}},?[ \n]{{1,2}}"
    rf"(?:{_STATE}),? [0-9]{{5}}(?:-[0-9]{{4}})?)?"
)

IDENTIFIER = Identifier(
    kind="postal_address",
    what="postal address, United States",
    pattern=(
        rf"(?<![0-9A-Za-z#$.,:/-])(?P<v>(?:[0-9]{{1,5}}(?:-[0-9]{{1,4}})?(?: (?:[NSEW]|NE|NW|SE|SW|"
        rf"North|South|East|West)\.?)?(?: (?:[A-Z][A-Za-z'-]{{1,20}}|[0-9]{{1,3}}(?:st|nd|rd|"
        rf"th))){{1,4}} (?:{_SUFFIX})\b\.?|P\.? ?O\.? Box [0-9]{{1,6}}|(?:PSC|Unit|"
        rf"CMR) [0-9]{{1,5}},? Box [0-9]{{1,5}}){_UNIT}{_CITY})(?![0-9A-Za-z_])"
    ),
    anchors=(rf"[A-Za-z'-] (?:{_SUFFIX})\b", r"[0-9](?:st|nd|rd|th) (?:Street|St|Avenue|Ave)\b", r"\bBox [0-9]"),
    before=120,
    after=150,
    context=("address", "mail to", "ship to", "residence", "lives at", "reside"),
    weight=45,
    mask=lambda value: "*** " + " ".join(re.findall(rf"\b(?:{_STATE})\b(?= [0-9]{{5}})", value)[-1:]),
    canonical=alnum,
    same=(("742 Evergreen Terrace, Springfield, IL 62704", "742 Evergreen Terrace\nSpringfield IL 62704"),),
    different=(("12 N. Main St., Apt 4B", "12 N. Main St., Apt 4C"),),
    law="GDPR art. 4(1); 45 CFR 164.514(b)(2)",
    hits=(
        "lives at ⟦742 Evergreen Terrace, Springfield, IL 62704⟧",
        "⟦350 Fifth Avenue, Suite 7820\nNew York, NY 10118⟧",
        "⟦12 N. Main St., Apt 4B⟧",
        "⟦P.O. Box 1234, Austin, TX 78701⟧",
        "⟦PSC 3294, Box 9168\nAPO, AA 61487⟧? ⟦201 W 42nd Street⟧",
    ),
    misses=("Main Street is closed", "In 2023 the Street", "5 people on the Way", "1234 Market street view"),
)
