"""The unified audit log as CSV: `Search-UnifiedAuditLog | Export-Csv`, Purview's export, Sentinel's OfficeActivity.

https://learn.microsoft.com/powershell/module/exchange/search-unifiedauditlog,
https://learn.microsoft.com/purview/audit-log-export-records
"""

import csv
import io
import mmap
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from unsealed.read.encodings import head_text, sniff, transcoded
from unsealed.read.m365 import records, shapes
from unsealed.read.reader import RANGE, Part, Row, guarded, skip

MAX_ROW = 4 << 20
"""Bytes of one row; longer ones are taken for a broken quote."""
csv.field_size_limit(min(sys.maxsize, 64 << 20))
_PREAMBLE = re.compile(r"\ufeff?(?:(?:#TYPE[^\r\n]*|sep=.)?\r?\n)*")
"""What PowerShell 5 and Excel put before the header."""


class AuditCsv:
    """Audit records in rows."""

    name = "m365_audit_csv"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a first line that names AuditData, or Sentinel's columns."""
        del shown
        return 95 if shapes.csv_columns(_header(head_text(head))[0]) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at line ends where no quote is open; UTF-16 is left whole."""
        if size <= RANGE:
            return [(0, size)]
        with Path(path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if sniff(data[:64])[0] != "utf-8":
                return [(0, size)]
            cuts, quotes = [0], 0
            for start in range(0, size - RANGE, RANGE):
                chunk = data[start : start + RANGE]
                quotes += len(chunk) - len(chunk.translate(None, b'"'))
                cut = _line_end(data, start + RANGE, quotes)
                if cuts[-1] < cut < size:
                    cuts.append(cut)
            return list(zip(cuts, [*cuts[1:], size], strict=True))

    def read(self, part: Part) -> Iterator[Row]:
        """Give the records of the range."""
        with Path(part.path).open("rb") as stream:
            encoding = sniff(stream.read(64))[0]
            with transcoded(stream, encoding) as data:
                header, length = _header(data[: 1 << 20].decode("utf-8", "replace"))
                found = shapes.csv_columns(header)
                if not found:
                    yield skip(part, "line:1", "no_header", "the first line names no column of an audit log export")
                    return
                offset = len(data[:length].decode("utf-8", "replace").encode(encoding))
                table = _Table(part, *found, encoding, offset)
                yield from table.rows(data, max(part.start, length), part.end if encoding == "utf-8" else len(data))


class _Table:
    """The rows of one export: its columns, and where AuditData is among them."""

    def __init__(self, part: Part, delimiter: str, columns: list[str], encoding: str, offset: int) -> None:
        self.part, self.delimiter, self.columns, self.encoding = part, delimiter, columns, encoding
        self.audit = next((number for number, name in enumerate(columns) if name.lower() == "auditdata"), -1)
        self.plain = delimiter.encode()
        self.quoted = b'"' + self.plain + b'"'
        self.opening = self.plain + b'"{""' if self.audit > 0 and encoding == "utf-8" else b"\n\n"
        """How AuditData begins; what no line holds where lines can't be read quickly."""
        self.closing = {self.plain, b"\r", b"\n", b""}
        self.offset = offset
        """How far we are in the evidence, where it is no UTF-8."""

    def rows(self, data: mmap.mmap, position: int, end: int) -> Iterator[Row]:
        """Give the rows from `position` to `end`: by the line where it is plain, else with care."""
        while position < end:
            stop = data.find(b"\n", position) + 1 or len(data)
            made = self.quick(data[position:stop], position)
            if made is None:
                made, stop = self.slow(data, position)
            position = stop
            yield from made

    def quick(self, line: bytes, position: int) -> list[Row] | None:
        """Read a line as exporters write it: AuditData in quotes, the fields before it plain; None for any other."""
        start, stop = line.find(self.opening), line.rfind(b'}"')
        if start < 0 or stop < start or line[stop + 2 : stop + 3] not in self.closing:
            return None
        before = line[:start]
        quotes = before.count(b'"')
        between = before.count(self.quoted) if quotes else before.count(self.plain)
        if between != self.audit - 1 or quotes not in {0, 2 * self.audit}:
            return None
        raw = line[start + 2 : stop + 1].replace(b'""', b'"')
        try:
            return records.rows(orjson.loads(raw), raw.decode(), self.part, f"byte:{position}+{len(line)}", "record")
        except (ValueError, AttributeError):
            return None

    def slow(self, data: mmap.mmap, position: int) -> tuple[list[Row], int]:
        """Read one row, its quotes followed over line ends; give its rows and where the next begins."""
        after = _line_end(data, position, 0, limit=MAX_ROW)
        values = _values(data[position:after], self.delimiter)
        if len(values) != len(self.columns) and b"\n" in data[position : after - 1]:
            after = data.find(b"\n", position) + 1
            values = _values(data[position:after], self.delimiter)
        locator = self.locator(position, data[position:after])
        return (guarded(self.record(values, locator), self.part, locator) if values else []), after

    def record(self, values: list[str], locator: str) -> Iterator[Row]:
        if len(values) < len(self.columns) and len(values) <= max(self.audit, 0):
            detail = f"the row has {len(values)} fields of {len(self.columns)}"
            yield skip(self.part, locator, "broken_row", detail)
            return
        try:
            record, raw, shape = shapes.of_row(self.columns, values)
            made = records.rows(record, raw, self.part, locator, shape)
        except orjson.JSONDecodeError as error:
            yield skip(self.part, locator, "invalid_json", f"AuditData is not valid JSON: {error}")
        except ValueError as error:
            yield skip(self.part, locator, "not_a_record", str(error))
        else:
            yield from made

    def locator(self, position: int, line: bytes) -> str:
        """Tell the row's place in the evidence, where its text may stand in UTF-16."""
        if self.encoding == "utf-8":
            return f"byte:{position}+{len(line)}"
        length, begin = len(line.decode("utf-8", "replace").encode(self.encoding)), self.offset
        self.offset += length
        return f"byte:{begin}+{length}"


def _header(text: str) -> tuple[str, int]:
    """Give the line that names the columns, and the bytes up to its end."""
    start = _PREAMBLE.match(text).end()  # type: ignore[union-attr]  # the pattern matches the empty string
    end = text.find("\n", start) + 1 or len(text)
    return text[start:end].strip("\r\n"), len(text[:end].encode())


def _values(line: bytes, delimiter: str) -> list[str]:
    text = line.decode("utf-8", "replace").strip("\r\n")
    if not text:
        return []
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _line_end(data: mmap.mmap, position: int, quotes: int, limit: int = 1 << 20) -> int:
    """Give the end of the first line from `position` on that closes all quotes; the plain line's end if none does."""
    first = 0
    while True:
        newline = data.find(b"\n", position)
        after = newline + 1 if newline >= 0 else len(data)
        line = data[position:after]
        quotes += line.count(b'"')
        first = first or after
        limit -= len(line)
        if quotes % 2 == 0:
            return after
        if after >= len(data) or limit <= 0:
            return first
        position = after


READER = AuditCsv()
