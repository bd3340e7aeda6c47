"""Dates that the text says somebody was born on, with Japanese eras; where it says so in English or Japanese.

A date alone tells nothing. How dates are read, and which of 04/01/1980's numbers is the day, is told in
`identify/dates.py`: after English words the month comes first, unless the case's first country has the day first (Unicode
CLDR, https://cldr.unicode.org).
"""

from collections.abc import Sequence
from dataclasses import replace

from unsealed.identify import dates
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import year
from unsealed.identify.shapes import LEFT


def _regional(one: Identifier, countries: Sequence[str]) -> Identifier:
    first = bool(countries) and countries[0] not in dates.MONTH_OR_YEAR_FIRST
    return replace(one, canonical=lambda value: dates.iso(value, day_first=first) or value)


IDENTIFIER = Identifier(
    kind="date_of_birth",
    what="date of birth",
    pattern=LEFT + f"(?P<v>{dates.PATTERN})",
    before=20,
    after=24,
    check=lambda value: dates.iso(value) is not None,
    context=(
        "dob",
        r"d\.o\.b",
        "date of birth",
        "birth ?date",
        "birthday",
        "born",
        "birth",
        "生年月日",
        "誕生日",
        "生まれ",
        "生れ",
    ),
    needs_context=True,
    near=40,
    behind=3,
    parted=r"[0-9]{4}|[0-9][/.年-][0-9]",
    weight=44,
    mask=year,
    canonical=lambda value: dates.iso(value) or value,
    regional=_regional,
    same=(
        ("1980-04-01", "04/01/1980"),
        ("1980-04-01", "April 1, 1980"),
        ("昭和55年4月1日", "S55.4.1"),
        ("昭和５５年４月１日", "1980年4月1日"),
        ("平成元年10月3日", "1989/10/03"),
        ("令和2年1月31日", "31 January 2020"),
        ("1 Apr 80", "1.4.1980"),
    ),
    different=(
        ("12 March 1975", "12 April 1975"),
        ("1980-04-01", "01/04/1980"),
        ("昭和55年4月1日", "平成5年4月1日"),
        ("April 1, 1980", "April 1, 1981"),
    ),
    law="GDPR art. 4(1); 45 CFR 164.514(b)(2)",
    hits=(
        "DOB: ⟦1980-04-01⟧",
        "born on ⟦12 March 1975⟧ in Kent",
        "生年月日:⟦昭和５５年４月１日⟧",
        "Date of birth ⟦04/01/1980⟧",
        "⟦S55.4.1⟧生まれ",
        "born ⟦April 1, 1980⟧",
        "Date: 2023-04-15, DOB ⟦04/05/1980⟧",
        "送付日 2023/04/15 生年月日 ⟦1980/04/05⟧",
        "氏名 山田太郎 入社 2010年4月1日 生年月日 ⟦1980年1月2日⟧",
        "生年月日 ⟦1980年1月2日⟧ 入社 2010年4月1日",
    ),
    misses=(
        "Meeting on 1980-04-01",
        "born in 1980",
        "DOB: 1980-14-01",
        "DOB: 31/02/1980",
        "生年月日:昭和70年1月1日",
        "生年月日:不明 2年",
        "birthday cake at 10.30",
        "Hired 2019-04-01. Born in Osaka",
        "Invoice date 04/15/2023\nBirthday cake order",
    ),
)
