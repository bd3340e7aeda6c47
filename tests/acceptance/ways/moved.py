"""Moved and deleted mail: what lay where when, so that a sync of a folder hits only what lay there then.

Learn: MailItemsAccessed (sync records name a folder, by Name, Path often "Not Available"); mailbox-audit-logging (Move,
MoveToDeletedItems, SoftDelete, HardDelete with Folder, DestFolder, AffectedItems). Records are shaped as the real ones.
 - sync: desktop Outlook takes the inbox and the archive at one moment; the owner moved letters in and out before and after.
   Item log on: the rest is not_accessed.
 - gone: letters that only the log names: erased before the intruder came (out_of_reach), after the sync and known by an
   earlier record of the owner's to have lain there (copied), after the sync with nothing that says since when (O14).
 - bind: letters that the intruder opened and then hid by deleting them; still there or only named.
 - blind: no MailItemsAccessed, but moves and deletions are logged: erased before the first sign-in is out of reach,
   erased after it is in reach, soft-deleted before it is open (O14).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .common import DAY, HOUR, MINUTE, Box, Case, Copy
from .office import Hand, Office

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path

FOLDERS = ("Inbox", "Sent Items", "Archive", "Projects", "Deleted Items")


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build the case."""
    office = Office(rng, root / "moved")
    sync, gone, bind = (office.box(name, *FOLDERS) for name in ("sync", "gone", "bind"))
    blind = office.box("blind", *FOLDERS, logged=False)
    visits = [office.at(38), office.at(58)]
    for box in office.boxes:
        box.borders = visits
        office.fill(box, 120, weights=(12, 2, 4, 4, 0))
    office.share(0.04)
    _shuffle(office, sync)
    _erase(office, gone, visits)
    thieves = [_take(office, sync, visits), _take(office, gone, visits)]
    thieves.append(_hide(office, bind, visits))
    thieves.append(_blind(office, blind, visits))
    for box in office.boxes:
        office.live(box, mail_items=box.logged)
    case = office.close("moved", indicators=[thief.ip for thief in thieves])
    case.ghosts = [
        (copy.mailbox, copy.letter.mid, copy.verdict, copy.why)
        for copy in case.copies
        if (not copy.kept and "copied" in copy.verdict) or (not copy.kept and copy.verdict == "accessed")
    ]
    case.copies = [
        copy
        for copy in case.copies
        if copy.kept or (copy.mailbox, copy.letter.mid) not in {ghost[:2] for ghost in case.ghosts}
    ]
    return [case]


def log_move(
    office: Office, hand: Hand, box: Box, when: datetime, operation: str, copies: list[Copy], target: str = ""
) -> None:
    """Log a move or deletion of letters that lie in one folder."""
    innocent = hand.ip in office.owner_ips.values()
    source = copies[0].place(when)
    record = office.tenant.delete(hand, when, source, [copy.letter.mid for copy in copies])
    record["Operation"] = operation
    for item, copy in zip(record["AffectedItems"], copies, strict=True):
        item["Subject"] = copy.letter.subject
    if operation == "Move":
        record["DestFolder"]["Path"] = "\\" + target
    elif operation in ("HardDelete", "SoftDelete"):
        del record["DestFolder"]
    office.put(record, innocent=innocent)
    for copy in copies:
        if operation in ("Move", "MoveToDeletedItems"):
            copy.moves.append((when, target or "Deleted Items"))
        else:
            copy.gone, copy.kept = when, False
    if not innocent:
        box.traces.append(when)


def _some(office: Office, box: Box, at: datetime, folder: str, count: int) -> list[Copy]:
    there = [
        c
        for c in box.copies
        if c.there(at - HOUR) and c.place(at) == folder and not c.moves and not c.sent and len(c.letter.to) == 1
    ]
    return office.rng.sample(there, min(count, len(there)))


