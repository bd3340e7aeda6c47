"""Phone numbers that no number plan knows whole, where the text says right there that they are: numbers without their area code.

Within a town the area code is left out (ITU-T E.123, https://www.itu.int/rec/T-REC-E.123: groups of digits with spaces, hyphens
or dots). Such a number has no E.164, so its hash joins the same digits and no longer number.
"""

from unsealed.identify import checks, phones
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import EXTENSION


def _can_be(value: str) -> bool:
    number = digits(phones.bare(value))
    return 6 <= len(number) <= 12 and checks.various(number) and not phones.OTHER.match(phones.bare(value))


IDENTIFIER = Identifier(
    kind="phone_number",
    what="phone number without its area code",
    pattern=(
        r"(?<![0-9A-Za-z_$€£¥#+.])(?<![0-9][-.,/:( ])(?<![0-9]\) )(?P<v>(?:\([0-9]{2,4}\) ?|[0-9]{2,5}[ .-])[0-9]{2,6}"
        r"(?:[ .-][0-9]{2,4}){0,4}"
    )
    + EXTENSION
    + r")(?![0-9A-Za-z_%])(?![-.,/:][0-9])",
    before=40,
    after=20,
    check=_can_be,
    context=(
        "tel",
        "telephone",
        "phone",
        "fax",
        "mobile",
        "cell",
        "desk",
        "office",
        "call me (?:on|at)",
        "can call",
        "to call",
        "answering at",
        "reach me (?:on|at)",
        "phone number",
        "my registered",
        "whatsapp",
        "telefon",
        "téléphone",
        "teléfono",
        "電話",
        "携帯",
        "ファックス",
        "内線",
    ),
    needs_context=True,
    near=10,
    weight=4,
    mask=tail(2),
    canonical=lambda value: "local " + digits(phones.bare(value)),
    same=(("451 5986", "451-5986 ext. 3"),),
    different=(("451 5986", "451 5987"),),
    law="GDPR art. 4(1); APPI art. 2(1)",
    hits=(
        "Phone: ⟦451 5986⟧",
        "call me on ⟦78 651 450⟧",
        "⟦416 60 039⟧ office",
        "Tel. ⟦(37) 788-063⟧",
        "電話 ⟦1234-5678⟧",
    ),
    misses=(
        "invoice 9472 7916",
        "phone call on 2023-04-01",
        "call 10.30-11.45",
        "phone version 10.2.3456",
        "office 2019-2023",
        "office hours 0900-1700",
        "phone 10.2.3.4",
        "tel 12.04.21",
        "mobile plan for 12 345.00",
    ),
)
