"""One verdict a message copy, the strongest that its grounds support; and the strongest of all copies of its letter."""

from unsealed.query import Engine
from unsealed.schema import VERDICTS

MAX_GROUNDS = 200
"""Grounds kept with one copy; the first and last times are of all of them."""
ORDER = "list_position([" + ", ".join(f"'{verdict}'" for verdict in VERDICTS) + "], {})"


def exposures_sql() -> str:
    """Give the query that makes `exposures` of the temporary tables `copies` and `grounds`."""
    rank = ORDER.format("g.verdict")
    return f"""
        WITH ranked AS (
            SELECT g.*, {rank} AS rank FROM grounds g),
        best AS (
            SELECT n, min(rank) AS rank FROM ranked GROUP BY n),
        judged AS (
            SELECT r.n, best.rank,
                   list(struct_pack(how := r.how, event_id := r.event_id, note := r.note, message_id := r.message_id)
                        ORDER BY r.rank, r.us NULLS LAST, r.how, r.event_id, r.note) AS grounds,
                   min(r.us) FILTER (r.rank = best.rank) AS first, max(r.us) FILTER (r.rank = best.rank) AS last
            FROM ranked r JOIN best USING (n)
            WHERE r.rank = best.rank OR r.rank < {VERDICTS.index("not_accessed") + 1}
            GROUP BY r.n, best.rank),
        letters AS (
            SELECT coalesce(c.mid, c.content_hash) AS letter, min(j.rank) AS rank FROM copies c JOIN judged j USING (n) GROUP BY letter)
        SELECT c.message_id, c.internet_message_id, c.mailbox, {_name("j.rank")} AS verdict, {_name("l.rank")} AS content_verdict,
               j.grounds[1:{MAX_GROUNDS}] AS grounds, make_timestamptz(j.first) AS first_time, make_timestamptz(j.last) AS last_time,
               c.folder, c.conversation_id, c.subject, c.from_address, c.date
        FROM copies c JOIN judged j USING (n) JOIN letters l ON l.letter = coalesce(c.mid, c.content_hash)
        ORDER BY c.mailbox NULLS LAST, c.arrived NULLS LAST, c.mid NULLS LAST, c.message_id NULLS LAST"""


def _name(rank: str) -> str:
    return "[" + ", ".join(f"'{verdict}'" for verdict in VERDICTS) + f"][{rank}]"


def write(db: Engine) -> int:
    """Write `exposures`; give the number of rows."""
    return db.write("exposures", exposures_sql())
