"""Permissions and consents that the intruder gave: whose later reads count, and what was in reach by them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scene import ALICE, BOB, HOME_IP, Scene, at

CAROL, MALLORY = "carol@example.org", "mallory@example.org"
ADMIN = {"client_ip": HOME_IP, "client": None}
AWAY_IP, APP_CLIENT = "198.51.100.9", "Client=REST;;"
APP, OBJECT, GRAPH = "11111111-2222-3333-4444-555555555555", "aaaaaaaa-2222-3333-4444-555555555555", "00000003-0000-0000-c000-000000000000"


@pytest.fixture
def lived(scene: Scene) -> Scene:
    """Bob's mailbox has a whole item log; the intruder holds Alice's account, an administrator's, from day 10 to 40."""
    scene.owner(range(60), BOB)
    for name in ("read", "unread"):
        scene.letter(name, 1, BOB)
    scene.letter("later", 45, BOB)
    scene.sign_in(10, session_id="session-one")
    scene.sign_in(40, session_id="session-one")
    return scene


def reads(scene: Scene, day: float, mids: list[str], user: str = CAROL, mailbox: str = BOB, **more: Any) -> str:
    told = {"client_ip": AWAY_IP, "client": "Client=OWA;Mozilla/5.0 (Macintosh)", "logon_type": "delegate"}
    return scene.bind(day, mids, mailbox, user=user, **(told | more))


def gives(scene: Scene, day: float = 11, user: str = CAROL, **more: Any) -> str:
    parameters = {"Identity": "bob", "User": user, "AccessRights": "FullAccess", "InheritanceType": "All"}
    return scene.cmdlet(day, "Add-MailboxPermission", parameters, **more)


# -- mailboxes -----------------------------------------------------------------------------------------------------


def test_what_the_account_reads_by_the_intruders_permission_is_the_intruders(lived: Scene) -> None:
    gives(lived)
    record = reads(lived, 20, ["read"])
    lived.run()
    assert lived.verdict("read", BOB) == "accessed: bind"
    ground = lived.row("read", BOB)["grounds"][0]
    assert ground["event_id"] == record
    assert "full access for carol@example.org" in ground["note"]
    assert "2023-03-12" in ground["note"]
    assert lived.verdict("unread", BOB) == "not_accessed: log_whole"
    assert lived.verdict("later", BOB) == "out_of_reach: not_reached", "after their last trace, and the log names no read"


def test_without_an_item_log_the_permission_leaves_the_mailbox_in_reach(scene: Scene) -> None:
    scene.owner(range(60), CAROL)
    scene.letter("there", 1, BOB)
    scene.letter("after", 30, BOB)
    gives(scene)
    scene.cmdlet(25, "Remove-MailboxPermission", {"Identity": BOB, "User": "carol", "AccessRights": "FullAccess"}, **ADMIN)
    scene.sign_in(40)
    scene.run()
    assert scene.verdict("there", BOB) == "in_reach: no_item_log"
    assert scene.verdict("after", BOB) == "out_of_reach: not_reached"


@pytest.mark.parametrize(("contained", "wanted"), [(None, "in_reach: no_item_log"), (35, "out_of_reach: not_reached")])
def test_a_permission_that_nobody_took_away_stands_until_containment(
    scene: Scene, contained: int | None, wanted: str
) -> None:
    scene.owner(range(60), CAROL)
    scene.letter("after", 50, BOB)
    gives(scene)
    if contained:
        path = scene.case.folder / "case.toml"
        told = f"[incident]\ncontained = {at(contained).isoformat()}\n"
        path.write_text(path.read_text("utf-8").replace("[incident]\n", told, 1), "utf-8")
        vars(scene.case).pop("config", None)
    scene.run()
    assert scene.verdict("after", BOB) == wanted


@pytest.mark.parametrize("later", [0.3, 9])
def test_a_mailbox_exported_after_its_log_is_not_unseen_for_that(lived: Scene, later: float) -> None:
    """A permission that still stands, in a mailbox whose item log sees who reads, makes nothing unseen by itself."""
    gives(lived)
    end = max(row["time"] for row in lived.events)
    lived.letter("newest", (end - at(0)).total_seconds() / 86400 + later, BOB)
    assert lived.run().verdict("read", BOB) == "not_accessed: log_whole"


