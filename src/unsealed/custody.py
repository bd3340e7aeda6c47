"""The custody log: what was taken in, by whom, when, with which command and version; each line hashes the last.

`custody.jsonl` is append-only. A line holds `previous`, the SHA-256 of the line before it (without its newline), so
that no line can be changed, dropped or put in between without breaking the chain at that place. The head of the
chain is kept in the journal too, so that cutting lines off the end shows as well.
"""

import getpass
import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unsealed.version import __version__

GENESIS = "0" * 64


def sha256_file(path: Path) -> str:
    """Hash a file's bytes; reads it once, in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def who() -> str:
    """Name the person and machine at work, as the system knows them."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid()) if hasattr(os, "getuid") else "unknown"
    return f"{user}@{platform.node() or 'unknown'}"


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found."""

    lines: int
    head: str
    broken_at: int | None = None
    why: str = ""


class Custody:
    """The custody log of one case."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(
        self, entries: Iterable[dict[str, Any]], announce: Callable[[int, list[str]], None] | None = None
    ) -> tuple[int, str]:
        """Append entries, each with time, person and version; give the number of lines and the new head.

        A last line that a crash left half written was never acknowledged and is dropped first.

        Args:
            entries: what to append.
            announce: told the number of the first line and the hashes of all before any is written.
        """
        size, last = self._end()
        number, previous = (_number(last), _digest(last)) if last else (0, GENESIS)
        first, lines, hashes, hand = number + 1, [], [], who()
        for entry in entries:
            number += 1
            stamp = {"n": number, "time": datetime.now(UTC).isoformat(timespec="seconds"), "who": hand}
            line = _line({**stamp, "version": __version__, **entry, "previous": previous})
            previous = _digest(line)
            hashes.append(previous)
            lines.append(line + b"\n")
        if announce:
            announce(first, hashes)
        with self.path.open("r+b" if self.path.exists() else "w+b") as stream:
            stream.truncate(size)
            stream.seek(0, os.SEEK_END)
            stream.write(b"".join(lines))
            stream.flush()
            os.fsync(stream.fileno())
        return number, previous

    def verify(self, head: tuple[int, str] | None = None, announced: dict[int, str] | None = None) -> Verdict:
        """Walk the chain from its first line.

        Args:
            head: the count and hash of the last line that the journal remembers.
            announced: number and hash of lines that were being written when a run was killed: they may be there.
        """
        previous, lines = GENESIS, self._complete()
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
            except ValueError:
                return Verdict(number, previous, number, "the line is not JSON")
            if not isinstance(entry, dict) or entry.get("previous") != previous:
                return Verdict(number, previous, number, "the line before it was changed, dropped or added")
            if entry.get("n") != number:
                return Verdict(number, previous, number, "its number is out of order")
            previous = _digest(line)
        if head and (len(lines), previous) != head and (announced or {}).get(len(lines)) != previous:
            why = (
                "the last lines were changed or cut off" if len(lines) <= head[0] else "lines were added by other hands"
            )
            return Verdict(len(lines), previous, min(len(lines), head[0]), why)
        return Verdict(len(lines), previous)

    def entries(self) -> list[dict[str, Any]]:
        """Give all entries, oldest first."""
        return [json.loads(line) for line in self._complete()]

    def _end(self) -> tuple[int, bytes]:
        """Give the bytes of all whole lines, and the last of them; reads no more than it must."""
        if not self.path.exists():
            return 0, b""
        with self.path.open("rb") as stream:
            position, tail = stream.seek(0, os.SEEK_END), b""
            while position and tail[: tail.rfind(b"\n")].find(b"\n") < 0:
                step = min(position, 1 << 16)
                position = stream.seek(position - step)
                tail = stream.read(step) + tail
        whole = tail[: tail.rfind(b"\n") + 1]
        return position + len(whole), whole.rstrip(b"\n").rpartition(b"\n")[2]

    def _complete(self) -> list[bytes]:
        if not self.path.exists():
            return []
        data = self.path.read_bytes()
        return data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]


def _line(entry: dict[str, Any]) -> bytes:
    """Write an entry as one line; names that are no text (half characters) are written as escapes."""
    try:
        return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(entry, separators=(",", ":")).encode()


def _number(line: bytes) -> int:
    try:
        return int(json.loads(line)["n"])
    except (ValueError, KeyError, TypeError):
        return 0  # a line that was tampered with: `verify` tells


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
