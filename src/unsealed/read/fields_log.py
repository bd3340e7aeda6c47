"""Logs whose columns are named by a `#Fields:` line, which may stand anywhere and change: IIS and Exchange Server.

https://www.w3.org/TR/WD-logfile.html, https://learn.microsoft.com/windows/win32/http/w3c-logging
"""

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from unsealed.read.encodings import sniff, transcoded
from unsealed.read.lines import MAX_LINE, begin
from unsealed.read.reader import RANGE, Part

HEAD = 64 << 10
MAX_FIELDS = 1_000
_FIELDS = b"#Fields:"
_ZEROS = re.compile(rb"\x00+")
"""IIS sets room aside in its files: what was not used stays zero, in the middle too after a crash."""
_RECORD = re.compile(rb"#|\d{4}|datetime,|date-time,|timestamp,", re.IGNORECASE)
"""How a record begins, or a line that names columns."""
_NAMED = re.compile(r"(?:datetime|date-time|timestamp)(?=,)[\w,() -]+", re.IGNORECASE)
"""The names of the columns as a plain first line, which Exchange writes before its `#` lines, and after them."""


@dataclass(frozen=True)
class Header:
    """What the `#` lines say, as far as they have been read."""

    fields: tuple[str, ...] = ()
    date: str = ""
    software: str = ""
    log_type: str = ""


@dataclass(frozen=True)
class TooLong:
    """A line that is longer than any server writes."""

    length: int


Line = tuple[Header, str | TooLong, str]
"""The columns in effect, the line, and its place."""


def head(data: bytes) -> Header:
    """Give what the first lines of a file say about its columns."""
    encoding, mark = sniff(data)
    text = data[mark:HEAD].decode(encoding, "replace")
    found = Header()
    for line in text.split("\n")[:-1][:50]:
        changed = told(found, line.strip("\r\x00\ufeff "))
        if changed is None and found.fields:
            break
        found = changed or found
    return found


def told(header: Header, line: str) -> Header | None:
    """Give the header as it is after a line that is about columns; None for a line that is a record."""
    if not line.startswith("#"):
        return _named(header, line) if line[:1] in "DdTt" and _NAMED.fullmatch(line) else None
    name, mark, value = line[1:].partition(":")
    value = value.strip()
    match name if mark else "":
        case "Fields":
            names = value.split(",") if "," in value else value.split()
            return replace(header, fields=_unique(names))
        case "Date":
            return replace(header, date=value)
        case "Software":
            return replace(header, software=value)
        case "Log-type" | "Log-Type":
            return replace(header, log_type=value)
    return header


def lines(part: Part, *, quoted: bool = False) -> Iterator[Line]:
    """Give each record's line in the range, with the columns in effect; lines that name columns are not records.

    Args:
        part: the range.
        quoted: a line may go on in the next, within quotes; then a record begins with a digit, as times do.
    """
    with Path(part.path).open("rb") as stream:
        encoding, mark = sniff(stream.read(64))
        with transcoded(stream, encoding) as data:
            if encoding == "utf-8":
                header = _before(data, part, mark) if part.start else Header()
                yield from _Lines(data, header, quoted=quoted).run(begin(data, part.start, mark), part.end)
                return
            made, offset = _Lines(data, Header(), quoted=quoted), mark
            for header, text, place in made.run(3 if data[:3] == b"\xef\xbb\xbf" else 0, len(data), everything=True):
                length = _wide(data, place, encoding)
                if text:
                    yield header, text, f"byte:{offset}+{length}"
                offset += length


