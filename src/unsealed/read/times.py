"""Points in time as logs write them, in microseconds since 1970 UTC, and what of them had to be supplied.

ISO 8601 and RFC 3339; `/Date(1658751973240)/` of OData 2; seconds, milli-, micro- and nanoseconds since 1970; the
short forms of the United States and of Europe.
"""

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ODATA = re.compile(r"^\\?/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\\?/$")
_NUMBER = re.compile(r"^\d{9,19}(?:\.\d{1,9})?$")
_FRACTION = re.compile(r"([.,]\d{6})\d+")
_SHORT = re.compile(
    r"^(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4}),?[ T]+(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?"
    r"(?:[ \u202f\u00a0]?([AaPp])\.?[Mm]\.?)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$"
)
_ENGLISH = re.compile(
    r"^(?:[A-Z][a-z]{2,8},? )?([A-Z][a-z]{2})[a-z]* (\d{1,2}),? (\d{4}),? (?:at )?"
    r"(\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?[ \u202f\u00a0]?(?:[AaPp][Mm])?.*)$"
)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DAY_FIRST = re.compile(r'(?:^|[,;\t|"])\s*(\d{1,2})[/.](\d{1,2})[/.]\d{4}[ ,T]', re.MULTILINE)
Moment = tuple[int | None, bool]
"""Microseconds, and whether the time named its own zone."""


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """Give a time zone by its name; UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def day_first(text: str) -> bool:
    """Tell from a sample of a log whether `05/01/2024` is 5 January: some other date in it has a day above 12."""
    return any(int(match[1]) > 12 >= int(match[2]) for match in _DAY_FIRST.finditer(text))


def moment(value: object, where: tzinfo = UTC, *, european: bool = False, form: str = "") -> Moment:
    """Read a time; one without a zone is taken to be in `where`. `form` is a `strptime` pattern, where one is given."""
    if isinstance(value, bool) or value is None:
        return None, False
    if isinstance(value, (int, float)):
        return _since_epoch(str(value)), True
    text = str(value).strip().strip('"')
    try:
        if form:
            return _micros(datetime.strptime(text, form), where)  # noqa: DTZ007 - the zone is supplied below
        if _NUMBER.match(text):
            return _since_epoch(text), True
        if odata := _ODATA.match(text):
            return int(odata[1]) * 1000, True
        if text[:4].isdigit() and text[4:5] == "-":
            text = text.removesuffix(" UTC") + "Z" if text.endswith(" UTC") else text
            return _micros(datetime.fromisoformat(_FRACTION.sub(r"\1", text)), where)
    except (ValueError, OverflowError):
        if form:
            return None, False
    if english := _ENGLISH.match(text):
        month = _MONTHS.find(english[1]) // 3 + 1
        text = f"{english[3]}-{month}-{english[2]} {english[4]}"
    return _short(text, where, european=european)


def _micros(stamp: datetime, where: tzinfo) -> Moment:
    told = stamp.tzinfo is not None
    delta = (stamp if told else stamp.replace(tzinfo=where)) - _EPOCH
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds, told


def _since_epoch(text: str) -> int | None:
    """Read a number by its size: seconds have 9 to 10 digits before the point, milliseconds 13, microseconds 16."""
    whole, _, part = text.partition(".")
    if not whole.isdigit():
        return None
    scale = {9: 10**6, 10: 10**6, 12: 1000, 13: 1000, 15: 1, 16: 1}.get(len(whole))
    if scale is None:
        return int(whole) // 1000 if len(whole) in {18, 19} else None
    return int(whole) * scale + (int(part[:6].ljust(6, "0")) * scale // 10**6 if part else 0)


def _short(text: str, where: tzinfo, *, european: bool) -> Moment:
    match = _SHORT.match(text)
    if not match:
        return None, False
    one, mark, two, three, hour, minute, second, fraction, half, told = match.groups()
    if len(one) == 4:
        year, month, day = int(one), int(two), int(three)
    else:
        year, month, day = int(three), int(one), int(two)
        if european or mark == "." or month > 12:
            month, day = day, month
    hours = int(hour) % 12 + (12 if half in "Pp" else 0) if half else int(hour)
    micro = int((fraction or "")[:6].ljust(6, "0"))
    try:
        stamp = datetime(year, month, day, hours, int(minute), int(second or 0), micro)  # noqa: DTZ001 - told below
        if told and told[0] in "+-":
            stamp = datetime.strptime(f"{stamp.isoformat()}{told}", f"%Y-%m-%dT%H:%M:%S{'.%f' if micro else ''}%z")
        return _micros(stamp.replace(tzinfo=UTC) if told and told[0] not in "+-" else stamp, where)
    except (ValueError, OverflowError):
        return None, False
