"""eDiscovery and mailbox exports, with their scope, by a rogue account (`[[intruder]] user=`).

Learn: audit-log-activities and ediscovery-search-for-activities-in-the-audit-log (RecordType 24 SearchCreated,
SearchStarted, SearchExported with ExchangeLocations and Query; RecordType 18 New-ComplianceSearch,
New-ComplianceSearchAction with Parameters as text and no client address); New-MailboxExportRequest (exchange-ps);
keyword queries: learn.microsoft.com/purview/ediscovery-keyword-queries-and-search-conditions.
 - alpha, beta: searched without a query and exported: everything there at the export is copied.
 - gamma: from:… OR subject:…; delta: received between two days; both exported.
 - epsilon: searched, never exported (O4). zeta: previewed (O4).
 - eta: exported by the compliance officer; the responder rejects what is proposed of theirs: never counts.
 - theta: New-MailboxExportRequest of the inbox; iota: with a ContentFilter; kappa: of everything.
 - lambda: untouched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .common import DAY, HOUR, MINUTE, Box, Case, Copy, toml
from .office import Office

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"]


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build the case."""
    office = Office(rng, root / "exports")
    box = {name: office.box(name) for name in NAMES}
    at = office.at(40)
    low, high = (office.start + 10 * DAY).date(), (office.start + 30 * DAY).date()
    edges = [office.start + days * DAY for days in (10, 11, 30, 31)]
    for one in box.values():
        one.borders = [at, at + 30 * MINUTE]
        office.fill(one, 50, borders=edges)
    office.share()
    rogue, officer = "svc-ediscovery@" + office.domain, "legal@" + office.domain
    _export(office, rogue, at, "q1", [box["alpha"], box["beta"]], "", lambda _: True)
    sender = "bob@partner.example"
    _export(
        office,
        rogue,
        at,
        "q2",
        [box["gamma"]],
        f'from:"{sender}" OR subject:"payroll"',
        lambda c: c.letter.sender == sender or "payroll" in c.letter.subject.lower(),
    )
    _export(
        office,
        rogue,
        at,
        "q3",
        [box["delta"]],
        f"received>={low} AND received<={high}",
        lambda c: not c.sent and low <= c.arrived.date() <= high,
    )
    # Whether `received` holds for what was sent, and in which zone a day begins and ends, a responder can't be sure of.
    for copy in box["delta"].copies:
        near = any(abs(copy.arrived - edge) < 14 * HOUR for edge in edges)
        if (copy.sent or near) and copy.there(at):
            copy.verdict, copy.why = "out_of_reach|not_accessed|copied", "sent, or close to the days of the query"
            copy.opened = False
    _search(office, rogue, at, "q4", [box["epsilon"]], "subject:budget")
    _search(office, rogue, at, "q5", [box["zeta"]], "")
    _action(office, rogue, at + 20 * MINUTE, "q5", "-Preview")
    before = len(office.records)
    _search(office, officer, at, "case 12", [box["eta"]], "")
    _action(office, officer, at + 20 * MINUTE, "case 12", "-Export")
    office.innocent |= {record["Id"] for record in office.records[before:]}
    for copy in [*box["epsilon"].copies, *box["zeta"].copies]:
        if copy.there(at):
            seen = copy.mailbox.startswith("zeta")
            copy.verdict = "in_reach|copied" if seen else "out_of_reach|not_accessed|in_reach"
            copy.why = "previewed (O4)" if seen else "searched and not exported (O4)"
    _requests(office, box, rogue, at)
    for one in box.values():
        office.live(one)
    snippet = toml("intruder", user=rogue, basis="an account that nobody made")
    return [office.close("m365_exports", snippet=snippet, reject_user=officer)]


def _requests(office: Office, box: dict[str, Box], rogue: str, at: datetime) -> None:
    hand = office.intruder(rogue)
    office.cmdlet(
        hand,
        at,
        "New-MailboxExportRequest",
        Mailbox=box["theta"].address,
        FilePath="\\\\fs1\\x\\t.pst",
        IncludeFolders="#Inbox#/*",
    )
    office.cmdlet(
        hand,
        at,
        "New-MailboxExportRequest",
        Mailbox=office.called(box["iota"]),
        FilePath="\\\\fs1\\x\\i.pst",
        ContentFilter="(Subject -like '*invoice*')",
    )
    office.cmdlet(hand, at, "New-MailboxExportRequest", Mailbox=box["kappa"].address, FilePath="\\\\fs1\\x\\k.pst")
    _take(box["theta"], at, lambda c: c.folder == "Inbox", "New-MailboxExportRequest of the inbox")
    _take(box["iota"], at, lambda c: "invoice" in c.letter.subject.lower(), "New-MailboxExportRequest with a filter")
    _take(box["kappa"], at, lambda _: True, "New-MailboxExportRequest")


