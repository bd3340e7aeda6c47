"""A reader of one kind of Exchange Server's logs: its columns are known by name, its lines read the same way."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson

from unsealed.read import fields_log, times
from unsealed.read.encodings import head_text
from unsealed.read.events import Lines
from unsealed.read.exchange.headless import Headless, guess
from unsealed.read.lines import ranges
from unsealed.read.reader import Batch, Part, Row, before, guarded, skip
from unsealed.read.web.request import address

FILLED = (
    "operation", "user", "mailbox", "client_ip", "client", "session_id", "app_id", "outcome", "raw", "record_id",
    "workload", "target", "bytes_out", "internet_message_id", "queue_id", "sender", "recipients",
)  # fmt: skip
"""The columns of `events` that any of these logs fills."""
TIMES = ("date-time", "datetime", "timestamp")
"""How the column of the time is named, lower case."""
Fields = dict[str, str]
"""What a line holds, by lower-case names; without what is empty."""
Columns = dict[str, object]


@dataclass(frozen=True)
class ExchangeLog:
    """One kind of log."""

    name: str
    version: str
    knows: Callable[[frozenset[str], fields_log.Header], int]
    """Tells from the lower-case names of the columns how sure it is of a log."""
    source: Callable[[frozenset[str], fields_log.Header], str]
    columns: Callable[[Fields, str], Columns]
    """Gives columns of `events` from what a line holds, and the name of the log."""
    forms: tuple[Headless, ...] = ()
    """How its lines look where the line that names the columns is lost."""
    kind: str = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of the columns that only this log has."""
        del shown
        header = fields_log.head(head)
        if not header.fields and self.forms:
            text = head_text(head).lstrip("\ufeff\r\n\x00")
            return 85 if guess(text.split("\n", 1)[0], self.forms) else 0
        names = frozenset(name.lower() for name in header.fields)
        return self.knows(names, header) if names & frozenset(TIMES) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at the beginnings of records."""
        return ranges(path, size)

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the records of the range."""
        earlier = [*self._lines(before(part))][::-1] if part.start else []
        outs: dict[str, Lines] = {}
        for told, line, place in self._lines(part):
            if isinstance(line, fields_log.TooLong):
                yield skip(part, place, "line_too_long", f"a line of {line.length:,} bytes; no server writes that")
                continue
            values = split(line)
            time = told.time(values)
            if time is None or _cut(values, told.names, place, part):
                yield skip(part, place, *_wrong(values, told.names, time, place, part))
                continue
            row = self._row(told, values, part, place)
            if isinstance(row, dict):
                if told.source not in outs:
                    out = outs[told.source] = Lines(part, told.source, self.name, FILLED)
                    out.resume(_timed(earlier, told.source))
                yield from outs[told.source].add(line, time, place, *map(row.get, FILLED))
            else:
                yield from row
        for out in outs.values():
            yield from out.flush()

    def _lines(self, part: Part) -> Iterator[tuple["_Told", str | fields_log.TooLong, str]]:
        """Give each line of a range, with what is known of its columns."""
        known: fields_log.Header | None = None
        told = _Told(fields_log.Header(), self)
        for said, line, place in fields_log.lines(part, quoted=True):
            header = said
            if not said.fields and isinstance(line, str):
                header = guess(line, self.forms) or said
            if header is not known:
                known, told = header, _Told(header, self)
            yield told, line, place

    def _row(self, told: "_Told", values: list[str], part: Part, place: str) -> Columns | list[Row]:
        """Give a line's columns; a line that its reader dies of costs itself."""
        fields = {name: value for name, value in zip(told.names, values, strict=False) if value}
        try:
            row = self.columns(fields, told.source)
        except Exception as error:  # noqa: BLE001 - as in `guarded`, which says it
            return guarded(_raised(error), part, place)
        row["raw"] = raw(told.header.fields, values)
        return row


class _Told:
    """What is known of the columns of a line."""

    def __init__(self, header: fields_log.Header, log: ExchangeLog) -> None:
        self.header, self.names = header, [name.lower() for name in header.fields]
        self.at = next((self.names.index(name) for name in TIMES if name in self.names), -1)
        self.source = log.source(frozenset(self.names), header)

    def time(self, values: list[str]) -> int | None:
        """Give the time of a line."""
        return times.moment(values[self.at])[0] if -1 < self.at < len(values) else None


def _timed(earlier: list[tuple[_Told, str | fields_log.TooLong, str]], source: str) -> Iterator[tuple[str, int | None]]:
    """Give the lines of one log before a range, and their times, newest first."""
    for told, line, _ in earlier:
        if told.source == source and isinstance(line, str) and (time := told.time(split(line))) is not None:
            yield line, time


def split(line: str) -> list[str]:
    """Give the values of a line."""
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return line.split(",")


def raw(names: tuple[str, ...], values: list[str]) -> str:
    """Give a line as JSON text, by the names of the log; what has no name is kept, what is empty is not."""
    made: dict[str, object] = {name: value for name, value in zip(names, values, strict=False) if value}
    if more := [value for value in values[len(names) :] if value]:
        made["(more)"] = more
    return orjson.dumps(made).decode()


def first(fields: Fields, *names: str) -> str | None:
    """Give the first of some fields that holds something."""
    for name in names:
        if value := fields.get(name):
            return value
    return None


def lower(value: str | None) -> str | None:
    """Give a name in lower case; None where it says that there is none."""
    plain = (value or "").strip().lower()
    return None if plain in {"", "-", "anonymous", "<null>"} else plain


def addresses(value: str | None) -> list[str] | None:
    """Give the addresses of a list with semicolons."""
    found = [part.strip().lower() for part in (value or "").split(";") if part.strip()]
    return found or None


def mailbox(*values: str | None) -> str | None:
    """Give the first that is an address."""
    return next((found for value in values if (found := address(value))), None)


def _cut(values: list[str], names: list[str], place: str, part: Part) -> bool:
    """Tell a last line that the server had not finished; older servers leave out empty columns at the end."""
    return len(values) < len(names) and _last(place, part) and not _ended(part)


def _wrong(values: list[str], names: list[str], time: int | None, place: str, part: Part) -> tuple[str, str]:
    if not names:
        return "no_header", "no line before this one names the columns"
    if len(values) < len(names) and _last(place, part) and not _ended(part):
        return "truncated", f"the last line has {len(values)} fields where its header names {len(names)}"
    return "broken_row", "no time can be read from this line" if time is None else "the line does not fit its header"


def _last(place: str, part: Part) -> bool:
    start, length = (int(count) for count in place[5:].split("+"))
    return start + length >= part.size


def _ended(part: Part) -> bool:
    """Tell whether the file's last line was finished."""
    with open(part.path, "rb") as stream:  # noqa: PTH123 - a path of ours
        stream.seek(max(part.size - 2, 0))
        return b"\n" in stream.read(2)


def _raised(error: Exception) -> Iterator[Row]:
    raise error
    yield  # makes it an iterator, as `guarded` wants it
