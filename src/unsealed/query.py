"""SQL over a case's tables: the only door to the engine (DuckDB; another engine can stand behind the same functions)."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from unsealed import schema
from unsealed.case import Case
from unsealed.errors import QueryError

MEMORY = "1GB"
BATCH_ROWS = 50_000
SMALL = 8 << 20
"""Bytes of all tables together."""


class Engine:
    """One connection to a case's tables; every table is there, empty where nothing has written it yet."""

    def __init__(self, case: Case, threads: int | None = None, *, guarded: bool = False) -> None:
        self.case = case
        self._spill = tempfile.TemporaryDirectory(prefix=".sql-", dir=case.folder)
        self._db = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": str(threads or (1 if _small(case) else min(2, os.cpu_count() or 1))),
                "temp_directory": self._spill.name,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        self._db.execute("SET TimeZone = 'UTC'")
        for name in schema.TABLES:
            self.refresh(name)
        if guarded:
            self._guard()

    def close(self) -> None:
        """Let go of the connection and its spill files."""
        self._db.close()
        self._spill.cleanup()

    def _guard(self) -> None:
        """Leave a person's SQL nothing but the case's own tables: no other file, no network, no variables of ours."""
        folder = self.case.folder.resolve()
        self._db.execute(f"SET allowed_directories = [{literal(str(folder))}, {literal(str(self.case.folder))}]")
        self._db.execute("SET enable_external_access = false")
        self._db.execute("SET python_enable_replacements = false")
        self._db.execute("SET lock_configuration = true")

    def refresh(self, name: str) -> None:
        """Look again at a table's files on disk."""
        wanted = schema.TABLES[name].schema
        parts = self.case.parts(name)
        self._db.execute(f'DROP VIEW IF EXISTS "{name}"')
        if not parts:
            self._db.register(f"_empty_{name}", schema.empty(name))
            self._db.execute(f'CREATE VIEW "{name}" AS SELECT * FROM "_empty_{name}"')
            return
        files = ", ".join(literal(str(part)) for part in parts)
        columns = ", ".join(f'"{field.name}"' for field in wanted)
        source = f"read_parquet([{files}], union_by_name = true)"
        try:
            self._db.execute(f'CREATE VIEW "{name}" AS SELECT {columns} FROM {source}')
        except duckdb.BinderException:  # the case was read before a column was added: there it is null
            self._db.register(f"_empty_{name}", schema.empty(name))
            whole = f'FROM {source} UNION ALL BY NAME FROM "_empty_{name}"'
            self._db.execute(f'CREATE VIEW "{name}" AS SELECT {columns} FROM ({whole})')

    def register(self, name: str, table: pa.Table) -> None:
        """Give an Arrow table a name in SQL."""
        self._db.register(name, table)

    def execute(self, sql: str, parameters: list[Any] | None = None) -> None:
        """Run a statement for its effect (temporary tables)."""
        with _told():
            self._db.execute(sql, parameters or [])

    def table(self, sql: str, parameters: list[Any] | None = None) -> pa.Table:
        """Give a query's whole result as an Arrow table."""
        with _told():
            return self._db.sql(sql, params=parameters or []).to_arrow_table()

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        """Give a query's whole result as dictionaries; for small results."""
        rows: list[dict[str, Any]] = self.table(sql, parameters).to_pylist()
        return rows

    def value(self, sql: str, parameters: list[Any] | None = None) -> Any:  # noqa: ANN401 - it is what the query gives
        """Give the first column of a query's first row."""
        result = self.table(sql, parameters)
        return result.column(0)[0].as_py() if result.num_rows else None

    def batches(
        self, sql: str, parameters: list[Any] | None = None, rows: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Give a query's result in batches: nothing is held whole; of rows with long texts ask for fewer at a time."""
        with _told():
            yield from self._db.sql(sql, params=parameters or []).to_arrow_reader(rows)

    def write(self, name: str, sql: str, parameters: list[Any] | None = None) -> int:
        """Replace a table by a query's result, atomically; give the number of rows."""
        return replace(self.case, name, self.batches(sql, parameters))


@contextmanager
def _told() -> Iterator[None]:
    """Turn the engine's complaints about a statement into ours."""
    try:
        yield
    except (
        duckdb.ParserException,
        duckdb.BinderException,
        duckdb.CatalogException,
        duckdb.PermissionException,
        duckdb.ConversionException,
        duckdb.InvalidInputException,
    ) as error:
        raise QueryError(str(error)) from error


@contextmanager
def engine(case: Case, threads: int | None = None, *, guarded: bool = False) -> Iterator[Engine]:
    """Open a case's tables for SQL while the block runs; `guarded` where a person writes the SQL."""
    opened = Engine(case, threads, guarded=guarded)
    try:
        yield opened
    finally:
        opened.close()


def replace(case: Case, name: str, batches: "Iterator[pa.RecordBatch] | pa.Table") -> int:
    """Replace a whole table by these rows: written to a temporary name, then renamed; give the number of rows."""
    wanted = schema.TABLES[name].schema
    if isinstance(batches, pa.Table):
        batches = iter(batches.to_batches())
    folder = case.tables / name
    folder.mkdir(parents=True, exist_ok=True)
    target, temporary = folder / f"{name}.parquet", folder / f".{name}.tmp"
    rows = 0
    with pq.ParquetWriter(temporary, wanted, compression="zstd") as writer:
        for batch in batches:
            rows += batch.num_rows
            if batch.num_rows:
                writer.write_batch(fit(batch, wanted))
    temporary.replace(target)
    for other in case.parts(name):
        if other != target:
            other.unlink()
    return rows


def fit(batch: pa.RecordBatch, wanted: pa.Schema) -> pa.RecordBatch:
    """Bring a batch to a table's columns, by name; a missing column is null."""
    columns = []
    for field in wanted:
        index = batch.schema.get_field_index(field.name)
        column = pa.nulls(batch.num_rows, field.type) if index < 0 else batch.column(index)
        columns.append(column if column.type == field.type else column.cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=wanted)


def _small(case: Case) -> bool:
    """Tell whether a case's tables are so small that threads cost more than they bring."""
    return sum(part.stat().st_size for name in schema.TABLES for part in case.parts(name)) < SMALL


def literal(text: str) -> str:
    """Write a text as an SQL literal; zero bytes can't stand in one."""
    parts = ["'" + part.replace("'", "''") + "'" for part in text.split("\0")]
    return parts[0] if len(parts) == 1 else f"({' || chr(0) || '.join(parts)})"
