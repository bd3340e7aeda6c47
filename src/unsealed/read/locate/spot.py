"""Places in evidence files, as `locator` names them, and the bytes that stand there.

Forms: `byte:OFFSET+LENGTH`; `byte:OFFSET+LENGTH/item:N` (one of several in a JSON object); `item:0xN` (a node of a PST);
`member:NAME` and `member:NAME#N` (of an archive of Outlook for Mac); `line:N`; `path:PATH` and nothing at all, which mean
the whole file.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from unsealed.read.encodings import sniff
from unsealed.terminal import harmless

MAX_RECORD = 64 << 20
"""Bytes of one record that are looked through; its hash is of all of them."""
MAX_SHOWN = 4_000
"""Characters of one record that are shown."""
AROUND = 400
"""Characters that are shown on either side of what was looked for."""
_BYTES = re.compile(r"byte:(\d{1,18})\+(\d{1,18})(?:/item:(\d{1,9}))?")
_LINE = re.compile(r"line:(\d{1,12})")
_CHUNK = 1 << 20


class Wanted(NamedTuple):
    """A place to be opened, and what should stand there."""

    evidence_id: str
    locator: str
    marks: tuple[tuple[str, str], ...] = ()
    """What the record says, by name: values that should stand in its bytes."""


class Span(NamedTuple):
    """Bytes of a file; `item` is the number of one among several in them."""

    offset: int
    length: int
    item: int | None = None


@dataclass
class Record:
    """What stands at a place: `state` tells whether it could be opened."""

    state: str
    """`found`; `changed` (the file has another SHA-256 now); `gone` (it is not there any more); `missing` (the file is
    there, and this place is not in it); `unknown` (the case has no such file)."""
    why: str = ""
    """Why it could not be opened, in words."""
    file: str | None = None
    """Where its bytes were read, on this machine."""
    verified: bool = False
    """The file was hashed again, and is what was taken in."""
    sha256_now: str | None = None
    offset: int | None = None
    length: int | None = None
    line: int | None = None
    """The line that it begins in, from 1; None where the file has none, or it was not counted."""
    bytes_sha256: str | None = None
    """SHA-256 of the record's own bytes."""
    text: str = ""
    """The record as text, cut short: control characters are shown as `?`."""
    fields: dict[str, Any] = field(default_factory=dict)
    """What its reader makes of it, where it is not text."""
    shows: list[str] = field(default_factory=list)
    """Names of the marks that stand in it."""


def span(locator: str, size: int) -> Span | None:
    """Give the bytes that a locator means in a file of `size` bytes; None where it names an item."""
    if found := _BYTES.fullmatch(locator):
        offset, length, item = found.groups()
        return Span(int(offset), int(length), int(item) if item else None)
    return Span(0, size) if not locator or locator.startswith("path:") else None


def line_span(stream: BinaryIO, locator: str) -> Span | None:
    """Give the bytes of `line:N`; None for other locators, and where the file has not so many lines."""
    found = _LINE.fullmatch(locator)
    if not found:
        return None
    stream.seek(0)
    left, start, at = int(found.group(1)) - 1, 0, 0
    while chunk := stream.read(_CHUNK):
        here = 0
        while (end := chunk.find(b"\n", here) + 1) and left >= 0:
            if not left:
                return Span(start, at + end - start)
            left, start, here = left - 1, at + end, end
        at += len(chunk)
    return Span(start, at - start) if not left and at > start else None


def cut(path: Path, place: Span) -> tuple[bytes, str]:
    """Give the bytes of a place, up to `MAX_RECORD`, and the SHA-256 of all of them.

    Raises:
        EOFError: if the file ends before the place does.
    """
    digest, kept, left = hashlib.sha256(), [], place.length
    with path.open("rb") as stream:
        stream.seek(place.offset)
        while left:
            chunk = stream.read(min(left, _CHUNK))
            if not chunk:
                raise EOFError
            digest.update(chunk)
            if place.length - left < MAX_RECORD:
                kept.append(chunk)
            left -= len(chunk)
    return b"".join(kept)[:MAX_RECORD], digest.hexdigest()


def digest_and_lines(path: Path, offsets: set[int]) -> tuple[str, dict[int, int]]:
    """Hash a file, and tell in which line each offset lies, in one pass."""
    digest, waiting, lines, seen, at = hashlib.sha256(), sorted(offsets), dict[int, int](), 1, 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            passed = 0
            while waiting and waiting[0] < at + len(chunk):
                here = waiting.pop(0) - at
                seen += chunk.count(b"\n", passed, here)
                lines[at + here], passed = seen, here
            seen += chunk.count(b"\n", passed)
            at += len(chunk)
    return digest.hexdigest(), lines


def decoded(data: bytes, encoding: str) -> str:
    """Give a record's bytes as text: in the file's encoding, else in what they look like."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            import cchardet

            found = cchardet.detect(data[: 64 << 10]).get("encoding") or "utf-8"
            try:
                return data.decode(found, "replace")
            except LookupError:
                pass
        return data.decode(encoding, "replace")


def encoding_of(path: Path) -> str:
    """Tell a text file's encoding by its first bytes."""
    with path.open("rb") as stream:
        return sniff(stream.read(64))[0]


def shown(text: str, around: list[str]) -> str:
    """Cut a record for people: its beginning, and where the words looked for stand; nothing in it steers a terminal."""
    if len(text) <= MAX_SHOWN:
        return printable(text)
    folded = text.casefold() if len(text.casefold()) == len(text) else text
    pieces, last = [(0, MAX_SHOWN // 2)], MAX_SHOWN // 2
    for word in around:
        at = folded.find(word.casefold(), last)
        if at >= 0 and sum(end - start for start, end in pieces) < MAX_SHOWN:
            start, last = max(at - AROUND, last), min(at + len(word) + AROUND, len(text))
            pieces.append((start, last))
    told = text[pieces[0][0] : pieces[0][1]]
    for start, end in pieces[1:]:
        told += " … " + text[start:end]
    return printable(told + (" …" if last < len(text) else ""))


def printable(text: str) -> str:
    """Replace what would steer a terminal or turn the direction of writing; line ends stay."""
    return harmless(text.replace("\r\n", "\n"), breaks=True)


def shows(text: str, marks: tuple[tuple[str, str], ...]) -> list[str]:
    """Name what stands in a record's text of what its row says."""
    folded = text.replace("\\/", "/").casefold()
    words = ((name, value.casefold().strip(" <>\t\r\n")) for name, value in marks)
    return [name for name, word in words if word and word in folded]
