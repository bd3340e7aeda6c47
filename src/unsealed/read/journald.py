"""The systemd journal as `journalctl -o json` (a record a line), `-o json-seq`, or `-o export`; Docker's json-file logs.

https://systemd.io/JOURNAL_EXPORT_FORMATS/
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from unsealed.read import lines
from unsealed.read.encodings import head_text
from unsealed.read.events import event
from unsealed.read.maillog import envelope
from unsealed.read.maillog.records import found, source_of, touched
from unsealed.read.reader import Batch, Part, Row, guarded, skip
from unsealed.read.values import number

_JSON = re.compile(r'[\x1e\s]*\{.{0,20000}?"(?:__REALTIME_TIMESTAMP|_SOURCE_REALTIME_TIMESTAMP)" ?:', re.DOTALL)
_DOCKER = re.compile(r'\{"log":".*"stream":"std(?:out|err)".*"time":"')
_EXPORT = re.compile(r"(?:__CURSOR|__REALTIME_TIMESTAMP)=")
MAX_ENTRY = 1 << 20
"""Bytes of one entry of `-o export`."""


class Journald:
    """Records of the journal."""

    name = "journald"
    version = "2"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of the journal's own field names."""
        del shown
        text = head_text(head)
        if _EXPORT.match(text):
            return 95
        first = text.lstrip("\x1e\r\n ").split("\n", 1)[0]
        if first.startswith("{") and (_JSON.match(first) and '"MESSAGE"' in text):
            return 95
        return 70 if _DOCKER.match(first) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut JSON anywhere, an export not at all: its entries are parted by empty lines."""
        with open(path, "rb") as stream:  # noqa: PTH123 - bytes of a spool or evidence file
            exported = _EXPORT.match(head_text(stream.read(64)))
        return [(0, size)] if exported else lines.ranges(path, size)

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the events of the range."""
        with open(part.path, "rb") as stream:  # noqa: PTH123 - bytes of a spool or evidence file
            exported = _EXPORT.match(head_text(stream.read(64)))
        if exported:
            yield from _export(part)
            return
        clock = envelope.Clock(part.timezone)
        for line, locator in lines.lines(part):
            yield from guarded(_line(part, locator, line.lstrip("\x1e"), clock), part, locator)


def _line(part: Part, locator: str, line: str, clock: envelope.Clock) -> Iterator[Row]:
    if not line.strip():
        return
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        yield skip(part, locator, "invalid_json", f"not valid JSON: {error}")
        return
    if isinstance(record, dict) and "log" in record and "MESSAGE" not in record:
        yield from _docker(part, locator, record, line, clock)
    elif not isinstance(record, dict) or "MESSAGE" not in record:
        yield skip(part, locator, "not_a_record", "no record of the journal: it has no MESSAGE")
    else:
        yield from _rows(part, locator, record, line)


def _docker(part: Part, locator: str, record: dict[str, Any], line: str, clock: envelope.Clock) -> Iterator[Row]:
    """A line that a container wrote: a syslog line, or a bare message under the time that Docker gave it."""
    text = str(record["log"]).rstrip("\n")
    stamp = str(record.get("time"))
    year = int(stamp[:4]) if stamp[:4].isdigit() else 1970
    taken = envelope.split(text, clock, year)
    time, basis, program = clock.time(stamp, year)[0], None, ""
    if taken and taken[3]:
        program, text = taken[3], taken[5]
        if time is None:
            time, basis = taken[0], taken[1]
    source, daemon = source_of(program)
    columns, fields = found(source, daemon or "container", text)
    yield from _made(part, locator, source, columns, fields, line, time, basis, daemon or None)


def _rows(part: Part, locator: str, record: dict[str, Any], raw: str) -> Iterator[Row]:
    """One record: its MESSAGE read as its program writes it."""
    message = _text(record["MESSAGE"])
    program = str(record.get("SYSLOG_IDENTIFIER") or record.get("_COMM") or "")
    stamp = record.get("__REALTIME_TIMESTAMP") or record.get("_SOURCE_REALTIME_TIMESTAMP")
    time = number(str(stamp))
    source, daemon = source_of(program)
    columns, fields = found(source, daemon or "journal", message)
    identity = str(record.get("__CURSOR") or raw)
    yield from _made(part, locator, source, columns, fields, raw, time, None, daemon or None, identity)


def _made(
    part: Part,
    locator: str,
    source: str,
    columns: dict[str, Any],
    fields: dict[str, Any],
    raw: str,
    time: int | None,
    basis: str | None,
    workload: str | None,
    identity: str = "",
) -> Iterator[Row]:
    row = event(
        part,
        locator,
        source,
        identity or raw,
        **columns,
        raw=raw,
        time=time,
        time_basis=basis,
        workload=workload,
        shape="journald",
    )
    yield row
    if "access" in fields:
        yield "accesses", touched(row[1][0], columns, fields)


def _text(value: object) -> str:
    """Give a message's text; what is no UTF-8 stands as a list of bytes in the journal's JSON."""
    if isinstance(value, list):
        if all(isinstance(one, int) and 0 <= one < 256 for one in value):
            return bytes(value).decode("utf-8", "replace")
        return "\n".join(str(one) for one in value)
    return "" if value is None else str(value)


def _export(part: Part) -> Iterator[Row]:
    """Entries of `KEY=value` lines, parted by empty ones; a value with line ends has its length before it."""
    with open(part.path, "rb") as stream:  # noqa: PTH123 - bytes of a spool or evidence file
        record: dict[str, Any] = {}
        begin = place = 0
        while True:
            line = stream.readline(MAX_ENTRY)
            if line in {b"\n", b"\r\n", b""}:
                if record:
                    locator = f"byte:{begin}+{place - begin}"
                    yield from guarded(_entry(part, locator, record), part, locator)
                record, place = {}, place + len(line)
                begin = place
                if not line:
                    return
                continue
            place += len(line)
            key, sign, value = line.rstrip(b"\n").partition(b"=")
            if not sign:
                size = stream.read(8)
                length = int.from_bytes(size, "little")
                value = stream.read(min(length, MAX_ENTRY))
                stream.seek(max(length - MAX_ENTRY, 0), 1)
                place += len(size) + length + len(stream.read(1))
                if place > part.size:
                    yield skip(part, f"byte:{begin}+{part.size - begin}", "truncated", "the last entry is cut off")
                    return
            record[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")


def _entry(part: Part, locator: str, record: dict[str, Any]) -> Iterator[Row]:
    if "MESSAGE" not in record:
        yield skip(part, locator, "not_a_record", "no record of the journal: it has no MESSAGE")
        return
    yield from _rows(part, locator, record, orjson.dumps(record).decode())


READER = Journald()