class _Lines:
    """The lines of a file, one after the other."""

    def __init__(self, data: mmap.mmap, header: Header, *, quoted: bool) -> None:
        self.data, self.header, self.quoted = data, header, quoted

    def run(self, position: int, end: int, *, everything: bool = False) -> Iterator[Line]:
        """Give the records that begin before `end`; with `everything`, what is none too, as an empty line."""
        data, header, quoted = self.data, self.header, self.quoted
        find, size = data.find, len(data)
        first = position
        if quoted and not everything:
            position = self._record(position)
        while position < end:
            if data[position] == 0 and (zeros := _ZEROS.match(data, position)):
                if everything:
                    yield header, "", f"byte:{position}+{zeros.end() - position}"
                position = zeros.end()
                if position >= size:
                    break
            after = find(b"\n", position) + 1 or size
            line = data[position : min(after, position + MAX_LINE)]
            if quoted and line.count(b'"') % 2:
                line, after = self._whole(line, position, after)
            place = f"byte:{position}+{after - position}"
            text = line.decode("utf-8", "replace").rstrip("\r\n\x00 ")
            if text and (changed := told(header, text) if text[0] in "#DdTt" else None):
                header, text = changed, ""
            if (text or everything) and position >= first:
                yield header, TooLong(after - position) if text and after - position > MAX_LINE else text, place
            position = after

    def _record(self, position: int) -> int:
        """Go back to where a record begins for certain: what lies before the range is read again, and not given."""
        least = position - MAX_LINE
        while least < position < len(self.data) and position > 0 and not self._begins(position):
            position = self.data.rfind(b"\n", 0, position - 1) + 1
        return position

    def _whole(self, line: bytes, position: int, after: int) -> tuple[bytes, int]:
        """Follow an open quote over line ends, as far as lines do not begin as records do; else give the line alone."""
        stop = after
        while stop < len(self.data) and stop - position < MAX_LINE and not self._begins(stop):
            stop = self.data.find(b"\n", stop) + 1 or len(self.data)
        longer = self.data[position : min(stop, position + MAX_LINE)]
        return (longer, stop) if stop > after else (line, after)

    def _begins(self, position: int) -> bool:
        return bool(_RECORD.match(self.data, position))


def _before(data: mmap.mmap, part: Part, mark: int) -> Header:
    """Give the columns that are in effect where a range begins."""
    start = begin(data, part.start, mark)
    header = head(data[:HEAD]) if start > HEAD else _read(data, Header(), mark, start)
    block = part.start // RANGE
    near = _last(data[block * RANGE : start], start=block == 0)
    place = block * RANGE + near if near >= 0 else _places(part.path, part.size, part.evidence_id)[block]
    if place <= 0:
        return header
    first = place
    for _ in range(10):  # the `#` lines before it
        line = data.rfind(b"\n", 0, max(first - 1, 0)) + 1
        first = line if data[line] == 0x23 else first
    return _read(data, header, first, start)


def _read(data: mmap.mmap, header: Header, position: int, end: int) -> Header:
    """Read `#` lines from `position` on, up to the first record."""
    while position < end:
        after = data.find(b"\n", position) + 1 or len(data)
        changed = told(
            header, data[position : min(after, position + MAX_LINE)].decode("utf-8", "replace").strip("\r\n\x00 ")
        )
        if changed is None:
            break
        header, position = changed, after
    return header


@lru_cache(maxsize=4)
def _places(path: str, size: int, evidence_id: str) -> list[int]:
    """Give, for each block of a file, where the last line before it that names columns stands; -1 where none does."""
    del evidence_id  # tells one file from another that has taken its place
    found, last = [], -1
    with Path(path).open("rb") as stream:
        for start in range(0, max(size, 1), RANGE):
            found.append(last)
            stream.seek(max(start - 1, 0))
            near = _last(stream.read(RANGE + len(_FIELDS)), start=start == 0)
            last = max(start - 1, 0) + near if near >= 0 else last
    return found


def _last(data: bytes, *, start: bool) -> int:
    """Find the last `#Fields:` that begins a line; it may follow room that was never used."""
    near = len(data)
    while (near := data.rfind(_FIELDS, 0, near + len(_FIELDS) - 1)) > 0:
        if data[near - 1] in b"\n\x00":
            return near
    return 0 if start and near == 0 else -1


def _wide(data: mmap.mmap, place: str, encoding: str) -> int:
    start, length = (int(number) for number in place[5:].split("+"))
    return len(data[start : start + length].decode("utf-8", "replace").encode(encoding))


def _named(header: Header, line: str) -> Header:
    names = line.split(",")
    return replace(header, fields=_unique(names)) if len(names) > 3 else header


def _unique(names: list[str]) -> tuple[str, ...]:
    """Give every column a name of its own."""
    made: dict[str, None] = {}
    for number, name in enumerate(names[:MAX_FIELDS]):
        plain = name.strip()
        made[plain if plain and plain not in made else f"{plain or 'column'} ({number + 1})"] = None
    return tuple(made)
