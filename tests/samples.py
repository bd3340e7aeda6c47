"""Evidence made by the tests themselves: letters, mailboxes, audit records, and a look at what came of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unsealed import schema
from unsealed.query import engine
from unsealed.read import collect, read
from unsealed.read.reader import Batch, Part, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unsealed.case import Case
    from unsealed.read.reader import Reader

Row = dict[str, Any]
TABLES = ("evidence", "messages", "attachments", "events", "accesses", "skipped")


def mail(number: int = 1, body: str = "", *, eol: str = "\n", to: str = "alice@example.org", **headers: str) -> bytes:
    """Write a plain letter; headers are given with `_` for `-`."""
    lines = {
        "From": f"Bob {number} <bob{number}@example.com>",
        "To": to,
        "Subject": f"Letter {number}",
        "Date": "Mon, 01 Mar 2021 10:00:00 +0000",
        "Message-ID": f"<{number}@example.com>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = eol.join(f"{name}: {value}" for name, value in lines.items() if value)
    return (head + eol + eol + (body or f"This is letter {number}.{eol}")).encode()


def mbox(letters: Iterable[bytes]) -> bytes:
    """Put letters into an mbox as the RFC has it."""
    return b"".join(
        b"From bob@example.com Mon Mar  1 10:00:00 2021\n" + letter.rstrip(b"\n") + b"\n\n" for letter in letters
    )


def part(path: Path, start: int = 0, end: int | None = None, place: Place | None = None) -> Part:
    """Make a part of a file."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Part(str(path), path.name, digest, len(data), start, len(data) if end is None else end, place or Place())


def rows(reader: Reader, path: Path) -> dict[str, list[Row]]:
    """Read a file through all the ranges that its reader cuts it into; give the rows by table, columns named."""
    found: dict[str, list[Row]] = {name: [] for name in TABLES}
    for start, end in reader.ranges(str(path), path.stat().st_size):
        for made in reader.read(part(path, start, end)):
            if isinstance(made, Batch):
                unfolded(made, found)
            else:
                table, row = made
                found[table].append(dict(zip(schema.TABLES[table].schema.names, row, strict=True)))
    return found


def unfolded(made: Batch, found: dict[str, list[Row]]) -> None:
    """Add the rows of a batch, times as microseconds."""
    batch = collect.columns(made)
    times = {field.name: field.type for field in batch.schema if pa.types.is_timestamp(field.type)}
    arrays = [batch[name].cast(pa.int64()) if name in times else batch[name] for name in batch.schema.names]
    found[made.table] += pa.RecordBatch.from_arrays(arrays, names=batch.schema.names).to_pylist()
    if made.inner:
        unfolded(made.inner, found)


def messages(reader: Reader, path: Path, data: bytes) -> list[Row]:
    """Write bytes to a file and give the messages that a reader finds in it."""
    path.write_bytes(data)
    return rows(reader, path)["messages"]


def tables(case: Case, *names: str) -> dict[str, list[Row]]:
    """Give the rows of a case's read tables in an order that does not depend on how they were written."""
    with engine(case) as db:
        return {name: sorted(db.rows(f'SELECT * FROM "{name}"'), key=repr) for name in names or TABLES}


def take_in(case: Case, *paths: Path, workers: int = 0, mailbox: str | None = None) -> dict[str, list[Row]]:
    """Read evidence into a case and give its tables."""
    with case.lock():
        read(case, list(paths), workers=workers, mailbox=mailbox)
    return tables(case)


def spot(path: Path, locator: str) -> bytes:
    """Give the bytes that a locator points at."""
    start, length = locator.removeprefix("byte:").split("+")
    with path.open("rb") as stream:
        stream.seek(int(start))
        return stream.read(int(length))
