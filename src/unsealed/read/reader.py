"""What a reader is: it knows its files when it sees them, cuts them into ranges, and turns a range into rows.

A reader is one file in `read/` with an object `READER` of this protocol. Its `read` is a pure function from a byte
range to rows, so ranges can be read in any order, in any process, on any machine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from unsealed.errors import BadRecord

Row = tuple[str, tuple[object, ...]]
"""A table's name, and the row's values in the order of the table's columns in `unsealed.schema`."""


@dataclass
class Batch:
    """Many rows of one table as columns: what a reader of short lines gives instead of rows, since it costs a third."""

    table: str
    length: int
    columns: dict[str, Any]
    """By name: a list or Arrow array of `length` values, or one value for all rows; a column left out is null."""
    inner: "Batch | None" = None
    """Rows of another table that belong to rows of this one."""
    owners: list[int] = field(default_factory=list)
    """For each row of `inner`, the number of the row that it belongs to, in order."""

    def take(self, rows: list[int]) -> "Batch":
        """Give a batch of some of the rows, each with the inner rows that belong to it."""
        taken = Batch(self.table, len(rows), {name: _some(values, rows) for name, values in self.columns.items()})
        if self.inner:
            place = {row: number for number, row in enumerate(rows)}
            kept = [number for number, owner in enumerate(self.owners) if owner in place]
            taken.inner, taken.owners = self.inner.take(kept), [place[self.owners[number]] for number in kept]
        return taken


def _some(values: Any, rows: list[int]) -> Any:  # noqa: ANN401 - as in `Batch.columns`
    if isinstance(values, list):
        return [values[row] for row in rows]
    return values.take(pa.array(rows, pa.int64())) if isinstance(values, pa.Array) else values


RANGE = 16 << 20
"""Bytes in one range: large enough to be worth a message to a worker, small enough to be lost without pain."""


BEFORE = 1 << 20
"""Bytes before a range that are looked at for the same line in the same moment."""


@dataclass(frozen=True)
class Place:
    """Where a file stands in the victim's mail: whose mailbox, which folder, and how we know."""

    mailbox: str | None = None
    basis: str | None = None
    folder: str | None = None
    group: str = ""


@dataclass(frozen=True)
class Settings:
    """What a person told us that readers need; kept in the case, the same for all its evidence."""

    passwords: tuple[str, ...] = ()
    """To be tried on encrypted archives and documents."""
    mappings: tuple[str, ...] = ()
    """Mapping files (TOML) for logs that no reader knows, as paths in the case folder."""
    ocr: bool = False
    """Read the words in images, where tesseract is installed."""
    incident: str | None = None
    """The day of the incident (YYYY-MM-DD), by which a log without years is placed where nothing in it tells."""


@dataclass(frozen=True)
class Part:
    """A byte range of one evidence file, with all that a reader needs to know about it."""

    path: str
    shown: str
    evidence_id: str
    size: int
    start: int
    end: int
    place: Place
    timezone: str = "UTC"
    settings: Settings = Settings()

    @property
    def key(self) -> str:
        """Name the range within its file and place; the same on every run."""
        return f"{self.start}-{self.end}/{self.place.mailbox or ''}/{self.place.folder or ''}"


class Reader(Protocol):
    """One format of mail or log."""

    name: str
    version: str
    """Raised whenever the rows that it makes change: what an older version read is then read again."""
    kind: str
    """`mail` or `log`."""

    def detect(self, head: bytes, shown: str) -> int:
        """Say how sure we are, 0 (no) to 100, from the first 64 KiB and the name; content outweighs the name."""
        ...

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut a file into ranges that can be read apart from each other."""
        ...

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the rows of a range; what can't be read is a row of `skipped` (see `skip`)."""
        ...


@runtime_checkable
class Recogniser(Protocol):
    """A reader that needs what a person told us to know its files; asked instead of `detect`."""

    def recognise(self, head: bytes, shown: str, settings: Settings) -> int:
        """Say how sure we are, as `detect` does."""
        ...


@runtime_checkable
class Itemised(Protocol):
    """A reader whose records have no bytes of their own in the file: it gives one again by its place."""

    def item(self, part: Part, locator: str) -> list[Row]:
        """Give the rows of the record at a place, as `read` gave them; nothing where there is none."""
        ...


def before(part: Part) -> Part:
    """Give the stretch right before a range: what stands there may stand in the range once more."""
    return replace(part, start=max(0, part.start - BEFORE), end=part.start)


def skip(part: Part, locator: str, reason: str, detail: str) -> Row:
    """Make the row that says what could not be read, where and why."""
    return "skipped", (part.evidence_id, part.shown, locator, reason, detail)


def guarded(rows: Iterable[Row], part: Part, locator: str) -> list[Row]:
    """Give all rows of one record, or, whatever a hostile record does to its reader, the one that says it is bad."""
    try:
        return list(rows)
    except BadRecord as error:
        return [skip(part, error.locator or locator, error.reason, error.detail)]
    except Exception as error:  # noqa: BLE001 - the one guard: a record may cost itself, never the run
        return [skip(part, locator, "reader_failed", f"{type(error).__name__}: {error}"[:500])]


def equal_ranges(size: int) -> list[tuple[int, int]]:
    """Cut a file into equal ranges of about `RANGE` bytes."""
    count = max(1, -(-size // RANGE))
    step = -(-size // count)
    return [(start, min(start + step, size)) for start in range(0, max(size, 1), max(step, 1))]
