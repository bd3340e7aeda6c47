"""Work out the truth from the simulation alone: one verdict a copy, after the rules of the design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unsealed.demo import world
from unsealed.demo.delivery import passed_gateway
from unsealed.demo.model import SENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unsealed.demo.model import Copy, Intrusion, Record

SYNCED = (world.A.address, "Projects")


def forwarded(copy: Copy, words: Iterable[str]) -> bool:
    """Tell whether the intruder's rule sent this copy out."""
    if copy.mailbox != world.A.address or copy.folder == SENT:
        return False
    if not world.RULE_MADE < copy.arrived < world.RULE_GONE:
        return False
    text = f"{copy.letter.subject}\n{copy.letter.text}".casefold()
    return any(word.casefold() in text for word in words)


def synced(copy: Copy) -> bool:
    """Tell whether the copy lay in the folder that the intruder synchronised."""
    return (copy.mailbox, copy.folder) == SYNCED and copy.arrived <= world.SYNC


def _taken(copy: Copy, did: Intrusion) -> str | None:
    key = (copy.mailbox, copy.letter.message_id)
    if key in did.opened or (key in did.sent and copy.folder == SENT):
        return "accessed"
    if synced(copy) or forwarded(copy, did.rule_words):
        return "copied"
    return None


def _reachable(copy: Copy, did: Intrusion) -> str:
    last = did.last_in.get(copy.mailbox)
    there = last is not None and copy.arrived < last
    if passed_gateway(copy):
        return "in_reach"
    if there and not world.MAILBOXES[copy.mailbox].item_log:
        return "in_reach"
    if copy.mailbox == world.B.address and copy.arrived <= world.THROTTLE_ENDS:
        return "in_reach"
    return "not_accessed" if there else "out_of_reach"


def verdicts(copies: list[Copy], did: Intrusion) -> dict[Copy, str]:
    """Return the verdict of every copy that is in the evidence."""
    kept = [copy for copy in copies if not copy.purged]
    in_evidence = {copy.letter.message_id: copy.letter for copy in kept}
    taken = {copy: verdict for copy in kept if (verdict := _taken(copy, did))}
    read = {copy.letter.message_id for copy in taken}
    read |= {message for _, message in did.opened | did.sent if message in in_evidence}
    quoted = {message for reader in read for message in in_evidence[reader].stands_in}
    result = {}
    for copy in kept:
        if copy in taken:
            result[copy] = taken[copy]
        elif copy.letter.message_id in quoted:
            result[copy] = "quoted"
        else:
            result[copy] = _reachable(copy, did)
    return result


def log_only(copies: list[Copy], did: Intrusion) -> list[dict[str, str]]:
    """Return what the log says was opened or sent, but the mailbox no longer holds."""
    held = {(copy.mailbox, copy.letter.message_id) for copy in copies if not copy.purged}
    return [
        {"mailbox": mailbox, "internet_message_id": message, "verdict": "accessed"}
        for mailbox, message in sorted((did.opened | did.sent) - held)
    ]


def make_truth(copies: list[Copy], did: Intrusion, records: list[Record]) -> dict[str, Any]:
    """Return the truth as `truth.json` holds it, but for the facts and the duplicates."""
    judged = verdicts(copies, did)
    rows = [
        {
            "mailbox": copy.mailbox,
            "folder": copy.folder,
            "internet_message_id": copy.letter.message_id,
            "verdict": verdict,
        }
        for copy, verdict in judged.items()
    ]
    rows.sort(key=lambda row: (row["mailbox"], row["folder"], row["internet_message_id"]))
    own = sorted((record for record in records if record.hand == "intruder"), key=lambda record: record.time)
    first = next(record for record in own if record.succeeded)
    return {
        "copies": rows,
        "log_only": log_only(copies, did),
        "intrusion": {
            "first_evidence": f"{first.time:%Y-%m-%dT%H:%M:%SZ}",
            "last_evidence": f"{own[-1].time:%Y-%m-%dT%H:%M:%SZ}",
        },
        "activity_event_ids": [record.record_id for record in own],
        "attempt_event_ids": [record.record_id for record in own if not record.succeeded],
        "owner_event_ids": sorted(record.record_id for record in records if record.hand == "owner"),
        "messages": len(rows),
        "distinct_messages": len({row["internet_message_id"] for row in rows}),
        "audit_records": len(records),
        "mailboxes": sorted({row["mailbox"] for row in rows}),
    }
