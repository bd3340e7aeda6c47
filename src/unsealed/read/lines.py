"""The lines of a range of a log, whatever it is written in; a line belongs to the range in which it begins."""

import mmap
from collections.abc import Iterator
from pathlib import Path

from unsealed.read.encodings import sniff, transcoded
from unsealed.read.reader import RANGE, Part, equal_ranges

MAX_LINE = 1 << 20
"""Bytes of one line; what follows is cut off, and the reader is told by the line's length."""
BLOCK = 256 << 10
"""Bytes that are taken at once."""


def ranges(path: str, size: int) -> list[tuple[int, int]]:
    """Cut a log into ranges; UTF-16 is left whole."""
    if size <= RANGE:
        return [(0, size)]
    with Path(path).open("rb") as stream:
        return equal_ranges(size) if sniff(stream.read(64))[0] == "utf-8" else [(0, size)]


def lines(part: Part) -> Iterator[tuple[str, str]]:
    """Give each line that is not empty, as text, with its locator (`byte:OFFSET+LENGTH` in the evidence)."""
    with Path(part.path).open("rb") as stream:
        encoding, mark = sniff(stream.read(64))
        if encoding != "utf-8":
            yield from _wide(part, encoding, mark)
            return
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            position, end = begin(data, part.start, mark), min(part.end, len(data))
            while position < end:
                after = data.find(b"\n", min(position + BLOCK, end) - 1) + 1 or len(data)
                yield from _block(data[position:after], position)
                position = after


def _block(block: bytes, position: int) -> Iterator[tuple[str, str]]:
    """Give the lines of a stretch of whole lines that begins at `position`; plain ASCII is decoded at once."""
    stop = position + len(block)
    if block.isascii() and len(block) <= MAX_LINE:
        texts = block.decode("ascii").split("\n")
        unended = texts.pop()
        for text in texts:
            length = len(text) + 1
            if line := text.rstrip("\r\x00"):
                yield line, f"byte:{position}+{length}"
            position += length
        if line := unended.rstrip("\r\x00"):
            yield line, f"byte:{position}+{len(unended)}"
        return
    for raw in block.split(b"\n"):
        length = len(raw) + 1
        if kept := raw[:MAX_LINE].rstrip(b"\r\x00"):
            yield kept.decode("utf-8", "replace"), f"byte:{position}+{min(length, stop - position)}"
        position += length


def begin(data: mmap.mmap, start: int, mark: int = 0) -> int:
    """Give the place of the first line that begins at or after `start`; past a byte order mark at the file's start."""
    if start == 0:
        return mark
    return data.find(b"\n", start - 1) + 1 or len(data)


def _wide(part: Part, encoding: str, mark: int) -> Iterator[tuple[str, str]]:
    """Give the lines of UTF-16 text, with their places in the evidence."""
    with Path(part.path).open("rb") as stream, transcoded(stream, encoding) as data:
        position, offset = begin(data, 0, 3 if data[:3] == b"\xef\xbb\xbf" else 0), mark
        while position < len(data):
            after = data.find(b"\n", position) + 1 or len(data)
            line = data[position:after]
            length = len(line.decode("utf-8", "replace").encode(encoding))
            if line.strip(b"\r\n\x00"):
                yield line.rstrip(b"\r\n\x00").decode("utf-8", "replace"), f"byte:{offset}+{length}"
            position, offset = after, offset + length
