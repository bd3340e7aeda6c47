"""Google Workspace: Gmail's log, applications and delegates, Takeout, Vault, monitors, forwarding."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scene import ALICE, BOB, HOME_IP, Scene, at

from unsealed.expose.ways import google_query, google_records

ROGUE = "root@example.org"
HOUR = 1 / 24


def put(scene: Scene, day: float, app: str, name: str, user: str = ALICE, /, **parameters: Any) -> str:
    more = {key: parameters.pop(key) for key in ("client_ip", "app_id", "mailbox") if key in parameters}
    told = [
        {"name": key, "multiValue": value} if isinstance(value, list) else {"name": key, "value": value}
        for key, value in parameters.items()
    ]
    raw = json.dumps({"id": {"applicationName": app}, "events": [{"name": name, "parameters": told}]})
    return scene.event(day, name, user, source=f"google_{app}", raw=raw, client=None, **({"mailbox": None} | more))


def gmail(scene: Scene, day: float, name: str, mid: str, box: str = ALICE, **more: Any) -> str:
    access = {"Message opened (first time)": "bind", "Message viewed": "bind", "Attachments downloaded": "attachment"}
    named = [mid] if name in access else []
    common = {"source": "google_gmail", "internet_message_id": f"<{mid}@x>", "client": None}
    return scene.bind(day, named, box, operation=name, access=access.get(name, "bind"), **common, **more)


class TestLog:
    """Gmail's own log."""

    @pytest.fixture
    def logged(self, scene: Scene) -> Scene:
        for day in range(40):
            gmail(scene, day, "Message received", "other", client_ip=None)
        gmail(scene, 5, "Message opened (first time)", "own", client_ip=HOME_IP)
        return scene

    def test_what_it_names_was_opened_and_what_it_does_not_name_was_not(self, logged: Scene) -> None:
        for name in ("opened", "attached", "unread"):
            logged.letter(name, 3)
        gmail(logged, 10, "Message opened (first time)", "opened")
        gmail(logged, 10, "Attachments downloaded", "attached")
        logged.run()
        assert logged.verdict("opened") == "accessed: bind"
        assert logged.verdict("attached") == "accessed: attachment"
        assert logged.verdict("unread") == "not_accessed: log_whole"

    def test_a_letter_that_was_open_already_may_have_been_opened_again(self, logged: Scene) -> None:
        logged.letter("own", 3)
        logged.letter("before_the_log", -3)
        logged.letter("later", 3)
        logged.letter("sent", 3, folder="Sent", from_address=ALICE)
        put(logged, 10, "login", "login_success")
        gmail(logged, 15, "Message opened (first time)", "later", client_ip=HOME_IP)
        logged.run()
        for name in ("own", "before_the_log", "sent"):
            assert logged.verdict(name) == "in_reach: no_item_log"
        assert logged.verdict("later") == "not_accessed: log_whole"

    def test_where_every_view_is_logged_nothing_is_left_open(self, logged: Scene) -> None:
        logged.letter("own", 3)
        gmail(logged, 6, "Message viewed", "own", client_ip=HOME_IP)
        put(logged, 10, "login", "login_success")
        assert logged.run().verdict("own") == "not_accessed: log_whole"

    def test_before_the_log_begins_all_is_in_reach(self, logged: Scene) -> None:
        logged.letter("a", -9)
        put(logged, -5, "login", "login_success")
        logged.run()
        assert logged.verdict("a") == "in_reach: log_gap"
        states = {(row["scope"], row["state"]) for row in logged.table("coverage") if row["source"] == "google_gmail_items"}
        assert states == {(ALICE, "whole"), (ALICE, "gap")}

    def test_in_a_hole_of_the_log_all_is_in_reach(self, scene: Scene) -> None:
        for day in (*range(15), *range(27, 40)):
            gmail(scene, day, "Message received", "other", client_ip=None)
        gmail(scene, 5, "Message opened (first time)", "own", client_ip=HOME_IP)
        scene.letter("unread", 3)
        put(scene, 20, "login", "login_success")
        scene.run()
        assert scene.verdict("unread") == "in_reach: log_gap"
        rows = [row for row in scene.table("coverage") if row["source"] == "google_gmail_items"]
        assert [(row["state"], (row["from"] - at(0)).days, (row["to"] - at(0)).days, row["records"]) for row in rows] == [
            ("whole", 0, 14, 1),
            ("gap", 14, 27, 0),
            ("whole", 27, 39, 0),
        ]

    def test_the_same_without_a_hole_was_not_opened(self, logged: Scene) -> None:
        logged.letter("unread", 3)
        put(logged, 20, "login", "login_success")
        assert logged.run().verdict("unread") == "not_accessed: log_whole"

    def test_a_mailbox_without_openings_has_no_item_log(self, logged: Scene) -> None:
        logged.letter("b", 3, BOB)
        put(logged, 10, "login", "login_success", BOB)
        assert logged.run().verdict("b", BOB) == "in_reach: no_item_log"