def _shuffle(office: Office, box: Box) -> None:
    """Let the owner tidy up, before and after the sync."""
    hand = office.owner(box)
    for day, source, target in (
        (20, "Inbox", "Archive"),
        (26, "Inbox", "Projects"),
        (31, "Archive", "Inbox"),
        (34, "Projects", "Inbox"),
        (44, "Inbox", "Projects"),
        (47, "Projects", "Inbox"),
        (49, "Archive", "Projects"),
        (66, "Inbox", "Archive"),
        (70, "Projects", "Archive"),
    ):
        at = office.at(day)
        if chosen := _some(office, box, at, source, 6):
            log_move(office, hand, box, at, "Move", chosen, target)
    for day in (28, 52):
        at = office.at(day)
        if chosen := _some(office, box, at, "Inbox", 5):
            log_move(office, hand, box, at, "MoveToDeletedItems", chosen)


def _take(office: Office, box: Box, visits: list[datetime]) -> Hand:
    """Let a foreign Outlook synchronise the inbox and the archive."""
    thief = office.intruder(box.address, desktop=True)
    for number, visit in enumerate(visits):
        office.sign_in(box, thief, visit - 3 * MINUTE)
        for folder in ("Inbox", "Archive") if number == 0 else ("Archive",):
            office.put(office.tenant.sync(thief, visit, folder))
            box.bulk.append((visit, lambda c, f=folder, v=visit: c.place(v) == f, f"sync of {folder}"))
            for copy in box.copies:
                copy.opened |= copy.there(visit) and copy.place(visit) == folder
        box.traces.append(visit)
    return thief


def _erase(office: Office, box: Box, visits: list[datetime]) -> None:
    """Let the owner erase letters for good, before and after the sync."""
    hand = office.owner(box)
    before, after = office.at(27), office.at(46)
    first = _some(office, box, before, "Inbox", 8)
    log_move(office, hand, box, before, "HardDelete", first)
    later = [c for c in _some(office, box, after, "Inbox", 40) if c.there(visits[0])]
    known, unknown = later[:7], later[7:14]
    for copy in known:
        office.put(
            office.tenant.bind(
                hand,
                visits[0] - 4 * DAY if copy.arrived < visits[0] - 4 * DAY else copy.arrived + 10 * MINUTE,
                {"Inbox": [copy.letter.mid]},
            ),
            innocent=True,
        )
    if known:
        log_move(office, hand, box, after, "HardDelete", known)
    if unknown:
        log_move(office, hand, box, after + 30 * MINUTE, "HardDelete", unknown)
    for copy in unknown:
        copy.verdict, copy.why = "copied|in_reach", "only its deletion names it, after the sync (O14)"


def _hide(office: Office, box: Box, visits: list[datetime]) -> Hand:
    """Let the intruder open letters and delete some of them."""
    thief = office.intruder(box.address)
    for number, visit in enumerate(visits):
        office.sign_in(box, thief, visit - 3 * MINUTE)
        read = [c for c in office.read(box, thief, visit, 9, folder="Inbox") if len(c.letter.to) == 1 and not c.moves]
        if read[:3]:
            log_move(office, thief, box, visit + 9 * MINUTE, "MoveToDeletedItems", read[:3])
        if read[3:5] and number == 0:
            log_move(office, thief, box, visit + 12 * MINUTE, "HardDelete", read[3:5])
    return thief


def _blind(office: Office, box: Box, visits: list[datetime]) -> Hand:
    """Only sign-ins, moves and deletions are known."""
    hand, thief = office.owner(box), office.intruder(box.address)
    for day, operation in ((22, "HardDelete"), (24, "SoftDelete"), (48, "HardDelete"), (63, "HardDelete")):
        at = office.at(day)
        chosen = _some(office, box, at, "Inbox", 5)
        log_move(office, hand, box, at, operation, chosen)
        for copy in chosen:
            if operation == "SoftDelete":
                copy.verdict, copy.why = "out_of_reach|in_reach", "soft-deleted before they came (O14)"
            elif day == 22:
                copy.verdict, copy.why = "out_of_reach", "erased before they came"
            elif day == 48:
                # When it came is told by no record: only that it was erased while they came and went.
                copy.verdict, copy.why = (
                    "in_reach|out_of_reach",
                    "erased while they came and went; when it came nothing tells",
                )
            else:
                copy.verdict, copy.why = (
                    "in_reach|out_of_reach",
                    "erased after they had left; when it came nothing tells",
                )
    for visit in visits:
        office.sign_in(box, thief, visit)
        office.peek(box, visit, 6)
    return thief
