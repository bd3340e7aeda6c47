"""The year that syslog leaves out: from dates in the file's own words, from its name, from the case (decision 0010)."""

import mmap
import re
from bisect import bisect_right
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from unsealed.read.maillog import envelope
from unsealed.read.reader import Part

SAMPLES = 64
"""Places of a file that are looked at for a turn of the year."""
_LOOK = 256 << 10
"""Bytes at the beginning and at the end that are searched for dates."""
_NEAR = 64 << 10
"""Bytes around a turn of the year in which lines may stand in the wrong order."""
_DATES = re.compile(
    r"(?<!\d)(?:(20\d\d)[-/.]?(0[1-9]|1[0-2])[-/.]?(0[1-9]|[12]\d|3[01])|"
    r"(0?[1-9]|[12]\d|3[01]) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* (20\d\d))"
)
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Day = tuple[int, int]


class Years:
    """Which year a place of a file is in."""

    def __init__(self, turns: list[tuple[int, int]], last: int) -> None:
        """Take the places where the year changes (offset, by how much), and the year of the last line."""
        self.offsets = [offset for offset, _ in turns]
        self.years = [last]
        for _, step in reversed(turns):
            self.years.insert(0, self.years[0] - step)

    def at(self, offset: int, day: Day | None) -> int:
        """Give the year of a line; near a turn of the year, lines may stand in the wrong order."""
        if not self.offsets:
            return self.years[0]
        number = bisect_right(self.offsets, offset)
        year = self.years[number]
        if day and number and day[0] == 12 and offset - self.offsets[number - 1] < _NEAR:
            return min(year, self.years[number - 1])
        if day and number < len(self.offsets) and day[0] == 1 and self.offsets[number] - offset < _NEAR:
            return max(year, self.years[number + 1])
        return year


def years(part: Part, data: mmap.mmap) -> Years:
    """Work out the years of a file by looking at a few places of the whole of it, whatever the range."""
    size = len(data)
    days = [(place, found) for place in _places(size) if (found := _day_at(data, place))]
    last = _last_day(data)
    if not days or last is None:
        return Years([], _by_name(part.shown, (12, 31)) or _outside(part, (12, 31)))
    turns = _turns(data, days)
    shape = Years(turns, 0)
    votes: Counter[int] = Counter()
    for start in {0, max(size - _LOOK, 0)}:
        votes.update(_votes(data, start, shape))
    if votes:
        best = max(votes.values())
        year = max(year for year, count in votes.items() if count == best)
        return Years(turns, year)
    return Years(turns, _by_name(part.shown, last) or _outside(part, last))


def _places(size: int) -> list[int]:
    return sorted(
        {size * number // SAMPLES for number in range(SAMPLES)}
        | {max(size - 4096, 0), max(size - 1024, 0), max(size - 300, 0)}
    )


def _line(data: mmap.mmap, place: int) -> tuple[int, str] | None:
    """Give the first whole line from a place on."""
    begin = 0 if place == 0 else data.find(b"\n", place - 1, place + 65536) + 1
    if place and not begin:
        return None
    if begin >= len(data):
        return None
    end = data.find(b"\n", begin, begin + 4096)
    return begin, data[begin : end if end >= 0 else begin + 4096].decode("utf-8", "replace")


def _day_at(data: mmap.mmap, place: int) -> Day | None:
    """Give the day of the first line with one, from a place on; 20 lines are tried."""
    for _ in range(20):
        found = _line(data, place)
        if found is None:
            return None
        stamp = envelope.stamp_of(found[1])
        if stamp and (day := envelope.day(stamp)):
            return day
        place = found[0] + len(found[1].encode()) + 1
    return None


def _last_day(data: mmap.mmap) -> Day | None:
    tail = data[max(len(data) - 65536, 0) :].decode("utf-8", "replace").split("\n")
    for line in reversed(tail):
        stamp = envelope.stamp_of(line)
        if stamp and (day := envelope.day(stamp)):
            return day
    return None


def _step(before: Day, after: Day) -> int:
    """Tell a turn of the year (1, or -1 where older lines follow) from lines that merely stand in the wrong order."""
    months = after[0] - before[0]
    return 1 if months <= -6 else -1 if months >= 6 else 0


def _turns(data: mmap.mmap, days: list[tuple[int, Day]]) -> list[tuple[int, int]]:
    turns = []
    for (low, before), (high, after) in pairwise(days):
        if after >= before and not _step(before, after):
            continue
        if turn := _bisect(data, low, before, high, after):
            turns.append(turn)
    return turns


def _bisect(data: mmap.mmap, low: int, before: Day, high: int, after: Day) -> tuple[int, int] | None:
    """Find the line at which the days fall back (or leap by half a year) between two places."""
    while high - low > 1:
        middle = (low + high) // 2
        found = _line(data, middle)
        day = _day_at(data, middle) if found and found[0] < high else None
        if day is None or found is None:
            high = middle
        elif (day < before) if after < before else _step(before, day):
            high, after = middle, day
        else:
            low, before = middle, day
    place = _line(data, high)
    step = _step(before, after)
    return (place[0] if place else high, step) if step else None


def _votes(data: mmap.mmap, start: int, shape: Years) -> list[int]:
    """Find dates that lines tell of their own day: in Message-IDs, file names, or lines with a year."""
    votes = []
    text = data[start : start + _LOOK]
    offset = start
    for raw in text.split(b"\n"):
        line = raw.decode("utf-8", "replace")
        stamp = envelope.stamp_of(line)
        day = envelope.day(stamp) if stamp else None
        if stamp and day is None and stamp[0].isalpha() and (written := re.search(r"\b(?:19|20)\d\d\b", stamp)):
            votes.append(int(written[0]) - shape.at(offset, None))
        elif stamp and day:
            for found in _DATES.finditer(line, len(stamp)):
                year, month, number = (
                    (int(found[1]), int(found[2]), int(found[3]))
                    if found[1]
                    else (int(found[6]), _MONTHS.index(found[5]) + 1, int(found[4]))
                )
                if abs((month - day[0]) * 31 + number - day[1]) <= 1:
                    votes.append(year - shape.at(offset, day))
        offset += len(raw) + 1
    return votes


def _by_name(shown: str, last: Day) -> int | None:
    """Give the year of the last line by the name of the file: logs are rotated when their last line is written."""
    for piece in reversed(re.split(r"[/\\!]", shown)):
        for found in reversed(list(_IN_NAME.finditer(piece))):
            year, month, number = int(found[1]), int(found[2] or 12), int(found[3] or 31)
            return year if last <= (month, number + 1) else year - 1
    return None


def _outside(part: Part, last: Day) -> int:
    """Give the year by the incident, whichever brings the log nearest to it; else by when the file was last written."""
    incident = part.settings.incident
    if incident:
        near = date.fromisoformat(incident)
        return min(range(near.year - 1, near.year + 2), key=lambda year: abs((_date(year, last) - near).days))
    written = datetime.fromtimestamp(Path(part.path).stat().st_mtime, UTC).date() + timedelta(days=1)
    return written.year if _date(written.year, last) <= written else written.year - 1


def _date(year: int, day: Day) -> date:
    try:
        return date(year, *day)
    except ValueError:
        return date(year, day[0], 28) if 1 <= day[0] <= 12 else date(year, 12, 31)
