"""Read dates in the order of any country and in Japanese eras, so that every spelling of a day has one form (ISO 8601).

Eras after 元号法 (Act 43 of 1979, https://laws.e-gov.go.jp/law/354AC0000000043) and the edicts before it. A year of two
digits is one of 1930 to 2029.

Day and month in figures are told apart, in this order: one of them is above 12; dots stand between them (day first); the
reader's `day_first`, which is that of the words near it, or of the case's first country; else the month comes first.
"""

import re

from unsealed.identify import checks

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?"
    r"(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY, _NUMBER = "(?:3[01]|[12][0-9]|0?[1-9])", "(?:1[0-2]|0?[1-9])"
_LONG, _YEAR = "(?:1[89]|20)[0-9]{2}", "(?:(?:1[89]|20)?[0-9]{2})"
PATTERN = (
    rf"(?:{_LONG}(?:(?P<sep>[-/.]){_NUMBER}(?P=sep){_DAY}| ?年 ?{_NUMBER} ?月 ?{_DAY} ?日)"
    rf"|{_DAY}[-/.]{_DAY}[-/.]{_YEAR}"
    rf"|{_DAY}(?:st|nd|rd|th|\.)?(?: of)?[ -]{MONTH},?[ -]{_YEAR}"
    rf"|{MONTH} {_DAY}(?:st|nd|rd|th)?,? {_LONG}"
    rf"|(?:明治|大正|昭和|平成|令和|[MTSHR]) ?(?:[1-6]?[0-9]|元)"
    rf"(?: ?年 ?{_NUMBER} ?月 ?{_DAY} ?日|[./-]{_NUMBER}[./-]{_DAY}))(?![0-9A-Za-z_])(?![-/][0-9])"
)
"""A date as it is written; in normalised text."""
_ERAS = {"明治": (1867, 45), "大正": (1911, 15), "昭和": (1925, 64), "平成": (1988, 31), "令和": (2018, 99)}
"""The year before each, and its last year."""
_SHORT = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_ERA = re.compile(r"(明治|大正|昭和|平成|令和|[MTSHR]) ?([0-9]{1,2}|元)")
_NAMED = re.compile("|".join(MONTHS))
MONTH_OR_YEAR_FIRST = {"US", "PH", "JP", "CN", "KR", "TW", "CA", "HU", "LT", "SE", "MN"}
"""Countries whose own short dates have not the day first (Unicode CLDR, https://cldr.unicode.org)."""


def iso(value: str, *, day_first: bool = False) -> str | None:
    """Give a date as `1980-04-01`, or nothing where no calendar has that day."""
    years = _ERA.match(value)
    if years:
        before, last = _ERAS[_SHORT.get(years[1], years[1])]
        year = 1 if years[2] == "元" else int(years[2])
        month, day, *_ = map(int, re.findall("[0-9]+", value[years.end() :]))
        return _written(before + year, month, day) if 1 <= year <= last else None
    runs = re.findall("[0-9]+", value)
    numbers = [int(run) for run in runs]
    if named := _NAMED.search(value.lower()):
        day, year = numbers
        return _written(_whole(year, runs[1]), MONTHS.index(named[0]) + 1, day)
    if len(runs[0]) == 4:
        return _written(*numbers[:3])
    first, second, year = numbers
    if second > 12 or not (first > 12 or day_first or re.match(r"[0-9]+\.", value)):
        first, second = second, first
    return _written(_whole(year, runs[2]), second, first)


def _whole(year: int, written: str) -> int:
    return year if len(written) > 2 else 1900 + year if year >= 30 else 2000 + year


def _written(year: int, month: int, day: int) -> str | None:
    return f"{year:04d}-{month:02d}-{day:02d}" if checks.date(year, month, day) else None
