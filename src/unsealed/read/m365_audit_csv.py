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

from unsealed.read.csv_rows import row_end
from unsealed.read.encodings import head_text, sniff, transcoded
from unsealed.read.m365 import records, shapes
from unsealed.read.m365.csv_columns import BLOCK, Columns
from unsealed.read.m365.record import of_dict
from unsealed.read.reader import RANGE, Batch, Part, Row, guarded, skip

MAX_ROW = 4 << 20
"""Bytes of one row; longer ones are taken for a broken quote."""
csv.field_size_limit(min(sys.maxsize, 64 << 20))
MAX_HEAD = 8 << 10
"""Bytes at a line's start in which AuditData is looked for."""
_OPENING = re.compile(rb'(?:^|(?<=[,;\t]))"\{"')
_PREAMBLE = re.compile(r"\ufeff?(?:(?:#TYPE[^\r\n]*|sep=.)?\r?\n)*")
"""What PowerShell 5 and Excel put before the header."""


class AuditCsv:
    """Audit records in rows."""

    name = "m365_audit_csv"
    version = "3"
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
            cuts = [0]
            for start in range(RANGE, size, RANGE):
                cut = _row(data, start, cuts[-1])
                if cuts[-1] < cut < size:
                    cuts.append(cut)
            return list(zip(cuts, [*cuts[1:], size], strict=True))

    def read(self, part: Part) -> Iterator[Row | Batch]:
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
        plain = self.audit >= 0 and encoding == "utf-8"
        self.quick = Columns(part, delimiter, len(columns), self.audit) if plain else None
        self.offset = offset
        """How far we are in the evidence, where it is no UTF-8."""

    def rows(self, data: mmap.mmap, position: int, end: int) -> Iterator[Row | Batch]:
        """Give the rows from `position` to `end`: by the block where they are a line each, else one by one."""
        size = BLOCK
        while position < end:
            stop = end
            if end - position > size * 5 // 4:  # what is left over is no block of its own
                stop = data.rfind(b"\n", position, position + size) + 1 or position
            block = self.quick.block(data, position, stop) if self.quick and stop > position else None
            if block:
                if block.events:
                    yield block.events
                for begin, _ in block.odd:
                    yield from self.slow(data, begin)[0]
                position = stop
                continue
            if self.quick and size == BLOCK:
                size = BLOCK // 8  # one row of many lines costs its neighbours the quick way
                continue
            stop = max(stop, position + 1)
            while position < stop:
                made, position = self.slow(data, position)
                yield from made

    def slow(self, data: mmap.mmap, position: int) -> tuple[list[Row], int]:
        """Read one row, its quotes followed over line ends; give its rows and where the next begins."""
        after = row_end(data, position, 0, limit=MAX_ROW)
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
            made = records.rows(of_dict(record), raw, self.part, locator, shape)
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


def _row(data: mmap.mmap, place: int, known: int) -> int:
    """Give the first place from `place` on at which a row begins; one begins at `known`, too.

    A quote after a delimiter and before a brace opens a field (inside of one, quotes come in pairs), so a line with an
    even number of quotes before it begins outside of one. Where no line tells, quotes are counted from `known` on.
    """
    start = data.find(b"\n", place - 1) + 1 or len(data)
    line = start
    for _ in range(64):
        head = data[line : line + MAX_HEAD].partition(b"\n")[0]
        opening = _OPENING.search(head)
        if opening and head.count(b'"', 0, opening.start()) % 2 == 0:
            return line
        line = data.find(b"\n", line) + 1 or len(data)
    chunk = data[known:start]
    quotes = len(chunk) - len(chunk.translate(None, b'"'))
    return row_end(data, start, quotes) if quotes % 2 else start


READER = AuditCsv()
