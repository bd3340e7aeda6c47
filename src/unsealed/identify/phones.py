"""Read phone numbers by the number plans of all countries, so that every spelling of one has one form (ITU-T E.164).

The plans are those of libphonenumber (https://github.com/google/libphonenumber), by the package `phonenumbers`. An extension
is no part of E.164: a number with one joins the same number without it.

A number without its country's code is read as of the countries that a case names, the likeliest first. Where the case
names none, or it is no number there, it is read as of the first of `COUNTRIES` whose own way to group digits is the way
that it is written in, or else, if it begins with the zero that most countries dial or is ten digits in one, of the first in
which it is a number.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import phonenumbers

COUNTRIES = (
    "US", "GB", "DE", "FR", "AU", "IT", "ES", "NL", "CH", "AT", "BE", "SE", "DK", "NO", "FI", "PL", "PT", "IE", "IN", "KR",
    "CN", "TW", "HK", "SG", "NZ", "BR", "MX", "ZA", "IL", "GR", "CZ", "HU", "RO",
    "JP",
)  # fmt: skip
"""Those that most mail is written in; who may be mistaken for another stands behind it."""
EXTENSION = re.compile(r"[ ,;]*(?:x|ext|extn|#|内線).*", re.IGNORECASE | re.DOTALL)
CACHED = 50_000
"""Numbers that are kept read: the same few stand in most signatures."""


def bare(value: str) -> str:
    """Give a number without its extension."""
    return EXTENSION.sub("", value)


@lru_cache(CACHED)
def international(value: str) -> str | None:
    """Give a number that has its country's code as E.164, or nothing where its country has no numbers so long.

    Digits alone are one only if its country has given out such numbers.

    Args:
        value: with `+` or `00` before the code; a zero in brackets that is not dialled
            from abroad goes, as the country has it (Italy keeps it).
    """
    text = bare(value)
    number = "".join(filter(str.isdigit, text))
    if "+" not in text:
        number = number.removeprefix("00")
    try:
        read = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return None
    if "+" in text or len(_groups(text)) > 1:
        known = phonenumbers.is_possible_number_with_reason(read) == phonenumbers.ValidationResult.IS_POSSIBLE
    else:
        known = phonenumbers.is_valid_number(read)
    return _e164(read) if known else None


@lru_cache(CACHED)
def national(value: str, countries: tuple[str, ...] = ()) -> str | None:
    """Give a number without its country's code as E.164, or nothing where no country that is tried has such a number.

    Args:
        value: as it is written; how its digits are grouped tells the country where nothing else does.
        countries: those of the case (ISO 3166-1 alpha-2), the likeliest first.
    """
    text = bare(value)
    groups = _groups(text)
    first = None
    for place, country in enumerate((*countries, *COUNTRIES)):
        read = _valid(text, country)
        if read is None:
            continue
        written = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.NATIONAL)
        if place < len(countries) or (len(groups) > 1 and _groups(written) == groups):
            return _e164(read)
        first = first or read
    alone = len(groups) == 1 and len(groups[0]) == 10
    return _e164(first) if first and (alone or text.lstrip("( ").startswith("0")) else None


def of(value: str, countries: Sequence[str]) -> str | None:
    """Give a number as E.164, of the first of these countries that has it, or nothing."""
    text = bare(value)
    return next((_e164(read) for country in countries if (read := _valid(text, country))), None)


OTHER = re.compile(
    r"[0-9]{5}-[0-9]{4}$|"
    r"[12][0-9]{3}[-/. ][0-9]{1,2}[-/. ][0-9]{1,2}\b|[0-9]{1,2}[/. -][0-9]{1,2}[/. -](?:19|20)[0-9]{2}\b|"
    r"[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{2}$|"
    r"[0-9]{1,3}(?:\.[0-9]{1,4}){1,3}$(?<!\.[0-9]{3}\.[0-9]{4})|"
    r"(?:[01]?[0-9]|2[0-3])[.:]?[0-5][0-9] ?- ?(?:[01]?[0-9]|2[0-3])[.:]?[0-5][0-9]$|(?:19|20)[0-9]{2} ?[-/] ?(?:19|20)[0-9]{2}$|"
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[ -]?[0-9]{4,6})?$|"
    r"[0-9]{1,3}(?:[., ][0-9]{3}){1,3}(?:[.,][0-9]{2})$"
)
"""What is written like a phone number and is a ZIP code, date, time, version, network address, span or sum."""


def _valid(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        read = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return read if phonenumbers.is_valid_number_for_region(read, country) else None


def _e164(read: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def _groups(text: str) -> Sequence[str]:
    return re.findall("[0-9]+", text)
