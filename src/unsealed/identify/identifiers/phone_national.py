"""Phone numbers in a country's own form, where the text says so: near "Tel", "Fax", "Mobile", "call", 電話.

National forms are as E.123 has them: groups of digits with spaces, hyphens, dots, and the area code in brackets.
"""

import re

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import EXTENSION

_OTHER = re.compile(
    r"[0-9]{5}-[0-9]{4}$|[12][0-9]{3}[-/.][0-9]{1,2}[-/.][0-9]{1,2}\b|"
    r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:19|20)[0-9]{2}\b|[0-9]{1,3}(?:\.[0-9]{1,3}){3}$"
)


def _can_be(value: str) -> bool:
    number = digits(re.split(r"[x#e]", value, maxsplit=1)[0])
    return 6 <= len(number) <= 13 and checks.various(number) and not _OTHER.match(value)


IDENTIFIER = Identifier(
    kind="phone_number",
    what="phone number, national form",
    pattern=(
        r"(?P<v>[(0-9](?<![0-9A-Za-z_$€£¥#+].)(?<![0-9][-.,/:( ].)(?<![0-9]\) .)(?:(?<=\()[0-9]|"
        r"(?<=[0-9]))(?:[ ./()-]{0,2}[0-9]){5,12}"
    )
    + EXTENSION
    + r")(?![0-9A-Za-z_%])(?![-.,/:][0-9])",
    before=48,
    after=52,
    check=_can_be,
    context=(
        "tel",
        "telephone",
        "phone",
        "phones",
        "fax",
        "mobile",
        "cell",
        "desk",
        "office",
        "call",
        "calling",
        "answering at",
        "reach me",
        "call me",
        "phone number",
        "messages to",
        "my registered",
        "whatsapp",
        "text me",
        "handy",
        "telefon",
        "téléphone",
        "teléfono",
        "電話",
        "携帯",
        "連絡先",
        "ファックス",
        "内線",
    ),
    needs_context=True,
    near=24,
    weight=6,
    mask=tail(2),
    canonical=digits,
    law="GDPR art. 4(1); APPI art. 2(1)",
    hits=(
        "Phone: ⟦0490 75 40 81⟧",
        "call me on ⟦9472 7916⟧",
        "⟦416 60 039⟧ office",
        "Tel. ⟦(37) 788-063⟧",
        "電話 ⟦1234-5678⟧",
    ),
    misses=("invoice 9472 7916", "phone call on 2023-04-01", "Tel Aviv 12/04/2021", "call 12345"),
)
