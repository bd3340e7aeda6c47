"""Log records to rows of `events`: one by one where records are large, by the column where they are short lines."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from unsealed import schema
from unsealed.read.reader import Batch, Part, Row
from unsealed.schema import content_id

_COLUMNS = tuple(schema.TABLES["events"].schema.names)
_EMPTY = dict.fromkeys(_COLUMNS)


def event(part: Part, locator: str, source: str, identity: str, **columns: object) -> Row:
    """Make the row of one record.

    Args:
        part: the range it was read from.
        locator: its place in the evidence file.
        source: which log.
        identity: what makes it the same record wherever it is met again: its own id, else its whole text.
        columns: the columns of `events` that it fills; `time` in microseconds since 1970 UTC.
    """
    row = {**_EMPTY, **columns, "source": source, "locator": locator, "evidence_id": part.evidence_id}
    row["event_id"] = content_id(source, identity)
    return "events", tuple(row[name] for name in _COLUMNS)


class Lines:
    """Gathers the events of one range as columns; a line that stands there twice in one moment is two events."""

    SIZE = 4_000
    """Rows of one batch."""

    def __init__(self, part: Part, source: str, shape: str, filled: tuple[str, ...]) -> None:
        """Take the names of the columns that `add` is given, in their order, `time` among them not."""
        self.part, self.source, self.shape, self.filled = part, source, shape, filled
        self._prefix = len(source.encode()).to_bytes(8, "big") + source.encode()
        self._rows: list[tuple[Any, ...]] = []
        self._moment: int | None = None
        self._seen: dict[str, int] = {}

    def identity(self, line: str, time: int | None) -> str:
        """Tell what makes a record this one: its text in the evidence, and how often it stood there in this moment."""
        if time != self._moment:
            self._moment, self._seen = time, {line: 1}
            return line
        nth = self._seen.get(line, 0)
        self._seen[line] = nth + 1
        return f"{line}\n{nth}" if nth else line

    def add(self, line: str, time: int | None, locator: str, *values: object) -> Iterable[Batch]:
        """Take one record; `line` is its text in the evidence. Gives a batch when one is full."""
        data = self.identity(line, time).encode("utf-8", "surrogatepass")
        event_id = hashlib.sha256(self._prefix + len(data).to_bytes(8, "big") + data).hexdigest()[:32]
        self._rows.append((event_id, time, locator, *values))
        return self.flush() if len(self._rows) >= self.SIZE else ()

    def resume(self, before: Iterable[tuple[str, int | None]]) -> None:
        """Take note of the records right before the range, newest first: one that stands in it again is another event."""
        for line, time in before:
            if self._seen and time != self._moment:
                return
            self._moment = time
            self._seen[line] = self._seen.get(line, 0) + 1

    def flush(self) -> Iterator[Batch]:
        """Give what is gathered."""
        if self._rows:
            columns: dict[str, Any] = {
                name: list(values)
                for name, values in zip(
                    ("event_id", "time", "locator", *self.filled), zip(*self._rows, strict=True), strict=True
                )
            }
            columns |= {"evidence_id": self.part.evidence_id, "source": self.source, "shape": self.shape}
            count, self._rows = len(self._rows), []
            yield Batch("events", count, columns)
