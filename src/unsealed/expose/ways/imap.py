"""IMAP and POP by Dovecot, Cyrus, Courier and perdition: who was in from sign-in to logout, and how much they were sent.

None of them names what is read, unless a plug-in does (`access` fetch). The line at a session's end bounds it: Dovecot's
`body_count`, `body_bytes`, `out` (before compression, https://doc.dovecot.org/latest/core/summaries/settings.html#imap_logout_format),
for POP `retr`, `top`, `del` and `size` (.../settings.html#pop3_logout_format); Courier's `body`, `retr`, `top`
(https://www.courier-mta.org/imap/README.imap.html).
"""

from unsealed.expose import unseen
from unsealed.expose.told import field
from unsealed.expose.ways import pop
from unsealed.expose.ways.way import Way
from unsealed.query import Engine

SOURCES = ("dovecot", "cyrus", "courier", "perdition")


def _number(name: str, nth: int = 1) -> str:
    """Give SQL for a number of the line at a session's end; of `retr=3/4096` the first or second."""
    return f"TRY_CAST(split_part({field(name)}, '/', {nth}) AS BIGINT)"


_BOUND = f"""CASE WHEN e.source = 'courier'
                  THEN coalesce({_number("body")}, CASE WHEN {_number("top")} = 0 THEN {_number("retr")} END,
                                CASE WHEN {field("top")} IS NULL THEN e.bytes_out END)
                  WHEN {field("retr")} IS NOT NULL
                  THEN CASE WHEN {_number("top")} = 0 THEN {_number("retr", 2)} END
                  WHEN {_number("body_count")} = 0 THEN 0
                  ELSE coalesce({_number("body_bytes")}, e.bytes_out) END"""
"""The most of letters' contents that a session was sent; null where its last line does not tell, or TOP showed beginnings."""
_POP_SESSION = (
    f"coalesce(e.workload LIKE 'pop%' OR {field('service')} LIKE 'pop3%' OR {field('program')} LIKE 'pop%', FALSE)"
)
_READS = f"coalesce({field('service')} NOT SIMILAR TO '(managesieve|submission|sieve|lmtp|lda).*', TRUE)"
_SESSION = "CASE WHEN length(e.session_id) >= 8 THEN e.session_id END"
"""Shorter ones are numbers that a log gives out again and again."""
_ENDS = ("logout", "disconnected", "timeout")


