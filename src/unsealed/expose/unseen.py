"""What can have been read by those who came where no log names what is read: bounded by what was sent to them.

A letter was not fetched whole where its text alone is longer than all that was sent to the intruder while the letter was
there. Its length is counted in characters, since no charset needs less than a byte for each, or in bytes as it lies in the
evidence where that is less; what a way compresses on the wire is allowed for by whoever counts its bytes.
"""

from unsealed.expose.copies import NOT_ARRIVED
from unsealed.query import Engine, literal

AUTOLOGOUT = 30 * 60 * 1_000_000
"""A session whose end no line tells may have lasted so long unseen: https://www.rfc-editor.org/rfc/rfc9051#section-5.4."""
_OUTGOING = ", ".join(map(literal, NOT_ARRIVED))


def begin(db: Engine) -> None:
    """Make `visits` empty: a row a session or request of the intruder's that could give them a letter.

    `low` and `high` bound it in time; `bytes` is the most that it can have given of letters' contents, null where that is
    unknown; `inbox` says that it saw the inbox alone.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE visits (
            mailbox VARCHAR, low BIGINT, high BIGINT, bytes BIGINT, inbox BOOLEAN, event_id VARCHAR)""")


def judge(db: Engine, way: str, words: str) -> None:
    """Judge every copy that was there while the intruder was, on one way in: in reach, or ruled out with the numbers.

    Args:
        db: the case, `visits` filled.
        way: the way in, as in `presence`.
        words: how the way is called in a ground's note, such as "IMAP or POP".
    """
    _sums(db)
    db.execute(
        f"""
        INSERT INTO grounds
        WITH here AS (
                SELECT c.n, c.mailbox, c.arrived, c.gone, coalesce(c.folder_key IN ({_OUTGOING}), FALSE) AS outgoing,
                       least(coalesce(m.size_bytes, length(m.text)), length(coalesce(m.text, ''))) AS need
                FROM copies c LEFT JOIN messages m USING (message_id)
                WHERE c.mailbox IN (SELECT mailbox FROM presence WHERE way = {literal(way)}
                                    UNION SELECT mailbox FROM visits)),
             met AS (
                SELECT h.n, coalesce(h.need, 0) AS need, h.gone, h.arrived, h.mailbox, v.low, v.event_id,
                       t.visits - coalesce(b.visits, 0) - coalesce(a.visits, 0) AS visits,
                       t.bytes - coalesce(b.bytes, 0) - coalesce(a.bytes, 0) AS bytes,
                       t.blind - coalesce(b.blind, 0) - coalesce(a.blind, 0) AS blind
                FROM here h
                LEFT JOIN totals t ON t.mailbox = h.mailbox AND t.outgoing = h.outgoing
                ASOF LEFT JOIN ended b ON b.mailbox = h.mailbox AND b.outgoing = h.outgoing AND b.high < h.arrived
                ASOF LEFT JOIN begun a ON a.mailbox = h.mailbox AND a.outgoing = h.outgoing AND a.low > h.gone
                ASOF LEFT JOIN lanes v ON v.mailbox = h.mailbox AND v.outgoing = h.outgoing
                     AND v.high >= coalesce(h.arrived, -4611686018427387904)),
             there AS (
                SELECT m.*, coalesce(m.visits, 0) > 0 AND (m.blind > 0 OR (m.bytes > 0 AND m.need <= m.bytes)) AS could
                FROM met m)
        SELECT n, 'in_reach', 'no_item_log', event_id,
               'the intruder was in this mailbox by ' || ? || ', whose log does not name what was read'
               || CASE WHEN blind > 0 THEN '' ELSE '; at most ' || format('{{:,}}', bytes) || ' bytes of letters were sent' END,
               NULL, low
        FROM there WHERE could
        UNION ALL
        SELECT t.n, 'not_accessed', 'log_whole', NULL,
               CASE WHEN coalesce(t.visits, 0) = 0 OR t.bytes = 0
                    THEN 'nothing that the intruder did in this mailbox by ' || ? || ' while the letter was there can give a letter'
                    ELSE 'all that was sent to the intruder by ' || ? || ' while the letter was there ('
                         || format('{{:,}}', t.bytes) || ' bytes) is less than its text alone (' || format('{{:,}}', t.need)
                         || ' characters): it was not fetched whole' END, NULL, p.first
        FROM there t LEFT JOIN (SELECT mailbox, first, last FROM presence WHERE way = {literal(way)}) p USING (mailbox)
        WHERE NOT could AND (coalesce(t.visits, 0) > 0 OR (coalesce(t.arrived <= p.last, p.last IS NOT NULL)
                                                           AND coalesce(t.gone >= p.first, TRUE)))""",
        [words, words, words],
    )


def _sums(db: Engine) -> None:
    """Add the visits up, so that those that overlap a letter's stay are a difference and not a join.

    All visits less those that ended before it came, less those that began after it was gone. Letters that were never in
    the inbox (`outgoing`) have sums of their own.
    """
    columns = "count(*) {0} AS visits, coalesce(sum(bytes) {0}, 0)::BIGINT AS bytes, count(*) FILTER (bytes IS NULL) {0} AS blind"
    db.execute("""
        CREATE OR REPLACE TEMP TABLE lanes AS
        SELECT *, FALSE AS outgoing FROM visits UNION ALL SELECT *, TRUE FROM visits WHERE NOT inbox""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE totals AS
        SELECT mailbox, outgoing, {columns.format("")} FROM lanes GROUP BY mailbox, outgoing""")
    for name, order in (("ended", "high"), ("begun", "low DESC")):
        over = f"OVER (PARTITION BY mailbox, outgoing ORDER BY {order})"
        column = order.split(" ", maxsplit=1)[0]
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT DISTINCT mailbox, outgoing, {column}, {columns.format(over)} FROM lanes""")
