"""What the logs can see and what they can't: for each log and mailbox, which days are whole, dark, throttled or absent.

Rules: MailItemsAccessed is written only where licence and mailbox settings allow, so that some record of a mailbox
exists shows that it was on; after a record with IsThrottled=True nothing may have been written for 24 hours
(https://learn.microsoft.com/purview/audit-log-investigate-accounts).
"""

from typing import Any

import pyarrow as pa

from unsealed import schema
from unsealed.query import Engine

DAY = 86_400_000_000
HOLE_DAYS = 4
"""A log that has records on most days is dark where none of its records falls for so many days."""
SILENT_DAYS = 7
"""A mailbox whose owner keeps signing in, but whose item log names nothing for so long, has its item log off."""
EDGE = DAY
THROTTLE = DAY
ITEMS = "m365_mail_items"

Span = tuple[int, int]


def coverage(db: Engine) -> pa.Table:
    """Give the rows of `coverage`: a log as a whole (scope `*`), then its item log by mailbox."""
    rows: list[dict[str, Any]] = []
    holes: dict[str, list[Span]] = {}
    for source in db.rows("SELECT DISTINCT source FROM events ORDER BY source"):
        name = source["source"]
        days = db.rows(
            "SELECT epoch_us(time) // ? AS day, count(*) AS n, epoch_us(min(time)) AS low, epoch_us(max(time)) AS high "
            "FROM events WHERE source = ? GROUP BY 1 ORDER BY 1",
            [DAY, name],
        )
        made, holes[name] = _whole_log(name, days)
        rows += made
    for row in _mailboxes(db):
        rows += _item_log(db, row, holes.get("m365_audit", []))
    return _table(rows)


def _whole_log(source: str, days: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Span]]:
    """Cut a log at its holes: stretches of days without a record where the log usually has some every few days."""
    numbers = [row["day"] for row in days]
    steps = sorted(later - earlier for earlier, later in zip(numbers, numbers[1:], strict=False))
    usual = steps[int(len(steps) * 0.9)] if steps else 1
    longest = max(HOLE_DAYS, 4 * usual)
    rows, holes, start = [], [], 0
    for index in range(1, len(days) + 1):
        if index < len(days) and numbers[index] - numbers[index - 1] <= longest:
            continue
        chunk = days[start:index]
        rows.append(
            _row(
                source,
                "*",
                chunk[0]["low"],
                chunk[-1]["high"],
                sum(row["n"] for row in chunk),
                "whole",
                "records on most days",
            )
        )
        if index < len(days):
            hole = (chunk[-1]["high"], days[index]["low"])
            holes.append(hole)
            rows.append(
                _row(source, "*", *hole, 0, "gap", f"no record of any account for {(hole[1] - hole[0]) / DAY:.0f} days")
            )
        start = index
    return rows, holes


def _mailboxes(db: Engine) -> list[dict[str, Any]]:
    """Give every mailbox with what its item log and its owner's sign-ins say."""
    return db.rows("""
        WITH boxes AS (
            SELECT DISTINCT mailbox FROM messages WHERE mailbox LIKE '%@%'
            UNION SELECT DISTINCT mailbox FROM events WHERE mailbox LIKE '%@%'
            UNION SELECT DISTINCT "user" FROM act WHERE "user" LIKE '%@%'),
        bounds AS (SELECT epoch_us(min(time)) AS low, epoch_us(max(time)) AS high FROM events WHERE source = 'm365_audit')
        SELECT boxes.mailbox, bounds.low, bounds.high,
               (SELECT list_sort(list(epoch_us(time))) FROM events e
                WHERE e.operation = 'MailItemsAccessed' AND e.mailbox = boxes.mailbox) AS items,
               (SELECT list_sort(list(DISTINCT epoch_us(e.time))) FROM events e JOIN accesses a USING (event_id)
                WHERE e.operation = 'MailItemsAccessed' AND a.mailbox = boxes.mailbox AND a.throttled) AS throttled,
               (SELECT list_sort(list(DISTINCT epoch_us(time) // 86400000000)) FROM events e
                WHERE e."user" = boxes.mailbox AND e.operation = 'UserLoggedIn') AS sign_ins
        FROM boxes, bounds WHERE bounds.low IS NOT NULL ORDER BY boxes.mailbox""")


def _item_log(db: Engine, box: dict[str, Any], holes: list[Span]) -> list[dict[str, Any]]:
    del db
    name, items = box["mailbox"], box["items"] or []
    if not items:
        note = "no MailItemsAccessed record of this mailbox by anyone: the item log was off, or is not in the evidence"
        return [_row(ITEMS, name, box["low"], box["high"], 0, "absent", note)]
    rows = []
    dark = [(*hole, "the whole log has no record") for hole in holes]
    dark += [
        (*span, "its owner signed in, and no item access was recorded")
        for span in _silences(items, box["sign_ins"] or [])
    ]
    first, last = items[0] - EDGE, items[-1] + EDGE
    # Before the first and after the last item record the log may have been off: a day's grace at either end.
    if box["low"] < first:
        dark.append((box["low"], first, "before the first item record of this mailbox"))
    if box["high"] > last:
        dark.append((last, box["high"], "after the last item record of this mailbox"))
    cursor = max(min(box["low"], items[0]), first)
    for low, high, why in _merged(dark):
        low, high = max(low, box["low"]), min(high, box["high"])
        if low >= high:
            continue
        if cursor < low:
            rows.append(
                _row(ITEMS, name, cursor, low, _between(items, cursor, low), "whole", "item records by someone")
            )
        rows.append(_row(ITEMS, name, low, high, _between(items, low, high), "gap", why))
        cursor = max(cursor, high)
    end = min(last, max(box["high"], items[-1]))
    if cursor < end or not rows:
        rows.append(
            _row(
                ITEMS,
                name,
                cursor,
                max(end, cursor),
                _between(items, cursor, end + 1),
                "whole",
                "item records by someone",
            )
        )
    for time in box["throttled"] or []:
        rows.append(
            _row(
                ITEMS,
                name,
                time,
                time + THROTTLE,
                _between(items, time, time + THROTTLE),
                "throttled",
                "IsThrottled: for 24 hours anything may have been opened unrecorded",
            )
        )
    return rows


def _silences(items: list[int], sign_in_days: list[int]) -> list[Span]:
    """Give stretches in which the owner signed in on several days, yet no item access is recorded."""
    spans = []
    for earlier, later in zip(items, items[1:], strict=False):
        if later - earlier > SILENT_DAYS * DAY:
            inside = [day for day in sign_in_days if earlier // DAY < day < later // DAY]
            if len(inside) >= 3:
                spans.append((earlier, later))
    return spans


def _merged(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Join spans that overlap; the first one's reason stands."""
    merged: list[tuple[int, int, str]] = []
    for low, high, why in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]), merged[-1][2])
        else:
            merged.append((low, high, why))
    return merged


def _between(times: list[int], low: int, high: int) -> int:
    return sum(low <= time < high for time in times)


def _row(source: str, scope: str, low: int, high: int, records: int, state: str, note: str) -> dict[str, Any]:
    return {"source": source, "scope": scope, "from": low, "to": high, "records": records, "state": state, "note": note}


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = {
        field.name: pa.array([row[field.name] for row in rows], pa.int64()).cast(field.type)
        if pa.types.is_timestamp(field.type)
        else pa.array([row[field.name] for row in rows], field.type)
        for field in schema.TABLES["coverage"].schema
    }
    return pa.table(columns, schema=schema.TABLES["coverage"].schema)
