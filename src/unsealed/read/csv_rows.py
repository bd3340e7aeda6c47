"""The rows of a CSV that a product exported, whatever it is written in, each with its place in the evidence.

UTF-8, UTF-16 or what Excel saves; comma, semicolon, tab or bar; lines before the header; line ends within quotes.
RFC 4180 where the exporter keeps to it.
"""

import csv
import io
import mmap
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from unsealed.read.encodings import sniff, transcoded
from unsealed.read.reader import RANGE, Part

csv.field_size_limit(min(sys.maxsize, 64 << 20))
HEAD = 1 << 20
MAX_ROW = 1 << 20
"""Bytes of one row that goes over several lines; a longer one is taken for a broken quote."""
_BEFORE_HEADER = 40
"""Lines in which the header must stand."""
_USUAL = 100
"""Characters of a name that is worth remembering."""
_SEPARATORS = ",;\t|"
_NOT_NAME = re.compile(r"\s*\[[^\]]*\]|[^0-9a-z_.\u0080-\uffff]+")

Wanted = Callable[[frozenset[str]], bool]
"""Tells, from folded column names, whether this is the header that a reader knows."""


def fold(name: str) -> str:
    """Give a column's or key's name as it is compared: `IP address`, `ipAddress` and `IPAddress [x]` are one."""
    return _fold(name) if len(name) <= _USUAL else _NOT_NAME.sub("", name.lower())


@lru_cache(maxsize=10_000)
def _fold(name: str) -> str:
    return _NOT_NAME.sub("", name.lower())


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file, how they are separated, and the byte at which the first row begins."""

    columns: tuple[str, ...]
    separator: str
    end: int


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row, by the names that the log gives its columns."""

    fields: dict[str, str]
    locator: str
    text: str


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that does not fit its header."""

    locator: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a person told about a file: names for columns that have none, the separator, the encoding."""

    columns: tuple[str, ...] = ()
    separator: str = ""
    encoding: str = ""


def header(head: bytes, wanted: Wanted, form: Form | None = None) -> Header | None:
    """Find the header among the first lines of a file's first bytes, or None."""
    form = form or Form()
    encoding, mark = sniff(head)
    data = head if encoding == "utf-8" else head[mark:].decode(encoding, "replace").encode("utf-8", "replace")
    position = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    if form.columns:
        return Header(form.columns, form.separator or ",", position)
    for _ in range(_BEFORE_HEADER):
        end = data.find(b"\n", position) + 1 or len(data)
        line = _text(data[position:end], form.encoding or _legacy(data)).strip("\r\n\x00")
        for separator in form.separator or _SEPARATORS:
            if separator in line:
                names = _values(line, separator)
                if wanted(frozenset(fold(name) for name in names)):
                    return Header(_unique(names), separator, end)
        if end >= len(data):
            return None
        position = end
    return None


