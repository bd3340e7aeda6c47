"""Rows put aside on disk while a query's result is read, and then given back to SQL."""

from pathlib import Path

import pyarrow as pa

from unsealed.query import Engine


class Heap:
    """A table under construction, in a file."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Begin the file, in a folder that the caller removes."""
        self._path = path
        self._writer = pa.ipc.new_file(path, schema)

    def add(self, batch: pa.RecordBatch) -> None:
        """Put some rows aside."""
        self._writer.write_batch(batch)

    def close(self, db: Engine, name: str) -> None:
        """Give the rows a name in SQL; the file is mapped, not held."""
        self._writer.close()
        db.register(name, pa.ipc.open_file(pa.memory_map(str(self._path))).read_all())
