"""What the logs can see and what they can't: for each log and mailbox, which days are whole, dark, throttled or absent.

A log of its own rhythm: days without a record are dark where there should be some (`rhythm`). The sign-ins of Microsoft 365
are looked at apart where they begin later, end earlier or have other holes than the log that they stand in.

What switched the item log off and on again, and who is concerned, is told by `audit_settings` and `switched`.

Rules: MailItemsAccessed is written only where licence and mailbox settings allow, so that some record of a mailbox
exists shows that it was on; after a record with IsThrottled=True nothing may have been written for 24 hours
(https://learn.microsoft.com/purview/audit-log-investigate-accounts).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pyarrow as pa

from unsealed import schema
from unsealed.hunt import item_logs, rhythm, signins, switched
from unsealed.hunt.actor import DAY
from unsealed.hunt.spans import Span, merged
from unsealed.query import Engine

HOLE_DAYS = 4
"""A log that has records on most days is dark where none of its records falls for so many days."""
SPARSE_DAYS = 14
"""However seldom a log speaks, so long a silence is a hole."""
SILENT_DAYS = 7
"""A mailbox whose owner keeps signing in, but whose item log names nothing for so long, has its item log off."""
SIGN_INS = 3
"""On so many days within a silence must the owner have signed in for it to tell."""
EDGE = DAY
"""Before the first and after the last item record the log may have been off: so much grace at either end."""
THROTTLE = DAY
ITEMS = "m365_mail_items"
LOG = "m365_audit"
SIGN_IN_LOG = "m365_sign_ins"
RETENTIONS = (30, 90, 180, 365)
"""Days for which audit logs are usually kept."""


def look(db: Engine) -> None:
    """Make the temporary table `cov`: a log as a whole (scope `*`), then its item log by mailbox.

    Args:
        db: the case; a relation `act` holds the intruder's activity.
    """
    rows: list[dict[str, Any]] = []
    holes: dict[str, list[Span]] = {}
    for source in db.rows("SELECT DISTINCT source FROM events WHERE source IS NOT NULL ORDER BY source"):
        name = source["source"]
        made, holes[name] = _whole_log(name, _active(db, "source = ?", name))
        rows += made
    if LOG in holes:
        rows += _sign_ins(db, rows, holes[LOG])
    boxes = _mailboxes(db)
    off = switched.off(db, [box["mailbox"] for box in boxes])
    for box in boxes:
        rows += _item_log(box, holes.get(LOG, []), off.get(box["mailbox"], []))
    rows += item_logs.gmail(db, holes.get(item_logs.LOG, []))
    db.register("spans", _table(rows))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE cov AS
        WITH items AS (SELECT mailbox, time FROM events WHERE operation = 'MailItemsAccessed' AND source = '{LOG}'),
             counted AS (
                SELECT s.n, count(e.time) AS records FROM spans s JOIN events e ON e.source = s.source
                WHERE s.scope = '*' AND e.time >= s."from" AND e.time <= s."to" AND s.state = 'whole' GROUP BY s.n
                UNION ALL
                SELECT s.n, count(e.time) FROM spans s JOIN events e ON e.source = '{LOG}' AND {signins.trying("e")}
                WHERE s.source = '{SIGN_IN_LOG}' AND e.time >= s."from" AND e.time <= s."to" AND s.state = 'whole' GROUP BY s.n
                UNION ALL
                SELECT s.n, count(*) FROM spans s JOIN gmail_items i ON i.mailbox = s.scope
                WHERE s.source = '{item_logs.GMAIL}' AND i.time >= s."from" AND i.time <= s."to" AND s.state = 'whole' GROUP BY s.n
                UNION ALL
                SELECT s.n, count(*) FROM spans s JOIN items i ON i.mailbox = s.scope
                WHERE s.source = '{ITEMS}' AND i.time >= s."from"
                  AND (i.time < s."to" OR (i.time = s."to" AND i.time = (SELECT max(time) FROM items))) GROUP BY s.n)
        SELECT s.source, s.scope, s."from", s."to", coalesce(c.records, 0) AS records, s.state, s.note,
               s.event_id, s.n
        FROM spans s LEFT JOIN counted c USING (n)""")


