"""Silences against a log's own rhythm."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.hunt.rhythm import HOUR, WEEK, Hour, rhythm


def at(numbers: list[int]) -> list[Hour]:
    return [Hour(n, n * HOUR + 1, n * HOUR + 2) for n in sorted(set(numbers))]


def office(weeks: int) -> list[int]:
    return [week * WEEK + day * 24 + hour for week in range(weeks) for day in range(5) for hour in range(8, 18)]


def test_nights_and_weekends_are_not_in_doubt() -> None:
    found = rhythm(at(office(10)))
    assert found.doubtful() == found.holes() == []
    assert len(found.silences) == 49


def test_a_lost_day_is_in_doubt_and_a_lost_week_is_a_hole() -> None:
    lost_day = [n for n in office(10) if n // 24 != 37]
    found = rhythm(at(lost_day))
    assert [round(s.missed) for s in found.doubtful()] == [9]
    assert found.holes() == []
    found = rhythm(at([n for n in office(10) if n // WEEK != 5]))
    assert [(s.low // HOUR, s.high // HOUR) for s in found.holes()] == [(4 * WEEK + 4 * 24 + 17, 6 * WEEK + 8)]


def test_a_log_that_never_rests_is_in_doubt_after_hours() -> None:
    every = list(range(1000, 3000))
    assert len(rhythm(at([n for n in every if not 2000 < n < 2007])).doubtful()) == 1
    assert rhythm(at([n for n in every if not 2000 < n < 2004])).doubtful() == []


def test_few_records_have_no_rhythm() -> None:
    assert rhythm([]).silences == rhythm(at([5])).silences == ()
    assert rhythm(at([0, 10_000_000])).doubtful() == []


@settings(deadline=None, max_examples=30)
@given(st.sets(st.integers(0, 1200), min_size=2, max_size=200))
def test_what_is_missed_is_the_sum_of_the_shares_of_its_hours(numbers: set[int]) -> None:
    active = sorted(numbers)
    first, last = active[0], active[-1]
    period = WEEK if last - first >= 3 * WEEK else 24
    for silence in rhythm(at(active)).silences:
        low, high = silence.low // HOUR, silence.high // HOUR
        assert high - low > 1
        assert not any(low < n < high for n in active)
        missed = 0.0
        for hour in range(low + 1, high):
            same = [n for n in range(first, last + 1) if n % period == hour % period]
            missed += sum(n in numbers for n in same) / len(same)
        assert abs(silence.missed - missed) < 1e-6
