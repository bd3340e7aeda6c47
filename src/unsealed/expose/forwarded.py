"""Which letters the intruder's forwarding took: those that arrived while it stood and met its conditions."""

from typing import Any

from unsealed.expose import asks
from unsealed.expose.copies import NOT_ARRIVED
from unsealed.expose.forwarding import OPERATIONS, Forward, forwards
from unsealed.expose.m365.people import domains, names
from unsealed.expose.traces import did
from unsealed.query import Engine

_FOREVER = 1 << 62
_PEOPLE = 'list_concat(m."to", m.cc, m.bcc)'


def forwarded(db: Engine) -> None:
    """Find every copy that a rule or setting of the intruder sent on."""
    if not did(db, OPERATIONS):
        return
    operations = ", ".join(f"'{name}'" for name in OPERATIONS)
    rows = db.rows(f"""
        SELECT event_id, epoch_us(time) AS us, operation, "user", mailbox, target, raw,
               event_id IN (SELECT event_id FROM act WHERE inside) AS by_intruder
        FROM events WHERE operation IN ({operations}) AND outcome IS DISTINCT FROM 'failure' ORDER BY time, event_id""")
    if any(row["by_intruder"] for row in rows):
        for forward in forwards(rows, names(db), domains(db)):
            _letters(db, forward)


def _letters(db: Engine, forward: Forward) -> None:
    """Find what came, or was sent where the rule is for all mail, while it stood.

    A letter without any date may have come then: in reach. Where a mailbox was kept in one file, its owner's own
    letters are told by their sender.
    """
    where, values = ["m.message_id = c.message_id"], list[Any]()
    if forward.mailbox:
        outside = ", ".join(f"'{name}'" for name in NOT_ARRIVED)
        where.append(f"""c.mailbox = ? AND coalesce(c.folder_key NOT IN ({outside}), TRUE)
            AND (m.from_address IS DISTINCT FROM c.mailbox OR c.folder_key = 'inbox'
                 OR len(list_filter({_PEOPLE}, lambda p: p.address = c.mailbox)) > 0)""")
        values.append(forward.mailbox)
    else:
        # A transport rule holds for its own tenant: for mailboxes whose domain the log's own mailboxes have.
        where.append("""coalesce(c.folder_key NOT IN ('drafts', 'outbox'), TRUE) AND split_part(c.mailbox, '@', -1) IN (
            SELECT split_part(mailbox, '@', -1) FROM events WHERE mailbox LIKE '%@%'
            UNION SELECT split_part("user", '@', -1) FROM events WHERE event_id = ?)""")
        values.append(forward.event_id)
    note = f"sent on by the intruder's {forward.told()}"
    what = f"its condition ({', '.join(forward.unknown)}) was" if forward.unknown else "its conditions were"
    asked = asks.every(
        [forward.asks, *([asks.cant_tell("its past")] if forward.unknown[len(forward.asks.unknown) :] else [])]
    )
    db.execute(
        f"""
        INSERT INTO grounds
        WITH met AS (SELECT c.n, c.arrived, {asked.sql} AS met FROM copies c, messages m WHERE {" AND ".join(where)}
                     AND coalesce(c.arrived >= ? AND c.arrived < ?, TRUE))
        SELECT n, CASE WHEN met AND arrived IS NOT NULL THEN 'copied' ELSE 'in_reach' END,
               CASE WHEN met AND arrived IS NOT NULL THEN 'forwarded' ELSE 'no_item_log' END, ?,
               ? || CASE WHEN met IS NULL THEN ? ELSE '' END
                 || CASE WHEN arrived IS NULL THEN '; when it came is not known' ELSE '' END, NULL, arrived
        FROM met WHERE met IS DISTINCT FROM FALSE""",
        [
            *asked.values,
            *values,
            forward.start,
            forward.end or _FOREVER,
            forward.event_id,
            note,
            f"; whether {what} met can't be told",
        ],
    )