def _active(db: Engine, where: str, *values: str) -> list[rhythm.Hour]:
    """Give the hours in which a log has records."""
    return rhythm.hours(db, f"SELECT epoch_us(time) AS us FROM events WHERE {where}", list(values))


def _whole_log(source: str, active: list[rhythm.Hour]) -> tuple[list[dict[str, Any]], list[Span]]:
    """Cut a log at its holes: stretches without a record where the log usually has some."""
    if not active:
        return [], []
    days = sorted({hour.number // 24 for hour in active})
    steps = sorted(later - earlier for earlier, later in pairwise(days))
    usual = steps[int(len(steps) * 0.9)] if steps else 1
    longest = max(HOLE_DAYS, min(4 * usual, SPARSE_DAYS))
    found = rhythm.rhythm(active)
    lost = {silence for silence in found.holes() if silence.high - silence.low >= DAY}
    lost |= {silence for silence in found.silences if silence.high // DAY - silence.low // DAY > longest}
    note, rows, holes, start = _note(active), [], list[Span](), active[0].low
    for silence in sorted(lost):
        rows.append(_row(source, "*", start, silence.low, "whole", note))
        holes.append(Span(silence.low, silence.high, "the whole log has no record"))
        why = f"no record of any account for {(silence.high - silence.low) / DAY:.0f} days"
        rows.append(_row(source, "*", silence.low, silence.high, "gap", why))
        start, note = silence.high, "records on most days"
    rows.append(_row(source, "*", start, active[-1].high, "whole", note))
    return rows, holes


def _note(active: list[rhythm.Hour]) -> str:
    """Say where a log begins as far before its end as logs are usually kept."""
    span = (active[-1].high - active[0].low) / DAY
    kept = next((days for days in RETENTIONS if abs(span - days) < 1.5), None)
    return "records on most days" + (
        f"; it begins {kept} days before its last record, as a log does that is kept for {kept} days" if kept else ""
    )


def _sign_ins(db: Engine, rows: list[dict[str, Any]], known: list[Span]) -> list[dict[str, Any]]:
    """Give the rows of the sign-ins in the log of Microsoft 365, if they can see less than the log as a whole."""
    active = _active(db, f"source = '{LOG}' AND {signins.trying()}")
    if not active:
        return []
    made, holes = _whole_log(SIGN_IN_LOG, active)
    low = min(row["from"] for row in rows if row["source"] == LOG)
    high = max(row["to"] for row in rows if row["source"] == LOG)
    more = [
        hole for hole in holes if not any(one.low <= hole.low + DAY and hole.high - DAY <= one.high for one in known)
    ]
    for start, end in ((low, active[0].low), (active[-1].high, high)):
        if end - start > HOLE_DAYS * DAY:
            made.append(_row(SIGN_IN_LOG, "*", start, end, "gap", "the log has records, but no sign-ins"))
            more.append(Span(start, end, ""))
    return sorted(made, key=lambda row: row["from"]) if more else []


def _mailboxes(db: Engine) -> list[dict[str, Any]]:
    """Give every mailbox with what its item log and its owner's sign-ins say."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE items AS
        SELECT mailbox, epoch_us(time) AS us FROM events
        WHERE operation = 'MailItemsAccessed' AND source = '{LOG}' AND mailbox LIKE '%@%'""")
    return db.rows(f"""
        WITH boxes AS (
            SELECT DISTINCT mailbox FROM messages WHERE mailbox LIKE '%@%'
            UNION SELECT DISTINCT mailbox FROM events WHERE mailbox LIKE '%@%'
            UNION SELECT DISTINCT "user" FROM act WHERE "user" LIKE '%@%'),
        bounds AS (SELECT epoch_us(min(time)) AS low, epoch_us(max(time)) AS high FROM events WHERE source = '{LOG}'),
        ends AS (SELECT mailbox, min(us) AS first, max(us) AS last FROM items GROUP BY mailbox),
        steps AS (SELECT mailbox, lag(us) OVER (PARTITION BY mailbox ORDER BY us) AS earlier, us AS later FROM items),
        quiet AS (SELECT * FROM steps WHERE later - earlier > {SILENT_DAYS * DAY}),
        sign_ins AS (SELECT DISTINCT "user" AS mailbox, epoch_us(time) // {DAY} AS day FROM events
                     WHERE {signins.signed_in()} AND "user" IN (SELECT mailbox FROM quiet)),
        silent AS (SELECT q.mailbox, q.earlier, q.later FROM quiet q JOIN sign_ins s USING (mailbox)
                   WHERE s.day > q.earlier // {DAY} AND s.day < q.later // {DAY}
                   GROUP BY ALL HAVING count(*) >= {SIGN_INS}),
        silences AS (SELECT mailbox, list(struct_pack(low := earlier, high := later) ORDER BY earlier) AS spans
                     FROM silent GROUP BY mailbox),
        throttles AS (SELECT a.mailbox, list(DISTINCT epoch_us(e.time)) AS times
                      FROM events e JOIN accesses a USING (event_id) WHERE a.throttled GROUP BY a.mailbox)
        SELECT boxes.mailbox, bounds.low, bounds.high, ends.first, ends.last, silences.spans AS silences, throttles.times
        FROM boxes CROSS JOIN bounds LEFT JOIN ends USING (mailbox) LEFT JOIN silences USING (mailbox)
        LEFT JOIN throttles USING (mailbox) WHERE bounds.low IS NOT NULL ORDER BY boxes.mailbox""")


def _item_log(box: dict[str, Any], holes: list[Span], off: list[Span]) -> Iterator[dict[str, Any]]:
    """Give the rows of one mailbox's item log: dark spans first, then throttled ones, and the rest is whole."""
    name, low, high = box["mailbox"], box["low"], box["high"]
    if box["first"] is None:
        note = "no MailItemsAccessed record of this mailbox by anyone: the item log was off, or is not in the evidence"
        event_id = next((span.event_id for span in off), None)
        yield _row(ITEMS, name, low, high, "absent", "; ".join([note, *(span.why for span in off)]), event_id)
        return
    first, last = box["first"] - EDGE, box["last"] + EDGE
    silences = [
        Span(span["low"], span["high"], "its owner signed in, and no item access was recorded")
        for span in box["silences"] or []
    ]
    before = Span(low, first, "before the first item record of this mailbox")
    after = Span(last, high, "after the last item record of this mailbox")
    known = [Span(max(span.low, low), min(span.high, high), span.why, span.event_id) for span in off]
    known = [span for span in known if span.low < span.high]
    dark = merged([*holes, *silences, *known, *(span for span in (before, after) if span.low < span.high)])
    why = "IsThrottled: for 24 hours anything may have been opened unrecorded"
    throttled = merged([Span(time, time + THROTTLE, why) for time in box["times"] or []])
    for span in dark:
        yield _row(ITEMS, name, span.low, span.high, "gap", span.why, span.event_id)
    for span in throttled:
        yield _row(ITEMS, name, span.low, span.high, "throttled", span.why)
    cursor, end = max(low, first), min(last, high)
    for span in merged([*dark, *throttled]):
        if cursor < span.low:
            yield _row(ITEMS, name, cursor, min(span.low, end), "whole", "item records by someone")
        cursor = max(cursor, span.high)
    if cursor < end or not (dark or throttled):
        yield _row(ITEMS, name, cursor, max(cursor, end), "whole", "item records by someone")


def _row(
    source: str, scope: str, low: int, high: int, state: str, note: str, event_id: str | None = None
) -> dict[str, Any]:
    row: dict[str, Any] = {"source": source, "scope": scope, "from": low, "to": high, "state": state, "note": note}
    return row | {"event_id": event_id}


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    """Give the rows with a number each, in their order, and without their counts."""
    rows = [{**row, "n": n} for n, row in enumerate(rows)]
    fields = [field for field in schema.TABLES["coverage"].schema if field.name != "records"]
    columns = {}
    for field in (*fields, pa.field("n", pa.int64())):
        values = [row[field.name] for row in rows]
        times = pa.types.is_timestamp(field.type)
        columns[field.name] = pa.array(values, pa.int64()).cast(field.type) if times else pa.array(values, field.type)
    return pa.table(columns)
