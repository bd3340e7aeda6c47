"""Dates that the text says somebody was born on, in the order of any country, with Japanese eras.

A date alone tells nothing. Eras after 元号法 (Act 43 of 1979) and the Imperial House Agency's list.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, year
from unsealed.identify.shapes import LEFT

_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?"
    r"(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_ERA = r"(?:明治|大正|昭和|平成|令和|[MTSHR])"


def _can_be(value: str) -> bool:
    """Refuse what no calendar has; the year of an era, and of two digits, is taken as it is."""
    if not value[0].isascii() or value[0] in "MTSHR":
        return True
    numbers = [int(run) for run in re.findall("[0-9]+", value)]
    years = [number for number in numbers if number > 99]
    small = [number for number in numbers if number <= 31]
    return (
        all(1850 <= year <= 2099 for year in years)
        and len(years) <= 1
        and len(small) >= len(numbers) - 1
        and 0 not in small[:2]
    )


IDENTIFIER = Identifier(
    kind="date_of_birth",
    what="date of birth",
    pattern=LEFT
    + (
        r"(?P<v>(?:1[89]|20)[0-9]{2}(?:[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12][0-9]|0?[1-9])| ?年 ?"
        r"(?:1[0-2]|0?[1-9]) ?月 ?(?:3[01]|[12][0-9]|0?[1-9]) ?日)|(?:3[01]|[12][0-9]|0?[1-9])[-/.]"
        r"(?:3[01]|[12][0-9]|0?[1-9])[-/.](?:(?:1[89]|20)?[0-9]{2})|(?:3[01]|[12][0-9]|0?[1-9])(?:st|"
        r"nd|rd|th)?(?: of)?[ -]"
    )
    + _MONTH
    + r",?[ -](?:(?:1[89]|20)?[0-9]{2})|"
    + _MONTH
    + r" (?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?,? (?:1[89]|20)[0-9]{2}|"
    + _ERA
    + (
        r" ?(?:[1-6]?[0-9]|元)(?: ?年 ?(?:1[0-2]|0?[1-9]) ?月 ?(?:3[01]|[12][0-9]|0?[1-9]) ?日|[./-]"
        r"(?:1[0-2]|0?[1-9])[./-](?:3[01]|[12][0-9]|0?[1-9])))(?![0-9A-Za-z_])(?![-/][0-9])"
    ),
    before=20,
    after=24,
    check=_can_be,
    context=(
        "dob",
        r"d\.o\.b",
        "date of birth",
        "birth ?date",
        "birthday",
        "born",
        "birth",
        "geburtsdatum",
        "geboren",
        "geb",
        "date de naissance",
        "née? le",
        "fecha de nacimiento",
        "data di nascita",
        "生年月日",
        "誕生日",
        "生まれ",
        "生れ",
    ),
    needs_context=True,
    near=40,
    weight=44,
    mask=year,
    canonical=digits,
    law="GDPR art. 4(1); 45 CFR 164.514(b)(2)",
    hits=(
        "DOB: ⟦1980-04-01⟧",
        "born on ⟦12 March 1975⟧ in Kent",
        "生年月日:⟦昭和５５年４月１日⟧",
        "Date of birth ⟦04/01/1980⟧",
        "⟦S55.4.1⟧生まれ",
        "born ⟦April 1, 1980⟧",
    ),
    misses=("Meeting on 1980-04-01", "born in 1980", "DOB: 1980-14-01", "生年月日:不明 2年", "birthday cake at 10.30"),
)