def test_after_the_removal_nothing_more_counts(lived: Scene) -> None:
    gives(lived)
    lived.cmdlet(15, "Remove-MailboxPermission", {"Identity": "bob", "User": CAROL, "AccessRights": "FullAccess"}, **ADMIN)
    reads(lived, 20, ["read"])
    assert lived.run().verdict("read", BOB) == "not_accessed: log_whole"


@pytest.mark.parametrize(
    "more", [{"user": BOB, "logon_type": "owner"}, {"user": MALLORY}, {"user": CAROL, "outcome": "failure"}]
)
def test_the_owner_and_other_delegates_never_count(lived: Scene, more: dict[str, str]) -> None:
    gives(lived)
    reads(lived, 20, ["read"], **more)
    assert lived.run().verdict("read", BOB) == "not_accessed: log_whole"


def test_reads_in_other_mailboxes_and_before_the_permission_do_not_count(lived: Scene) -> None:
    lived.owner(range(60), MALLORY)
    lived.letter("else", 1, MALLORY)
    gives(lived)
    reads(lived, 20, ["else"], mailbox=MALLORY)
    lived.run()
    assert lived.verdict("else", MALLORY) == "out_of_reach: not_reached"


def test_who_had_read_the_mailbox_before_has_a_habit_and_the_note_says_so(lived: Scene) -> None:
    reads(lived, 5, ["unread"])
    gives(lived)
    reads(lived, 20, ["read"])
    lived.run()
    assert lived.verdict("read", BOB) == "not_accessed: log_whole"
    assert "had read this mailbox" in lived.row("read", BOB)["grounds"][0]["note"]


def test_a_habit_of_the_calendar_is_none_of_mail(lived: Scene) -> None:
    reads(lived, 5, ["meeting"], folder="Calendar")
    gives(lived)
    reads(lived, 20, ["read"])
    assert lived.run().verdict("read", BOB) == "accessed: bind"


def test_a_habit_that_ended_with_its_permission_is_none(lived: Scene) -> None:
    reads(lived, 5, ["unread"])
    lived.cmdlet(7, "Remove-MailboxPermission", {"Identity": BOB, "User": CAROL, "AccessRights": "FullAccess"}, **ADMIN)
    gives(lived)
    reads(lived, 20, ["read"])
    assert lived.run().verdict("read", BOB) == "accessed: bind"


def test_a_permission_that_somebody_else_gave_is_not_the_intruders(lived: Scene) -> None:
    gives(lived, 3, **ADMIN)
    gives(lived)
    reads(lived, 20, ["read"])
    assert lived.run().verdict("read", BOB) == "not_accessed: log_whole"


def test_an_administrators_permission_alone_lets_nobody_in(lived: Scene) -> None:
    gives(lived, 3, **ADMIN)
    reads(lived, 20, ["read"])
    assert lived.run().verdict("read", BOB) == "out_of_reach: not_reached"


def test_a_rejected_permission_takes_its_reads_with_it(lived: Scene) -> None:
    event = gives(lived)
    reads(lived, 20, ["read"])
    lived.run()
    lived.decide("rejected", event)
    assert lived.run().verdict("read", BOB) == "out_of_reach: not_reached"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("Add-RecipientPermission", {"Identity": BOB, "Trustee": CAROL, "AccessRights": "SendAs"}),
        ("Set-Mailbox", {"Identity": BOB, "GrantSendOnBehalfTo": CAROL}),
        ("Add-MailboxPermission", {"Identity": BOB, "User": CAROL, "AccessRights": "ReadPermission"}),
        ("Add-MailboxPermission", {"Identity": BOB, "User": CAROL, "AccessRights": "FullAccess", "Deny": "True"}),
        ("Add-MailboxPermission", {"Identity": "nobody knows", "User": CAROL, "AccessRights": "FullAccess"}),
        ("Add-MailboxFolderPermission", {"Identity": "bob:\\Inbox", "User": CAROL, "AccessRights": "Contributor"}),
    ],
)
def test_what_reads_nothing_widens_nothing(lived: Scene, operation: str, parameters: dict[str, str]) -> None:
    lived.cmdlet(11, operation, parameters)
    reads(lived, 20, ["read"])
    assert lived.run().verdict("read", BOB) == "out_of_reach: not_reached"


