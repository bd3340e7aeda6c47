"""Exports and content searches: what they held when they were made, by mailbox, folder, time and query."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scene import ALICE, BOB, HOME_IP, Scene

ADMIN = {"client_ip": HOME_IP, "client": None}
CAROL = "carol@example.org"


@pytest.fixture
def lived(scene: Scene) -> Scene:
    """Letters in three mailboxes; the intruder holds an administrator's account."""
    scene.owner(range(30))
    for box in (ALICE, BOB, CAROL):
        scene.letter(f"plain-{box[0]}", 1, box)
        scene.letter(f"invoice-{box[0]}", 1, box, subject="Your invoice")
        scene.letter(f"late-{box[0]}", 25, box, subject="invoice")
    scene.sign_in(28)
    return scene


def search(scene: Scene, day: float = 10, operation: str = "New-ComplianceSearch", **more: str) -> None:
    hand = {key: more.pop(key) for key in ("client_ip",) if key in more}
    parameters = {"Name": "s", "ExchangeLocation": "All"} | more
    scene.cmdlet(day, operation, parameters, **({**ADMIN, **hand} if hand else {}))


def export(scene: Scene, day: float = 20, **more: Any) -> str:
    return scene.cmdlet(day, "New-ComplianceSearchAction", {"SearchName": "s", "Export": "True", "Format": "FxStream"}, **more)


def portal(scene: Scene, day: float, operation: str, name: str = "s", **record: Any) -> str:
    more = {key: record.pop(key) for key in ("client_ip", "client") if key in record}
    raw = json.dumps({"RecordType": 24, "ObjectId": name, **record})
    return scene.event(day, operation, raw=raw, mailbox=None, target=name, **more)


def copied(scene: Scene) -> list[str]:
    rows = [row for row in scene.run().table("exposures") if row["verdict"] == "copied"]
    return sorted(row["internet_message_id"][1:-3] for row in rows)


def open_to_them(scene: Scene) -> list[str]:
    rows = [row for row in scene.table("exposures") if row["verdict"] == "in_reach" and row["message_id"]]
    return sorted(row["internet_message_id"][1:-3] for row in rows)


def test_an_export_of_every_mailbox_takes_what_lay_there_then(lived: Scene) -> None:
    search(lived)
    event = export(lived)
    assert copied(lived) == ["invoice-a", "invoice-b", "invoice-c", "plain-a", "plain-b", "plain-c"]
    assert lived.verdict("plain-b", BOB) == "copied: export"
    assert lived.row("plain-b", BOB)["grounds"][0]["event_id"] == event
    assert lived.verdict("late-b", BOB) == "out_of_reach: not_reached"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"ExchangeLocation": BOB}, ["invoice-b", "plain-b"]),
        ({"ExchangeLocation": f"bob,{CAROL}", "ContentMatchQuery": "subject:invoice"}, ["invoice-b", "invoice-c"]),
        ({"ExchangeLocationExclusion": f"{ALICE};{BOB}"}, ["invoice-c", "plain-c"]),
        ({"ExchangeLocation": BOB, "ContentMatchQuery": "received>=2023-03-03"}, []),
        ({"ExchangeLocation": BOB, "ContentMatchQuery": '(invoice OR payment) AND NOT from:"somebody else"'}, ["invoice-b"]),
    ],
)
def test_mailboxes_exclusions_and_the_query_choose(lived: Scene, more: dict[str, str], wanted: list[str]) -> None:
    search(lived, **more)
    export(lived)
    assert copied(lived) == wanted


def test_what_of_the_query_no_letter_shows_leaves_in_reach(lived: Scene) -> None:
    search(lived, ExchangeLocation=BOB, ContentMatchQuery="category:red AND subject:invoice")
    export(lived)
    assert copied(lived) == []
    assert open_to_them(lived) == ["invoice-b"]
    assert "category" in lived.row("invoice-b", BOB)["grounds"][0]["note"]


