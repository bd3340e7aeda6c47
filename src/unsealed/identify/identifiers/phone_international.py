"""Phone numbers with their country's code.

ITU-T E.164: at most 15 digits, and the country codes that ITU has assigned (List of ITU-T Recommendation E.164
assigned country codes); written as E.123 has it, with `+` or the usual `00`.
"""

import re

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import EXTENSION

_CODES = re.compile(r"2[0-79]|3[0-9]|4[0-9]|5[0-9]|6[0-9]|8[0-24-8]|9[0-9]")
"""Of countries but those of +1 and +7; the second digits that ITU has not given out are left out."""


def _can_be(value: str) -> bool:
    number = digits(value.partition("x")[0].partition("ext")[0].partition("#")[0])
    number = number[2:] if number.startswith("00") and not value.startswith("+") else number
    if number[:1] in {"1", "7"}:
        return len(number) == 11 and checks.various(number[2:])
    return _CODES.match(number) is not None and 8 <= len(number) <= 16 and checks.various(number[2:])


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
    weight=32,
    mask=tail(2),
    canonical=lambda value: digits(value.replace("(0)", "")).removeprefix("00"),
    law="GDPR art. 4(1); APPI art. 2(1)",
    hits=(
        "Call ⟦+81 3-1234-5678⟧",
        "⟦+44 (0)20 7946 0123⟧ fax",
        "⟦001-518-640-0854⟧ mobile",
        "tel ⟦+1-212-555-0187x818⟧",
        "⟦+81-90-1234-5678⟧",
    ),
    misses=("a+1 b", "+28 1234 56789", "C++ 12345", "x+123456789012"),
)
