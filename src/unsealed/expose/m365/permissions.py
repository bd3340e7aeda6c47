"""Permissions on mailboxes and folders: who was let in by a record, who was put out.

Cmdlets and rights: https://learn.microsoft.com/powershell/module/exchange/add-mailboxpermission,
.../add-mailboxfolderpermission, .../new-managementroleassignment. Mailbox audit records of folders:
https://learn.microsoft.com/purview/audit-mailboxes. Sending as somebody, or on their behalf, reads nothing.
"""

from collections.abc import Mapping
from typing import Any

from unsealed.expose import cmdlets
from unsealed.expose.m365.ledger import ANYBODY, NOBODY_KNOWN, Grant, Ledger

Row = Mapping[str, Any]
Names = Mapping[str, tuple[str, ...]]
_MAILBOX = ("Add-MailboxPermission", "Remove-MailboxPermission")
_FOLDER = ("Add-MailboxFolderPermission", "Set-MailboxFolderPermission", "Remove-MailboxFolderPermission")
_AUDITED = ("AddFolderPermissions", "ModifyFolderPermissions", "UpdateFolderPermissions", "RemoveFolderPermissions")
_CALENDAR = "UpdateCalendarDelegation"
OPERATIONS = (*_MAILBOX, *_FOLDER, *_AUDITED, _CALENDAR)
_READING = {
    "owner",
    "publishingeditor",
    "editor",
    "publishingauthor",
    "author",
    "noneditingauthor",
    "reviewer",
    "readitems",
    "readany",
    "fulldetails",
    "all",
}
"""Roles and rights on a folder that show its letters."""
_MEMBERS = {"default", "everyone", "anonymous", "anonymous logon", "s-1-1-0", "s-1-5-7"}


def read(ledger: Ledger, row: Row, record: Mapping[str, Any], names: Names) -> None:
    """Take one record in.

    Args:
        ledger: where the permissions stand.
        row: the event.
        record: its raw record.
        names: mailboxes by alias and by display name, folded.
    """
    if row["operation"] in _MAILBOX:
        _mailbox(ledger, row, cmdlets.parameters(record), names)
    elif row["operation"] in _FOLDER:
        _folder_cmdlet(ledger, row, cmdlets.parameters(record), names)
    elif row["operation"] == _CALENDAR:
        _calendar(ledger, row, record)
    else:
        _folder_audited(ledger, row, record, names)


def principal(name: str, names: Names) -> str:
    """Give the account that a name stands for; nobody known where it leads nowhere."""
    if cmdlets.folded(name) in _MEMBERS:
        return ANYBODY
    return cmdlets.person(name, None, names) or NOBODY_KNOWN


def _mailbox(ledger: Ledger, row: Row, given: Mapping[str, str], names: Names) -> None:
    """Only full access reads; the other rights on a mailbox change it, own it or send from it."""
    box = cmdlets.person(given.get("identity") or str(row["target"] or ""), row["user"], names)
    who = principal(given.get("user") or given.get("owner", ""), names)
    if box is None or cmdlets.on(given, "deny"):
        return
    reads = "fullaccess" in cmdlets.words(given.get("accessrights", ""))
    if row["operation"].startswith("Remove"):
        reset = "resetdefault" in given
        if reads or reset or not given.get("accessrights"):
            ledger.end(
                row["us"],
                lambda g: g.kind == "user" and g.mailbox == box and g.folder is None and (reset or g.who == who),
                who=("user", who, box),
            )
    elif reads and who != box:
        told = f"full access for {given.get('user', 'an account not named')}"
        ledger.give(_grant(row, who, box, None, told))


def _folder_cmdlet(ledger: Ledger, row: Row, given: Mapping[str, str], names: Names) -> None:
    whole = given.get("identity") or str(row["target"] or "")
    mailbox, colon, folder = whole.partition(":")
    box = cmdlets.person(mailbox, row["user"], names) if colon else row["mailbox"] or row["user"]
    if box is not None:
        rights = None if row["operation"].startswith("Remove") else given.get("accessrights", "")
        _folder(ledger, row, (box, (folder if colon else whole), given.get("user", "")), rights, names)


def _folder_audited(ledger: Ledger, row: Row, record: Mapping[str, Any], names: Names) -> None:
    """Read a mailbox audit record: the folder stands in Item.ParentFolder, with the member and the rights."""
    item = cmdlets.opened(record.get("Item"))
    parent = cmdlets.opened(item.get("ParentFolder")) if isinstance(item, dict) else None
    if not isinstance(parent, dict) or not row["mailbox"]:
        return
    path = str(parent.get("Path") or "")
    folder = path if path and path.lower() != "not available" else str(parent.get("Name") or "")
    member = str(parent.get("MemberUpn") or parent.get("MemberSid") or "")
    rights = None if row["operation"].startswith("Remove") else str(parent.get("MemberRights") or "")
    _folder(ledger, row, (row["mailbox"], folder, member), rights, names)


def _folder(ledger: Ledger, row: Row, what: tuple[str, str, str], rights: str | None, names: Names) -> None:
    """Give or end a permission on one folder; it reaches no folder below it."""
    box, folder, member = what
    who, folder = principal(member, names), folder.replace("\\", "/").strip("/")
    told = f"{', '.join(cmdlets.words(rights or '')) or 'rights'} on the folder {folder} for {member or 'an account not named'}"
    grant = _grant(row, who, box, folder or None, told)
    if rights is not None and folder and who != box and _READING & set(cmdlets.words(rights)):
        ledger.give(grant)
    elif folder:
        ledger.end(row["us"], lambda g: g.reach == grant.reach)


def _calendar(ledger: Ledger, row: Row, record: Mapping[str, Any]) -> None:
    """A delegate of the calendar sees that folder alone."""
    if row["mailbox"]:
        for who in cmdlets.addresses(str(record.get("Item") or "") + str(record.get("OperationProperties") or "")):
            if who != row["mailbox"]:
                ledger.give(_grant(row, who, row["mailbox"], "Calendar", f"the calendar for {who}"))


def _grant(row: Row, who: str, box: str, folder: str | None, told: str) -> Grant:
    return Grant("user", who, box, folder, row["us"], row["event_id"], row["user"], row["by_intruder"], told)
