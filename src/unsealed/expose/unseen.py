"""What can have been read by those who came where no log names what is read: bounded by what was sent to them.

A letter was not fetched whole where its text alone is longer than all that was sent to the intruder while the letter was
there. Its length is counted in characters, since no charset needs less than a byte for each, or in bytes as it lies in the
evidence where that is less; what a way compresses on the wire is allowed for by whoever counts its bytes.
"""

from unsealed.expose.copies import NOT_ARRIVED
from unsealed.query import Engine, literal

AUTOLOGOUT = 30 * 60 * 1_000_000
"""A session whose end no line tells may have lasted so long unseen: https://www.rfc-editor.org/rfc/rfc9051#section-5.4."""
_HEADERS = 2_000
_WIRE = 0.9
"""A letter may be smaller on the server than in the evidence by what an export adds in headers, or a tenth."""
_UNKNOWN = 1 << 62
_EVER = -(1 << 62)
_OUTGOING = ", ".join(map(literal, NOT_ARRIVED))


_RULED_OUT = """CASE WHEN t.bytes = 0 AND coalesce(t.most, 0) = 0
                    THEN 'nothing that the intruder did in this mailbox by ' || ? || ' while the letter was there can give a letter'
                    WHEN t.bytes = 0
                    THEN 'the most that was sent to the intruder at once by ' || ? || ' while the letter was there ('
                         || format('{:,}', t.most) || ' bytes) is less than the letter (' || format('{:,}', t.size) || ' bytes)'
                    ELSE 'all that was sent to the intruder by ' || ? || ' while the letter was there ('
                         || format('{:,}', t.bytes) || ' bytes) is less than its text alone (' || format('{:,}', t.need)
                         || ' characters): it was not fetched whole' END"""
"""Why a letter can't have been given, with the numbers; three places take the way's name."""


def begin(db: Engine) -> None:
    """Make `visits` empty: a row a session or request of the intruder's that could give them a letter.

    `low` and `high` bound it in time; `bytes` is the most that it can have given of letters' contents, null where that is
    unknown; `whole` says that it gave whole letters of the inbox alone, and `bytes` is then the most of one letter;
    `strict`, that the inbox held just the letters which lie there in the evidence. `inbox`: parts of its letters alone.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE visits (
            mailbox VARCHAR, low BIGINT, high BIGINT, bytes BIGINT, whole BOOLEAN, event_id VARCHAR,
            strict BOOLEAN DEFAULT FALSE, inbox BOOLEAN DEFAULT FALSE)""")


def judge(db: Engine, way: str, words: str) -> None:
    """Judge every copy that was there while the intruder was, on one way in: in reach, or ruled out with the numbers.

    Visits that give parts of letters add up; a visit that gives whole letters must have given this one alone. A copy
    that now lies in a folder beside the inbox may have been moved there since; one that was sent never lay in it. A
    visit's times are put right, and stretched, by what `clocks` says of its log.

    Args:
        db: the case, `visits` filled.
        way: the way in, as in `presence`.
        words: how the way is called in a ground's note, such as "IMAP or POP".
    """
    db.execute("""
        UPDATE visits SET low = low - k.shift - k.margin, high = high - k.shift + k.margin
        FROM events e JOIN skew k ON k.source = e.source WHERE e.event_id = visits.event_id""")
    _sums(db)
    _there(db, way)
    db.execute(
        f"""
        INSERT INTO grounds
        SELECT n, 'in_reach', 'no_item_log', event_id,
               'the intruder was in this mailbox by ' || ? || ', whose log does not name what was read'
               || CASE WHEN unbounded THEN '' ELSE '; at most ' || format('{{:,}}', greatest(bytes, coalesce(most, 0)))
                                                  || ' bytes of letters were sent' END, NULL, low
        FROM there WHERE could
        UNION ALL
        SELECT t.n, 'not_accessed', 'log_whole', NULL,
               {_RULED_OUT}, NULL, p.first
        FROM there t LEFT JOIN (SELECT mailbox, first, last FROM presence WHERE way = {literal(way)}) p USING (mailbox)
        WHERE NOT could AND (t.visits > 0 OR t.most IS NOT NULL
                             OR (coalesce(t.known <= p.last, p.last IS NOT NULL) AND coalesce(t.gone >= p.first, TRUE)))""",
        [words] * 4,
    )