def test_parameters_as_a_command_line(lived: Scene) -> None:
    lived.cmdlet(11, "Add-MailboxPermission", f'-Identity "bob" -User "{CAROL}" -AccessRights FullAccess -AutoMapping:$false')
    reads(lived, 20, ["read"])
    assert lived.run().verdict("read", BOB) == "accessed: bind"


def test_impersonation_opens_every_mailbox_to_one_account(lived: Scene) -> None:
    lived.cmdlet(11, "New-ManagementRoleAssignment", {"Role": "ApplicationImpersonation", "User": CAROL, "Name": "x"})
    reads(lived, 20, ["read"])
    lived.cmdlet(22, "Remove-ManagementRoleAssignment", {"Identity": "x"}, **ADMIN)
    reads(lived, 25, ["unread"])
    lived.run()
    assert lived.verdict("read", BOB) == "accessed: bind"
    assert lived.verdict("unread", BOB) == "not_accessed: log_whole"


# -- folders -------------------------------------------------------------------------------------------------------


def folder_record(scene: Scene, day: float, operation: str = "ModifyFolderPermissions", **parent: str) -> str:
    said = {"Path": "\\Inbox", "Name": "Inbox", "MemberUpn": CAROL, "MemberRights": "ReadAny, Visible"} | parent
    return scene.event(day, operation, BOB, raw=json.dumps({"Item": {"ParentFolder": said}}), session_id="session-two")


@pytest.mark.parametrize("by", ["cmdlet", "record"])
def test_a_folder_permission_reaches_that_folder_alone(scene: Scene, by: str) -> None:
    scene.owner(range(60), CAROL)
    scene.letter("inside", 1, BOB)
    scene.letter("below", 1, BOB, folder="Inbox/Private")
    scene.letter("outside", 1, BOB, folder="Projects")
    if by == "cmdlet":
        scene.cmdlet(11, "Add-MailboxFolderPermission", {"Identity": "bob:\\Inbox", "User": CAROL, "AccessRights": "Reviewer"})
    else:
        folder_record(scene, 11)
        scene.events[-1]["user"] = ALICE
    scene.sign_in(40)
    scene.run()
    assert scene.verdict("inside", BOB) == "in_reach: no_item_log"
    if by == "cmdlet":
        assert scene.verdict("below", BOB) == "out_of_reach: not_reached"
        assert scene.verdict("outside", BOB) == "out_of_reach: not_reached"


def test_with_an_item_log_the_folders_letters_are_not_accessed_but_for_those_named(lived: Scene) -> None:
    lived.letter("outside", 1, BOB, folder="Projects")
    lived.cmdlet(11, "Add-MailboxFolderPermission", {"Identity": "bob:\\Inbox", "User": CAROL, "AccessRights": "Owner"})
    reads(lived, 20, ["read"])
    reads(lived, 21, ["outside"], folder="Projects")
    lived.run()
    assert lived.verdict("read", BOB) == "accessed: bind"
    assert lived.verdict("unread", BOB) == "not_accessed: log_whole"
    assert lived.verdict("outside", BOB) == "out_of_reach: not_reached"


def test_a_folder_permission_from_before_the_item_log_begins_leaves_its_letters_in_reach(scene: Scene) -> None:
    scene.owner(range(20, 60), BOB)
    for name, day in (("there", 1), ("new", 30)):
        scene.letter(name, day, BOB)
    scene.sign_in(10)
    scene.sign_in(40)
    scene.cmdlet(11, "Add-MailboxFolderPermission", {"Identity": "bob:\\Inbox", "User": CAROL, "AccessRights": "Owner"})
    scene.run()
    assert scene.verdict("there", BOB) == "in_reach: log_gap"
    assert scene.verdict("new", BOB) == "not_accessed: log_whole"