def ranges(path: str, size: int, step: int = RANGE) -> list[tuple[int, int]]:
    """Cut a file at line ends where no quote is open; UTF-16 is left whole."""
    if size <= step:
        return [(0, size)]
    with Path(path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if sniff(data[:64])[0] != "utf-8":
            return [(0, size)]
        cuts, quotes = [0], 0
        for start in range(0, size - step, step):
            chunk = data[start : start + step]
            quotes += len(chunk) - len(chunk.translate(None, b'"'))
            cut = row_end(data, start + step, quotes)
            if cuts[-1] < cut < size:
                cuts.append(cut)
        return list(zip(cuts, [*cuts[1:], size], strict=True))


def rows(part: Part, wanted: Wanted, form: Form | None = None) -> Iterator[CsvRow | BrokenRow]:
    """Give the rows of a range."""
    with Path(part.path).open("rb") as stream:
        encoding = sniff(stream.read(64))[0]
        with transcoded(stream, encoding) as data:
            head = data[:HEAD]
            found = header(head, wanted, form)
            if found is None:
                yield BrokenRow("line:1", "no_header", "none of the first lines names the columns of this log")
                return
            legacy = (form.encoding if form else "") or _legacy(head)
            table = _Table(data, found, legacy, encoding)
            table.offset = len(data[: found.end].decode("utf-8", "replace").encode(encoding))
            stop = part.end if encoding == "utf-8" else len(data)
            yield from table.rows(max(part.start, found.end), stop)


class _Table:
    """The rows of one file, and how far into the evidence we are where it is no UTF-8."""

    def __init__(self, data: mmap.mmap, found: Header, legacy: str, encoding: str) -> None:
        self.data, self.found, self.legacy, self.encoding = data, found, legacy, encoding
        self.offset = 0

    def rows(self, position: int, end: int) -> Iterator[CsvRow | BrokenRow]:
        while position < end:
            after = self.data.find(b"\n", position) + 1 or len(self.data)
            line = self.data[position:after]
            text = _text(line, self.legacy).strip("\r\n\x00")
            values = _values(text, self.found.separator) if text else []
            if line.count(b'"') % 2:
                longer = row_end(self.data, position, 0)
                whole = _text(self.data[position:longer], self.legacy).strip("\r\n\x00")
                fields = _values(whole, self.found.separator)
                if len(fields) == len(self.found.columns):
                    after, text, values = longer, whole, fields
                    line = self.data[position:after]
            locator = self._locator(position, line)
            position = after
            if values and any(values):
                yield self._row(values, locator, text, last=after >= len(self.data) and not line.endswith(b"\n"))

    def _row(self, values: list[str], locator: str, text: str, *, last: bool) -> CsvRow | BrokenRow:
        columns = self.found.columns
        if len(values) > len(columns) and any(values[len(columns) :]):
            detail = f"the row has {len(values)} fields, the header {len(columns)}"
            return BrokenRow(locator, "broken_row", detail)
        if len(values) < len(columns) and (last or len(values) == 1):
            detail = f"the row has {len(values)} of {len(columns)} fields"
            return BrokenRow(locator, "truncated" if last else "broken_row", detail)
        return CsvRow(dict(zip(columns, values, strict=False)), locator, text)

    def _locator(self, position: int, line: bytes) -> str:
        if self.encoding == "utf-8":
            return f"byte:{position}+{len(line)}"
        length, begin = len(line.decode("utf-8", "replace").encode(self.encoding)), self.offset
        self.offset += length
        return f"byte:{begin}+{length}"


def _unique(names: list[str]) -> tuple[str, ...]:
    """Give every column a name of its own: some exports use one twice."""
    made: list[str] = []
    for number, name in enumerate(names):
        told = name.strip() or f"column {number + 1}"
        made.append(told if told not in made else f"{told} ({number + 1})")
    return tuple(made)


def _values(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return []


def _text(line: bytes, legacy: str) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(legacy, "replace")


def _legacy(head: bytes) -> str:
    """Give the encoding of what is no UTF-8, judged by the file's first lines that aren't."""
    if head.isascii():
        return "cp1252"
    try:
        head.decode()
    except UnicodeDecodeError:
        import cchardet

        foreign = b"\n".join(line for line in head[: 64 << 10].splitlines() if not line.isascii())
        found = (cchardet.detect(foreign).get("encoding") or "").lower()
        if found in {"shift_jis", "shift-jis", "sjis", "cp932"}:
            return "cp932"
        if found and not found.startswith(("utf", "ascii")):
            try:
                "".encode(found)
            except LookupError:
                return "cp1252"
            return found
    return "cp1252"


def row_end(data: mmap.mmap, position: int, quotes: int, limit: int = MAX_ROW) -> int:
    """Give the end of the first line from `position` on that closes all quotes; the plain line's end if none does."""
    first, left = 0, limit
    while True:
        after = data.find(b"\n", position) + 1 or len(data)
        line = data[position:after]
        quotes += line.count(b'"')
        first = first or after
        left -= len(line)
        if quotes % 2 == 0:
            return after
        if after >= len(data) or left <= 0:
            return first
        position = after
