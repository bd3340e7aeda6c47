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