def test_a_permission_that_stands_while_the_item_log_is_dark_leaves_in_reach_what_came_then(scene: Scene) -> None:
    scene.owner(range(20), BOB)
    scene.owner(range(56), CAROL)
    scene.letter("then", 35, BOB)
    scene.sign_in(10)
    scene.cmdlet(11, "Add-MailboxPermission", {"Identity": BOB, "User": CAROL, "AccessRights": "FullAccess"})
    scene.sign_in(22)
    scene.run()
    assert scene.verdict("then", BOB) == "in_reach: log_gap"


def test_a_folder_that_was_opened_before_its_log_was_switched_off_stays_in_reach(lived: Scene) -> None:
    lived.letter("then", 50, BOB)
    lived.cmdlet(11, "Add-MailboxFolderPermission", {"Identity": "bob:\\Inbox", "User": MALLORY, "AccessRights": "Owner"})
    lived.cmdlet(12, "Set-Mailbox", {"Identity": BOB, "AuditEnabled": "False"})
    lived.events = [e for e in lived.events if e["mailbox"] != BOB or e["time"] < lived.events[-1]["time"]]
    lived.sign_in(59, CAROL, client_ip=AWAY_IP)
    lived.run()
    assert lived.verdict("then", BOB) == "in_reach: log_gap"


@pytest.mark.parametrize("member", ["Default", "Anonymous"])
def test_a_folder_opened_to_everybody_counts_whoever_reads_but_the_owner(lived: Scene, member: str) -> None:
    lived.cmdlet(11, "Set-MailboxFolderPermission", {"Identity": "bob:\\Inbox", "User": member, "AccessRights": "Reviewer"})
    reads(lived, 20, ["read"], user=MALLORY)
    reads(lived, 20, ["unread"], user=BOB, logon_type="owner")
    lived.run()
    assert lived.verdict("read", BOB) == "accessed: bind"
    assert lived.verdict("unread", BOB) == "not_accessed: log_whole"


def test_rights_taken_back_end_a_folder_permission(lived: Scene) -> None:
    folder_record(lived, 11, MemberUpn="Everyone")
    lived.events[-1]["user"] = BOB
    folder_record(lived, 15, "UpdateFolderPermissions", MemberUpn="Everyone", MemberRights="None")
    reads(lived, 20, ["read"])
    assert lived.run().verdict("read", BOB) == "not_accessed: log_whole"


# -- applications --------------------------------------------------------------------------------------------------


def consents(scene: Scene, day: float = 11, scope: str = "offline_access Mail.Read", user: str = ALICE, **more: Any) -> str:
    everybody = more.pop("everybody", False)
    kind = "AllPrincipals" if everybody else "Principal"
    entry = f"[] => [[Id: x, ClientId: {OBJECT}, PrincipalId: , ResourceId: r, ConsentType: {kind}, Scope: {scope}]]; "
    changed = {
        "ConsentContext.IsAdminConsent": "True",
        "ConsentContext.OnBehalfOfAll": str(everybody),
        "ConsentAction.Permissions": entry,
        "TargetId.ServicePrincipalNames": APP,
    }
    pairs = [{"Name": name, "NewValue": value, "OldValue": ""} for name, value in changed.items()]
    target = [{"ID": f"ServicePrincipal_{OBJECT}", "Type": 2}, {"ID": OBJECT, "Type": 2}, {"ID": "rnicrosoft", "Type": 1}]
    raw = json.dumps({"ModifiedProperties": pairs, "Target": target})
    return scene.event(day, "Consent to application.", user, mailbox=None, raw=raw, **more)


def by_app(scene: Scene, day: float, mids: list[str], mailbox: str = ALICE, **more: Any) -> str:
    told = {"client_ip": "40.1.2.3", "client": APP_CLIENT, "app_id": GRAPH, "client_app_id": APP.upper()}
    return scene.bind(day, mids, mailbox, **(told | more))


