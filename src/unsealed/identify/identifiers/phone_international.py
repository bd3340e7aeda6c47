"""Phone numbers with their country's code.

ITU-T E.164 (https://www.itu.int/rec/T-REC-E.164): at most 15 digits, in the lengths that the code's country has; written as
E.123 has it, with `+`, or with the usual `00` before the code. Number plans: `identify/phones.py`.
"""

from unsealed.identify import checks, phones
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import EXTENSION


def _can_be(value: str) -> bool:
    return checks.various(digits(phones.bare(value))[4:]) and phones.international(value) is not None


IDENTIFIER = Identifier(
    kind="phone_number",
    what="phone number, international form",
    pattern=(
        r"(?P<v>[(+0](?<![0-9A-Za-z_].)(?<![0-9][-./].)(?:(?<=\()\+|(?<=\+)|(?<=0)0[ -]?)[1-9]"
        r"(?:[ ./()-]{0,3}[0-9]){7,15}"
    )
    + EXTENSION
    + r")(?![0-9A-Za-z_])",
    anchors=(r"\+[1-9](?:[ ./()-]{0,3}[0-9]){7}", r"\b00[ -]?[1-9](?:[ ./()-]{0,3}[0-9]){7}"),
    before=34,
    after=50,
    check=_can_be,
    weight=34,
    mask=tail(2),
    canonical=lambda value: phones.international(value) or digits(value),
    same=(
        ("+44 (0)20 7946 0123", "+442079460123"),
        ("+39 (0)6 6988 1234", "+390669881234"),
        ("+1-212-555-0187x818", "001 212 555 0187"),
        ("+81-90-1234-5678", "+81 90 1234 5678 ext. 3"),
    ),
    different=(("+44 20 7946 0123", "+44 20 7946 0124"), ("+1 212 555 0187", "+44 212 555 0187")),
    law="GDPR art. 4(1); APPI art. 2(1)",
    hits=(
        "Call ⟦+81 3-1234-5678⟧",
        "⟦+44 (0)20 7946 0123⟧ fax",
        "⟦001-518-640-0854⟧ mobile",
        "tel ⟦+1-212-555-0187x818⟧",
        "⟦+81-90-1234-5678⟧",
    ),
    misses=("a+1 b", "+28 1234 56789", "C++ 12345", "x+123456789012", "+1 212 555 01871 2"),
)
