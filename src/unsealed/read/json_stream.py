"""Objects out of any stream of JSON values: arrays, arrays appended to one file, pretty-printed or concatenated.

Objects are found one by one, so that one broken record costs itself alone, and nothing is held whole.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from unsealed.read.encodings import sniff

WINDOW = 8 << 20
MAX_OBJECT = 64 << 20
"""Characters of one object; a longer one is taken for broken."""
_BETWEEN = re.compile(r"[\s,\[\]\x1e\ufeff]*")
_NEXT = re.compile(r'[\n}][\s,]{0,64}(?=\{\s{0,64}")')
_DECODE = json.JSONDecoder().raw_decode


@dataclass(frozen=True)
class Found:
    """One object, with its place and text."""

    locator: str
    value: Any
    text: str


@dataclass(frozen=True)
class Broken:
    """A stretch that is no JSON; `tail` where it is the last of the file."""

    locator: str
    reason: str
    detail: str
    tail: bool


def objects(path: Path, start: int = 0) -> Iterator[Found | Broken]:
    """Give the objects of a file from byte `start` on, and what stands between them and is none."""
    with path.open("rb") as stream:
        encoding, mark = sniff(stream.read(64))
        stream.seek(max(start, mark))
        yield from _Scanner(stream, encoding, max(start, mark)).run()


class _Scanner:
    """Text decoded from the stream so far, and how far into it we are."""

    def __init__(self, stream: BinaryIO, encoding: str, offset: int) -> None:
        self.stream, self.encoding, self.offset = stream, encoding, offset
        # what can't be decoded must come back as the same bytes, or places would drift
        self.errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
        self.text, self.at, self.held, self.ended = "", 0, b"", False

    def run(self) -> Iterator[Found | Broken]:
        while True:
            between = _BETWEEN.match(self.text, self.at)
            self._advance(between.end() if between else self.at)
            if self.at < len(self.text):
                found = self._object()
                if found is not None:
                    yield found
            elif self.ended:
                return
            else:
                self._fill()

    def _object(self) -> Found | Broken | None:
        try:
            value, end = _DECODE(self.text, self.at)
        except (ValueError, RecursionError) as error:
            if not self.ended and len(self.text) - self.at < MAX_OBJECT and _may_go_on(error, len(self.text)):
                self._fill()
                return None
            return self._resync(error)
        if not isinstance(value, dict):
            return self._resync(ValueError("a bare value, not an object"))
        text = self.text[self.at : end]
        if not text.isascii() and (whole := text.encode("utf-8", "replace").decode()) != text:
            text, value = whole, _DECODE(whole)[0]  # bytes that are no text stand as `?`
        return Found(self._advance(end), value, text)

    def _resync(self, error: Exception) -> Broken:
        match = _NEXT.search(self.text, self.at + 1)
        tail = match is None and self.ended
        what = "truncated" if tail and self.text.startswith("{", self.at) else "invalid_json"
        reason = str(error).split(": line", maxsplit=1)[0]
        return Broken(self._advance(match.end() if match else len(self.text)), what, reason, tail)

    def _advance(self, end: int) -> str:
        """Move on to character `end`; give the place of what was passed."""
        gone = self.text[self.at : end]
        plain = gone.isascii() and self.encoding == "utf-8"
        length = len(gone) if plain else len(gone.encode(self.encoding, self.errors))
        locator = f"byte:{self.offset}+{length}"
        self.offset, self.at = self.offset + length, end
        return locator

    def _fill(self) -> None:
        """Read more, dropping what was passed; a character cut in two waits for its rest."""
        data = self.held + self.stream.read(WINDOW)
        self.ended = len(data) == len(self.held)
        whole = (
            _whole(data, self.encoding) if not self.ended else len(data) - (len(data) % 2 * (self.encoding != "utf-8"))
        )
        self.text, self.at = self.text[self.at :] + data[:whole].decode(self.encoding, self.errors), 0
        self.held = data[whole:]


def _may_go_on(error: Exception, length: int) -> bool:
    """Tell whether what is wrong with an object may only be that its end has not been read yet."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated") or error.pos > length - 64


def _whole(data: bytes, encoding: str) -> int:
    """Tell how many bytes hold whole characters."""
    whole = len(data)
    if encoding != "utf-8":
        whole -= whole % 2
        high = data[whole - 1 if encoding == "utf-16-le" else whole - 2] if whole else 0
        return whole - 2 if 0xD8 <= high <= 0xDB else whole
    while whole > max(len(data) - 3, 0) and data[whole - 1] & 0xC0 == 0x80:
        whole -= 1
    return whole - 1 if whole and data[whole - 1] >= 0xC0 else len(data)
