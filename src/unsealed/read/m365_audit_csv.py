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

from unsealed.read.encodings import head_text, sniff
from unsealed.read.m365 import records, shapes
from unsealed.read.reader import RANGE, Part, Row, skip

MAX_ROW = 4 << 20
"""Bytes of one row; longer ones are taken for a broken quote."""
_PREAMBLE = re.compile(r"\ufeff?(?:(?:#TYPE[^\r\n]*|sep=.)?\r?\n)*")
csv.field_size_limit(min(sys.maxsize, 64 << 20))


class AuditCsv:
    """Audit records in rows."""

    name = "m365_audit_csv"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a first line that names AuditData, or Sentinel's columns."""
        del shown
        text = head_text(head)
        return 95 if shapes.csv_columns(text[_preamble(text) :].partition("\n")[0]) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at line ends where no quote is open; UTF-16 is left whole."""
        if size <= RANGE:
            return [(0, size)]
        with Path(path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if sniff(data[:4])[0] != "utf-8":
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
        encoding, mark = sniff(_head(part.path))
        if encoding != "utf-8":
            yield from self._transcoded(part, encoding)
            return
        with Path(part.path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            opening = mark + len(data[mark:4096][: _preamble(data[mark:4096].decode("latin-1"))])
            first = data.find(b"\n", opening)
            header = data[opening : first if first >= 0 else len(data)].decode("utf-8", "replace")
            start = max(part.start, first + 1 if first >= 0 else len(data))
            yield from _rows(data, start, part.end, header, part, 1)

    def _transcoded(self, part: Part, encoding: str) -> Iterator[Row]:
        """Read UTF-16 by way of UTF-8; places are then told as rows."""
        text = Path(part.path).read_bytes().decode(encoding, "replace").lstrip("\ufeff")
        header, _, rest = text[_preamble(text) :].partition("\n")
        body = rest.encode()
        if body:
            with mmap.mmap(-1, len(body)) as data:
                data.write(body)
                yield from _rows(data, 0, len(body), header, part, 0)


def _rows(data: mmap.mmap, start: int, end: int, header: str, part: Part, bytewise: int) -> Iterator[Row]:
    found = shapes.csv_columns(header)
    if not found:
        yield skip(part, "line:1", "no_header", "the first line names no column of an audit log export")
        return
    delimiter, columns = found
    position, number = start, 1
    while position < end:
        after = _line_end(data, position, 0, limit=MAX_ROW)
        values = _values(data[position:after], delimiter)
        if len(values) != len(columns) and b"\n" in data[position : after - 1]:
            after = data.find(b"\n", position) + 1
            values = _values(data[position:after], delimiter)
        number += 1
        locator = f"byte:{position}+{after - position}" if bytewise else f"line:{number}"
        position = after
        if values:
            yield from _record(columns, values, part, locator)


def _record(columns: list[str], values: list[str], part: Part, locator: str) -> Iterator[Row]:
    if len(values) < len(columns) and len(values) <= _audit_column(columns):
        yield skip(part, locator, "broken_row", f"the row has {len(values)} fields of {len(columns)}")
        return
    try:
        record, raw, shape = shapes.of_row(columns, values)
        made = list(records.rows(record, raw, part, locator, shape))
    except orjson.JSONDecodeError as error:
        yield skip(part, locator, "invalid_json", f"AuditData is not valid JSON: {error}")
    except ValueError as error:
        yield skip(part, locator, "not_a_record", str(error))
    else:
        yield from made


def _audit_column(columns: list[str]) -> int:
    return next((number for number, name in enumerate(columns) if name.lower() == "auditdata"), 0)


def _values(line: bytes, delimiter: str) -> list[str]:
    text = line.decode("utf-8", "replace").strip("\r\n")
    if not text:
        return []
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _line_end(data: mmap.mmap, position: int, quotes: int, limit: int = 1 << 20) -> int:
    """Give the end of the first line at or after `position` that closes all quotes; the plain line's end if none does."""
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


def _preamble(text: str) -> int:
    """Tell how long the lines are that PowerShell (`#TYPE ...`) and Excel (`sep=;`) put before the header."""
    match = _PREAMBLE.match(text)
    return match.end() if match else 0


def _head(path: str) -> bytes:
    with Path(path).open("rb") as stream:
        return stream.read(4096)


READER = AuditCsv()