class TestGrants:
    """What was let in."""

    @pytest.mark.parametrize(
        ("scope", "reads"),
        [
            ("https://mail.google.com/", True),
            ("https://www.googleapis.com/auth/gmail.readonly", True),
            ("https://www.googleapis.com/auth/gmail.modify", True),
            ("https://www.googleapis.com/auth/gmail.send", False),
            ("https://www.googleapis.com/auth/gmail.metadata", False),
            ("https://www.googleapis.com/auth/drive", False),
        ],
    )
    def test_an_application_with_mail_scope_reads_until_it_is_revoked(self, scene: Scene, scope: str, reads: bool) -> None:
        put(scene, 10, "token", "authorize", app_name="Sync", scope=["openid", scope], app_id="c1")
        put(scene, 20, "token", "revoke", client_ip=HOME_IP, app_id="c1")
        for day in (5, 15, 25):
            scene.letter(f"d{day}", day)
        scene.run()
        assert scene.verdict("d5") == "in_reach: no_item_log"
        assert scene.verdict("d15") == ("in_reach: no_item_log" if reads else "out_of_reach: not_reached")
        assert scene.verdict("d25") == "out_of_reach: not_reached"

    def test_what_the_application_then_read_counts(self, scene: Scene) -> None:
        scene.letter("a", 1)
        scene.letter("b", 21)
        put(scene, 10, "token", "authorize", scope=["https://mail.google.com/"], app_id="c1")
        put(scene, 22, "token", "activity", client_ip="198.51.100.77", app_id="c1", method_name="gmail.users.messages.get")
        put(scene, 30, "token", "activity", client_ip="198.51.100.77", app_id="c2", method_name="gmail.users.messages.get")
        scene.letter("c", 25)
        put(scene, 23, "token", "revoke", client_ip=HOME_IP, app_id="c1")
        scene.run()
        assert scene.verdict("b") == "in_reach: no_item_log"
        assert scene.verdict("c") == "out_of_reach: not_reached"

    def test_the_owners_own_applications_are_no_way_in(self, scene: Scene) -> None:
        scene.letter("a", 1)
        put(scene, 10, "token", "authorize", client_ip=HOME_IP, scope=["https://mail.google.com/"], app_id="c1")
        put(scene, 10, "login", "login_success", BOB)
        assert scene.run().verdict("a") == "out_of_reach: not_reached"

    def test_delegation_of_the_domain_reaches_all_of_it(self, scene: Scene) -> None:
        scene.letter("a", 1)
        scene.letter("b", 1, "x@other.example")
        put(scene, 10, "admin", "AUTHORIZE_API_CLIENT_ACCESS", ROGUE, API_CLIENT_NAME="77", API_SCOPES="https://mail.google.com/")
        scene.run()
        assert scene.verdict("a") == "in_reach: no_item_log"
        assert scene.verdict("b", "x@other.example") == "out_of_reach: not_reached"

    def test_what_a_delegate_of_the_intruders_opened_counts(self, scene: Scene) -> None:
        scene.letter("read", 1)
        put(scene, 10, "gmail", "Delegate added", delegate_email="temp@example.org")
        gmail(scene, 12, "Message opened (first time)", "read", user="temp@example.org", client_ip="198.51.100.7")
        scene.run()
        assert scene.verdict("read") == "accessed: bind"
        assert "let in by the intruder" in scene.row("read")["grounds"][0]["note"]


