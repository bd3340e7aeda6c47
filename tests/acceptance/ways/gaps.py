"""Log gaps: whatever switches the item log off, and a sign-in log that goes on.

Learn: audit-log-investigate-accounts (throttling: 24 hours from the record on), Set-Mailbox (AuditEnabled, AuditOwner),
Set-MailboxAuditBypassAssociation, "Change user license." (M365_ADVANCED_AUDITING), audit retention.
Case `switched`, each mailbox with visits on days 20, 36, 52 and 68, and a read at every logged one:
 - off: Set-Mailbox AuditEnabled False by the intruder, on again; owner: AuditOwner without MailItemsAccessed; licence:
   the plan is taken away for good; hole: item records missing for 13 days while the owner signs in daily; throttled.
 - bypass: the account that the intruder uses is no longer audited: its own mailbox, and `shared`, to which the intruder
   gave it FullAccess, are in reach though their item logs go on.
Case `late`: the audit log begins on day 45 (retention); sign-ins are known from Entra since day 0.
Case `silent`: the whole audit log is missing for eleven days.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .common import DAY, HOUR, MINUTE, Box, Case
from .office import Hand, Office

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path

VISITS = (20, 36, 52, 68)


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build the three cases."""
    return [_switched(rng, root), _late(rng, root), _silent(rng, root)]


def _visit(office: Office, box: Box, hand: Hand, when: datetime, *, logged: bool) -> None:
    hand = replace(hand, session=office.tenant.guid())
    office.sign_in(box, hand, when)
    if logged:
        office.read(box, hand, when + 8 * MINUTE, 4)
        office.read(box, hand, when + 21 * MINUTE, 3)
    else:
        office.peek(box, when + 10 * MINUTE, 6)


def _switched(rng: random.Random, root: Path) -> Case:
    office = Office(rng, root / "switched")
    names = ("off", "owner", "licence", "hole", "throttled", "bypass", "shared", "steady")
    boxes = {name: office.box(name) for name in names}
    times = {name: [office.at(day) for day in VISITS] for name in names}
    off: dict[str, tuple[datetime, datetime]] = {}
    for name, moments in times.items():
        # Switched at the second visit, on again at the third; the hole is by days, and not switched by anybody.
        off[name] = {
            "hole": (office.start + 30 * DAY, office.start + 43 * DAY),
            "licence": (moments[1], office.end + 30 * DAY),
            "throttled": (moments[1] + 21 * MINUTE, moments[1] + 21 * MINUTE + DAY),
        }.get(name, (moments[1], moments[2]))
        boxes[name].borders = [*moments, *off[name], *(moments[-1] + hours * HOUR for hours in (1,))]
        if name == "hole":
            boxes[name].borders += [edge + days * DAY / 4 for edge in off[name] for days in range(-8, 9)]
        office.fill(boxes[name], 80)
    office.share(0.03)
    hands = {name: office.intruder(boxes[name].address) for name in names if name != "shared"}
    for name, hand in hands.items():
        for number, when in enumerate(times[name]):
            dark = name != "steady" and ((number == 1 and name != "throttled") or (name == "licence" and number > 1))
            _visit(office, boxes[name], hand, when, logged=not dark)
        if name != "steady":
            last = max(boxes[name].traces)
            boxes[name].dark.append((off[name][0], min(off[name][1], last), f"the item log: {name}"))
    _switch(office, boxes, hands, times)
    boxes["shared"].dark.append(
        (times["bypass"][1], times["bypass"][2], "open to an account that is no longer audited")
    )
    boxes["shared"].loose.append(
        (times["bypass"][1], office.end + DAY, "not_accessed|out_of_reach|in_reach", "FullAccess stood (O1)")
    )
    for name in names:
        if name in ("shared", "steady"):
            office.live(boxes[name])
        else:
            office.live(boxes[name], items_off=(off[name],))
    return office.close("gaps switched", indicators=[hand.ip for hand in hands.values()])


def _switch(office: Office, boxes: dict[str, Box], hands: dict[str, Hand], times: dict[str, list[datetime]]) -> None:
    admin, ip = "admin@" + office.domain, hands["off"].ip
    hand = replace(hands["off"], user=admin)
    for name, parameter, values in (
        ("off", "AuditEnabled", ("False", "True")),
        ("owner", "AuditOwner", ("@{Remove=MailItemsAccessed}", "@{Add=MailItemsAccessed}")),
    ):
        for when, value in zip(times[name][1:3], values, strict=True):
            office.cmdlet(hand, when - MINUTE, "Set-Mailbox", Identity=boxes[name].address, **{parameter: value})
    for when, value in zip(times["bypass"][1:3], ("True", "False"), strict=True):
        office.cmdlet(
            hand,
            when - MINUTE,
            "Set-MailboxAuditBypassAssociation",
            Identity=boxes["bypass"].address,
            AuditBypassEnabled=value,
        )
    office.cmdlet(
        hand,
        times["bypass"][1] - 2 * MINUTE,
        "Add-MailboxPermission",
        Identity=boxes["shared"].address,
        User=boxes["bypass"].address,
        AccessRights="FullAccess",
    )
    office.peek(boxes["shared"], times["bypass"][1] + HOUR, 6)
    # What the intruder searched for opens nothing by itself.
    search = office.tenant.common(
        times["steady"][1] + 2 * MINUTE, "SearchQueryInitiatedExchange", 52, "Exchange", "Succeeded"
    )
    search |= {
        "UserId": boxes["steady"].address,
        "ClientIP": hands["steady"].ip,
        "QueryText": "password invoice",
        "QuerySource": "Owa",
    }
    office.put(search)
    plans = json.dumps(
        [
            {
                "Name": "AssignedLicense",
                "OldValue": ["[SkuName=SPE_E5, DisabledPlans=[]]"],
                "NewValue": ["[SkuName=SPE_E5, DisabledPlans=[M365_ADVANCED_AUDITING]]"],
            }
        ]
    )
    licence = boxes["licence"].address
    record = office.directory(
        admin,
        ip,
        times["licence"][1] - MINUTE,
        "Change user license.",
        {},
        [{"ID": "User", "Type": 2}, {"ID": licence, "Type": 5}],
    )
    record["ObjectId"] = licence
    record["ExtendedProperties"] = [
        {"Name": "targetUpdatedProperties", "Value": plans},
        {"Name": "extendedAuditEventCategory", "Value": "User"},
    ]
    silent = times["throttled"][1] + 21 * MINUTE
    for record in office.records:
        of_box = str(record.get("MailboxOwnerUPN", "")).lower() == boxes["throttled"].address
        if (
            of_box
            and record["CreationTime"] == f"{silent:%Y-%m-%dT%H:%M:%S}"
            and record["Operation"] == "MailItemsAccessed"
        ):
            record["OperationProperties"][1]["Value"] = "True"