def _take(box: Box, at: datetime, match: Callable[[Copy], bool], why: str) -> None:
    box.bulk.append((at, match, why))
    for copy in box.copies:
        copy.opened = copy.opened or (copy.there(at) and match(copy))
    box.loose.append((box_start(at), at, "out_of_reach|not_accessed", "not in what was exported (O4)"))


def box_start(at: datetime) -> datetime:
    """A time before every letter."""
    return at - 400 * DAY


def _export(
    office: Office, user: str, at: datetime, name: str, boxes: list[Box], query: str, match: Callable[[Copy], bool]
) -> None:
    _search(office, user, at, name, boxes, query)
    _action(office, user, at + 20 * MINUTE, name, "-Export")
    for box in boxes:
        _take(box, at + 20 * MINUTE, match, f"eDiscovery export of {name} ({query or 'everything'})")


def _search(office: Office, user: str, at: datetime, name: str, boxes: list[Box], query: str) -> None:
    listed = ",".join(f'"{box.address}"' for box in boxes)
    asked = f' -ContentMatchQuery "{query}"' if query else ""
    escaped = asked.replace('"' + query + '"', '"' + query.replace('"', '\\"') + '"') if query else ""
    _cmdlet(
        office,
        user,
        at - 6 * MINUTE,
        "New-ComplianceSearch",
        f'-Name "{name}" -ExchangeLocation ({listed}){escaped}',
        name,
    )
    for operation, minutes in (("SearchCreated", -6), ("SearchStarted", -5)):
        _discovery(office, user, at + minutes * MINUTE, operation, name, boxes, query)
    office.searches = {**getattr(office, "searches", {}), name: (boxes, query)}  # type: ignore[attr-defined]


def _action(office: Office, user: str, at: datetime, name: str, kind: str) -> None:
    boxes, query = office.searches[name]  # type: ignore[attr-defined]
    _cmdlet(office, user, at, "New-ComplianceSearchAction", f'-SearchName "{name}" {kind}', f"{name}_{kind[1:]}")
    _discovery(
        office,
        user,
        at,
        "SearchExported" if kind == "-Export" else "SearchPreviewed",
        f"{name}_{kind[1:]}",
        boxes,
        query,
    )
    if kind == "-Export":
        _discovery(office, user, at + 9 * MINUTE, "SearchExportDownloaded", f"{name}_{kind[1:]}", boxes, query)


def _cmdlet(office: Office, user: str, at: datetime, operation: str, parameters: str, thing: str) -> None:
    record = office.tenant.common(at, operation, 18, "SecurityComplianceCenter", "Success")
    record |= {
        "UserKey": user,
        "UserType": 2,
        "ObjectId": thing,
        "UserId": user,
        "SecurityComplianceCenterEventType": 0,
    }
    record |= {"ClientApplication": "EMC", "CmdletVersion": "...", "EffectiveOrganization": office.tenant.onmicrosoft}
    record |= {
        "NonPIIParameters": "",
        "Parameters": parameters,
        "StartTime": f"{at:%Y-%m-%dT%H:%M:%S}",
        "UserServicePlan": "",
    }
    office.put(record)


def _discovery(
    office: Office, user: str, at: datetime, operation: str, thing: str, boxes: list[Box], query: str
) -> None:
    record = office.tenant.common(at, operation, 24, "SecurityComplianceCenter", None)
    record |= {
        "UserKey": user,
        "UserType": 5,
        "ObjectId": thing,
        "UserId": user,
        "SecurityComplianceCenterEventType": 0,
    }
    record |= {
        "Case": "",
        "ExchangeLocations": [box.address for box in boxes],
        "SharepointLocations": [],
        "PublicFolderLocations": [],
    }
    record |= {"Exclusions": [], "ObjectType": "Search", "Query": query, "Parameters": "", "ExtendedProperties": []}
    office.put(record | {"StartTime": f"{at:%Y-%m-%dT%H:%M:%S}"})
