"""Which letters the intruder's forwarding took: those that arrived while it stood and met its conditions."""

from typing import Any

from unsealed.expose.conditions import Condition
from unsealed.expose.copies import NOT_ARRIVED
from unsealed.expose.forwarding import OPERATIONS, Forward, forwards
from unsealed.query import Engine

_FOREVER = 1 << 62
_CONTAINS = {
    "subject": "contains(lower(m.subject), {0})",
    "text": "contains(lower(m.text), {0})",
    "sender": "contains(m.from_address, {0})",
    "recipients": "len(list_filter({1}, lambda p: contains(p.address, {0}))) > 0",
}
_IS = {
    "sender": "m.from_address = {0}",
    "recipients": "len(list_filter({1}, lambda p: p.address = {0})) > 0",
}
_PEOPLE = 'list_concat(m."to", m.cc, m.bcc)'


def forwarded(db: Engine) -> None:
    """Find every copy that a rule or setting of the intruder sent on."""
    operations = ", ".join(f"'{name}'" for name in OPERATIONS)
    rows = db.rows(f"""
        SELECT event_id, epoch_us(time) AS us, operation, "user", mailbox, target, raw,
               event_id IN (SELECT event_id FROM act WHERE inside) AS by_intruder
        FROM events WHERE operation IN ({operations}) AND outcome IS DISTINCT FROM 'failure' ORDER BY time, event_id""")
    if any(row["by_intruder"] for row in rows):
        for forward in forwards(rows, _names(db)):
            _letters(db, forward)


def _names(db: Engine) -> dict[str, tuple[str, ...]]:
    """Give the known mailboxes by alias, and by the name under which their owners write."""
    rows = db.rows("""
        WITH boxes AS (
            SELECT mailbox FROM copies WHERE mailbox LIKE '%@%' UNION SELECT "user" FROM events WHERE "user" LIKE '%@%'),
        names AS (
            SELECT split_part(mailbox, '@', 1) AS name, mailbox FROM boxes
            UNION SELECT DISTINCT lower(trim(from_name)), from_address FROM messages
            WHERE length(trim(from_name)) > 2 AND from_address IN (SELECT mailbox FROM copies))
        SELECT name, list(DISTINCT mailbox ORDER BY mailbox) AS boxes FROM names GROUP BY name ORDER BY name""")
    return {row["name"].casefold(): tuple(row["boxes"]) for row in rows}


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
    for condition in forward.conditions:
        text, bound = _condition(condition)
        where.append(text)
        values += bound
    note = f"sent on by the intruder's {forward.told()}"
    doubt = f"; whether its condition ({', '.join(forward.unknown)}) was met can't be told" if forward.unknown else ""
    sure = "FALSE" if forward.unknown else "c.arrived IS NOT NULL"
    db.execute(
        f"""
        INSERT INTO grounds
        SELECT c.n, CASE WHEN {sure} THEN 'copied' ELSE 'in_reach' END,
               CASE WHEN {sure} THEN 'forwarded' ELSE 'no_item_log' END, ?,
               ? || CASE WHEN c.arrived IS NULL THEN '; when it came is not known' ELSE '' END, NULL, c.arrived
        FROM copies c, messages m WHERE {" AND ".join(where)}
          AND coalesce(c.arrived >= ? AND c.arrived < ?, TRUE)""",
        [forward.event_id, note + doubt, *values, forward.start, forward.end or _FOREVER],
    )


def _condition(condition: Condition) -> tuple[str, list[str]]:
    """Give a condition as SQL, and its values."""
    forms = _IS if condition.whole else _CONTAINS
    parts, values = list[str](), list[str]()
    for field in condition.fields:
        for word in condition.words:
            parts.append(forms[field].format("?", _PEOPLE))
            values.append(word.lower())
    return f"coalesce({' OR '.join(parts)}, FALSE)", values
