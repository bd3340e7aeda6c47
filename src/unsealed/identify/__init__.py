"""Whose data was in the opened letters? Exposures, messages and attachments to `mentions`."""

import os
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unsealed.case import Case
from unsealed.errors import UnsealedError
from unsealed.identify.key import case_key
from unsealed.identify.names import MENTIONS, NAMED, Lexicon, acquaint, spotted
from unsealed.identify.worker import SCANNED, Worker, start, work
from unsealed.query import Engine, engine, literal
from unsealed.schema import TOLD

__all__ = ["identify"]

ROWS = 1_024
"""Texts that are taken from the tables at a time."""
BATCH = 2 << 20
"""Bytes of text that are scanned at a time."""
WORTH = 96 << 20
"""Bytes of text from which on it pays to start worker processes: each takes a second or two to get ready."""


def identify(case: Case, *, everything: bool = False, workers: int | None = None) -> int:
    """Find personal data in the letters that are to be told about; give the number of mentions.

    Each text is scanned once, however many copies of its letter there are; every copy gets its rows.

    Args:
        case: the case, locked by the caller.
        everything: scan all letters, whatever their verdict.
        workers: worker processes; 0 for none; as many as there are cores if None.

    Raises:
        UnsealedError: if a worker process dies.
        CaseError: if the case's key can't be used.
    """
    key = case_key(case.folder)
    with engine(case) as db, tempfile.TemporaryDirectory(prefix=".identify-", dir=case.folder) as folder:
        _holders(db, everything=everything)
        size = db.value("SELECT coalesce(sum(size), 0) FROM texts")
        count = (os.cpu_count() or 1) if workers is None else workers
        path, named = Path(folder) / "scanned.parquet", Path(folder) / "named.parquet"
        lexicon = acquaint(db)
        with (
            pq.ParquetWriter(path, SCANNED, compression="zstd") as writer,
            pq.ParquetWriter(named, NAMED, compression="zstd") as names,
        ):
            for batch, people in _scanned(_texts(db), key, lexicon, count if size >= WORTH or workers else 0):
                writer.write_batch(batch)
                names.write_batch(people)
        spotted(db, named)
        return db.write(
            "mentions",
            f"""
            SELECT * FROM (SELECT h.message_id, h.attachment_id, s.kind, s.value_masked, s.value_hash, s.start, s."end",
                   NULL::VARCHAR AS person_id, s.validated, h.part, s.identifier, NULL::VARCHAR AS basis
            FROM read_parquet({literal(str(path))}) s JOIN holders h USING (k)
            UNION ALL BY NAME {MENTIONS})
            ORDER BY message_id, attachment_id NULLS FIRST, part, start, identifier""",
        )


def _holders(db: Engine, *, everything: bool) -> None:
    """Make `holders`, what holds a text, and `texts`, one holder of each different text; `k` is the text's number."""
    told = ", ".join(map(literal, TOLD))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE wanted AS
        SELECT DISTINCT message_id FROM messages
        WHERE {"TRUE" if everything else f"message_id IN (SELECT message_id FROM exposures WHERE content_verdict IN ({told}))"}""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE held AS
        SELECT message_id, NULL::VARCHAR AS attachment_id, 'text' AS part, sha256(text) AS digest, strlen(text) AS size
        FROM messages SEMI JOIN wanted USING (message_id) WHERE text <> ''
        UNION ALL
        SELECT message_id, NULL, 'subject', sha256(subject), strlen(subject)
        FROM messages SEMI JOIN wanted USING (message_id) WHERE subject <> ''
        UNION ALL
        SELECT message_id, attachment_id, 'attachment', sha256(text), strlen(text)
        FROM attachments SEMI JOIN wanted USING (message_id) WHERE text <> ''
        UNION ALL
        SELECT message_id, attachment_id, 'filename', sha256(filename), strlen(filename)
        FROM attachments SEMI JOIN wanted USING (message_id) WHERE filename <> ''""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE texts AS
        SELECT row_number() OVER (ORDER BY digest) AS k, digest, size, first.message_id, first.attachment_id, first.part
        FROM (SELECT digest, any_value(size) AS size,
                     min(struct_pack(message_id, attachment_id := coalesce(attachment_id, ''), part)) AS first
              FROM held GROUP BY digest)""")
    db.execute("CREATE OR REPLACE TEMP TABLE holders AS SELECT k, h.* FROM held h JOIN texts USING (digest)")


def _texts(db: Engine) -> Iterator[pa.RecordBatch]:
    """Give every different text once, as batches of `k`, `text` and `near` of about `BATCH` bytes."""
    for part, table, column, ids in (
        ("text", "messages", "text", "message_id"),
        ("subject", "messages", "subject", "message_id"),
        ("attachment", "attachments", "text", "message_id, attachment_id"),
        ("filename", "attachments", "filename", "message_id, attachment_id"),
    ):
        query = f"""
            SELECT k, m.{column} AS text, n.words AS near
            FROM {table} m JOIN texts t USING ({ids}) LEFT JOIN near n USING (k) WHERE t.part = {literal(part)}"""
        for batch in db.batches(query, rows=ROWS):
            yield from _cut(batch)


def _cut(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Cut a batch where its texts come to `BATCH` bytes."""
    first, size = 0, 0
    for row, length in enumerate(pc.binary_length(batch.column("text")).to_pylist()):
        if row > first and size + length > BATCH:
            yield batch.slice(first, row - first)
            first, size = row, 0
        size += length
    if first < batch.num_rows:
        yield batch.slice(first)


def _scanned(
    texts: Iterator[pa.RecordBatch], key: bytes, lexicon: Lexicon, workers: int
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Scan batches in worker processes, or here where there are none; in the order of the texts."""
    if not workers:
        here = Worker(key, lexicon=lexicon)
        for batch in texts:
            yield here.both(batch)
        return
    waiting: deque[Future[tuple[pa.RecordBatch, pa.RecordBatch]]] = deque()
    with _pool(workers, key, lexicon) as pool:
        for batch in texts:
            # A slice would take the whole batch along to the worker.
            waiting.append(pool.submit(work, pa.concat_batches([batch]) if batch.column(0).offset else batch))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _pool(workers: int, key: bytes, lexicon: Lexicon) -> Iterator[ProcessPoolExecutor]:
    """Give worker processes; the key goes to them in memory."""
    try:
        known = (os.getpid(), key, lexicon)
        with ProcessPoolExecutor(workers, get_context("spawn"), initializer=start, initargs=known) as pool:
            yield pool
    except BrokenProcessPool:
        raise UnsealedError(
            "A worker process died while scanning. Run it again; with `workers=0` there are none."
        ) from None
