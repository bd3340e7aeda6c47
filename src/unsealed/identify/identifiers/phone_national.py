"""Phone numbers in a country's own form, where the text says so: near "Tel", "Fax", "Mobile", "call", 電話.

National forms are as ITU-T E.123 (https://www.itu.int/rec/T-REC-E.123) has them: groups of digits with spaces, hyphens, dots,
and the area code in brackets. What no number plan has is none, so times, dates and versions are not taken for numbers. Which
country a number is of is told in `identify/phones.py`: the case's own first, then as its digits are grouped. Digits alone are
looked for by `phone_digits`.
"""

from collections.abc import Sequence
from dataclasses import replace

from unsealed.identify import checks, phones
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import EXTENSION


def _can_be(value: str, countries: tuple[str, ...] = ()) -> bool:
    number = digits(phones.bare(value))
    return (
        6 <= len(number) <= 13
        and not phones.bare(value).isdigit()
        and checks.various(number)
        and not phones.OTHER.match(value)
        and phones.national(value, countries) is not None
    )


def _regional(one: Identifier, countries: Sequence[str]) -> Identifier:
    known = tuple(countries)
    return replace(
        one,
        check=lambda value: _can_be(value, known),
        canonical=lambda value: phones.national(value, known) or digits(value),
    )


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
    canonical=lambda value: phones.national(value) or digits(value),
    regional=_regional,
    same=(("020 7946 0123", "(020) 7946 0123"), ("030 901820", "030/901820"), ("01 42 68 53 00", "01.42.68.53.00")),
    different=(("020 7946 0123", "020 7946 0124"),),
    law="GDPR art. 4(1); APPI art. 2(1)",
    hits=(
        "Phone: ⟦0490 75 40 81⟧",
        "call me on ⟦020 7946 0123⟧",
        "⟦030 901820⟧ Tel.",
        "Tél. ⟦01 42 68 53 00⟧ tel",
    ),
    misses=(
        "invoice 020 7946 0123",
        "phone call on 2023-04-01",
        "Tel Aviv 12/04/2021",
        "call 12345",
        "call 10.30-11.45",
        "phone version 10.2.3456",
        "office 20230401",
        "office 2019-2023",
        "電話 1234-5678",
    ),
)
