"""Whose data was in the opened letters? Exposures, messages and attachments to `mentions` and the register of persons."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unsealed.case import Case
from unsealed.identify import owners, persons, skipped, worker
from unsealed.identify.key import case_key
from unsealed.identify.names import MENTIONS, NAMED, acquaint, canonical, spotted
from unsealed.identify.persons.places import region
from unsealed.identify.register import register
from unsealed.identify.scan import Lost
from unsealed.query import Engine, engine, literal
from unsealed.schema import TOLD
from unsealed.workers import Pool

__all__ = ["identify"]

HELD = 64 << 20
"""Bytes of text that are taken from the tables at a time, as long as no single text is longer."""
ROWS = 1_024
"""Texts that are taken at a time, where all are short."""
BATCH = 2 << 20
"""Bytes of text that are scanned at a time."""
WORTH = 96 << 20
"""Bytes of text from which on it pays to start worker processes: each takes a second or two to get ready."""


def identify(case: Case, *, everything: bool = False, workers: int | None = None) -> int:
    """Find personal data in the letters that are to be told about, and whose it is; give the number of mentions.

    Each text is scanned once, however many copies of its letter there are; every copy gets its rows. What could not be
    scanned is a row in `skipped`.

    Args:
        case: the case, locked by the caller.
        everything: scan all letters, whatever their verdict.
        workers: worker processes; 0 for none; as many as there are cores if None.

    Raises:
        CaseError: if the case's key can't be used.
    """
    key = case_key(case.folder)
    with engine(case) as db, tempfile.TemporaryDirectory(prefix=".identify-", dir=case.folder) as folder:
        _holders(db, everything=everything)
        size = db.value("SELECT coalesce(sum(size), 0) FROM texts")
        count = (os.cpu_count() or 1) if workers is None else workers
        paths, lost = (Path(folder) / "scanned.parquet", Path(folder) / "named.parquet"), Counter[Lost]()
        pool = Pool(
            count if size >= WORTH or workers else 0,
            worker.work,
            pieces=worker.pieces,
            lost=worker.died,
            ready=worker.ready,
            given=(key, acquaint(db), _countries(case)),
        )
        with (
            pq.ParquetWriter(paths[0], worker.SCANNED, compression="zstd") as writer,
            pq.ParquetWriter(paths[1], NAMED, compression="zstd") as names,
            pool,
        ):
            for scanned in pool.map(_gathered(_texts(db))):
                writer.write_batch(scanned.rows)
                names.write_batch(scanned.named)
                lost += scanned.lost
        skipped.tell(case, db, lost)
        spotted(db, paths[1])
        found = _mentions(db, paths[0])
        persons.build(db, case, key)
        owners.attribute(db, key, key_of=lambda name: persons.name_key(name) or canonical(name), headed="headed")
        _owned(db)
        register(db)
        return found


def _countries(case: Case) -> tuple[str, ...]:
    """Give the countries that the case's own domains and languages tell: what figures without a country are read as."""
    told = [region(domain) for domain in case.config.domains]
    told += ["JP"] if "ja" in case.config.languages else []
    return tuple(dict.fromkeys(filter(None, told)))


def _mentions(db: Engine, path: Path) -> int:
    """Write what was found as `mentions`, nobody's yet."""
    found = db.write(
        "mentions",
        f"""
        SELECT * FROM (
            SELECT h.message_id, h.attachment_id, s.kind, s.value_masked, s.value_hash, s.start, s."end",
                   NULL::VARCHAR AS person_id, s.validated, h.part, s.identifier, NULL::VARCHAR AS basis
            FROM read_parquet({literal(str(path))}) s JOIN holders h USING (k)
            UNION ALL BY NAME {MENTIONS})
        ORDER BY message_id, attachment_id NULLS FIRST, part, start, identifier""",
    )
    db.refresh("mentions")
    return found


def _owned(db: Engine) -> None:
    """Write `mentions` again, with whose each is and why."""
    db.write(
        "mentions",
        """
        SELECT n.* EXCLUDE (person_id, basis), o.person_id, o.basis
        FROM mentions n LEFT JOIN owners o ON o.message_id = n.message_id AND o.attachment_id = coalesce(n.attachment_id, '')
             AND o.part = n.part AND o.start = n.start AND o."end" = n."end" AND o.kind = n.kind AND o.identifier = n.identifier
        ORDER BY n.message_id, n.attachment_id NULLS FIRST, n.part, n.start, n.identifier""",
    )
    db.refresh("mentions")


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
    """Give every different text once, as batches of `k`, `text` and `near`; the longer the longest is, the fewer at a time."""
    for part, table, column, ids in (
        ("text", "messages", "text", "message_id"),
        ("subject", "messages", "subject", "message_id"),
        ("attachment", "attachments", "text", "message_id, attachment_id"),
        ("filename", "attachments", "filename", "message_id, attachment_id"),
    ):
        longest = db.value(f"SELECT coalesce(max(size), 0) FROM texts WHERE part = {literal(part)}")
        if longest:
            query = (
                f"SELECT k, m.{column} AS text, n.words AS near FROM {table} m JOIN texts t USING ({ids}) "
                f"LEFT JOIN near n USING (k) WHERE t.part = {literal(part)}"
            )
            yield from db.batches(query, rows=max(1, min(ROWS, HELD // longest)))


def _gathered(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Cut and join batches so that the texts of each come to about `BATCH` bytes, or it is one text that is longer.

    Short texts (subjects, names of files) come by the thousand, so that one pass goes over all of them. Each batch holds
    its own texts alone, not what it was cut from: it goes to another process.
    """
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        first = 0
        for row, length in enumerate(pc.binary_length(batch.column("text")).to_pylist()):
            if size and size + length > BATCH:
                # a slice keeps all that it was cut from; joining copies
                yield pa.concat_batches([*waiting, batch.slice(first, row - first)])
                waiting, first, size = [], row, 0
            size += length
        waiting.append(batch.slice(first))
    if size:
        yield pa.concat_batches(waiting)
