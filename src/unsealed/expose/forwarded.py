"""Which letters the intruder's forwarding took: those that arrived while it stood and met its conditions."""

from typing import Any

import pyarrow as pa

from unsealed.expose.copies import NOT_ARRIVED
from unsealed.expose.forwarding import OPERATIONS, Forward, forwards
from unsealed.query import Engine

_FOREVER = 1 << 62


def forwarded(db: Engine) -> None:
    """Find every copy that a rule or setting of the intruder sent on."""
    operations = ", ".join(f"'{name}'" for name in OPERATIONS)
    rows = db.rows(f"""
        SELECT event_id, epoch_us(time) AS us, operation, "user", mailbox, raw, event_id IN (SELECT event_id FROM act) AS by_intruder
        FROM events WHERE operation IN ({operations}) AND outcome <> 'failure' ORDER BY time, event_id""")
    if not any(row["by_intruder"] for row in rows):
        return
    boxes = {
        row["mailbox"]
        for row in db.rows("""
        SELECT mailbox FROM copies WHERE mailbox IS NOT NULL UNION SELECT "user" FROM events WHERE "user" LIKE '%@%'""")
    }
    for forward in forwards(rows, boxes):
        _letters(db, forward)


def _letters(db: Engine, forward: Forward) -> None:
    outside = ", ".join(f"'{name}'" for name in NOT_ARRIVED)
    place = f"c.mailbox = ? AND coalesce(c.folder_key NOT IN ({outside}), TRUE)" if forward.mailbox else "TRUE"
    texts = ", m.text" if any("text" in fields for fields, _ in forward.conditions) else ", '' AS text"
    query = f"""
        SELECT c.n, c.arrived, coalesce(m.subject, '') AS subject, coalesce(m.from_address, '') AS sender,
               list_concat(m."to", m.cc, m.bcc) AS recipients {texts}
        FROM copies c JOIN messages m USING (message_id)
        WHERE {place} AND c.arrived >= ? AND c.arrived < ?"""
    values: list[Any] = [*([forward.mailbox] if forward.mailbox else []), forward.start, forward.end or _FOREVER]
    taken: list[tuple[int, int]] = []
    for batch in db.batches(query, values):
        taken += [(row["n"], row["arrived"]) for row in batch.to_pylist() if forward.matches(_letter(row))]
    verdict, how, note = "copied", "forwarded", f"sent on by the intruder's {forward.told()}"
    if forward.unknown:
        verdict, how = "in_reach", "no_item_log"
        note += f"; whether its condition ({', '.join(forward.unknown)}) was met can't be told"
    db.register(
        "taken",
        pa.table(
            {"n": pa.array([n for n, _ in taken], pa.int64()), "us": pa.array([us for _, us in taken], pa.int64())}
        ),
    )
    db.execute("INSERT INTO grounds SELECT n, ?, ?, ?, ?, NULL, us FROM taken", [verdict, how, forward.event_id, note])


def _letter(row: dict[str, Any]) -> dict[str, str]:
    recipients = " ".join(person["address"] for person in row["recipients"] or () if person["address"])
    return {
        "subject": row["subject"].casefold(),
        "text": (row["text"] or "").casefold(),
        "sender": row["sender"],
        "recipients": recipients,
    }
