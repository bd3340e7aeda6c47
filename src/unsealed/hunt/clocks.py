"""How far the clocks of two sources lie apart, from records of the same fact in both.

What is compared: a letter's line in a mail server's log with the newest Received field of the letter; these fields, by the
server that wrote them, with the Date fields of all the letters that it took, which as many senders' clocks wrote; the same
sign-in in two logs, by the record's id, else by account and address where one difference stands out. The offset is the
median, the spread 1.4826 times the median deviation from it (https://en.wikipedia.org/wiki/Median_absolute_deviation).
"""

from unsealed.hunt import signins
from unsealed.query import Engine, literal

PAIRS = 5
"""So many pairs, at least, must tell."""
BEYOND = 2
"""And the offset must be so many times the spread."""
LEAST, LEAST_BY_DATE = 30, 300
"""Seconds that count: mail takes some between two servers, and more from its sender."""
FAR = 15 * 3600
"""Seconds: no zone lies farther away."""
HALF_HOUR, NEAR = 1800, 120
"""Zones differ by half hours; so near to a multiple of it an offset is a zone that was read wrongly."""
OFTEN = 30
"""Sign-ins of one account from one address that occur more often in a log than so are not compared."""
_TRANSPORT = {
    "postfix": "TRUE",
    "exim": "TRUE",
    "sendmail": "TRUE",
    "dovecot": "operation = 'delivered'",
    "cyrus": "TRUE",
    "message_trace": "TRUE",
    "exchange_tracking": "TRUE",
}
_SAME = (("entra_signin", "m365_audit"), ("iis", "exchange_httpproxy"), ("exchange_imap", "exchange_httpproxy"))
"""Logs that write the same visits, and which of the two is believed."""


def look(db: Engine) -> None:
    """Make the temporary table `clock`: the rows of `clocks`."""
    db.execute("""
        CREATE OR REPLACE TEMP TABLE clock (
            source VARCHAR, against VARCHAR, pairs BIGINT, offset_seconds DOUBLE, spread_seconds DOUBLE, used BOOLEAN)""")
    _servers(db)
    _transport(db)
    for source, against in _SAME:
        _visits(db, source, against)


def told() -> str:
    """Give SQL for the rows of `clocks`, each with its note."""
    return f"""
        WITH zoned AS (
            SELECT *, round(offset_seconds / {HALF_HOUR}) * {HALF_HOUR} AS zone FROM clock),
        worded AS (
            SELECT *, abs(offset_seconds - zone) <= {NEAR} AND zone <> 0 AS by_zone,
                   CASE WHEN offset_seconds > 0 THEN 'ahead' ELSE 'behind' END AS way,
                   CASE WHEN abs(offset_seconds) >= 7200 OR by_zone THEN format('{{:g}} h', round(abs(offset_seconds) / 360) / 10)
                        WHEN abs(offset_seconds) >= 120 THEN format('{{:g}} minutes', round(abs(offset_seconds) / 6) / 10)
                        ELSE format('{{:g}} seconds', round(abs(offset_seconds))) END AS length FROM zoned)
        SELECT source, against, pairs, offset_seconds, spread_seconds, used,
               CASE WHEN NOT used THEN 'the clocks agree, as far as this tells'
                    WHEN by_zone AND source NOT LIKE 'received:%'
                        THEN 'its clock is ' || length || ' ' || way || ': read in the wrong zone? give --timezone'
                    ELSE 'its clock is ' || length || ' ' || way END AS note
        FROM worded ORDER BY source, against"""


def _add(db: Engine, diffs: str, least: int) -> None:
    """Add a row for each source and reference of a SELECT of `source`, `against` and `seconds`."""
    db.execute(f"""
        INSERT INTO clock
        WITH diffs AS ({diffs}),
             middles AS (SELECT source, against, median(seconds) AS middle FROM diffs GROUP BY source, against)
        SELECT source, against, count(*), round(any_value(middle), 3), round(1.4826 * median(abs(seconds - middle)), 3) AS spread,
               abs(any_value(middle)) >= {least} AND abs(any_value(middle)) > {BEYOND} * spread
        FROM diffs JOIN middles USING (source, against) GROUP BY source, against HAVING count(*) >= {PAIRS}""")