def sessions(db: Engine) -> None:
    """Find the intruder's sessions, and judge what was there by what they were sent."""
    unseen.begin(db)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE lines AS
        SELECT s.box, s.inside, e.event_id, e.source, {_SESSION} AS session_id, e.operation, epoch_us(e.time) AS us, e."user",
               {_POP_SESSION} AS pop, {_BOUND} AS bytes, e.operation IN {_ENDS} AS ends,
               {field("port")} AS port
        FROM seats s JOIN events e USING (event_id)
        WHERE s.way = 'imap' AND s.inside AND s.box IS NOT NULL AND {_READS}""")
    _by_id(db)
    _courier(db)
    _without_id(db)
    pop.whole(db)
    unseen.judge(db, "imap", "IMAP or POP")


def _by_id(db: Engine) -> None:
    """Sessions that have an id in every line: the last line need not name the account or the address."""
    db.execute(f"""
        INSERT INTO visits (mailbox, low, high, bytes, whole, event_id)
        WITH mine AS (SELECT source, session_id, box, bool_and(pop) AS pop, arg_min(event_id, us) AS event_id
                      FROM lines WHERE session_id IS NOT NULL GROUP BY source, session_id, box),
             said AS (SELECT e.*, {_BOUND} AS bytes FROM events e
                      WHERE source IN {SOURCES} AND session_id IN (SELECT session_id FROM mine))
        SELECT m.box, min(epoch_us(e.time)) AS low,
               max(epoch_us(e.time)) + CASE WHEN bool_or(e.operation = 'logout') THEN 0 ELSE {unseen.AUTOLOGOUT} END,
               CASE WHEN bool_or(e.operation = 'logout') AND bool_and(e.operation <> 'logout' OR e.bytes IS NOT NULL)
                    THEN sum(e.bytes) FILTER (e.operation = 'logout') END::BIGINT, any_value(m.pop), any_value(m.event_id)
        FROM mine m JOIN said e ON e.source = m.source AND e.session_id = m.session_id
        GROUP BY m.box, m.source, m.session_id""")


def _courier(db: Engine) -> None:
    """Courier: the last line has the account, the port and how many seconds it was; a sign-in without one is open."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE ends AS
        WITH told AS (
                SELECT e.event_id, e."user", epoch_us(e.time) AS us, {field("port")} AS port, {_BOUND} AS bytes,
                       epoch_us(e.time) - coalesce({_number("time")}, 0) * 1000000 AS began
                FROM events e WHERE e.source = 'courier' AND e.operation IN {_ENDS}
                  AND e."user" IN (SELECT "user" FROM lines WHERE source = 'courier'))
        SELECT l.event_id AS mine, l.box, l.pop, l.us AS seen, t.us, t.bytes, least(t.began, l.us) AS began, t.event_id
        FROM lines l LEFT JOIN told t ON t."user" = l."user"
             AND (t.event_id = l.event_id
                  OR (NOT l.ends AND t.us >= l.us AND t.port = l.port AND t.us - l.us < {24 * 60 * 60 * 1_000_000}))
        WHERE l.source = 'courier' AND (l.ends OR l.operation = 'login')""")
    db.execute(f"""
        INSERT INTO visits (mailbox, low, high, bytes, whole, event_id)
        SELECT box, min(began), any_value(us), any_value(bytes), bool_or(pop), event_id FROM ends
        WHERE event_id IS NOT NULL GROUP BY box, event_id
        UNION ALL SELECT box, seen, seen + {unseen.AUTOLOGOUT}, NULL, pop, mine FROM ends WHERE event_id IS NULL""")


def _without_id(db: Engine) -> None:
    """Sessions without an id: it ended, at the latest, when no session of that account was open any more.

    What all sessions of the account were sent until then bounds it. The account's own sessions may be among them: the
    bound is wider for it, never narrower.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE depth AS
        WITH told AS (
            SELECT e.source, e."user", {_POP_SESSION} AS pop, epoch_us(e.time) AS us, e.operation = 'logout' AS ends,
                   CASE WHEN e.operation = 'logout' THEN {_BOUND} END AS bytes
            FROM events e WHERE e.source IN {SOURCES} AND e.source <> 'courier' AND {_SESSION} IS NULL
              AND e.operation IN ('login', 'proxy', 'logout')
              AND e."user" IN (SELECT "user" FROM lines WHERE session_id IS NULL))
        SELECT *, sum(CASE WHEN ends THEN -1 ELSE 1 END) OVER upto AS open,
               coalesce(sum(bytes) OVER upto, 0) AS sent, count(*) FILTER (ends AND bytes IS NULL) OVER upto AS untold
        FROM told WINDOW upto AS (PARTITION BY source, "user", pop ORDER BY us, ends)""")
    db.execute(f"""
        INSERT INTO visits (mailbox, low, high, bytes, whole, event_id)
        WITH mine AS (SELECT box, source, "user", pop, us, min(event_id) AS event_id FROM lines
                      WHERE session_id IS NULL AND source <> 'courier' GROUP BY ALL),
             shut AS (SELECT source, "user", pop, us, max(sent) AS sent, max(untold) AS untold FROM depth
                      WHERE ends AND open <= 0 GROUP BY ALL),
             earlier AS (SELECT source, "user", pop, us, max(sent) AS sent, max(untold) AS untold FROM depth GROUP BY ALL)
        SELECT m.box, m.us, coalesce(s.us, m.us + {unseen.AUTOLOGOUT}),
               CASE WHEN s.us IS NOT NULL AND s.untold = coalesce(b.untold, 0) THEN s.sent - coalesce(b.sent, 0) END::BIGINT,
               m.pop, m.event_id
        FROM mine m
        ASOF LEFT JOIN shut s ON s.source = m.source AND s."user" = m."user" AND s.pop = m.pop AND s.us >= m.us
        ASOF LEFT JOIN earlier b ON b.source = m.source AND b."user" = m."user" AND b.pop = m.pop AND b.us < m.us""")


WAY = Way(sources=SOURCES, could=(sessions,))
