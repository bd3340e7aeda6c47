"""The tables as SQL sees them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from unsealed import schema
from unsealed.case import Case
from unsealed.query import engine


def test_a_case_from_before_a_column_was_added_opens_with_the_column_null(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", "Old")
    folder = case.tables / "messages"
    folder.mkdir(parents=True)
    whole = schema.TABLES["messages"].schema
    old = pa.schema([field for field in whole if field.name not in {"links", "received", "arrived"}])
    pq.write_table(pa.Table.from_pylist([{"message_id": "a"}], old), folder / "old.parquet")
    with engine(case) as db:
        assert db.rows("SELECT message_id, links, received, arrived FROM messages") == [
            {"message_id": "a", "links": None, "received": None, "arrived": None}
        ]
        assert db.table("SELECT * FROM messages").schema.names == whole.names
    pq.write_table(pa.Table.from_pylist([{"message_id": "b", "links": ["x"]}], whole), folder / "new.parquet")
    with engine(case) as db:
        found = db.rows("SELECT message_id, links FROM messages ORDER BY message_id")
    assert found == [{"message_id": "a", "links": None}, {"message_id": "b", "links": ["x"]}]