def _servers(db: Engine) -> None:
    """Compare each server's Received fields with the dates of the letters that it delivered."""
    db.execute("""
        CREATE OR REPLACE TEMP TABLE hops AS
        WITH came AS (
            SELECT internet_message_id AS mid, epoch(date) AS date, from_address,
                   list_filter(received, lambda h: h.time IS NOT NULL)[1] AS hop FROM messages)
        SELECT DISTINCT lower(trim(mid, ' <>')) AS mid, date, lower(hop.by) AS host, epoch(hop.time) AS seconds,
               split_part(from_address, '@', -1) AS domain FROM came WHERE hop IS NOT NULL""")
    _add(
        db,
        """SELECT 'received:' || host AS source, 'date' AS against, seconds - date AS seconds FROM hops
           WHERE date IS NOT NULL AND host IN (
               SELECT host FROM hops WHERE date IS NOT NULL GROUP BY host HAVING count(DISTINCT domain) >= 3)""",
        LEAST_BY_DATE,
    )


def _transport(db: Engine) -> None:
    """Compare the lines of mail servers about a letter with its newest Received field, put right where that is off."""
    where = " OR ".join(f"(source = {literal(source)} AND {rule})" for source, rule in _TRANSPORT.items())
    _add(
        db,
        f"""SELECT e.source, 'received' AS against, e.seconds - h.seconds AS seconds
            FROM (SELECT source, lower(trim(internet_message_id, ' <>')) AS mid, min(epoch(time)) AS seconds FROM events
                  WHERE internet_message_id IS NOT NULL AND ({where}) GROUP BY ALL) e
            JOIN (SELECT mid, min(seconds - CASE WHEN c.used THEN c.offset_seconds ELSE 0 END) AS seconds
                  FROM hops LEFT JOIN clock c ON c.source = 'received:' || host GROUP BY mid) h ON h.mid = e.mid
            WHERE abs(e.seconds - h.seconds) <= {FAR}""",
        LEAST,
    )


def _visits(db: Engine, source: str, against: str) -> None:
    """Compare the sign-ins, else all visits, that two logs have of the same account and address.

    Where no record's id is in both, the difference counts that most pairs have, if twice as many have it as have none.
    """
    here = f"""SELECT event_id, source, lower("user") AS who, client_ip AS ip, lower(record_id) AS id, epoch(time) AS seconds,
                      {signins.signed_in()} AS door FROM events
               WHERE source IN ({literal(source)}, {literal(against)}) AND "user" IS NOT NULL AND client_ip IS NOT NULL"""
    if not db.value(f"SELECT count(DISTINCT source) = 2 FROM ({here})"):
        return
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE visits AS
        WITH here AS ({here}), doors AS (SELECT source, bool_or(door) AS any FROM here GROUP BY source)
        SELECT here.* FROM here JOIN doors USING (source) WHERE door OR NOT "any" """)
    pair = f"a.source = {literal(source)} AND b.source = {literal(against)}"
    by_id = f"""SELECT a.source, b.source AS against, a.seconds - b.seconds AS seconds
                FROM visits a JOIN visits b ON a.id = b.id WHERE {pair}"""
    if db.value(f"SELECT count(*) FROM ({by_id})") >= PAIRS:
        _add(db, by_id, LEAST)
        return
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE apart AS
        WITH few AS (SELECT source, who, ip FROM visits GROUP BY ALL HAVING count(*) <= {OFTEN}),
             rare AS (SELECT v.* FROM visits v SEMI JOIN few USING (source, who, ip))
        SELECT a.event_id, a.seconds - b.seconds AS seconds, round((a.seconds - b.seconds) / 60) AS slot
        FROM rare a JOIN rare b ON a.who = b.who AND a.ip = b.ip WHERE {pair} AND abs(a.seconds - b.seconds) <= {FAR}""")
    rows = db.rows("""
        SELECT slot, count(DISTINCT event_id) AS often FROM apart GROUP BY slot ORDER BY often DESC, abs(slot) LIMIT 1""")
    all_ = db.value("SELECT count(DISTINCT event_id) FROM apart")
    if not rows or rows[0]["often"] < PAIRS or 2 * rows[0]["often"] < all_:
        return
    slot = rows[0]["slot"]
    none = db.value("SELECT count(DISTINCT event_id) FROM apart WHERE abs(slot) <= 1")
    if abs(slot) > 1 and rows[0]["often"] < 2 * none:
        return
    _add(
        db,
        f"""SELECT {literal(source)} AS source, {literal(against)} AS against, arg_min(seconds, abs(seconds - {slot * 60})) AS seconds
            FROM apart WHERE abs(slot - {slot}) <= 1 GROUP BY event_id""",
        LEAST,
    )
