"""Rows are held until they are worth writing: never so many that long texts fill the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from unsealed import schema
from unsealed.read.collect import Collector

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("table", "column"), [("messages", "text"), ("attachments", "text"), ("events", "raw")])
def test_long_texts_are_written_before_they_fill_the_memory(tmp_path: Path, table: str, column: str) -> None:
    names = schema.TABLES[table].schema.names
    collector, held = Collector(tmp_path, "unit"), 0
    for _ in range(100):
        collector.add(table, tuple("x" * 1_000_000 if name == column else None for name in names))
        batches = sum(batch.nbytes for found in collector._batches.values() for batch in found)
        held = max(held, batches + sum(len(row[names.index(column)]) for row in collector._rows[table]))
    assert held <= (Collector.GROUP + Collector.BATCH) * 2_000 + 2_000_000
    ((name, file),) = collector.finish()
    assert pq.read_metadata(tmp_path / name / file).num_rows == 100


def test_records_of_one_operation_lie_together_and_in_their_order(tmp_path: Path) -> None:
    """Whoever wants the rare operations need not unpack the records of the frequent ones."""
    names = schema.TABLES["events"].schema.names
    collector = Collector(tmp_path, "unit")
    for number in range(30):
        told = {"event_id": f"{number:02}", "operation": ("Bind", None, "Add")[number % 3]}
        collector.add("events", tuple(told.get(name) for name in names))
    ((name, file),) = collector.finish()
    rows = pq.read_table(tmp_path / name / file, columns=["operation", "event_id"]).to_pylist()
    assert [row["operation"] for row in rows] == ["Add"] * 10 + ["Bind"] * 10 + [None] * 10
    assert rows == sorted(rows, key=lambda row: (row["operation"] is None, row["operation"], row["event_id"]))