def test_a_search_that_was_changed_counts_as_it_was_when_it_was_exported(lived: Scene) -> None:
    search(lived, ExchangeLocation=BOB)
    lived.cmdlet(12, "Set-ComplianceSearch", {"Identity": "S", "AddExchangeLocation": CAROL, "ContentMatchQuery": "plain-c OR invoice"})
    export(lived)
    lived.cmdlet(21, "Set-ComplianceSearch", {"Identity": "s", "ExchangeLocation": "All"})
    assert copied(lived) == ["invoice-b", "invoice-c", "plain-c"]


def test_a_search_of_somebody_elses_exported_by_the_intruder(lived: Scene) -> None:
    search(lived, client_ip=HOME_IP, ExchangeLocation=BOB)
    export(lived)
    assert copied(lived) == ["invoice-b", "plain-b"]


@pytest.mark.parametrize("done", [{"Preview": "True"}, {"Report": "True"}, {"Export": "False"}, {"Purge": "True"}])
def test_a_search_that_is_not_exported_takes_nothing(lived: Scene, done: dict[str, str]) -> None:
    search(lived)
    lived.cmdlet(19, "Start-ComplianceSearch", {"Identity": "s"})
    lived.cmdlet(20, "New-ComplianceSearchAction", {"SearchName": "s"} | done)
    assert copied(lived) == []
    assert open_to_them(lived) == (["invoice-a", "invoice-b", "invoice-c", "plain-a", "plain-b", "plain-c"] if "Preview" in done else [])


def test_an_export_by_others_is_not_the_intruders(lived: Scene) -> None:
    search(lived)
    export(lived, **ADMIN)
    assert copied(lived) == []


def test_portal_records(lived: Scene) -> None:
    portal(lived, 10, "SearchCreated", ExchangeLocations=BOB, Query="subject:invoice")
    portal(lived, 20, "SearchExported", "s_Export")
    assert copied(lived) == ["invoice-b"]


def test_downloading_an_export_that_somebody_else_made_takes_what_it_held(lived: Scene) -> None:
    portal(lived, 10, "SearchCreated", ExchangeLocations=["All"], Query="invoice", **ADMIN)
    portal(lived, 12, "SearchExported", **ADMIN)
    portal(lived, 27, "SearchExportDownloaded", "s_Export")
    assert copied(lived) == ["invoice-a", "invoice-b", "invoice-c"]


def test_a_search_from_before_the_log_leaves_all_in_reach(lived: Scene) -> None:
    portal(lived, 20, "SearchExported")
    assert copied(lived) == []
    assert open_to_them(lived) == ["invoice-a", "invoice-b", "invoice-c", "plain-a", "plain-b", "plain-c"]


def test_a_result_that_a_record_names_was_opened(lived: Scene) -> None:
    portal(lived, 20, "PreviewItemRendered", ExtendedProperties=[{"Name": "InternetMessageId", "Value": "<plain-b@x>"}])
    lived.run()
    assert lived.verdict("plain-b", BOB) == "accessed: fetch"
    assert lived.verdict("plain-c", CAROL) == "out_of_reach: not_reached"


def test_a_named_result_is_the_copy_in_the_mailbox_that_was_searched(lived: Scene) -> None:
    lived.letter("both", 2, BOB)
    lived.letter("both", 2, CAROL)
    lived.letter("elsewhere", 2, CAROL)
    named = [{"Name": "InternetMessageId", "Value": "<both@x> <elsewhere@x>"}]
    portal(lived, 10, "SearchCreated", ExchangeLocations=BOB)
    portal(lived, 20, "PreviewItemDownloaded", "s_Preview", ExtendedProperties=named)
    lived.run()
    assert lived.verdict("both", BOB) == "copied: download"
    assert lived.row("both", CAROL)["verdict"] == "out_of_reach"
    assert lived.row("both", CAROL)["content_verdict"] == "copied"
    assert lived.verdict("elsewhere", CAROL) == "copied: download", "the copy that was opened is not in the evidence"


