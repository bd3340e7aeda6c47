"""Permissions that widen reach to another principal, whose later reads then count.

Learn: Add-MailboxPermission, Remove-MailboxPermission, Add-MailboxFolderPermission (exchange-ps).
The intruder holds an administrator's account (address known). With it, mailboxes are opened to `helpdesk`, an
account that nobody lists as bad and that signs in from an address of its own. Its reads in those mailboxes from grant
to removal are the intruder's; its own mailbox, and a mailbox it served long before, are not.

One case:
 - full: FullAccess, item log on, removed later; reads by helpdesk between.
 - kept: FullAccess, never removed, no read by helpdesk after the 55th day.
 - blind: FullAccess, no item log at all, removed later: everything there in that time is in reach.
 - folder: Reviewer on the inbox alone, item log on; reads there.
 - blindfolder: Reviewer on the inbox alone, no item log.
 - served: helpdesk has long read here as a delegate by the administrator's own doing: never counts (O13).
 - helpdesk's own mailbox: its owner reads it; never counts.
 - outlook: the intruder, in the mailbox with Outlook, shares the inbox (AddFolderPermissions); item log on.
 - calendar: a permission on the calendar: opens no letter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .common import DAY, HOUR, MINUTE, Box, Case
from .office import CHROME, Hand, Office

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build the case."""
    office = Office(rng, root / "permissions")
    boxes = {
        n: office.box(n, logged=not n.startswith("blind"))
        for n in ("full", "kept", "blind", "folder", "blindfolder", "served", "calendar", "outlook")
    }
    helpdesk, admin_box = office.box("helpdesk"), office.box("admin")
    grant = {name: office.at(rng.randint(20, 30)) for name in boxes}
    remove = {name: office.at(rng.randint(55, 62)) for name in boxes}
    visits = [office.at(day) for day in (33, 41, 52)]
    for name, box in boxes.items():
        box.borders = [grant[name], remove[name], *visits]
    admin_box.borders = [office.at(18), *grant.values(), *remove.values()]
    for box in office.boxes:
        office.fill(box, 60 if box in boxes.values() else 30)
    office.share()
    intruder = office.intruder(admin_box.address)
    # The administrator's account is the intruder's own way in: its mailbox has traces and no reads.
    for moment in sorted([*grant.values(), *(remove[n] for n in ("full", "blind", "folder"))]):
        office.sign_in(admin_box, intruder, moment - 4 * MINUTE)
    desk = Hand(helpdesk.address, "198.51.100.77", f"Client=OWA;{CHROME};", CHROME)
    _grants(office, intruder, boxes, helpdesk.address, grant, remove)
    thief = office.intruder(boxes["outlook"].address, desktop=True)
    office.sign_in(boxes["outlook"], thief, grant["outlook"] - 2 * MINUTE)
    office.folder_grant(boxes["outlook"], thief, grant["outlook"], helpdesk.address, "ReadAny, FolderVisible")
    _reads(office, boxes, desk, visits)
    _truth(office, boxes, grant, remove)
    _innocent(office, boxes["served"], helpdesk, desk)
    for box in office.boxes:
        office.live(box, mail_items=box.logged)
    return [office.close("m365_permissions", indicators=[intruder.ip, thief.ip])]


def _reads(office: Office, boxes: dict[str, Box], desk: Hand, visits: list[datetime]) -> None:
    """Let helpdesk's foreign session read; where no item log is, nothing tells."""
    for visit in visits:
        for name in ("full", "kept", "folder", "outlook"):
            hand = replace(desk, session=office.tenant.guid())
            folder = "Inbox" if name in ("folder", "outlook") else None
            for part in range(3):
                office.read(boxes[name], hand, visit + 9 * part * MINUTE, office.rng.randint(2, 5), folder=folder)
        for name in ("blind", "blindfolder"):
            inbox = [copy for copy in boxes[name].copies if copy.there(visit) and copy.folder == "Inbox"]
            for copy in office.rng.sample(inbox, min(4, len(inbox))):
                copy.opened = True


