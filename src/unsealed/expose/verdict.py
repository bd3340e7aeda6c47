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
        WITH each AS (
            SELECT n, list_position({_LIST}, verdict) AS rank, min(us) AS first, max(us) AS last, count(*) AS grounds
            FROM grounds GROUP BY n, verdict)
        SELECT n, rank, first, last,
               CASE WHEN rank > {len(TOLD)} THEN grounds ELSE sum(grounds) FILTER (rank <= {len(TOLD)}) OVER (PARTITION BY n)
                    END AS kept
        FROM each QUALIFY row_number() OVER (PARTITION BY n ORDER BY rank) = 1""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE elsewhere AS
        WITH ranked AS (SELECT c.n, {LETTER} AS letter, j.rank FROM copies c JOIN judged j USING (n)),
             several AS (SELECT letter, min(rank) AS best FROM ranked GROUP BY letter HAVING min(rank) < max(rank))
        SELECT r.n, s.best FROM ranked r JOIN several s USING (letter) WHERE s.best < r.rank""")
    return replace(db.case, "exposures", _rows(db))


def _rows(db: Engine) -> Iterator[pa.RecordBatch]:
    last = db.value("SELECT max(n) FROM copies") or 0
    for low in range(1, last + 1, CHUNK):
        yield from db.batches(_SQL, [low, low + CHUNK - 1] * 3)


_SQL = f"""
    WITH found AS (
            SELECT g.n, g.us, j.kept, list_position({_LIST}, g.verdict) AS rank,
                   struct_pack(how := g.how, event_id := g.event_id, note := g.note, message_id := g.message_id,
                               trace := t.event_id IS NOT NULL) AS ground
            FROM grounds g JOIN judged j USING (n) JOIN copies c USING (n)
            LEFT JOIN traces t ON t.mailbox = c.mailbox AND t.event_id = g.event_id AND g.how IN ({_RESTS})
            WHERE g.n BETWEEN ? AND ? AND (list_position({_LIST}, g.verdict) = j.rank
                                           OR list_position({_LIST}, g.verdict) <= {len(TOLD)})),
         placed AS (
            SELECT n, ground, row_number() OVER (
                       PARTITION BY n ORDER BY rank, us NULLS LAST, ground.how, ground.event_id, ground.message_id,
                       ground.note) AS nth
            FROM found WHERE kept > 1),
         told AS (
            SELECT n, [ground] AS grounds FROM found WHERE kept = 1
            UNION ALL
            SELECT n, list(ground ORDER BY nth) FROM placed WHERE nth <= {MAX_GROUNDS} GROUP BY n)
    SELECT c.message_id, c.internet_message_id, c.mailbox, {_LIST}[j.rank] AS verdict,
           {_LIST}[coalesce(e.best, j.rank)] AS content_verdict, t.grounds, make_timestamptz(j.first) AS first_time,
           make_timestamptz(j.last) AS last_time, c.folder, c.conversation_id, c.subject, c.from_address, c.date
    FROM copies c JOIN judged j USING (n) JOIN told t USING (n) LEFT JOIN elsewhere e USING (n)
    WHERE c.n BETWEEN ? AND ? AND j.n BETWEEN ? AND ? ORDER BY c.n"""
