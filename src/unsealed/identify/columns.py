"""The heading of a column is context for all of its cells, however far down the table they stand.

A word in the heading of another column says nothing here: it counts where it stands near, as any word does.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from sys import maxsize

from unsealed.identify.identifier import Identifier
from unsealed.identify.normalise import INVISIBLE, Normalised
from unsealed.identify.tables import HEADING, LISTS, MARKS, TOP, Tables

_GONE = dict.fromkeys(map(ord, INVISIBLE))
Ends = Sequence[int]
"""Where words of an identifier end in the normalised text, rising; words that are none may be among them."""


class Columns:
    """Which columns of the tables of one text are headed by words of which identifier."""

    def __init__(self, known: Sequence[Identifier], text: str, clean: Normalised) -> None:
        """Take a text; its tables are looked for when somebody asks.

        Args:
            known: the identifiers, by number.
            text: as it was given, where tabs are tabs.
            clean: the same, normalised: all places are places in it.
        """
        self._known, self._normalised = known, clean.text
        self._text = text.translate(_GONE) if clean.places else text
        top = self._text[:TOP]
        self._any = "\t" in self._text or any(mark in top for mark in MARKS)
        self._tables: Tables | None = None
        self._headed: dict[int, list[tuple[int, dict[int, int]]]] = {}

    def spans(self, which: int, ends: Ends) -> Iterator[tuple[int, int]]:
        """Give the cells below words of an identifier: from where to where."""
        for number, columns in self._of(which, ends):
            assert self._tables is not None  # noqa: S101 - what has columns has tables
            yield from self._tables.below(self._tables.all[number], columns)

    def head(self, which: int, first: int, start: int, end: int, ends: Ends | None = None) -> bool:
        """Tell whether a word of an identifier heads the column of a value; in lists of commas it has to fill its cell.

        Args:
            which: the identifier's number.
            first: where the match begins, in the value's own cell.
            start: where the value begins.
            end: where it ends.
            ends: where the identifier's words end, if that is known.
        """
        headed = self._of(which, ends)
        if not headed or self._tables is None:
            return False
        # those of tabs come first and lie one behind the other; of the others there are few
        last = bisect_right(headed, start, key=self._begins) - 1
        for number, columns in [*headed[max(last, 0) : last + 1], *headed[-LISTS:]]:
            table = self._tables.all[number]
            if not table.start < start < table.end:
                continue
            cell = self._tables.cell(table, start)
            if cell is None or columns.get(cell.column, end) >= start or first < cell.start or end > cell.end:
                continue
            if table.mark == "\t" or (start, end) == (cell.start, cell.end):
                return True
        return False

    def _begins(self, headed: tuple[int, dict[int, int]]) -> int:
        """Give where a table begins; of lists without tabs, that they are behind all others."""
        assert self._tables is not None  # noqa: S101 - what has columns has tables
        table = self._tables.all[headed[0]]
        return table.start if table.mark == "\t" else maxsize

    def _of(self, which: int, ends: Ends | None) -> list[tuple[int, dict[int, int]]]:
        """Give by number of a table its columns with such a heading, and where each heading ends."""
        found = self._headed.get(which)
        if found is None:
            found = self._headed[which] = list(self._looked_for(which, ends)) if self._any else []
        return found

    def _looked_for(self, which: int, ends: Ends | None) -> Iterator[tuple[int, dict[int, int]]]:
        if self._tables is None:
            if ends is not None and not self._among_cells(ends):
                return
            self._tables = Tables(self._text, self._normalised)
        one = self._known[which]
        for number, table in enumerate(self._tables.all):
            columns = dict[int, int]()
            for cells in table.heads:
                if ends is not None:
                    place = bisect_right(ends, cells[0].start)
                    if place == len(ends) or ends[place] > cells[-1].end:
                        continue
                for column, cell in enumerate(cells):
                    if column not in columns and cell.text and one.names(self._normalised, cell.start, cell.end):
                        columns[column] = cell.end
            if columns:
                yield number, columns

    def _among_cells(self, ends: Ends) -> bool:
        """Tell whether a word stands on a line that may be one of cells."""
        text, done = self._text, -1
        for end in ends:
            if end <= done:
                continue
            low = text.rfind("\n", max(0, end - HEADING), end) + 1
            done = text.find("\n", end, end + HEADING)
            line = text[low : done if done >= 0 else end + HEADING]
            if "\t" in line or (low < TOP and any(mark in line for mark in MARKS)):
                return True
        return False