def _there(db: Engine, way: str) -> None:
    """Make `there`: every copy of the mailboxes concerned, with what was sent while it was there, and whether it could be."""
    db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE there AS
        WITH here AS (
                SELECT c.n, c.mailbox, coalesce(c.arrived, {_EVER}) AS arrived, c.gone, c.arrived AS known,
                       CASE WHEN c.folder_key IN ({_OUTGOING}) THEN 'outgoing'
                            WHEN coalesce(c.folder_key = 'inbox', TRUE) THEN 'inbox' ELSE 'other' END AS lane,
                       coalesce(least(m.size_bytes, length(m.text)), 0) AS need,
                       coalesce(least(m.size_bytes - {_HEADERS}, m.size_bytes * {_WIRE}), 0)::BIGINT AS size
                FROM copies c LEFT JOIN messages m USING (message_id)
                WHERE c.mailbox IN (SELECT mailbox FROM presence WHERE way = {literal(way)}
                                    UNION SELECT mailbox FROM visits)),
             met AS (
                SELECT h.*, coalesce(v.event_id, w.event_id) AS event_id, coalesce(v.low, w.low) AS low,
                       coalesce(t.visits - coalesce(b.visits, 0) - coalesce(a.visits, 0), 0) AS visits,
                       coalesce(t.bytes - coalesce(b.bytes, 0) - coalesce(a.bytes, 0), 0) AS bytes,
                       coalesce(t.blind - coalesce(b.blind, 0) - coalesce(a.blind, 0), 0) AS blind,
                       CASE WHEN coalesce(h.gone >= w.least, TRUE) THEN w.most END AS most
                FROM here h
                LEFT JOIN totals t ON t.mailbox = h.mailbox AND t.outgoing = (h.lane = 'outgoing')
                ASOF LEFT JOIN ended b ON b.mailbox = h.mailbox AND b.outgoing = (h.lane = 'outgoing') AND b.high < h.arrived
                ASOF LEFT JOIN begun a ON a.mailbox = h.mailbox AND a.outgoing = (h.lane = 'outgoing') AND a.low > h.gone
                ASOF LEFT JOIN parts v ON v.mailbox = h.mailbox AND v.outgoing = (h.lane = 'outgoing') AND v.high >= h.arrived
                ASOF LEFT JOIN wholes w ON w.mailbox = h.mailbox AND w.lane = h.lane AND w.high >= h.arrived)
        SELECT *, blind > 0 OR coalesce(most >= {_UNKNOWN}, FALSE) AS unbounded,
               visits > 0 AND (blind > 0 OR (bytes > 0 AND need <= bytes)) OR coalesce(most > 0 AND size <= most, FALSE)
                   AS could
        FROM met"""
    )


def _sums(db: Engine) -> None:
    """Add the visits up, so that those that overlap a letter's stay are a difference and not a join.

    All visits less those that ended before it came, less those that began after it was gone. Of those that gave whole
    letters, the most that one since it came has given.
    """
    columns = "count(*) {0} AS visits, coalesce(sum(bytes) {0}, 0)::BIGINT AS bytes, count(*) FILTER (bytes IS NULL) {0} AS blind"
    db.execute("""
        CREATE OR REPLACE TEMP TABLE parts AS
        SELECT *, FALSE AS outgoing FROM visits WHERE NOT whole
        UNION ALL SELECT *, TRUE FROM visits WHERE NOT whole AND NOT inbox""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE totals AS
        SELECT mailbox, outgoing, {columns.format("")} FROM parts GROUP BY mailbox, outgoing""")
    for name, order in (("ended", "high"), ("begun", "low DESC")):
        over = f"OVER (PARTITION BY mailbox, outgoing ORDER BY {order})"
        column = order.split(" ", maxsplit=1)[0]
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT DISTINCT mailbox, outgoing, {column}, {columns.format(over)} FROM parts""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE wholes AS
        SELECT mailbox, lane, high, low, event_id, max(coalesce(bytes, {_UNKNOWN})) OVER since AS most,
               min(low) OVER since AS least
        FROM (SELECT *, 'inbox' AS lane FROM visits WHERE whole
              UNION ALL SELECT *, 'other' FROM visits WHERE whole AND NOT strict)
        WINDOW since AS (PARTITION BY mailbox, lane ORDER BY high DESC)""")
