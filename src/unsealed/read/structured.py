"""A log of records with named fields, CSV or JSON alike: what its readers have in common."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import orjson

from unsealed.errors import BadRecord
from unsealed.read import csv_rows, json_rows, times, values
from unsealed.read.json_stream import Broken
from unsealed.read.reader import Part, Row, guarded, skip


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its fields as the log names them, its JSON text, where it lies, and how its times are to be read."""

    fields: dict[str, Any]
    raw: str
    part: Part
    locator: str
    tabular: bool
    european: bool = False

    def time(self, value: object) -> tuple[int | None, str | None]:
        """Read a time that is UTC where it names no zone."""
        return times.moment(value, UTC, european=self.european)[0], None

    def local_time(self, value: object) -> tuple[int | None, str | None]:
        """Read a time that is in the case's zone where it names none; say so."""
        micros, told = times.moment(value, times.zone(self.part.timezone), european=self.european)
        return micros, None if told or micros is None else "zone"


@dataclass(frozen=True)
class StructuredLog:
    """A reader of such a log."""

    name: str
    version: str
    has_columns: csv_rows.Wanted
    """Tells the header of its CSV, from folded names."""
    is_record: json_rows.Known
    """Tells an object of its JSON."""
    rows: Callable[[Record], Iterable[Row]]
    sure: int = 92
    kind: str = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a header, or of an object, with the names that only this log has."""
        del shown
        if json_rows.opens(head):
            return self.sure if json_rows.recognised(head, self.is_record) else 0
        return self.sure if b"\x00\x00\x00" not in head[:64] and csv_rows.header(head, self.has_columns) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at the ends of rows or lines; what can't be cut is left whole."""
        return json_rows.ranges(path, size) if _json(path) else csv_rows.ranges(path, size)

    def read(self, part: Part) -> Iterator[Row]:
        """Give the records of the range."""
        return self._objects(part) if _json(part.path) else self._table(part)

    def _objects(self, part: Part) -> Iterator[Row]:
        for found in json_rows.records(part, self.is_record):
            if isinstance(found, Broken):
                yield skip(part, found.locator, found.reason, found.detail)
            elif not isinstance(found.value, dict) or not self.is_record(found.value):
                yield skip(
                    part, found.locator, "not_a_record", "this object is no record of the log that the file holds"
                )
            else:
                yield from self._made(Record(found.value, found.text, part, found.locator, tabular=False))

    def _table(self, part: Part) -> Iterator[Row]:
        european = day_first(part.path)
        for found in csv_rows.rows(part, self.has_columns):
            if isinstance(found, csv_rows.BrokenRow):
                yield skip(part, found.locator, found.reason, found.detail)
            elif not _repeats_header(found.fields):
                raw = orjson.dumps(found.fields).decode()
                yield from self._made(Record(found.fields, raw, part, found.locator, tabular=True, european=european))

    def _made(self, record: Record) -> list[Row]:
        return guarded(self.rows(record), record.part, record.locator)


def day_first(path: str) -> bool:
    """Tell whether a file's short dates put the day before the month."""
    with Path(path).open("rb") as stream:
        return times.day_first(stream.read(1 << 20).replace(b"\x00", b"").decode("utf-8", "replace"))


def no_time(record: Record, *names: str) -> BadRecord:
    """Make the error of a record that does not tell when it was."""
    told = next((str(value)[:60] for name, value in record.fields.items() if csv_rows.fold(name) in names), "")
    detail = f"the time {told!r} can't be read" if told else "the record does not tell when it was"
    return BadRecord("not_a_record", detail, locator=record.locator)


def folded(fields: dict[str, Any]) -> dict[str, Any]:
    """Give fields by their folded names, empty ones left out; the first of a name wins."""
    made: dict[str, Any] = {}
    for name, value in fields.items():
        if value not in (None, "", [], {}):
            made.setdefault(csv_rows.fold(name), value)
    return made


def opened(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Open JSON text inside a field, as table exports write what is nested."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def word(value: object) -> str | None:
    """Give a field as text; None where it is empty, or is no single value."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else None


def lower(value: object) -> str | None:
    """Give a name or address in lower case."""
    text = word(value)
    return text.lower() if text else None


def ip(value: object) -> str | None:
    """Give an address without port and brackets; None where it is none."""
    return values.ip_address(value) if isinstance(value, str) else None


def message_id(value: object) -> str | None:
    """Give a message's id with its angle brackets."""
    return values.message_id(word(value))


def _json(path: str) -> bool:
    with Path(path).open("rb") as stream:
        return json_rows.opens(stream.read(4096))


def _repeats_header(fields: dict[str, str]) -> bool:
    """Tell the header of an export that was appended to another."""
    return all(name == value for name, value in list(fields.items())[:3])