@pytest.fixture
def mine(scene: Scene) -> Scene:
    """The intruder's first trace is the consent itself, in a mailbox with a whole item log."""
    scene.owner(range(60))
    scene.owner(range(60), BOB)
    for box in (ALICE, BOB):
        for name in ("read", "unread"):
            scene.letter(f"{name}-{box}", 1, box)
    return scene


def test_what_an_application_reads_after_the_consent_is_the_intruders(mine: Scene) -> None:
    consents(mine)
    by_app(mine, 20, [f"read-{ALICE}"])
    by_app(mine, 20, [f"read-{BOB}"], BOB)
    mine.run()
    assert mine.verdict(f"read-{ALICE}") == "accessed: bind"
    assert "rnicrosoft (mail.read)" in mine.row(f"read-{ALICE}")["grounds"][0]["note"]
    assert mine.verdict(f"unread-{ALICE}") == "not_accessed: log_whole"
    assert mine.verdict(f"read-{BOB}", BOB) == "out_of_reach: not_reached"


@pytest.mark.parametrize("scope", ["User.Read", "MailboxSettings.Read Contacts.Read", "Mail.Send"])
def test_consents_to_anything_else_than_reading_mail_let_nobody_read(mine: Scene, scope: str) -> None:
    consents(mine, scope=scope)
    by_app(mine, 20, [f"read-{ALICE}"])
    assert mine.run().verdict(f"read-{ALICE}") == "not_accessed: log_whole"


@pytest.mark.parametrize("scope", ["EWS.AccessAsUser.All", "https://outlook.office.com/IMAP.AccessAsUser.All", "Mail.ReadBasic"])
def test_permissions_that_read_mail(mine: Scene, scope: str) -> None:
    consents(mine, scope=scope)
    by_app(mine, 20, [f"read-{ALICE}"])
    assert mine.run().verdict(f"read-{ALICE}") == "accessed: bind"


def test_a_consent_for_everybody_opens_every_mailbox(mine: Scene) -> None:
    mine.letter("c", 1, CAROL)
    consents(mine, everybody=True)
    by_app(mine, 20, [f"read-{BOB}"], BOB)
    mine.run()
    assert mine.verdict(f"read-{BOB}", BOB) == "accessed: bind"
    assert mine.verdict(f"unread-{BOB}", BOB) == "not_accessed: log_whole"
    assert mine.verdict("c", CAROL) == "in_reach: no_item_log"


def test_an_application_with_a_habit_of_the_mailbox_stays_out(mine: Scene) -> None:
    by_app(mine, 5, [f"unread-{ALICE}"])
    consents(mine)
    by_app(mine, 20, [f"read-{ALICE}"])
    assert mine.run().verdict(f"read-{ALICE}") == "not_accessed: log_whole"


def role_record(scene: Scene, day: float, operation: str, *, graph: bool = False, user: str = ALICE, **more: Any) -> str:
    changed = {"AppRole.Value": "Mail.Read", "ServicePrincipal.ObjectID": OBJECT, "ServicePrincipal.AppId": APP}
    if graph:
        pairs = [{"displayName": name, "newValue": f'"{value}"', "oldValue": None} for name, value in changed.items()]
        raw = {"activityDisplayName": operation, "targetResources": [{"id": "r", "type": "ServicePrincipal", "modifiedProperties": pairs}]}
        return scene.event(day, operation, user, mailbox=None, raw=json.dumps(raw), source="entra_audit", **more)
    raw = {"ModifiedProperties": [{"Name": name, "NewValue": value, "OldValue": ""} for name, value in changed.items()]}
    return scene.event(day, operation, user, mailbox=None, raw=json.dumps(raw), **more)


