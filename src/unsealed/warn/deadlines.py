"""Until when: hours, days, working days and months from a moment, as a law counts them, in its authority's local time.

Hours run from the moment, through weekends and clock changes. Days, working days and months are of the authority's
calendar: the day of the event does not count unless the law says so, and a period ends with its last day. Where the law says
so, a period that would end on a day off ends with the next working day. Public holidays come from the library `holidays`.

Rules of counting that this follows: Regulation (EEC, Euratom) 1182/71, article 3
(https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:31971R1182); Japan's Civil Code, articles 139 to 143, and Act on
Holidays of Administrative Organs, articles 1 and 2 (https://laws.e-gov.go.jp/law/363AC0000000091); California's Code of Civil
Procedure, sections 12 and 12a; New York's General Construction Law, section 25-a.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["hours", "days", "working_days", "months"]
DayOff = Literal["keep", "next"]
END = time(23, 59, 59)
"""The last second of a day: a period ends with the expiry of its last hour."""
WEEKEND = (5, 6)


@dataclass(frozen=True)
class Calendar:
    """Which days an authority works, and its local time."""

    zone: ZoneInfo
    country: str | None = None
    """ISO 3166-1 alpha-2, whose public holidays are days off; None: only Saturdays and Sundays are."""
    region: str | None = None
    """A part of the country with holidays of its own, as `holidays` names it."""
    closed: tuple[tuple[str, str], ...] = ()
    """More days off in each year, from and to as `MM-DD`; a span may go over the year's end."""
    observed: bool = True
    """A holiday that falls on a weekend is made up for on a working day."""
    worked: tuple[str, ...] = ()
    """Public holidays, by their English names, on which the authority works all the same."""

    def off(self, day: date) -> bool:
        """Tell whether nobody works on a day."""
        if day.weekday() in WEEKEND or (self.country and day in self._holidays(day.year)):
            return True
        here = f"{day:%m-%d}"
        return any(
            first <= here <= last if first <= last else here >= first or here <= last for first, last in self.closed
        )

    def _holidays(self, year: int) -> frozenset[date]:
        return _public_holidays(self.country or "", self.region, year, self.observed, self.worked)

    def working(self, day: date) -> date:
        """Give the day itself if it is worked on, else the next that is."""
        while self.off(day):
            day += timedelta(days=1)
        return day

    def end(self, day: date, until: time = END) -> datetime:
        """Give the end of a day there, in UTC."""
        return datetime.combine(day, until, tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True)
class Period:
    """How long a law gives."""

    amount: int
    unit: Unit
    count_first: bool = False
    """The day of the event is the first day."""
    day_off: DayOff = "keep"
    """`next`: a period that would end on a day off ends with the next working day."""
    until: time = END
    """When the authority's day ends, local time."""


@dataclass(frozen=True)
class Due:
    """The end of a period."""

    at: datetime
    """UTC."""
    zone: ZoneInfo
    counted_to: date
    """The last day as counted, before it was moved off a day off; local."""

    @property
    def local(self) -> datetime:
        """The end in the authority's local time."""
        return self.at.astimezone(self.zone)

    @property
    def moved(self) -> bool:
        """Tell whether the last day was a day off, and the period ends later for it."""
        return self.local.date() != self.counted_to


def due(start: datetime, period: Period, calendar: Calendar) -> Due:
    """Give the end of a period that an event begins.

    Args:
        start: the event; aware.
        period: how long.
        calendar: of the authority.
    """
    if period.unit == "hours":
        at = start.astimezone(UTC) + timedelta(hours=period.amount)
        return Due(at, calendar.zone, at.astimezone(calendar.zone).date())
    first = start.astimezone(calendar.zone).date()
    if period.unit == "working_days":
        last = _working_days(first, period, calendar)
    elif period.unit == "months":
        last = _months(first, period.amount)
    else:
        last = first + timedelta(days=period.amount - period.count_first)
    ends = calendar.working(last) if period.day_off == "next" else last
    return Due(calendar.end(ends, period.until), calendar.zone, last)


def _working_days(first: date, period: Period, calendar: Calendar) -> date:
    """Count days on which there is work; an event on a day off counts from the next working day on."""
    left = period.amount - (period.count_first and not calendar.off(first))
    day = first
    while left > 0:
        day = calendar.working(day + timedelta(days=1))
        left -= 1
    return calendar.working(day)


def _months(first: date, amount: int) -> date:
    """Give the day of the same number so many months later, or the month's last day where it has no such day."""
    year, month = divmod(first.year * 12 + first.month - 1 + amount, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


@cache
def _public_holidays(
    country: str, region: str | None, year: int, observed: bool, worked: tuple[str, ...]
) -> frozenset[date]:
    from holidays import country_holidays

    known = country_holidays(country, subdiv=region, years=year, observed=observed, language="en_US")
    return frozenset(day for day in known if not set(known.get_list(day)) <= set(worked))


def known_country(country: str, region: str | None = None) -> bool:
    """Tell whether the public holidays of a country, or of a part of it, are known."""
    from holidays import list_supported_countries

    regions = list_supported_countries()
    return country in regions and (region is None or region in regions[country])
