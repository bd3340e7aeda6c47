"""Ends of periods: never too late, never on a day off where the law moves it, the same moment whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.warn.deadlines import Calendar, Period, due

JAPAN = Calendar(ZoneInfo("Asia/Tokyo"), "JP", closed=(("12-29", "01-03"),))
CALENDARS = [
    JAPAN,
    Calendar(ZoneInfo("Europe/Berlin"), "DE"),
    Calendar(ZoneInfo("America/New_York"), "US"),
    Calendar(ZoneInfo("America/Los_Angeles"), "US", observed=False, worked=("Columbus Day",)),
    Calendar(ZoneInfo("Australia/Sydney"), "AU"),
    Calendar(ZoneInfo("Asia/Kolkata")),
]
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
moments = st.integers(0, 15 * 365 * 86400).map(lambda seconds: _FIRST + timedelta(seconds=seconds))
calendars = st.sampled_from(CALENDARS)
periods = st.builds(
    Period,
    st.integers(1, 90),
    st.sampled_from(["hours", "days", "working_days", "months"]),
    st.booleans(),
    st.sampled_from(["keep", "next"]),
)


@given(moments, st.timedeltas(timedelta(), timedelta(days=60)), periods, calendars)
def test_who_knows_later_has_no_less_time(at: datetime, more: timedelta, period: Period, calendar: Calendar) -> None:
    assert due(at, period, calendar).at <= due(at + more, period, calendar).at


@given(moments, periods, calendars)
def test_the_end_is_never_on_a_day_off_where_the_law_moves_it(at: datetime, period: Period, calendar: Calendar) -> None:
    end = due(at, period, calendar)
    if period.unit == "working_days" or (period.unit != "hours" and period.day_off == "next"):
        assert not calendar.off(end.local.date())
    assert end.at > at or (period.count_first and period.amount == 1)


@given(moments, periods, calendars)
def test_a_moved_end_is_the_first_working_day_and_an_unmoved_one_is_where_it_was_counted(
    at: datetime, period: Period, calendar: Calendar
) -> None:
    end = due(at, period, calendar)
    last = end.local.date()
    assert end.moved == (last != end.counted_to)
    between = [end.counted_to + timedelta(days=n) for n in range((last - end.counted_to).days)]
    assert all(calendar.off(day) for day in between)
    if period.day_off == "keep" or period.unit == "hours":
        assert not end.moved


@given(moments, st.integers(1, 400), calendars)
def test_hours_are_hours_whatever_the_clocks_do(at: datetime, amount: int, calendar: Calendar) -> None:
    assert due(at, Period(amount, "hours"), calendar).at - at == timedelta(hours=amount)


@given(moments, st.integers(1, 90), calendars)
def test_days_are_the_authoritys_and_last_to_their_end(at: datetime, amount: int, calendar: Calendar) -> None:
    first, end = at.astimezone(calendar.zone).date(), due(at, Period(amount, "days"), calendar)
    assert (end.local.date() - first).days == amount
    assert end.local.time() == time(23, 59, 59)
    counted = due(at, Period(amount, "days", count_first=True), calendar)
    assert end.local.date() - counted.local.date() == timedelta(days=1)


@given(moments, st.integers(1, 12), calendars)
def test_working_days_are_counted_one_by_one(at: datetime, amount: int, calendar: Calendar) -> None:
    first = at.astimezone(calendar.zone).date()
    end = due(at, Period(amount, "working_days"), calendar).local.date()
    days = [first + timedelta(days=n) for n in range(1, (end - first).days + 1)]
    assert sum(not calendar.off(day) for day in days) == amount


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 6, 1), 12, date(2027, 6, 1)),
    ],
)
def test_a_month_is_to_the_day_of_the_same_number_or_the_months_last(start: date, amount: int, end: date) -> None:
    """Regulation 1182/71, article 3(2)(c)."""
    calendar = Calendar(ZoneInfo("Europe/Paris"))
    at = datetime.combine(start, time(12), tzinfo=calendar.zone)
    assert due(at, Period(amount, "months"), calendar).local.date() == end


@pytest.mark.parametrize("day", [date(2026, 12, 29), date(2026, 12, 31), date(2027, 1, 2), date(2027, 1, 3)])
def test_days_that_an_authority_is_closed_may_go_over_the_years_end(day: date) -> None:
    assert JAPAN.off(day)
    assert not JAPAN.off(date(2026, 12, 28))
    assert JAPAN.working(day) == date(2027, 1, 4)


def test_a_holiday_may_be_worked_on_and_may_not_be_made_up_for() -> None:
    plain, fewer = CALENDARS[2], CALENDARS[3]
    assert plain.off(date(2026, 10, 12))
    assert not fewer.off(date(2026, 10, 12))
    assert plain.off(date(2026, 7, 3))
    assert not fewer.off(date(2026, 7, 3))
    assert fewer.off(date(2026, 7, 4))


def test_an_authoritys_day_may_end_before_midnight() -> None:
    end = due(datetime(2026, 9, 16, 20, tzinfo=UTC), Period(1, "days", until=time(17, 30)), CALENDARS[2])
    assert f"{end.local:%Y-%m-%d %H:%M}" == "2026-09-17 17:30"
