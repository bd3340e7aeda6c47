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
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unsealed import __version__

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

    def append(self, entries: Iterable[dict[str, Any]]) -> tuple[int, str]:
        """Append entries, each with time, person and version; give the number of lines and the new head.

        A last line that a crash left half written was never acknowledged and is dropped first.
        """
        complete = self._complete()
        number, previous = len(complete), _digest(complete[-1]) if complete else GENESIS
        lines = []
        for entry in entries:
            number += 1
            stamp = {"n": number, "time": datetime.now(UTC).isoformat(timespec="seconds"), "who": who()}
            line = json.dumps(
                {**stamp, "version": __version__, **entry, "previous": previous},
                ensure_ascii=False,
                separators=(",", ":"),
            ).encode("utf-8", "surrogateescape")
            previous = _digest(line)
            lines.append(line + b"\n")
        with self.path.open("r+b" if self.path.exists() else "w+b") as stream:
            stream.truncate(sum(len(line) + 1 for line in complete))
            stream.seek(0, os.SEEK_END)
            stream.write(b"".join(lines))
            stream.flush()
            os.fsync(stream.fileno())
        return number, previous

    def verify(self, head: tuple[int, str] | None = None) -> Verdict:
        """Walk the chain from its first line; `head` is the count and hash that the journal remembers."""
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
        if head and (len(lines), previous) != head:
            why = (
                "the last lines were changed or cut off" if len(lines) <= head[0] else "lines were added by other hands"
            )
            return Verdict(len(lines), previous, min(len(lines), head[0]), why)
        return Verdict(len(lines), previous)

    def entries(self) -> list[dict[str, Any]]:
        """Give all entries, oldest first."""
        return [json.loads(line) for line in self._complete()]

    def _complete(self) -> list[bytes]:
        if not self.path.exists():
            return []
        data = self.path.read_bytes()
        return data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
