"""Tables in texts: lines of cells below a line of headings, and which column a place stands in.

Workbooks come as lines of cells parted by tabs (`read/attachments/sheets.py`), the name of each sheet on a line of its own
above; CSV files as they are written (RFC 4180). What tabs part is a table wherever it stands; commas part words, too, so
that only lines at the beginning of a text are headings there, and only lines of as many cells belong to them.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

HEADING = 2_000
"""Characters of a line of headings."""
TOP = 1_000
"""Characters in which a list without tabs has its headings."""
MARKS = "\t,;|、"
"""What parts cells."""
CELLS = 200
"""Cells of a line that are looked at."""
ROW = 8_000
"""Characters of a row."""
MISFITS = 20
"""So many lines that are no rows end a table."""
_BROKEN = 5
"""So many lines end a table without tabs: a quoted cell may go over some."""
_LEAD = 10
"""Headings stand in the first so many rows."""
LISTS = 8
"""Tables without tabs that are looked at in a text."""
_LONG = 40
"""Characters of a heading."""
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_SIGNS = re.compile(r"[\W_]+")
_DATA = re.compile(r"[0-9]{5}|@|(?<![(:例])[0-9]{4}[-/.年][0-9]|[0-9]{3}[- ][0-9]{3}")
"""What no heading has, and most rows have; in normalised text."""


class Cell(NamedTuple):
    """A cell without the space and the quotation marks around it."""

    start: int
    end: int
    text: str


class Place(NamedTuple):
    """A column's number, and where one of its cells begins and ends."""

    column: int
    start: int
    end: int


@dataclass
class Table:
    """Lines of cells, from the first line of headings on."""

    start: int
    end: int
    mark: str
    size: int = 0
    """How many cells each row has; 0 where that may differ."""
    heads: list[list[Cell]] = field(default_factory=list)
    """Lines of headings."""


def mark_of(line: str) -> str | None:
    """Give what parts the cells of a line; nothing where it has one cell."""
    mark = max(MARKS, key=line.count)
    return mark if mark in line else None


def key(cell: str) -> str:
    """Give a heading in lower case, letters and digits alone, without what stands in brackets."""
    return _SIGNS.sub("", _IN_BRACKETS.sub("", unicodedata.normalize("NFKC", cell).casefold()))


def can_head(keys: list[str]) -> bool:
    """Tell whether a line may be one of headings: most of its cells hold a few words."""
    return sum(not cell or len(cell) > _LONG for cell in keys) <= len(keys) // 2


def cells(text: str, start: int, end: int, mark: str) -> list[Cell]:
    """Cut a line into cells; in quotes a mark parts nothing."""
    found: list[Cell] = []
    at = start
    while at <= end and len(found) < CELLS:
        if text.startswith('"', at):
            stop = text.find('"', at + 1, end)
            stop = end if stop < 0 else stop
            first, last = at + 1, stop
            at = text.find(mark, stop, end)
        else:
            first, stop = at, text.find(mark, at, end)
            last = end if stop < 0 else stop
            at = stop
        value = text[first:last]
        low = first + len(value) - len(value.lstrip())
        value = value.strip()
        found.append(Cell(low if value else first, low + len(value) if value else first, value))
        if at < 0:
            break
        at += len(mark)
    return found