def _entra(office: Office, hand: Hand, when: datetime) -> dict[str, Any]:
    """A sign-in as Graph's auditLogs/signIns gives it."""
    return {
        "id": office.tenant.guid(),
        "createdDateTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "userPrincipalName": hand.user,
        "userDisplayName": hand.user.split("@")[0],
        "userId": office.tenant.known("object" + hand.user),
        "appDisplayName": "One Outlook Web",
        "appId": "9199bf20-a13f-4107-85dc-02114787ef48",
        "ipAddress": hand.ip,
        "clientAppUsed": "Browser",
        "resourceDisplayName": "Office 365 Exchange Online",
        "conditionalAccessStatus": "notApplied",
        "isInteractive": True,
        "riskState": "none",
        "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": None},
        "deviceDetail": {"browser": "Firefox 102.0", "operatingSystem": "Linux"},
        "location": {"countryOrRegion": "JP"},
    }


def _late(rng: random.Random, root: Path) -> Case:
    office = Office(rng, root / "late")
    begins = office.start + 45 * DAY
    early, both, clean = office.box("early"), office.box("both"), office.box("clean")
    plan = {"early": (15, 28), "both": (18, 31, 56, 70)}
    times = {name: [office.at(day) for day in days] for name, days in plan.items()}
    edge = [begins + hours * HOUR for hours in range(-48, 49, 5)]
    for box in (early, both, clean):
        box.borders = [*times.get(box.address.split("@")[0], []), *edge]
        office.fill(box, 110)
    office.share(0.03)
    hands = {name: office.intruder(f"{name}@{office.domain}") for name in plan}
    entra = []
    for box in (early, both, clean):
        entra += [_entra(office, office.owner(box), office.at(day)) for day in range(office.days)]
    office.innocent |= {record["id"] for record in entra}
    for box in (early, both):
        name = box.address.split("@")[0]
        for when in times[name]:
            entra.append(_entra(office, hands[name], when - MINUTE))
            _visit(office, box, hands[name], when, logged=when > begins)
        box.dark.append((min(box.traces), min(begins, max(box.traces)), "the audit log begins later"))
    for box in office.boxes:
        office.live(box, items_off=((office.start, begins),))
    case_log = office.write_log
    office.write_log = lambda since=begins: case_log(since)  # type: ignore[method-assign]
    office.write(
        "entra/signIns.json",
        json.dumps({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns", "value": entra}),
    )
    return office.close("gaps late", indicators=[hand.ip for hand in hands.values()])


def _silent(rng: random.Random, root: Path) -> Case:
    office = Office(rng, root / "silent")
    low, high = office.start + 34 * DAY, office.start + 45 * DAY
    across, before, clean = office.box("across"), office.box("before"), office.box("clean")
    times = {"across": [office.at(day) for day in (22, 31, 60)], "before": [office.at(day) for day in (16, 25)]}
    edge = [side + hours * HOUR for side in (low, high) for hours in range(-48, 49, 5)]
    for box in (across, before, clean):
        box.borders = [*times.get(box.address.split("@")[0], []), *edge]
        office.fill(box, 110)
    office.share(0.03)
    hands = {name: office.intruder(f"{name}@{office.domain}") for name in times}
    for box in (across, before):
        name = box.address.split("@")[0]
        for when in times[name]:
            _visit(office, box, hands[name], when, logged=True)
    office.peek(across, office.at(40), 6)
    across.dark.append((low, high, "the whole log is missing"))
    # Last seen nine days before the hole: they may have come back in it, or not.
    before.loose.append(
        (max(before.traces), high, "out_of_reach|in_reach", "the log is missing after they were last seen")
    )
    for copy in before.copies:
        if copy.within(min(before.traces), max(before.traces)) and copy.letter.mid not in before.named:
            copy.verdict, copy.why = "not_accessed|in_reach", "still there in the hole, after they were last seen"
    for box in office.boxes:
        office.live(box)
    office.records = [
        r for r in office.records if not f"{low:%Y-%m-%dT%H:%M:%S}" <= r["CreationTime"] < f"{high:%Y-%m-%dT%H:%M:%S}"
    ]
    return office.close("gaps silent", indicators=[hand.ip for hand in hands.values()])
