"""Rows to Arrow: a reader's rows gathered by table, nested columns built flat, then written as part files."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unsealed import schema
from unsealed.read.reader import Batch

_REPEATED = frozenset(
    (
        "evidence_id",
        "mailbox",
        "folder",
        "from_address",
        "from_name",
        "source",
        "operation",
        "user",
        "client_ip",
        "client",
        "session_id",
        "app_id",
        "outcome",
        "workload",
        "client_app_id",
        "access_type",
        "throttled",
        "logon_type",
        "shape",
        "access",
        "event_id",
        "media_type",
        "text_status",
        "mailbox_basis",
        "group",
    )
)
"""Columns whose values repeat: only these are worth a dictionary."""
_LONG = frozenset(("raw", "text"))
_UNIQUE = frozenset(
    (
        "event_id",
        "message_id",
        "attachment_id",
        "internet_message_id",
        "record_id",
        "locator",
        "content_hash",
        "sha256",
        "sha1",
        "md5",
    )
)
"""Columns whose smallest and largest value, as those of `_LONG`, tell nobody anything."""

_TEXT_AT = {
    name: table.schema.get_field_index(column)
    for name, table in schema.TABLES.items()
    for column in _LONG & set(table.schema.names)
}
"""Where in a row its longest text stands, which decides what the row weighs."""
_WEIGHED = 2_000
"""Characters, or bytes, that weigh as much as a row."""


def batch(table: str, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    """Make one Arrow batch of a table's rows; times come as microseconds since 1970 UTC."""
    wanted = schema.TABLES[table].schema
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(wanted)
    arrays = [_array(values, field.type) for values, field in zip(columns, wanted, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)


def columns(made: Batch) -> pa.RecordBatch:
    """Make one Arrow batch of a reader's columns."""
    wanted = schema.TABLES[made.table].schema
    arrays = []
    for field in wanted:
        values = made.columns.get(field.name)
        if values is None:
            arrays.append(pa.nulls(made.length, field.type))
        elif isinstance(values, (list, tuple)):
            arrays.append(_array(values, field.type))
        elif isinstance(values, pa.Array):
            arrays.append(values)
        else:
            arrays.append(pa.repeat(pa.scalar(values, field.type), made.length))
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)


def _array(values: Iterable[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    if pa.types.is_list(kind):
        return _lists(list(values), kind)
    return strings(values) if pa.types.is_string(kind) else pa.array(values, kind)


def strings(values: Iterable[Any]) -> pa.Array:
    """Make an array of strings; what is no text is made text, half characters (JSON can smuggle them in) stand as `?`."""
    try:
        return pa.array(values, pa.string())
    except (UnicodeEncodeError, pa.ArrowTypeError, pa.ArrowInvalid):
        told = [None if value is None else str(value).encode("utf-8", "replace") for value in values]
        return pa.array(told, pa.string())


def _lists(values: list[Any], kind: pa.ListType) -> pa.Array:
    offsets = [0]
    flat: list[Any] = []
    for value in values:
        flat.extend(value or ())
        offsets.append(len(flat))
    inner = kind.value_type
    if pa.types.is_struct(inner):
        columns = list(zip(*flat, strict=True)) if flat else [()] * inner.num_fields
        children = [_array(column, inner.field(number).type) for number, column in enumerate(columns)]
        items = pa.StructArray.from_arrays(children, fields=list(inner))
    else:
        items = _array(flat, inner)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items, type=kind)


def _together(table: str, rows: pa.Table) -> pa.Table:
    """Lay the records of a row group by operation, in their order: who wants few operations then unpacks little of `raw`."""
    return rows.take(pc.sort_indices(rows.column("operation"))) if table == "events" else rows


def writer(path: Path, table: str) -> pq.ParquetWriter:
    """Open a part file of a table for writing."""
    wanted = schema.TABLES[table].schema
    return pq.ParquetWriter(
        path,
        wanted,
        compression="zstd",
        use_dictionary=[name for name in wanted.names if name in _REPEATED and (table, name) != ("events", "event_id")],
        write_statistics=[name for name in wanted.names if name not in _LONG | _UNIQUE],
    )


class Collector:
    """Gathers the rows of one unit and writes them, a file a table, into place."""

    BATCH = 2_000
    """Weight of rows that become one Arrow batch: few enough to stay in the processor's cache."""
    GROUP = 20_000
    """Weight of batches that become one row group."""

    def __init__(self, folder: Path, stem: str) -> None:
        self.folder, self.stem = folder, stem
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._batches: dict[str, list[pa.RecordBatch]] = {}
        self._writers: dict[str, tuple[pq.ParquetWriter, Path, Path]] = {}
        self._weight = self._held = 0

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        """Take one row; it weighs one, and more where its text is long."""
        rows = self._rows.get(table)
        if rows is None:
            rows = self._rows[table] = []
        rows.append(row)
        at = _TEXT_AT.get(table)
        self._weight += 1 if at is None else 1 + len(row[at] or "") // _WEIGHED
        if self._weight >= self.BATCH:
            self._pack()

    def add_columns(self, made: Batch) -> None:
        """Take many rows at once."""
        self._pack()
        batch = columns(made)
        self._batches.setdefault(made.table, []).append(batch)
        self._held += made.length + batch.nbytes // _WEIGHED
        if made.inner:
            self.add_columns(made.inner)
        if self._held >= self.GROUP:
            self._write()

    def finish(self) -> list[tuple[str, str]]:
        """Write what is left and rename all files into place; give (table, file name) of each."""
        self._pack()
        self._write()
        made = []
        for table, (opened, temporary, target) in self._writers.items():
            opened.close()
            temporary.replace(target)
            made.append((table, target.name))
        self._writers = {}
        return made

    def abandon(self) -> None:
        """Drop everything."""
        for opened, temporary, _ in self._writers.values():
            opened.close()
            temporary.unlink(missing_ok=True)

    def _pack(self) -> None:
        for table, rows in self._rows.items():
            if rows:
                self._batches.setdefault(table, []).append(batch(table, rows))
                rows.clear()
        self._held += self._weight
        self._weight = 0
        if self._held >= self.GROUP:
            self._write()

    def _write(self) -> None:
        for table, batches in self._batches.items():
            if batches:
                self._writer(table).write_table(_together(table, pa.Table.from_batches(batches)))
                batches.clear()
        self._held = 0

    def _writer(self, table: str) -> pq.ParquetWriter:
        if table not in self._writers:
            folder = self.folder / table
            folder.mkdir(parents=True, exist_ok=True)
            temporary, target = folder / f".{self.stem}.{os.getpid()}.tmp", folder / f"{self.stem}.parquet"
            self._writers[table] = (writer(temporary, table), temporary, target)
        return self._writers[table][0]
