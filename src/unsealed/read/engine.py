"""Units of reading: what a worker process is given, the part files and counts that come of it, and what is left out."""

import gc
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from unsealed import plugins, workers
from unsealed.errors import BadRecord
from unsealed.read.collect import Collector
from unsealed.read.reader import Batch, Part, Reader, Row, skip
from unsealed.schema import content_id

ITEM_SECONDS = 30
"""Time for one message or record."""


@dataclass(frozen=True)
class Unit:
    """Some parts for one reader, read together: one range of a large file, or a handful of small files."""

    reader: str
    parts: tuple[Part, ...]
    tables: str

    @property
    def size(self) -> int:
        """Bytes to be read."""
        return sum(part.end - part.start for part in self.parts)

    @property
    def stem(self) -> str:
        """Name its part files: the same for the same parts on every run."""
        first = self.parts[0]
        digest = content_id(self.reader, *(f"{part.evidence_id}/{part.key}" for part in self.parts))
        return f"{first.evidence_id[:16]}-{first.start:013d}-{digest[:8]}"


@dataclass
class Result:
    """What a unit came to."""

    unit: Unit
    files: list[tuple[str, str]] = field(default_factory=list)
    records: Counter[int] = field(default_factory=Counter)
    """Records by number of part."""
    skipped: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)
    """Rows of `skipped`, with the number of the part."""


def readers() -> dict[str, Reader]:
    """Give all readers by name."""
    return {reader.name: reader for reader in plugins.discover("unsealed.read", "READER").values()}


def work(unit: Unit) -> Result:
    """Read one unit: rows into part files, counts and skipped rows back. Runs in a worker process."""
    reader, result = readers()[unit.reader], Result(unit)
    shelf = _Shelf(Path(unit.tables), unit.stem)
    collecting = gc.isenabled()
    gc.disable()  # rows are plain tuples without cycles, and going through them again and again costs a sixth
    try:
        with workers.alarm(_late):
            workers.rearm(ITEM_SECONDS)
            for number, part in enumerate(unit.parts):
                _read(reader, part, number, shelf, result)
        result.files = shelf.finish()
    except BaseException:
        shelf.abandon()
        raise
    finally:
        if collecting:
            gc.enable()
    return result


def _read(reader: Reader, part: Part, number: int, into: "_Shelf", result: Result) -> None:
    """Put the rows of one part where they belong; only the reader is guarded, never the writing."""
    armed, records = monotonic(), 0
    fresh: Collector | None = into.main
    for made in _guarded(reader, part):
        now = monotonic()
        if now - armed > 1:
            workers.rearm(ITEM_SECONDS)
            armed = now
        if isinstance(made, Batch):
            records += into.add_columns(made)
            continue
        table, row = made
        if table == "events":
            records += 1
            fresh = into.for_event(row)
            if fresh is not None:
                fresh.add(table, row)
        elif table == "accesses":
            if fresh is not None:
                fresh.add(table, row)
        elif table == "skipped":
            result.skipped.append((number, row))
        else:
            records += table == "messages"
            into.main.add(table, row)
    result.records[number] = records


def _guarded(reader: Reader, part: Part) -> Iterator[Row | Batch]:
    """Give a part's rows; whatever its reader dies of costs the rest of the part, and is told."""
    locator = f"byte:{part.start}+{part.end - part.start}"
    try:
        yield from reader.read(part)
    except BadRecord as error:
        yield skip(part, error.locator or locator, error.reason, f"{error.detail}; the rest of this range was left")
    except Exception as error:  # noqa: BLE001 - the one guard: evidence may cost itself, never the run
        yield skip(part, locator, "unreadable", f"{type(error).__name__}: {error}; the rest of this range was left")


class _Shelf:
    """The part files of one unit: one set for each form of log record, so that a fuller form can replace a poorer one."""

    def __init__(self, folder: Path, stem: str) -> None:
        self.folder, self.stem = folder, stem
        self.main = Collector(folder, stem)
        self._forms: dict[object, tuple[Collector, set[object]]] = {}

    def for_event(self, row: tuple[object, ...]) -> Collector | None:
        """Give the collector for an event; None where it is there already (the rule, not the exception)."""
        collector, seen = self._form(row[19])
        if row[0] in seen:
            return None
        seen.add(row[0])
        return collector

    def add_columns(self, made: Batch) -> int:
        """Take many rows of one table, events each once; give how many records they are."""
        if made.table != "events":
            self.main.add_columns(made)
            return made.length if made.table == "messages" else 0
        collector, seen = self._form(made.columns.get("shape"))
        ids = made.columns["event_id"]
        new = set(ids)
        if len(new) < made.length or not seen.isdisjoint(new):
            first = {event_id: number for number, event_id in reversed(list(enumerate(ids))) if event_id not in seen}
            made = made.take(sorted(first.values()))
        seen |= new
        if made.length:
            collector.add_columns(made)
        return made.length

    def _form(self, shape: object) -> tuple[Collector, set[object]]:
        form = self._forms.get(shape)
        if form is None:
            made = Collector(self.folder, f"{self.stem}-{shape}") if self._forms else self.main
            form = self._forms.setdefault(shape, (made, set()))
        return form

    def collectors(self) -> list[Collector]:
        """Give all of them, each once."""
        return [self.main, *(made for made, _ in self._forms.values() if made is not self.main)]

    def finish(self) -> list[tuple[str, str]]:
        """Rename all part files into place."""
        return [file for collector in self.collectors() for file in collector.finish()]

    def abandon(self) -> None:
        """Drop everything."""
        for collector in self.collectors():
            collector.abandon()


def _late(*_: object) -> None:
    raise BadRecord("too_slow", f"took longer than {ITEM_SECONDS} seconds")


def _ready() -> None:
    """Load what every unit needs."""
    readers()


class Pool(workers.Pool[Unit, Result]):
    """Reads units in worker processes."""

    def __init__(self, count: int) -> None:
        super().__init__(count, work, pieces=_pieces, lost=_lost, ready=_ready)


def _pieces(unit: Unit) -> list[Unit]:
    """Give the parts of a unit one by one, where there are several."""
    return [Unit(unit.reader, (part,), unit.tables) for part in unit.parts] if len(unit.parts) > 1 else []


def _lost(unit: Unit) -> Result:
    """Leave a part out on which a worker died."""
    part = unit.parts[0]
    row = (
        part.evidence_id,
        part.shown,
        f"byte:{part.start}+{part.end - part.start}",
        "reader_died",
        "the process that read this part died; the part was left out",
    )
    return Result(unit, skipped=[(0, row)])
