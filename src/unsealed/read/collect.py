"""Rows to Arrow: a reader's rows gathered by table, nested columns built flat, then written as part files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from unsealed import schema

_TIME = pa.timestamp("us")


def batch(table: str, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    """Make one Arrow batch of a table's rows; times come as microseconds since 1970 UTC."""
    wanted = schema.TABLES[table].schema
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(wanted)
    arrays = [_array(values, field.type) for values, field in zip(columns, wanted, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=wanted)


def _array(values: Iterable[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    if pa.types.is_list(kind):
        return _lists(list(values), kind)
    return pa.array(values, kind)


def _lists(values: list[Any], kind: pa.ListType) -> pa.Array:
    offsets, flat = [0], []
    for value in values:
        flat.extend(value or ())
        offsets.append(len(flat))
    inner = kind.value_type
    if pa.types.is_struct(inner):
        columns = list(zip(*flat, strict=True)) if flat else [()] * inner.num_fields
        children = [_array(column, inner.field(number).type) for number, column in enumerate(columns)]
        items = pa.StructArray.from_arrays(children, fields=list(inner))
    else:
        items = pa.array(flat, inner)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items, type=kind)


class Collector:
    """Gathers the rows of one unit and writes them, a file a table, into place."""

    FLUSH = 20_000

    def __init__(self, folder: Path, stem: str) -> None:
        self.folder, self.stem = folder, stem
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._writers: dict[str, tuple[pq.ParquetWriter, Path, Path]] = {}
        self._weight = 0

    def add(self, table: str, row: tuple[Any, ...], weight: int = 1) -> None:
        """Take one row; `weight` is about its size in units of a kilobyte."""
        self._rows.setdefault(table, []).append(row)
        self._weight += weight
        if self._weight >= self.FLUSH:
            self._flush()

    def finish(self) -> list[tuple[str, str]]:
        """Write what is left and rename all files into place; give (table, file name) of each."""
        self._flush()
        made = []
        for table, (writer, temporary, target) in self._writers.items():
            writer.close()
            temporary.replace(target)
            made.append((table, target.name))
        self._writers = {}
        return made

    def abandon(self) -> None:
        """Drop everything."""
        for writer, temporary, _ in self._writers.values():
            writer.close()
            temporary.unlink(missing_ok=True)

    def _flush(self) -> None:
        for table, rows in self._rows.items():
            if rows:
                self._writer(table).write_batch(batch(table, rows))
                rows.clear()
        self._weight = 0

    def _writer(self, table: str) -> pq.ParquetWriter:
        if table not in self._writers:
            folder = self.folder / table
            folder.mkdir(parents=True, exist_ok=True)
            temporary, target = folder / f".{self.stem}.tmp", folder / f"{self.stem}.parquet"
            writer = pq.ParquetWriter(temporary, schema.TABLES[table].schema, compression="zstd")
            self._writers[table] = (writer, temporary, target)
        return self._writers[table][0]
