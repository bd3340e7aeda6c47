"""Which letters are one conversation: the threads of all messages of a case, with nothing but numbers in memory."""

from array import array
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from unsealed.query import Engine
from unsealed.read.mail.threads import MAX_REFERENCES, Threads, Titled, base_subject, is_reply
from unsealed.schema import content_id

_LETTERS = """
    CREATE OR REPLACE TEMP TABLE letter AS
    SELECT filename AS file, file_row_number AS line, lower(coalesce(internet_message_id, message_id)) AS key,
        list_transform(list_filter(list_concat(
            "references"[-{most}:], [in_reply_to, 'thread-index:' || thread_index]), lambda x: x IS NOT NULL),
            lambda x: lower(x)) AS links,
        coalesce(subject, '') AS subject, epoch_us("date") AS moment,
        list_filter(list_distinct(list_concat([from_address], list_transform("to", lambda x: x.address),
            list_transform(cc, lambda x: x.address))), lambda x: x IS NOT NULL AND x <> '') AS people
    FROM read_parquet([{files}], filename = true, file_row_number = true)"""
_NODES = """
    CREATE OR REPLACE TEMP TABLE node AS
    SELECT key, row_number() OVER (ORDER BY key) - 1 AS id
    FROM (SELECT key FROM letter UNION SELECT unnest(links) FROM letter)"""
_EDGES = """
    SELECT one.id AS one, other.id AS other
    FROM (SELECT DISTINCT key, unnest(links) AS link FROM letter) AS edge
    JOIN node AS one ON one.key = edge.key JOIN node AS other ON other.key = edge.link"""
_TITLED = """
    SELECT title.base, letter.moment, node.id, title.reply AND len(letter.links) = 0 AS lonely, letter.people
    FROM letter JOIN title USING (subject) JOIN node USING (key)
    WHERE letter.moment IS NOT NULL AND length(title.base) > 3
    QUALIFY count(*) OVER (PARTITION BY title.base) > 1
        AND bool_or(title.reply AND len(letter.links) = 0) OVER (PARTITION BY title.base)
    ORDER BY title.base, letter.moment, node.id"""
_NAMED = """
    SELECT conversation.name FROM letter JOIN node USING (key) JOIN thread USING (id)
    JOIN conversation USING (root) ORDER BY letter.file, letter.line"""


_TITLE = pa.schema([("subject", pa.string()), ("base", pa.string()), ("reply", pa.bool_())])
_NAME = pa.schema([("root", pa.int64()), ("name", pa.string())])


def conversations(db: Engine, parts: list[Path]) -> Iterator[str]:
    """Give the conversation of every message, in the order of the part files and of the rows in them."""
    files = ", ".join("'" + str(part).replace("'", "''") + "'" for part in parts)
    db.execute(_LETTERS.format(most=MAX_REFERENCES, files=files))
    db.execute(_NODES)
    db.register("title", _titles(db))
    threads = Threads(int(db.value("SELECT count(*) FROM node")))
    for batch in db.batches(_EDGES):
        for one, other in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
            threads.join(one, other)
    threads.join_by_subject(_titled(db))
    roots = threads.names()
    db.register("thread", pa.table({"id": _numbers(array("q", range(len(roots)))), "root": _numbers(roots)}))
    db.register("conversation", _names(db))
    for batch in db.batches(_NAMED):
        yield from batch.column(0).to_pylist()


def _titles(db: Engine) -> pa.Table:
    """Give every subject of the case with its base, and whether it is a reply's."""
    made = []
    for batch in db.batches("SELECT DISTINCT subject FROM letter"):
        subjects = batch.column(0).to_pylist()
        columns = [
            batch.column(0),
            pa.array([base_subject(s) for s in subjects], pa.string()),
            pa.array([is_reply(s) for s in subjects], pa.bool_()),
        ]
        made.append(pa.RecordBatch.from_arrays(columns, schema=_TITLE))
    return pa.Table.from_batches(made, schema=_TITLE)


def _titled(db: Engine) -> Iterator[Titled]:
    for batch in db.batches(_TITLED):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _names(db: Engine) -> pa.Table:
    """Give every thread's name, made of the smallest key in it."""
    made = []
    for batch in db.batches("SELECT id, key FROM node JOIN thread USING (id) WHERE id = root"):
        names = [content_id("conversation", key) for key in batch.column(1).to_pylist()]
        made.append(
            pa.RecordBatch.from_arrays([batch.column(0).cast(pa.int64()), pa.array(names, pa.string())], schema=_NAME)
        )
    return pa.Table.from_batches(made, schema=_NAME)


def _numbers(values: "array[int]") -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])