class Tables:
    """The tables of one text."""

    def __init__(self, text: str, normalised: str) -> None:
        """Look for them.

        Args:
            text: as it is written, but for what is invisible.
            normalised: the same, character for character, normalised.
        """
        self._text, self._normalised = text, normalised
        # those of tabs in the order of the text, then at most `LISTS` others
        self.all = [*(self._tabbed() if "\t" in text else ()), *self._parted()]
        self._line, self._mark, self._bounds = -1, "", list[tuple[int, int]]()

    def cell(self, table: Table, start: int) -> Place | None:
        """Give the cell of a table that a place stands in; nothing where its line is no row of it."""
        low = max(0, self._text.rfind("\n", max(0, start - ROW - 1), start) + 1)
        high = self._text.find("\n", start, low + ROW + 1)
        bounds = self._row(table, low, min(len(self._text), low + ROW + 1) if high < 0 else high)
        column = bisect_right(bounds, (start, len(self._text))) - 1
        return Place(column, *bounds[column]) if column >= 0 else None

    def below(self, table: Table, columns: dict[int, int]) -> Iterator[tuple[int, int]]:
        """Give the cells of columns, from the place on that is given for each; what is empty is left out."""
        wanted, at = sorted(columns), table.start
        while at < table.end:
            stop = self._text.find("\n", at, table.end)
            stop = table.end if stop < 0 else stop
            bounds = self._row(table, at, stop) if wanted else []
            for column in wanted:
                if (
                    column < len(bounds)
                    and bounds[column][0] > columns[column]
                    and bounds[column][0] < bounds[column][1]
                ):
                    yield bounds[column]
            at = stop + 1

    def _row(self, table: Table, start: int, end: int) -> list[tuple[int, int]]:
        """Give where the cells of a row begin and end; nothing where a line is none."""
        if (start, table.mark) != (self._line, self._mark):
            self._line, self._mark, self._bounds = start, table.mark, self._cut(table.mark, start, end)
        return self._bounds if len(self._bounds) == table.size or (not table.size and len(self._bounds) > 1) else []

    def _cut(self, mark: str, start: int, end: int) -> list[tuple[int, int]]:
        if end - start > ROW:
            return []
        line = self._text[start:end]
        if '"' in line:
            return [(cell.start, cell.end) for cell in cells(self._text, start, end, mark)]
        bounds, at = [], start
        for part in line.split(mark, CELLS)[:CELLS]:
            value = part.strip()
            low = at + len(part) - len(part.lstrip()) if value else at
            bounds.append((low, low + len(value)))
            at += len(part) + 1
        return bounds

    def _heads(self, start: int, end: int, mark: str) -> list[Cell]:
        """Give the cells of a line of headings; nothing where it is none."""
        if end - start > HEADING or _DATA.search(self._normalised, start, end):
            return []
        found = cells(self._text, start, end, mark)
        return (
            found if sum(bool(cell.text) for cell in found) > 1 and can_head([key(cell.text) for cell in found]) else []
        )

    def _tabbed(self) -> Iterator[Table]:
        """Give the tables of lines with tabs.

        Lines of headings are among the first rows below a line that is none, such as the name of a sheet; where the very
        first one is, a new table begins.
        """
        text, size = self._text, len(self._text)
        table, misfits, lead, at = None, 0, 0, 0
        while at < size:
            end = text.find("\n", at)
            end = size if end < 0 else end
            if end - at <= ROW and text.find("\t", at, end) >= 0:
                if lead < _LEAD and (heads := self._heads(at, end, "\t")):
                    if table is None or not lead:
                        if table is not None:
                            table.end = at
                            yield table
                        table = Table(at, size, "\t")
                    table.heads.append(heads)
                misfits, lead = 0, lead + 1
            else:
                misfits, lead = misfits + 1, 0
                if table is not None and misfits >= MISFITS:
                    table.end = at
                    yield table
                    table = None
            at = end + 1
        if table is not None:
            yield table

    def _parted(self) -> Iterator[Table]:
        """Give the tables that begin at the top of a text without tabs."""
        text, at, known = self._text, 0, dict[tuple[str, int], Table]()
        while at < TOP and (end := text.find("\n", at, at + HEADING)) >= 0:
            mark = mark_of(text[at:end])
            heads = self._heads(at, end, mark) if mark and mark != "\t" else []
            if mark and heads:
                same = known.get((mark, len(heads)))
                if same and at < same.end:
                    if len(same.heads) < _LEAD:
                        same.heads.append(heads)
                elif len(known) < LISTS and not same:
                    known[mark, len(heads)] = Table(at, self._end(end + 1, mark, len(heads)), mark, len(heads), [heads])
            at = end + 1
        yield from known.values()

    def _end(self, at: int, mark: str, count: int) -> int:
        """Give where rows of so many cells end."""
        text, misfits, last = self._text, 0, at
        while at < len(text) and misfits < _BROKEN:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            misfits += 1
            if len(self._cut(mark, at, end)) == count:
                misfits, last = 0, end
            at = end + 1
        return last
