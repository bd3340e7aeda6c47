"""No note that a stage wrote may stay in English for a Japanese reader: every scene is looked at for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq

from unsealed.report import words
from unsealed.report.retell import retelling

if TYPE_CHECKING:
    from unsealed.case import Case


COLUMNS = {"exposures": "grounds", "activity": "reason", "findings": "title", "coverage": "note"}


def written(case: Case, table: str) -> set[str]:
    """Give the notes, reasons or titles that stand in one table."""
    path = case.tables / table / f"{table}.parquet"
    if not path.exists():
        return set()
    texts = pq.read_table(path, columns=[COLUMNS[table]])[COLUMNS[table]]
    if table == "exposures":
        texts = pc.struct_field(pc.list_flatten(texts), "note")
    return {text for text in pc.unique(texts).to_pylist() if text}


def titles(case: Case) -> set[str]:
    """Give the titles of the rules that found something: they may be anybody's."""
    path = case.tables / "findings" / "findings.parquet"
    rows = pq.read_table(path, columns=["kind", "title"]) if path.exists() else None
    return set(rows.filter(pc.equal(rows["kind"], "sigma"))["title"].to_pylist()) if rows else set()


def check(case: Case, *tables: str) -> None:
    """Fail for a note of these tables that no template of `unsealed.report.notes` knows, or that has no Japanese."""
    tell = retelling(words.translator("ja"))
    unknown = {part for table in tables for text in written(case, table) for part in tell.unknown(text)}
    unknown -= titles(case)
    assert not unknown, f"no template in unsealed/report/notes.py, or no Japanese, for: {sorted(unknown)}"
