"""Logs made by the tests, read whole and in small ranges."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from samples import part

from unsealed import schema
from unsealed.read.engine import readers
from unsealed.read.reader import Batch, Reader

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]


def taken_by(path: Path) -> str | None:
    """Give the reader that would get a file."""
    with path.open("rb") as stream:
        head = stream.read(64 << 10)
    sure, name = max((reader.detect(head, path.name), name) for name, reader in readers().items())
    return name if sure >= 20 else None


def listed(values: Any, length: int) -> list[Any]:
    """Give a batch's column as a list."""
    if isinstance(values, pa.Array):
        return list(values.to_pylist())
    return values if isinstance(values, list) else [values] * length


def read(reader: Reader, path: Path, step: int | None = None, timezone: str = "UTC") -> tuple[list[Row], list[Row]]:
    """Read a log, in ranges of `step` bytes if given; give its events and what was skipped."""
    size = path.stat().st_size
    cuts = [*range(0, size, step or max(size, 1)), size]
    events: list[Row] = []
    skipped: list[Row] = []
    for start, end in pairwise(cuts):
        for made in reader.read(replace(part(path, start, end), timezone=timezone)):
            if isinstance(made, Batch):
                columns = {name: listed(value, made.length) for name, value in made.columns.items()}
                events += [{name: column[row] for name, column in columns.items()} for row in range(made.length)]
            else:
                into = events if made[0] == "events" else skipped
                into.append(dict(zip(schema.TABLES[made[0]].schema.names, made[1], strict=True)))
    return events, skipped


def checked(reader: Reader, path: Path, *steps: int, timezone: str = "UTC") -> tuple[list[Row], list[Row]]:
    """Read a log, and see that recognition, places and ranges are as they must be."""
    assert taken_by(path) == reader.name
    events, skipped = read(reader, path, timezone=timezone)
    size = path.stat().st_size
    for row in [*events, *skipped]:
        start, length = (int(number) for number in row["locator"].removeprefix("byte:").split("+"))
        assert 0 <= start < start + length <= size, row
    assert len({event["event_id"] for event in events}) == len(events)
    for step in steps:
        assert read(reader, path, step, timezone) == (events, skipped), f"ranges of {step} bytes give other rows"
    return events, skipped