def _grants(office: Office, hand: Hand, boxes: dict[str, Box], desk: str, grant: dict, remove: dict) -> None:
    for name in ("full", "kept", "blind"):
        office.cmdlet(
            hand,
            grant[name],
            "Add-MailboxPermission",
            Identity=office.called(boxes[name]),
            User=desk,
            AccessRights="FullAccess",
            InheritanceType="All",
            AutoMapping="False",
        )
    for name in ("full", "blind"):
        office.cmdlet(
            hand,
            remove[name],
            "Remove-MailboxPermission",
            Identity=office.called(boxes[name]),
            User=desk,
            AccessRights="FullAccess",
        )
    for name in ("folder", "blindfolder"):
        office.cmdlet(
            hand,
            grant[name],
            "Add-MailboxFolderPermission",
            Identity=f"{boxes[name].address}:\\Inbox",
            User=desk,
            AccessRights="Reviewer",
        )
    office.cmdlet(
        hand,
        remove["folder"],
        "Remove-MailboxFolderPermission",
        Identity=f"{boxes['folder'].address}:\\Inbox",
        User=desk,
    )
    office.cmdlet(
        hand,
        grant["calendar"],
        "Add-MailboxFolderPermission",
        Identity=f"{boxes['calendar'].address}:\\Calendar",
        User=desk,
        AccessRights="Reviewer",
    )


def _truth(office: Office, boxes: dict[str, Box], grant: dict, remove: dict) -> None:
    end = office.end + 30 * DAY
    boxes["served"].loose.append((office.start, end, "out_of_reach|not_accessed", "helpdesk's old work here (O13)"))
    for name in ("full", "kept", "folder", "outlook"):
        gone = end if name in ("kept", "outlook") else remove[name]
        boxes[name].loose.append(
            (
                grant[name],
                gone,
                "not_accessed|out_of_reach",
                "the permission stood; the log is whole and names nothing (O1)",
            )
        )
    boxes["folder"].only = {"Inbox"}
    boxes["blind"].dark.append((grant["blind"], remove["blind"], "FullAccess, no item log"))
    for copy in boxes["outlook"].copies:
        if copy.folder != "Inbox" and copy.arrived > grant["outlook"]:
            copy.verdict, copy.why = "not_accessed|out_of_reach", "came after the only moment in the whole mailbox (O2)"
    for name in ("kept", "outlook"):
        for copy in boxes[name].copies:
            verdict, why = boxes[name].judge(copy)
            if verdict.startswith("not_accessed") and not copy.verdict:
                copy.verdict, copy.why = verdict + "|in_reach", why + "; it still stood when the log ends (O1)"
    seen = max(remove[name] for name in ("full", "blind", "folder"))
    for copy in boxes["blindfolder"].copies:
        if copy.folder == "Inbox" and copy.within(grant["blindfolder"], end):
            late = copy.arrived > seen
            copy.verdict = "in_reach|out_of_reach" if late else "in_reach"
            copy.why = "the inbox stood open, no item log" + (
                "; after the intruder's last trace anywhere (O1)" if late else ""
            )
        elif copy.within(grant["blindfolder"], end):
            copy.verdict, copy.why = "out_of_reach|not_accessed", "only the inbox was opened (O2)"


def _innocent(office: Office, served: Box, helpdesk: Box, desk: Hand) -> None:
    """Let helpdesk work: in its own mailbox, and where it has long been a delegate."""
    office.owner_ips[helpdesk.address] = "198.51.100.78"
    clerk = Hand(
        helpdesk.address, "198.51.100.78", f"Client=OWA;{CHROME};", CHROME, session=office.tenant.known("clerk")
    )
    for day in range(1, office.days, 3):
        at = office.at(day)
        there = [copy for copy in served.copies if copy.there(at)]
        if there:
            copy = office.rng.choice(there)
            office.put(
                office.tenant.bind(clerk, at + HOUR, {copy.place(at): [copy.letter.mid]}, owner=served.address),
                innocent=True,
            )
    assert desk.ip != clerk.ip