def test_a_group_leaves_its_likely_members_in_reach(lived: Scene) -> None:
    lived.letter("to-all", 2, BOB, to=[{"address": "sales@example.org", "name": None}])
    search(lived, ExchangeLocation="sales@example.org")
    export(lived)
    assert copied(lived) == []
    assert open_to_them(lived) == ["invoice-b", "plain-b", "to-all"]


# -- mailbox exports -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, ["below", "in-inbox", "invoice-b", "plain-b", "sent"]),
        ({"IncludeFolders": "#Inbox#"}, ["in-inbox", "invoice-b", "plain-b"]),
        ({"IncludeFolders": "Inbox/*"}, ["below", "in-inbox", "invoice-b", "plain-b"]),
        ({"ExcludeFolders": "#SentItems#;Inbox/Private"}, ["in-inbox", "invoice-b", "plain-b"]),
        ({"ContentFilter": "(Subject -like '*INVOICE*') -and (Received -lt '03/05/2023')"}, ["invoice-b"]),
        ({"ContentFilter": "Body -like '*text of sent*' -or Sender -eq 'nobody@x.example'"}, ["sent"]),
        ({"IsArchive": "True"}, []),
    ],
)
def test_a_mailbox_export_by_folder_and_filter(lived: Scene, more: dict[str, str], wanted: list[str]) -> None:
    lived.letter("in-inbox", 2, BOB)
    lived.letter("below", 2, BOB, folder="Inbox/Private")
    lived.letter("sent", 2, BOB, folder="Sent Items")
    lived.cmdlet(20, "New-MailboxExportRequest", {"Mailbox": "bob", "FilePath": "\\\\srv\\share\\bob.pst"} | more)
    assert copied(lived) == wanted


def test_search_mailbox_copies_only_with_a_target(lived: Scene) -> None:
    lived.cmdlet(20, "Search-Mailbox", {"Identity": BOB, "SearchQuery": "subject:invoice", "TargetMailbox": ALICE, "TargetFolder": "x"})
    lived.cmdlet(20, "Search-Mailbox", {"Identity": CAROL, "TargetMailbox": ALICE, "LogOnly": "True"})
    lived.cmdlet(20, "Search-Mailbox", {"Identity": CAROL, "EstimateResultOnly": "True"})
    assert copied(lived) == ["invoice-b"]


def test_an_in_place_search_copies_to_its_target(lived: Scene) -> None:
    more = {"SourceMailboxes": f"{BOB},{CAROL}", "TargetMailbox": ALICE, "Senders": "sender@partner.example", "EndDate": "3/3/2023"}
    lived.cmdlet(20, "New-MailboxSearch", {"Name": "x", "SearchQuery": "invoice", **more})
    assert copied(lived) == ["invoice-b", "invoice-c"]


def test_what_was_deleted_before_the_export_was_not_in_it(lived: Scene) -> None:
    lived.bind(5, ["ghost"], BOB, operation="HardDelete", access="delete", **ADMIN)
    lived.bind(6, ["moved"], BOB, operation="MoveToDeletedItems", access="move", **ADMIN)
    search(lived, ExchangeLocation=BOB)
    export(lived)
    copied(lived)
    assert lived.verdict("ghost", BOB) == "out_of_reach: not_reached"
    assert lived.verdict("moved", BOB) == "in_reach: no_item_log"


def test_hostile_records_break_nothing(lived: Scene) -> None:
    for operation in ("New-ComplianceSearch", "SearchExported", "ExportJob", "PreviewItemRendered", "Search-Mailbox"):
        for raw in ("", "[]", '{"Parameters": 7, "ExtendedProperties": "{"}', '{"ObjectId": ["x"], "ExchangeLocations": {}}'):
            lived.event(20, operation, raw=raw, mailbox=None)
    copied(lived)
