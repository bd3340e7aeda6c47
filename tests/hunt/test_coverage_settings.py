"""Settings and licences that switched the item log off: from when to when, for whom, and what that leaves in reach."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scene import ALICE, BOB, HOME, HOME_IP, Scene, at

from unsealed.hunt.audit_settings import ADVANCED, premium

ADMIN = "admin@example.org"
E3 = '["[SkuName=SPE_E3, AccountId=a, SkuId=b, DisabledPlans=[]]"]'
E5 = '["[SkuName=SPE_E5, AccountId=a, SkuId=b, DisabledPlans=[]]"]'
E5_WITHOUT = '["[SkuName=SPE_E5, AccountId=a, SkuId=b, DisabledPlans=[X, M365_ADVANCED_AUDITING]]"]'
HOME_HANDS = {"client_ip": HOME_IP, "client": HOME}


def plan(status: Any = 0) -> str:
    return json.dumps([{"ServicePlanId": ADVANCED, "CapabilityStatus": status}, {"ServicePlanId": "x"}])


def cmdlet(scene: Scene, day: float, operation: str, **parameters: str) -> str:
    return scene.cmdlet(day, operation, parameters, ADMIN, client_ip="192.0.2.99", client="PowerShell")


def licence(scene: Scene, day: float, old: str, new: str, operation: str = "Update user.", name: str = "") -> str:
    pairs = [{"Name": name or "AssignedLicense", "OldValue": old, "NewValue": new}]
    more = {
        "mailbox": None,
        "client_ip": "192.0.2.99",
        "target": ALICE,
        "raw": json.dumps({"ModifiedProperties": pairs}),
    }
    return scene.event(day, operation, ADMIN, **more)


def read_except(scene: Scene, low: float, high: float, user: str = ALICE) -> None:
    """Have the owner read every day but in between; somebody else reads every day, so the log itself has no hole."""
    for day in range(60):
        if not low < day + 0.3 < high:
            scene.bind(day + 0.3, ["x"], user, **HOME_HANDS)
        scene.bind(day + 0.4, ["y"], "carol@example.org", **HOME_HANDS)


def gaps(scene: Scene, mailbox: str = ALICE) -> list[tuple[float, float, str, str | None]]:
    """Give from, to (days), reason and event of the dark parts of a mailbox's item log."""
    return [
        (
            round((row["from"] - at(0)).total_seconds() / 86400, 1),
            round((row["to"] - at(0)).total_seconds() / 86400, 1),
            row["note"],
            row["event_id"],
        )
        for row in scene.hunt().table("coverage")
        if (row["source"], row["scope"], row["state"]) == ("m365_mail_items", mailbox, "gap")
    ]


OFF_AND_ON = [
    ("Set-Mailbox", {"Identity": ALICE, "AuditEnabled": "False"}, {"Identity": ALICE, "AuditEnabled": "True"}),
    (
        "Set-Mailbox",
        {"Identity": "alice", "AuditOwner": "Update;Move"},
        {"Identity": "alice", "AuditOwner": "Update;MailItemsAccessed"},
    ),
    (
        "Set-Mailbox",
        {"Identity": ALICE, "AuditOwner": "@{Remove=MailItemsAccessed}"},
        {"Identity": ALICE, "DefaultAuditSet": "Admin, Owner"},
    ),
    (
        "Set-AdminAuditLogConfig",
        {"UnifiedAuditLogIngestionEnabled": "False"},
        {"UnifiedAuditLogIngestionEnabled": "True"},
    ),
    ("Set-OrganizationConfig", {"AuditDisabled": "True"}, {"AuditDisabled": "False"}),
]


