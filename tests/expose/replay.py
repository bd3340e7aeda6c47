"""Where one copy lay at one moment, by replaying its records one by one: slow, and independent of the product's SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
OUT = "(out)"
SOFT = "Recoverable Items"
WINDOW = timedelta(minutes=3)
SENT = {"Sent Items", "Drafts", "Outbox"}
Record = tuple[datetime, str, str]


def records(tables: dict[str, list[Row]], mid: str, mailbox: str) -> list[Record]:
    """Give what the log says of a letter in a mailbox: when, from where, to where; the same twice where it was seen."""
    events = {row["event_id"]: row for row in tables["events"]}
    moves: list[Record] = []
    seen: dict[str, list[datetime]] = {}
    for row in tables["accesses"]:
        event = events[row["event_id"]]
        if (row["internet_message_id"], row["mailbox"]) != (mid, mailbox) or event["outcome"] == "failure":
            continue
        if event["operation"] in {"SoftDelete", "HardDelete"}:
            moves.append((event["time"], row["folder"], SOFT if event["operation"] == "SoftDelete" else OUT))
        elif row["access"] in {"bind", "fetch", "attachment"} and row["folder"]:
            seen.setdefault(row["folder"], []).append(event["time"])
    there = [(time, folder, folder) for folder, times in seen.items() for time in {min(times), max(times)}]
    left = [
        (time, folder, folder)
        for time, folder, _ in there
        if not any(
            (a == folder and timedelta() <= time - t <= WINDOW) or (b == folder and t == time) for t, a, b in moves
        )
    ]
    return sorted(moves + left, key=lambda one: (one[0], one[1] != one[2]))


def about(tables: dict[str, list[Row]], copy: Row) -> tuple[list[Record], str | None, bool]:
    """Give the records that are about this copy, its folder if that tells anything, and whether they name it."""
    held, mine = "message_id" in copy, copy["folder"] if "message_id" in copy else None
    found = records(tables, copy["internet_message_id"], copy["mailbox"])
    boxes = [row for row in tables["messages"] if row["mailbox"] == copy["mailbox"]]
    beside = [row for row in boxes if row["internet_message_id"] == copy["internet_message_id"]]
    others = {row["folder"] for row in beside} - {mine}
    if held and len(beside) > 1:
        found = [one for one in found if (mine and mine in one[1:]) or not others & set(one[1:])]
    usual = any(row["folder"] in {"Inbox", "Sent Items"} for row in boxes)
    end = mine if usual else None
    linked = end is not None and any(end in one[1:] for one in found)
    alone = found and end and not linked and (len(beside) > 1 or mine in SENT or found[-1][2] == OUT)
    if held and (alone or all(one[1] == one[2] == end for one in found)):
        found = []
    return found, end, linked


def lay(tables: dict[str, list[Row]], copy: Row, when: datetime) -> tuple[bool, str | None, bool]:
    """Tell whether a copy was in its mailbox at a moment, in which folder (None: not known), and whether that is sure."""
    held = "message_id" in copy
    found, end, linked = about(tables, copy)
    if not found:
        return True, copy["folder"], held
    before, after = [one for one in found if one[0] <= when], [one for one in found if one[0] > when]
    if not before:
        return after[0][1] != OUT, after[0][1], held
    now = before[-1][2]
    if after:
        fits = now == after[0][1]
        return True, after[0][1] if fits or now == OUT else None, fits
    if not held:
        return now != OUT, now, False
    came = [row["arrived"] for row in tables["messages"] if row["mailbox"] == copy["mailbox"] and row["arrived"]]
    older = bool(came) and max(came) + timedelta(days=1) < found[-1][0]
    if now == OUT:
        return not older, end, False
    sure = end is None or now == end or (older and linked)
    return True, now if sure else None, sure
