"""Worker processes: units of work out, part files and counts back; a worker may die without taking the run along."""

import gc
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Self

from unsealed import plugins
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
        with _clock():
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
            _rearm()
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


class _clock:  # noqa: N801 - used like a function
    """Raises BadRecord in an item that takes longer than `ITEM_SECONDS` (where the system has timers)."""

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGALRM, _late)
            _rearm()

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_REAL, 0)


def _rearm() -> None:
    if threading.current_thread() is threading.main_thread():
        signal.setitimer(signal.ITIMER_REAL, ITEM_SECONDS)


def _late(*_: object) -> None:
    raise BadRecord("too_slow", f"took longer than {ITEM_SECONDS} seconds")


def _start(parent: int) -> None:
    """Prepare a worker: leave Ctrl-C to the parent, and die with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        if os.getppid() == parent and (mother := multiprocessing.parent_process()):
            mother.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _ready() -> None:
    """Load what every unit needs."""
    readers()


class Pool:
    """Keeps workers busy with units, a few ahead; `workers=0` works in this process (for tests and debuggers)."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def start(self) -> None:
        """Start the workers before there is a unit for them: each takes half a second to be ready."""
        if self.workers and self._pool is None:
            self._pool = self._workers()
            for _ in range(self.workers):
                self._pool.submit(_ready)

    def map(self, units: Iterator[Unit]) -> Iterator[Result]:
        """Give the results of units as they come, in any order."""
        if not self.workers:
            yield from (work(unit) for unit in units)
            return
        waiting: dict[Future[Result], Unit] = {}
        for unit in units:
            waiting[self._submit(unit)] = unit
            if len(waiting) >= self.workers * 2:
                yield from self._take(waiting)
        while waiting:
            yield from self._take(waiting)

    def _workers(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.workers, context, initializer=_start, initargs=(os.getpid(),))

    def _submit(self, unit: Unit) -> "Future[Result]":
        if self._pool is None:
            self._pool = self._workers()
        try:
            return self._pool.submit(work, unit)
        except BrokenProcessPool as error:
            failed: Future[Result] = Future()
            failed.set_exception(error)
            return failed

    def _take(self, waiting: "dict[Future[Result], Unit]") -> Iterator[Result]:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        broken = []
        for future in done:
            unit = waiting.pop(future)
            try:
                yield future.result()
            except BrokenProcessPool:
                broken.append(unit)
        if broken:
            broken += waiting.values()
            waiting.clear()
            self._restart()
            for unit in broken:
                yield from self._alone(unit)

    def _restart(self) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def _alone(self, unit: Unit) -> Iterator[Result]:
        """Read a unit by itself after a worker died, to find which one it was; then part by part."""
        try:
            yield self._submit(unit).result()
        except BrokenProcessPool:
            self._restart()
            if len(unit.parts) > 1:
                for part in unit.parts:
                    yield from self._alone(Unit(unit.reader, (part,), unit.tables))
                return
            part = unit.parts[0]
            row = (
                part.evidence_id,
                part.shown,
                f"byte:{part.start}+{part.end - part.start}",
                "reader_died",
                "the process that read this part died; the part was left out",
            )
            yield Result(unit, skipped=[(0, row)])