@pytest.mark.parametrize(("operation", "off", "on"), OFF_AND_ON)
def test_what_switched_the_log_off_is_told_with_its_event(
    scene: Scene, operation: str, off: dict[str, str], on: dict[str, str]
) -> None:
    read_except(scene, 20, 24)
    event = cmdlet(scene, 20, operation, **off)
    cmdlet(scene, 24, operation, **on)
    ((low, high, note, found),) = gaps(scene)
    assert (low, high, found) == (20, 24, event)
    assert note.startswith(operation)
    assert "2023-03-21 00:00 until 2023-03-25 00:00" in note


def test_letters_that_lay_there_meanwhile_are_in_reach_with_the_reason(scene: Scene) -> None:
    read_except(scene, 20, 24)
    event = cmdlet(scene, 20, "Set-Mailbox", Identity=ALICE, AuditEnabled="False")
    cmdlet(scene, 24, "Set-Mailbox", Identity=ALICE, AuditEnabled="True")
    for name, day in (("before", 5), ("meanwhile", 23), ("after", 24.5)):
        scene.letter(name, day)
    scene.sign_in(19)
    scene.sign_in(30)
    scene.run()
    assert scene.verdict("before") == scene.verdict("meanwhile") == "in_reach: log_gap"
    assert scene.row("before")["grounds"][0]["event_id"] == event
    assert "AuditEnabled" in scene.row("before")["grounds"][0]["note"]
    assert scene.verdict("after") == "not_accessed: log_whole"
    assert "whole from 2023-03-20 00:00 to 2023-03-31 00:00" in scene.row("after")["grounds"][0]["note"]


def test_a_setting_that_is_ignored_shows_by_later_records(scene: Scene) -> None:
    read_except(scene, 0, 0)
    cmdlet(scene, 20, "Set-Mailbox", Identity=ALICE, AuditEnabled="False")
    assert gaps(scene) == []


def test_owners_records_prove_nothing_of_delegates(scene: Scene) -> None:
    read_except(scene, 0, 0)
    scene.sign_in(15, BOB, session_id="s")
    scene.bind(15, ["z"], ALICE, user=BOB, session_id="s", logon_type="delegate")
    event = cmdlet(scene, 20, "Set-Mailbox", Identity=ALICE, AuditDelegate="Update")
    ((low, _, note, found),) = gaps(scene)
    assert (low, found) == (20, event)
    assert "delegate" in note


def test_what_hides_only_delegates_hides_no_owner(scene: Scene) -> None:
    read_except(scene, 0, 0)
    scene.sign_in(15)
    cmdlet(scene, 20, "Set-Mailbox", Identity=ALICE, AuditDelegate="Update")
    assert gaps(scene) == []


def test_a_bypass_hides_one_account_in_every_mailbox_and_no_other(scene: Scene) -> None:
    read_except(scene, 20, 24)
    read_except(scene, 0, 0, BOB)
    scene.bind(15, ["z"], BOB, user=ALICE, session_id="s")
    scene.sign_in(15, session_id="s")
    event = cmdlet(scene, 20, "Set-MailboxAuditBypassAssociation", Identity=ALICE, AuditBypassEnabled="True")
    cmdlet(scene, 24, "Set-MailboxAuditBypassAssociation", Identity=ALICE, AuditBypassEnabled="False")
    assert [(gap[0], gap[1], gap[3]) for gap in gaps(scene)] == [(20, 24, event)]
    assert [(gap[0], gap[1], gap[3]) for gap in gaps(scene, BOB)] == [(20, 24, event)]
    assert gaps(scene, "carol@example.org") == []


def test_a_bypass_hides_a_mailbox_to_which_the_account_was_given_access(scene: Scene) -> None:
    read_except(scene, 0, 0, BOB)
    scene.sign_in(15)
    cmdlet(scene, 16, "Add-MailboxPermission", Identity="bob", User="alice", AccessRights="FullAccess")
    event = cmdlet(scene, 20, "Set-MailboxAuditBypassAssociation", Identity=ALICE, AuditBypassEnabled="True")
    ((low, _, note, found),) = gaps(scene, BOB)
    assert (low, found) == (20, event)
    assert ALICE in note


