"""Consents: an application that was given reach, whose later reads come under its own id, from Microsoft's addresses.

Learn: audit-log-activities (Consent to application., Add app role assignment to service principal.), MailItemsAccessed;
records shaped as the real ones in data/logs/m365_audit.
Case `delegated`: the intruder sits in three mailboxes (address known) and consents for each owner.
 - mail: Mail.Read, item log on; the application reads for weeks. Its letters count, the others are not_accessed.
 - blind: Mail.Read, no item log: in reach from the first sign-in until the grant is removed.
 - calendar: Calendars.Read alone, no item log: in reach only until the last sign-in.
 - carol: consented to the same application herself, long before: its reads there never count (O13).
Case `approle`: Mail.Read for the whole tenant, given by a rogue administrator to an application.
 - read1, read2: it reads; logged: it never reads, item log on (O3); dark: no item log: in reach from grant to removal.
The backup service reads everywhere under its own application and never counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .common import MINUTE, Box, Case
from .office import GRAPH, Hand, Office

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build both cases."""
    return [_delegated(rng, root), _approle(rng, root)]


def _reader(office: Office, box: Box, app: str) -> Hand:
    ip = f"2603:10a6:803:{office.rng.randrange(1, 4096):x}::b0"
    return Hand(box.address, ip, "Client=REST;Client=RESTSystem;;", "", GRAPH, app)


def _target(office: Office, app: str, name: str) -> list[dict]:
    principal = office.tenant.known("sp" + app)
    return [
        {"ID": "ServicePrincipal_" + principal, "Type": 2},
        {"ID": principal, "Type": 2},
        {"ID": "ServicePrincipal", "Type": 2},
        {"ID": name, "Type": 1},
        {"ID": app, "Type": 2},
        {"ID": app, "Type": 4},
    ]


def _consent(office: Office, user: str, ip: str, when: datetime, app: str, scope: str) -> None:
    principal = office.tenant.known("sp" + app)
    grant = (
        f"[] => [[Id: {office.tenant.blob(20)}, ClientId: {principal}, PrincipalId: {office.tenant.known('object' + user)}, "
        f"ResourceId: {office.tenant.known('graph')}, ConsentType: Principal, Scope:  offline_access {scope} User.Read openid profile]]; "
    )
    office.directory(
        user,
        ip,
        when,
        "Consent to application.",
        {
            "ConsentContext.IsAdminConsent": "False",
            "ConsentContext.IsAppOnly": "False",
            "ConsentContext.OnBehalfOfAll": "False",
            "ConsentContext.Tags": "WindowsAzureActiveDirectoryIntegratedApp",
            "ConsentAction.Permissions": grant,
            "TargetId.ServicePrincipalNames": app,
        },
        _target(office, app, "MailSync Pro"),
    )


def _delegated(rng: random.Random, root: Path) -> Case:
    office = Office(rng, root / "delegated")
    mail, carol = office.box("mail"), office.box("carol")
    blind, calendar = office.box("blind", logged=False), office.box("calendar", logged=False)
    app, other = office.tenant.guid(), office.tenant.guid()
    visits = [office.at(day) for day in (24, 36)]
    reads = [office.at(day) for day in range(26, 62, 5)]
    removed = office.at(66)
    for box in office.boxes:
        box.borders = [*visits, removed, reads[-1]]
        office.fill(box, 90)
    office.share()
    hand = office.intruder(mail.address)
    for box in (mail, blind, calendar):
        thief = Hand(box.address, hand.ip, hand.client, hand.agent, session=office.tenant.guid())
        for visit in visits:
            office.sign_in(box, thief, visit)
        chosen, scope = (other, "Calendars.Read") if box is calendar else (app, "Mail.Read")
        _consent(office, box.address, hand.ip, visits[0] + 6 * MINUTE, chosen, scope)
    carol_ip = office.owner(carol).ip
    _consent(office, carol.address, carol_ip, office.at(3), app, "Mail.Read")
    office.innocent.add(office.records[-1]["Id"])
    for at in reads:
        office.read(mail, _reader(office, mail, app), at, rng.randint(2, 5))
        office.peek(blind, at, 3)
    for day in range(4, office.days, 6):
        office.own_read(carol, _reader(office, carol, app), office.at(day))
    principal = office.tenant.known("sp" + app)
    office.directory(
        "admin@" + office.domain,
        "192.0.2.200",
        removed,
        "Remove OAuth2PermissionGrant.",
        {
            "ServicePrincipal.ObjectID": principal,
            "ServicePrincipal.AppId": app,
            "TargetId.ServicePrincipalNames": app,
        },
        _target(office, app, "MailSync Pro"),
    )
    blind.dark.append((visits[0], removed, "Mail.Read granted, no item log"))
    mail.loose.append(
        (visits[0], removed, "not_accessed|out_of_reach", "the consent stood; the log is whole and names nothing (O1)")
    )
    carol.loose.append((office.start, office.end, "out_of_reach|not_accessed", "her own application (O13)"))
    for box in office.boxes:
        office.live(box, mail_items=box.logged)
    return office.close("m365_consents delegated", indicators=[hand.ip])


def _approle(rng: random.Random, root: Path) -> Case:
    office = Office(rng, root / "approle")
    read1, read2, logged, dark = (
        office.box("read1"),
        office.box("read2"),
        office.box("logged"),
        office.box("dark", logged=False),
    )
    app = office.tenant.guid()
    granted, removed = office.at(21), office.at(63)
    reads = [office.at(day) for day in range(23, 60, 6)]
    for box in office.boxes:
        box.borders = [granted, removed, reads[-1]]
        office.fill(box, 90)
    office.share()
    rogue, ip = "svc-sync@" + office.domain, "203.0.113.99"
    changes = {
        "AppRole.Id": "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
        "AppRole.Value": "Mail.Read",
        "AppRole.DisplayName": "Read mail in all mailboxes",
        "ServicePrincipal.ObjectID": office.tenant.known("sp" + app),
        "ServicePrincipal.DisplayName": "Archive Connector",
        "ServicePrincipal.AppId": app,
        "ServicePrincipal.Name": app,
        "TargetId.ServicePrincipalNames": "00000003-0000-0000-c000-000000000000",
    }
    graph = _target(office, "00000003-0000-0000-c000-000000000000", "Microsoft Graph")
    office.put(office.tenant.signin(Hand(rogue, ip, "", "Mozilla/5.0"), granted - 9 * MINUTE))
    office.directory(
        rogue,
        ip,
        granted - 5 * MINUTE,
        "Add service principal.",
        {"DisplayName": '[\r\n  "Archive Connector"\r\n]'},
        _target(office, app, "Archive Connector"),
    )
    office.directory(rogue, ip, granted, "Add app role assignment to service principal.", changes, graph)
    for at in reads:
        for box in (read1, read2):
            office.read(box, _reader(office, box, app), at, rng.randint(2, 5))
        office.peek(dark, at, 3)
    office.directory(
        "admin@" + office.domain,
        "192.0.2.200",
        removed,
        "Remove app role assignment from service principal.",
        changes,
        graph,
    )
    dark.dark.append((granted, removed, "Mail.Read for all mailboxes, no item log"))
    for box in (read1, read2, logged):
        box.loose.append(
            (
                granted,
                removed,
                "not_accessed|out_of_reach",
                "the application could; the log is whole and names nothing (O3)",
            )
        )
    for box in office.boxes:
        office.live(box, mail_items=box.logged)
    return office.close("m365_consents approle", indicators=[ip])
