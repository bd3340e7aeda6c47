"""A table out of the case: CSV, JSON, JSON lines, Parquet, XLSX; and no cell of evidence ever begins a formula."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from unsealed import schema
from unsealed.case import Case
from unsealed.errors import QueryError, UsageError
from unsealed.query import engine
from unsealed.report.plain import plain

FORMATS = ("csv", "json", "jsonl", "parquet", "xlsx")
BINARY = ("parquet", "xlsx")
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
MAX_CELL = 32_000
MAX_SHEET_ROWS = 1_048_575


def query(name: str, where: str | None, limit: int | None, *, reveal: bool = False) -> str:
    """Give the query for a table, with a person's condition and limit.

    Args:
        name: the table.
        where: a condition on its columns.
        limit: so many rows at most.
        reveal: of `mentions`: add `value`, what stands at its place in the letter.

    Raises:
        QueryError: if there is no such table.
    """
    if name not in schema.TABLES:
        raise QueryError(f"there is no table {name!r}; there are: {', '.join(schema.TABLES)}")
    sql = f'SELECT * FROM "{name}"'
    if where:
        sql += f" WHERE ({where}\n)"
    sql += f" LIMIT {int(limit)}" if limit is not None else ""
    return _REVEALED.format(sql) if reveal else sql


_REVEALED = """
    SELECT n.*, substring(
               CASE n.part WHEN 'text' THEN m.text WHEN 'subject' THEN m.subject WHEN 'attachment' THEN a.text
                           WHEN 'filename' THEN a.filename END, n."start" + 1, n."end" - n."start") AS value
    FROM ({}) n LEFT JOIN messages m USING (message_id)
    LEFT JOIN attachments a ON a.message_id = n.message_id AND a.attachment_id = n.attachment_id"""


def announce(case: Case, sql: str, where: str | None) -> None:
    """Keep in the custody log that somebody asks for values of mentions in the clear; before any of them is given.

    Raises:
        QueryError: if the condition does not parse or names what is not there.
    """
    with engine(case, guarded=True) as db:
        rows = db.value(f"SELECT count(*) FROM ({sql})")
    with case.lock():
        case.log({"action": "reveal", "rows": rows, "where": where})


def write(case: Case, sql: str, form: str, out: IO[bytes]) -> int:
    """Write a query's rows to a binary stream; give their number.

    Raises:
        QueryError: if the condition does not parse or names what is not there.
        UsageError: if the rows do not fit the format.
    """
    with engine(case, guarded=True) as db:
        return _WRITERS[form](db.batches(sql), out)


def _rows(batches: Iterator[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        yield from batch.to_pylist()


def _jsonl(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int:
    count = 0
    for row in _rows(batches):
        out.write(orjson.dumps(plain(row)) + b"\n")
        count += 1
    return count


def _json(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int:
    count = 0
    out.write(b"[")
    for row in _rows(batches):
        out.write((b",\n" if count else b"\n") + orjson.dumps(plain(row)))
        count += 1
    out.write(b"\n]\n")
    return count


def _csv(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int:
    count = 0
    stream = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(stream)
    for batch in batches:
        if not count:
            writer.writerow(batch.schema.names)
        for row in batch.to_pylist():
            writer.writerow([cell(value) for value in row.values()])
            count += 1
    stream.detach()
    return count


def csv_file(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV with the mark by which Excel knows UTF-8; no cell begins a formula."""
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        writer.writerows([cell("" if value is None else value) for value in row] for row in rows)


def cell(value: Any) -> Any:  # noqa: ANN401 - any value of a table
    """Give a value as a cell that begins no formula."""
    value = plain(value)
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value


def put(sheet: Any, row: int, column: int, value: Any) -> None:  # noqa: ANN401 - any value of a table
    """Write a value into a cell of a sheet of xlsxwriter: numbers as numbers, anything else as text, never a formula."""
    shown = cell(value)
    if isinstance(shown, bool) or not isinstance(shown, int | float):
        sheet.write_string(row, column, "" if shown is None else str(shown)[:MAX_CELL])
    else:
        sheet.write_number(row, column, shown)


def _parquet(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int:
    count, writer = 0, None
    for batch in batches:
        if writer is None:
            writer = pq.ParquetWriter(out, batch.schema, compression="zstd")
        writer.write_batch(batch)
        count += batch.num_rows
    if writer:
        writer.close()
    return count


def _xlsx(batches: Iterator[pa.RecordBatch], out: IO[bytes]) -> int:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    sheet, count = book.add_worksheet("table"), 0
    for batch in batches:
        if not count:
            sheet.write_row(0, 0, batch.schema.names, book.add_format({"bold": True}))
            sheet.freeze_panes(1, 0)
        for row in batch.to_pylist():
            count += 1
            if count > MAX_SHEET_ROWS:
                raise UsageError(f"a sheet holds {MAX_SHEET_ROWS:,} rows: narrow with --where, or use parquet")
            for column, value in enumerate(row.values()):
                put(sheet, count, column, value)
    book.close()
    out.write(buffer.getvalue())
    return count


_WRITERS = {"csv": _csv, "json": _json, "jsonl": _jsonl, "parquet": _parquet, "xlsx": _xlsx}


def to_file(case: Case, sql: str, form: str, path: Path) -> int:
    """Write a query's rows to a file; CSV gets the mark by which Excel knows UTF-8."""
    with path.open("wb") as out:
        if form == "csv":
            out.write(b"\xef\xbb\xbf")
        return write(case, sql, form, out)