def test_a_bypass_of_an_account_that_the_intruder_never_had_hides_nothing_of_theirs(scene: Scene) -> None:
    read_except(scene, 0, 0)
    scene.sign_in(15)
    cmdlet(scene, 20, "Set-MailboxAuditBypassAssociation", Identity=BOB, AuditBypassEnabled="True")
    assert gaps(scene) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (E5, E3, ""),
        (E5, "[]", ""),
        (E5, E5_WITHOUT, ""),
        (plan(), plan(3), "AssignedPlan"),
        (plan(), "[]", "AssignedPlan"),
    ],
)
def test_a_licence_taken_away_ends_the_item_log(scene: Scene, old: str, new: str, name: str) -> None:
    read_except(scene, 20, 24)
    event = licence(scene, 20, old, new, name=name)
    licence(scene, 24, new, old, name=name)
    ((low, high, note, found),) = gaps(scene)
    assert (low, high, found) == (20, 24, event)
    assert "licence" in note


def test_the_log_of_entra_tells_licences_in_a_form_of_its_own(scene: Scene) -> None:
    read_except(scene, 20, 24)
    for day, old, new in ((20, E5, E3), (24, E3, E5)):
        pairs = [{"displayName": "AssignedLicense", "oldValue": old, "newValue": new}]
        raw = json.dumps({"targetResources": [{"userPrincipalName": ALICE, "modifiedProperties": pairs}]})
        more: dict[str, Any] = {"mailbox": None, "client_ip": "192.0.2.99", "source": "entra_audit", "raw": raw}
        scene.event(day, "Update user", ADMIN, **more)
    assert [(gap[0], gap[1]) for gap in gaps(scene)] == [(20, 24)]


def test_a_licence_given_late_says_why_the_log_begins_there(scene: Scene) -> None:
    read_except(scene, -1, 30)
    event = licence(scene, 30, E3, E5)
    ((low, high, note, found),) = gaps(scene)
    assert (high, found) == (30, event)
    assert low < 1
    assert "given only at 2023-03-31" in note


def test_a_change_that_leaves_audit_premium_alone_tells_nothing(scene: Scene) -> None:
    read_except(scene, 0, 0)
    licence(scene, 20, E5, '["[SkuName=SPE_E5, AccountId=a, SkuId=b, DisabledPlans=[YAMMER]]"]')
    licence(scene, 21, "[]", E3)
    scene.event(22, "Set-Mailbox", ADMIN, raw='{"Parameters": "broken audit"}')
    scene.event(22, "Set-Mailbox", ADMIN, raw="audit")
    assert gaps(scene) == []


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(E5, True), (E3, False), (E5_WITHOUT, False), ("", False), (None, False), (plan(), True), (plan("Enabled"), True),
     (plan("Deleted"), False), ('["[SkuName=INFORMATION_PROTECTION_COMPLIANCE_PREMIUM_E5, DisabledPlans=[]]"]', True),
     ('["[SkuName=ENTERPRISEPREMIUM, DisabledPlans=[]]"]', True), ('["[SkuName=O365_BUSINESS_PREMIUM, DisabledPlans=[]]"]', False),
     ("{broken", False), (5, False)],
)  # fmt: skip
def test_which_licences_have_audit_premium(value: object, wanted: bool) -> None:
    assert premium(value) is wanted


def test_before_the_log_begins_nothing_tells_what_was_read(scene: Scene) -> None:
    scene.owner(range(20, 60))
    scene.letter("early", 2)
    scene.letter("late", 21)
    scene.event(10, "Sign-in activity", source="entra_signin", mailbox=None)
    scene.sign_in(30)
    scene.run()
    assert scene.verdict("early") == "in_reach: log_gap"
    assert "begins only then" in scene.row("early")["grounds"][0]["note"]
    assert scene.verdict("late") == "not_accessed: log_whole"
