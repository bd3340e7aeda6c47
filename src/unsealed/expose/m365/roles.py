"""Management roles and policies of Exchange that let an account or an application into mailboxes.

https://learn.microsoft.com/powershell/module/exchange/new-managementroleassignment,
https://learn.microsoft.com/exchange/permissions-exo/application-rbac, and
https://learn.microsoft.com/powershell/module/exchange/new-applicationaccesspolicy. Who is in a scope or in a group the
log does not tell: without one mailbox that it names, a scope is taken for every mailbox.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from unsealed.expose import cmdlets
from unsealed.expose.m365.ledger import NOBODY_KNOWN, Grant, Ledger

Row = Mapping[str, Any]
Names = Mapping[str, tuple[str, ...]]
OPERATIONS = (
    "New-ManagementRoleAssignment",
    "Remove-ManagementRoleAssignment",
    "New-ApplicationAccessPolicy",
)
_ACCOUNT_ROLES = {"applicationimpersonation"}
_APP_ROLES = {
    "application mail.read": True,
    "application mail.readwrite": True,
    "application mail.readbasic": False,
    "application exchange full access": True,
    "application ews.accessasapp": True,
    "application mail full access": True,
}
"""Roles for applications that read mail, and whether they show more than headers."""


def read(ledger: Ledger, row: Row, record: Mapping[str, Any], names: Names, apps: Mapping[str, str]) -> None:
    """Take one record in.

    Args:
        ledger: where the permissions stand.
        row: the event.
        record: its raw record.
        names: mailboxes by alias and by display name, folded.
        apps: applications by object id and by name, folded.
    """
    given = cmdlets.parameters(record)
    if row["operation"] == "New-ApplicationAccessPolicy":
        _policy(ledger, row, given, names)
    elif row["operation"] == "Remove-ManagementRoleAssignment":
        name = cmdlets.folded(given.get("identity", "") or str(row["target"] or ""))
        ledger.end(row["us"], lambda g: g.sort.startswith("role ") and name in g.sort[5:].split("\n"))
    elif row["operation"] == "New-ManagementRoleAssignment":
        _assignment(ledger, row, given, names, apps)


def _assignment(ledger: Ledger, row: Row, given: Mapping[str, str], names: Names, apps: Mapping[str, str]) -> None:
    role = cmdlets.folded(given.get("role", ""))
    app = cmdlets.folded(given.get("app", ""))
    if not (role in _ACCOUNT_ROLES or (app and role in _APP_ROLES)):
        return
    holder = given.get("app") or given.get("user") or given.get("securitygroup") or given.get("policy") or ""
    if app:
        kind, who = "app", apps.get(app, app)
    else:
        kind, who = "user", (cmdlets.person(given["user"], None, names) if given.get("user") else None) or NOBODY_KNOWN
    scope = given.get("customrecipientwritescope") or given.get("customresourcescope") or ""
    box = cmdlets.person(scope, None, names) if scope else None
    # Without a name, Exchange calls an assignment by its role and its holder.
    sort = "role " + "\n".join(
        filter(None, (cmdlets.folded(given.get("name", "")), f"{role}-{cmdlets.folded(holder)}"))
    )
    told = f"the role {given.get('role')} for {holder or 'a holder not named'}" + (
        f" in the scope {scope}" if scope else ""
    )
    full = _APP_ROLES.get(role, True)
    grant = Grant(kind, who, box, None, row["us"], row["event_id"], row["user"], row["by_intruder"], told, sort, full)
    ledger.give(grant)


def _policy(ledger: Ledger, row: Row, given: Mapping[str, str], names: Names) -> None:
    """An application that had every mailbox is held to one from now on, where the policy names one.

    What it reads in others all the same still counts: a record says so.
    """
    box = cmdlets.person(given.get("policyscopegroupid", ""), None, names)
    ids = cmdlets.words(given.get("appid", ""))
    if box is None or cmdlets.folded(given.get("accessright", "")) != "restrictaccess":
        return
    for grant in [g for g in ledger.standing if g.kind == "app" and g.who in ids and g.mailbox is None]:
        if grant.lives_until is None:
            grant.lives_until = row["us"]
            ledger.standing.append(replace(grant, mailbox=box, start=row["us"], lives_until=None))