class TestCopies:
    """What was carried off."""

    @pytest.mark.parametrize(
        ("products", "steps", "verdict"),
        [
            ("Mail, Drive", ("COMPLETED", "DOWNLOADED"), "copied: export"),
            ("Mail", ("COMPLETED",), "copied: export"),
            ("Mail", (), "in_reach: no_item_log"),
            ("Drive, Calendar", ("COMPLETED", "DOWNLOADED"), "in_reach: no_item_log"),
        ],
    )
    def test_takeout_of_mail_copies_what_lay_there(
        self, scene: Scene, products: str, steps: tuple[str, ...], verdict: str
    ) -> None:
        for number, step in enumerate(("INITIATED", *steps)):
            put(scene, 10 + number * HOUR, "takeout", f"{step}_USER_TAKEOUT", TAKEOUT_ID="7", PRODUCTS_REQUESTED=products)
        scene.letter("a", 1)
        scene.letter("after", 12)
        scene.run()
        assert scene.verdict("a") == verdict
        assert scene.verdict("after") == "out_of_reach: not_reached"

    def test_a_vault_export_holds_what_its_query_finds(self, scene: Scene) -> None:
        says = {"matter_id": "m", "resource_name": "r", "target_user": ALICE, "query": 'subject:invoice from:"Sender"'}
        put(scene, 10, "vault", "create_export_begin", ROGUE, **says)
        put(scene, 10.1, "vault", "create_export_end", ROGUE, **says)
        put(scene, 10.2, "vault", "export_file_download", ROGUE, **says)
        scene.letter("found", 1, subject="Re: Invoice 7")
        scene.letter("other", 1, subject="lunch")
        scene.letter("found", 1, BOB, subject="Re: Invoice 7")
        scene.run()
        assert scene.verdict("found") == "copied: export"
        assert scene.verdict("other") == scene.verdict("found", BOB) == "out_of_reach: not_reached"

    def test_a_vault_export_of_nobody_in_particular_leaves_all_in_reach(self, scene: Scene) -> None:
        put(scene, 10, "vault", "create_export_begin", ROGUE, matter_id="m")
        scene.letter("a", 1)
        scene.letter("c", 1, "x@other.example")
        scene.run()
        assert scene.verdict("a") == "in_reach: no_item_log"
        assert scene.verdict("c", "x@other.example") == "out_of_reach: not_reached"

    def test_a_mailbox_dump_holds_its_dates(self, scene: Scene) -> None:
        says = {"USER_EMAIL": ALICE, "EMAIL_EXPORT_PACKAGE_CONTENT": "FULL_MESSAGE", "BEGIN_DATE_TIME": "2023/03/05 00:00"}
        put(scene, 10, "admin", "REQUEST_MAILBOX_DUMP", ROGUE, **says)
        for day in (1, 6, 12):
            scene.letter(f"d{day}", day)
        scene.run()
        assert scene.verdict("d6") == "copied: export"
        assert scene.verdict("d1") == scene.verdict("d12") == "out_of_reach: not_reached"

    def test_a_monitor_copies_what_comes_until_it_is_removed(self, scene: Scene) -> None:
        says = {"USER_EMAIL": ALICE, "EMAIL_MONITOR_LEVEL_INCOMING_EMAIL": "FULL_MESSAGE"}
        says["EMAIL_MONITOR_LEVEL_OUTGOING_EMAIL"] = "HEADER_ONLY"
        put(scene, 10, "admin", "CREATE_EMAIL_MONITOR", ROGUE, **says)
        put(scene, 20, "admin", "DELETE_EMAIL_MONITOR", "admin@example.org", client_ip=HOME_IP, USER_EMAIL=ALICE)
        for day in (5, 15, 25):
            scene.letter(f"d{day}", day)
        scene.letter("sent", 15, folder="Sent Items", from_address=ALICE)
        scene.letter("bob", 15, BOB)
        scene.run()
        assert scene.verdict("d15") == "copied: forwarded"
        for name, box in (("d5", ALICE), ("d25", ALICE), ("sent", ALICE), ("bob", BOB)):
            assert scene.verdict(name, box) == "out_of_reach: not_reached"

    def test_forwarding_takes_what_comes_while_it_stands_but_spam(self, scene: Scene) -> None:
        name = "email_forwarding_out_of_domain"
        put(scene, 10, "user_accounts", name, email_forwarding_destination_address="drop@elsewhere.example")
        put(scene, 10, "user_accounts", name, BOB, client_ip=HOME_IP, email_forwarding_destination_address="me@home.example")
        scene.letter("before", 5)
        scene.letter("during", 15)
        scene.letter("junk", 15, folder="Spam")
        scene.letter("sent", 15, folder="Sent", from_address=ALICE)
        scene.letter("bobs", 15, BOB)
        event = gmail(scene, 15, "Message autoforwarded", "during", client_ip=None)
        scene.run()
        assert scene.verdict("during") == "copied: forwarded"
        assert event in {ground["event_id"] for ground in scene.row("during")["grounds"]}
        for name, box in (("junk", ALICE), ("sent", ALICE), ("bobs", BOB)):
            assert scene.verdict(name, box) == "out_of_reach: not_reached"


def test_parameters_are_found_in_every_form() -> None:
    nested = {"name": "a", "messageValue": {"parameter": [{"name": "b", "multiValue": ["1", "2"]}, {"name": "c", "intValue": "3"}]}}
    for raw in ({"events": [{"name": "e", "parameters": [nested]}]}, {"parameters": {"b": ["1", "2"], "c": 3}}):
        told = google_records.parameters(json.dumps(raw))
        assert (told["b"], told["c"]) == (["1", "2"], ["3"])
    assert google_records.parameters('{"events.parameters.b": "1"}')["b"] == ["1"]
    assert google_records.parameters("[" * 5000) == google_records.parameters("no json") == {}


@pytest.mark.parametrize("query", ["a OR b", "label:x", "-subject:a", "subject:(a b)", "inv*", "after:2023/01/01"])
def test_what_of_a_query_can_not_be_judged_leaves_it_possible(query: str) -> None:
    sure, may = google_query.condition(query)
    assert "FALSE" in sure
    assert may == "TRUE"
