"""When a log is silent for longer than its own rhythm allows: nights, weekends and quiet offices are no holes.

A log's rhythm is the share of weeks in which each hour of the week has a record (of days, for each hour of the day, in logs
of less than three weeks). What a silence has missed is the sum of these shares over its hours: the hours in which there
should have been a record. A silence is measured against those that the same log has every week.
"""

from collections import defaultdict
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from unsealed.hunt.actor import HOUR
from unsealed.query import Engine

WEEK = 168
SHORT_WEEKS = 3
DOUBT, DOUBT_TIMES = 4, 3
"""A silence is in doubt that missed more than so many hours, and than so many times what the log misses in usual weeks."""
HOLE, HOLE_TIMES = 20, 6
"""And it is a hole that missed so many, and so many times as much."""


class Hour(NamedTuple):
    """An hour in which a log has records: its number since 1970, its first and its last record in microseconds."""

    number: int
    low: int
    high: int


class Silence(NamedTuple):
    """A stretch between two records, in microseconds, and how many hours with records it has missed."""

    low: int
    high: int
    missed: float


class Rhythm(NamedTuple):
    """A log's silences of more than an hour, and the most that it misses in a usual week."""

    silences: tuple[Silence, ...]
    usual: float

    def doubtful(self) -> list[Silence]:
        """Give the silences in which somebody may have been in unseen."""
        return [silence for silence in self.silences if silence.missed > max(DOUBT, DOUBT_TIMES * self.usual)]

    def holes(self) -> list[Silence]:
        """Give the silences in which records are lost, or the log was off."""
        return [silence for silence in self.silences if silence.missed > max(HOLE, HOLE_TIMES * self.usual)]


def hours(db: Engine, moments: str, values: list[str] | None = None) -> list[Hour]:
    """Give the hours in which a log has records, oldest first.

    Args:
        db: the case.
        moments: a SELECT of their moments as `us`, in microseconds since 1970.
        values: its parameters.
    """
    rows = db.rows(
        f"""SELECT us // {HOUR} AS number, min(us) AS low, max(us) AS high FROM ({moments}) WHERE us IS NOT NULL
            GROUP BY number ORDER BY number""",
        values,
    )
    return [Hour(row["number"], row["low"], row["high"]) for row in rows]


def rhythm(active: list[Hour]) -> Rhythm:
    """Give a log's rhythm from the hours in which it has records, oldest first."""
    if len(active) < 2:
        return Rhythm((), 0.0)
    first, last = active[0].number, active[-1].number
    period = WEEK if last - first >= SHORT_WEEKS * WEEK else 24
    seen = [0] * period
    for hour in active:
        seen[hour.number % period] += 1
    length = last - first + 1
    # How often each hour of the period lies between the first record and the last.
    times = [length // period + ((slot - first) % period < length % period) for slot in range(period)]
    shares = [count / max(1, often) for count, often in zip(seen, times, strict=True)]
    whole = sum(shares)
    silences, weekly = [], defaultdict[int, float](float)
    for earlier, later in pairwise(active):
        weekly[earlier.number // WEEK] += 0
        quiet = later.number - earlier.number - 1
        if quiet > 0:
            rest = sum(shares[(earlier.number + 1 + step) % period] for step in range(quiet % period))
            missed = quiet // period * whole + rest
            silences.append(Silence(earlier.high, later.low, missed))
            weekly[earlier.number // WEEK] = max(weekly[earlier.number // WEEK], missed)
    return Rhythm(tuple(silences), median(weekly.values()))
