"""In which stretches the item log of a mailbox was off by a setting or for want of a licence, so far as that hides the intruder.

A bypass hides only what one account does: it counts where the intruder had that account. The same is true of owners,
delegates and administrators, of whom MailItemsAccessed may each be left out.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from unsealed.hunt import audit_settings
from unsealed.hunt.actor import DAY
from unsealed.hunt.audit_settings import EVERYONE, Off, Switch
from unsealed.hunt.spans import Span
from unsealed.query import Engine

FOREVER = 1 << 62
_GIVEN = {"licence": "the licence with Audit (Premium) was given", "enabled": "auditing was switched on"}


def off(db: Engine, boxes: Sequence[str]) -> dict[str, list[Span]]:
    """Give, by mailbox, the stretches in which its item log was off, as far as the intruder may have used them.

    Args:
        db: the case; relations `act` and `items` hold the activity, and when which mailbox has item records.
        boxes: the mailboxes.
    """
    switches = audit_settings.switches(db)
    if not switches:
        return {}
    hands = _hands(db)
    pairs = [
        (one, box) for one in audit_settings.stretches(switches) for box in boxes if _concerns(one.switch, box, hands)
    ]
    shown = _disproved(db, pairs)
    found: dict[str, list[Span]] = {}
    for number, (one, box) in enumerate(pairs):
        if number not in shown:
            high = FOREVER if one.high is None else one.high
            found.setdefault(box, []).append(Span(one.low, high, _why(one), one.switch.event_id))
    for box, span in _before(db, switches, set(boxes)):
        found.setdefault(box, []).append(span)
    return found


def _why(one: Off) -> str:
    until = "" if one.high is None else f" until {_time(one.high)}"
    return f"{one.switch.words} (from {_time(one.low)}{until})"


def _time(us: int) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us):%Y-%m-%d %H:%M}"


def _hands(db: Engine) -> dict[str, set[str]]:
    """Give, by mailbox, the accounts by which the intruder was in it, or could be: theirs, with permission to it."""
    rows = db.rows("""
        SELECT DISTINCT coalesce(mailbox, "user") AS box, "user" AS who FROM act
        WHERE inside AND state <> 'rejected' AND "user" IS NOT NULL
        UNION SELECT DISTINCT "user", "user" FROM act WHERE inside AND state <> 'rejected' AND "user" LIKE '%@%'""")
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["box"], set()).add(row["who"])
    theirs = set().union(*found.values()) if found else set()
    for box, who in audit_settings.grants(db):
        if who in theirs:
            found.setdefault(box, set()).add(who)
    return found


def _concerns(switch: Switch, box: str, hands: dict[str, set[str]]) -> bool:
    there = hands.get(box, set())
    if switch.hides == "account":
        return switch.scope in there
    if switch.scope not in {EVERYONE, box}:
        return False
    if switch.hides == "owner":
        return not there or box in there
    return switch.hides == "all" or bool(there - {box})


def _disproved(db: Engine, pairs: list[tuple[Off, str]]) -> set[int]:
    """Give the numbers of the stretches in which a record stands that would not have been written."""
    table = {
        "nr": pa.array(range(len(pairs)), pa.int64()),
        "box": pa.array([box for _, box in pairs], pa.string()),
        "hides": pa.array([one.switch.hides for one, _ in pairs], pa.string()),
        "scope": pa.array([one.switch.scope for one, _ in pairs], pa.string()),
        "setting": pa.array([one.switch.setting for one, _ in pairs], pa.string()),
        "low": pa.array([one.low + DAY for one, _ in pairs], pa.int64()),
        "high": pa.array([FOREVER if one.high is None else one.high for one, _ in pairs], pa.int64()),
    }
    db.register("offs", pa.table(table))
    rows = db.rows(f"""
        WITH said AS (
                SELECT mailbox, "user" AS who, coalesce(logon_type, CASE WHEN "user" = mailbox THEN 'owner' END) AS kind,
                       epoch_us(time) AS us
                FROM events WHERE operation = 'MailItemsAccessed' AND source = 'm365_audit'
                  AND EXISTS (FROM offs WHERE epoch_us(time) > offs.low - {DAY}))
        SELECT DISTINCT o.nr FROM offs o JOIN said s ON s.mailbox = o.box AND s.us > o.low AND s.us < o.high
        WHERE o.hides = 'all' OR s.kind = o.hides
        UNION SELECT DISTINCT o.nr FROM offs o JOIN said s ON s.who = o.scope AND s.us > o.low AND s.us < o.high
        WHERE o.hides = 'account'""")
    return {row["nr"] for row in rows}


def _before(db: Engine, switches: list[Switch], boxes: set[str]) -> list[tuple[str, Span]]:
    """Give the time before a mailbox's auditing was first switched on, or its licence given, where no record precedes it."""
    first: dict[tuple[str, str], Switch] = {}
    for switch in switches:
        first.setdefault((switch.scope, switch.setting), switch)
    on = [one for one in first.values() if not one.off and one.setting in _GIVEN and one.scope in boxes]
    if not on:
        return []
    seen = {row["mailbox"]: row["us"] for row in db.rows("SELECT mailbox, min(us) AS us FROM items GROUP BY mailbox")}
    return [
        (one.scope, Span(-FOREVER, one.us, f"{_GIVEN[one.setting]} only at {_time(one.us)}", one.event_id))
        for one in on
        if seen.get(one.scope, FOREVER) >= one.us
    ]