@pytest.mark.parametrize("graph", [False, True])
def test_an_application_permission_opens_every_mailbox_until_it_is_taken(mine: Scene, graph: bool) -> None:
    stop = "" if graph else "."
    role_record(mine, 11, f"Add app role assignment to service principal{stop}", graph=graph)
    by_app(mine, 20, [f"read-{BOB}"], BOB, user="app@sts.windows.net")
    role_record(mine, 22, f"Remove app role assignment from service principal{stop}", graph=graph, user=CAROL, **ADMIN)
    by_app(mine, 25, [f"unread-{BOB}"], BOB)
    mine.run()
    assert mine.verdict(f"read-{BOB}", BOB) == "accessed: bind"
    assert mine.verdict(f"unread-{BOB}", BOB) == "not_accessed: log_whole"


@pytest.mark.parametrize("operation", ["Remove service principal.", "Update service principal."])
def test_an_application_that_is_removed_or_disabled_reads_no_more(mine: Scene, operation: str) -> None:
    consents(mine)
    disabled = [{"Name": "AccountEnabled", "NewValue": "[\r\n  false\r\n]", "OldValue": "[\r\n  true\r\n]"}]
    named = [{"Name": "TargetId.ServicePrincipalNames", "NewValue": APP, "OldValue": ""}]
    raw = json.dumps({"ModifiedProperties": named + (disabled if operation.startswith("Update") else [])})
    mine.event(15, operation, CAROL, mailbox=None, raw=raw, **ADMIN)
    by_app(mine, 20, [f"read-{ALICE}"])
    assert mine.run().verdict(f"read-{ALICE}") == "not_accessed: log_whole"


def test_a_grant_names_the_application_by_its_object_and_other_records_tell_its_id(mine: Scene) -> None:
    consents(mine, 1, "User.Read", BOB, **ADMIN)
    changed = {"DelegatedPermissionGrant.Scope": " openid Mail.ReadWrite", "DelegatedPermissionGrant.ConsentType": "Principal"}
    changed |= {"ServicePrincipal.ObjectID": OBJECT, "ServicePrincipal.AppId": "", "TargetId.ServicePrincipalNames": GRAPH}
    pairs = [{"Name": name, "NewValue": value, "OldValue": ""} for name, value in changed.items()]
    mine.event(11, "Add delegated permission grant.", mailbox=None, raw=json.dumps({"ModifiedProperties": pairs}))
    by_app(mine, 20, [f"read-{ALICE}"])
    assert mine.run().verdict(f"read-{ALICE}") == "accessed: bind"
    assert "the application rnicrosoft" in mine.row(f"read-{ALICE}")["grounds"][0]["note"]


def test_records_of_one_consent_without_an_address_are_of_the_same_hand(mine: Scene) -> None:
    role_record(mine, 10.999, "Add app role assignment to service principal.", client_ip=None, client=None)
    consents(mine)
    by_app(mine, 20, [f"read-{BOB}"], BOB)
    assert mine.run().verdict(f"read-{BOB}", BOB) == "accessed: bind"


def test_a_policy_holds_an_application_to_one_mailbox(mine: Scene) -> None:
    mine.letter("c", 1, CAROL)
    mine.letter("c-late", 15, CAROL)
    role_record(mine, 11, "Add app role assignment to service principal.")
    policy = {"AppId": APP, "PolicyScopeGroupId": BOB, "AccessRight": "RestrictAccess"}
    mine.cmdlet(12, "New-ApplicationAccessPolicy", policy, CAROL, **ADMIN)
    by_app(mine, 20, [f"read-{BOB}"], BOB)
    mine.run()
    assert mine.verdict(f"read-{BOB}", BOB) == "accessed: bind"
    assert mine.verdict("c", CAROL) == "in_reach: no_item_log"
    assert mine.verdict("c-late", CAROL) == "out_of_reach: not_reached"


def test_hostile_records_break_nothing(mine: Scene) -> None:
    for raw in ("", "[]", '{"ModifiedProperties": 7, "Target": "x"}', '{"Item": []}', '{"targetResources": [1, null]}'):
        for operation in ("Consent to application.", "ModifyFolderPermissions", "Add-MailboxPermission", "Update service principal"):
            mine.event(11, operation, raw=raw)
    assert mine.run().verdict(f"read-{BOB}", BOB) == "out_of_reach: not_reached"
