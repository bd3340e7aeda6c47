"""One verdict a message copy, the strongest that its grounds support; and the strongest of all copies of its letter."""

from collections.abc import Iterator

import pyarrow as pa

from unsealed.expose.copies import LETTER
from unsealed.expose.traces import RESTS
from unsealed.query import Engine, literal, replace
from unsealed.schema import TOLD, VERDICTS

MAX_GROUNDS = 200
"""Grounds kept with one copy; the first and last times are of all of them."""
_RESTS = ", ".join(map(literal, RESTS))
CHUNK = 100_000
"""So many copies are written at a time."""
_LIST = "[" + ", ".join(f"'{verdict}'" for verdict in VERDICTS) + "]"


def write(db: Engine) -> int:
    """Write `exposures`, ordered as `copies` is numbered; give the number of rows."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT n, rank, first, last FROM (
            SELECT n, list_position({_LIST}, verdict) AS rank, min(us) AS first, max(us) AS last
            FROM grounds GROUP BY n, verdict)
        QUALIFY row_number() OVER (PARTITION BY n ORDER BY rank) = 1""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE letters AS
        SELECT {LETTER} AS letter, min(j.rank) AS rank FROM copies c JOIN judged j USING (n) GROUP BY letter""")
    return replace(db.case, "exposures", _rows(db))


def _rows(db: Engine) -> Iterator[pa.RecordBatch]:
    last = db.value("SELECT max(n) FROM copies") or 0
    for low in range(1, last + 1, CHUNK):
        yield from db.batches(_SQL, [low, low + CHUNK - 1, low, low + CHUNK - 1])


_SQL = f"""
    WITH ranked AS (
            SELECT g.*, list_position({_LIST}, g.verdict) AS rank, j.rank AS best,
                   t.event_id IS NOT NULL AND g.how IN ({_RESTS}) AS trace
            FROM grounds g JOIN judged j USING (n) JOIN copies c USING (n)
            LEFT JOIN traces t ON t.mailbox = c.mailbox AND t.event_id = g.event_id WHERE g.n BETWEEN ? AND ?),
         placed AS (
            SELECT *, row_number() OVER (
                       PARTITION BY n ORDER BY rank, us NULLS LAST, how, event_id, message_id, note) AS nth
            FROM ranked WHERE rank = best OR rank <= {len(TOLD)}),
         told AS (
            SELECT n, list(struct_pack(how := how, event_id := event_id, note := note, message_id := message_id,
                                     trace := trace)
                           ORDER BY nth) AS grounds
            FROM placed WHERE nth <= {MAX_GROUNDS} GROUP BY n)
    SELECT c.message_id, c.internet_message_id, c.mailbox, {_LIST}[j.rank] AS verdict,
           {_LIST}[l.rank] AS content_verdict, t.grounds, make_timestamptz(j.first) AS first_time,
           make_timestamptz(j.last) AS last_time, c.folder, c.conversation_id, c.subject, c.from_address, c.date
    FROM copies c JOIN judged j USING (n) JOIN told t USING (n) JOIN letters l ON l.letter = {LETTER}
    WHERE c.n BETWEEN ? AND ? ORDER BY c.n"""
