"""Exchange seen in web logs alone: which requests can give a letter, and how their sizes bound it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scene import ALICE, BOB, HOME_IP, Scene

STEMS = {
    "owa": "/owa/service.svc",
    "ews": "/EWS/Exchange.asmx",
    "activesync": "/Microsoft-Server-ActiveSync/default.eas",
    "mapi": "/mapi/emsmdb/",
    "rpc": "/rpc/rpcproxy.dll",
    "autodiscover": "/autodiscover/autodiscover.xml",
    "oab": "/OAB/3f1c/oab.xml",
    "ecp": "/ecp/default.aspx",
    "rest": "/api/v2.0/me/messages",
}


def ask(scene: Scene, day: float, target: str, user: str = "example\\alice", **more: Any) -> str:
    status, source = more.pop("status", 200), more.pop("source", "iis")
    stem = target.split("?", 1)[0].lower()
    workload = more.pop("workload", next((name for name, known in STEMS.items() if stem.startswith(known.lower()[:5])), "web"))
    raw = json.dumps({"sc-status": str(status)})
    outcome = "success" if 200 <= status < 400 else "failure"
    method = more.pop("method", "POST")
    more = {"mailbox": None, "client": None} | more
    return scene.event(day, method, user, source=source, target=target, workload=workload, raw=raw, outcome=outcome, **more)


GIVES = [
    ("/owa/service.svc?action=GetItem&ID=-1", {}),
    ("/owa/service.svc?action=GetConversationItems", {}),
    ("/owa/service.svc?action=FindItem", {}),
    ("/owa/service.svc/s/GetFileAttachment?id=A", {"method": "GET"}),
    ("/owa/?ae=Item&t=IPM.Note&a=Open&id=Rg", {"method": "GET"}),
    ("/owa/ev.owa?oeh=1&ns=MsgVLV", {}),
    ("/owa/attachment.ashx?id=1", {"method": "GET"}),
    ("/EWS/Exchange.asmx", {}),
    ("/EWS/Exchange.asmx", {"source": "exchange_ews", "method": "GetItem"}),
    ("/EWS/Exchange.asmx", {"source": "exchange_ews", "method": "ExportItems"}),
    (STEMS["activesync"] + "?User=alice&DeviceId=1&Cmd=Sync", {}),
    (STEMS["activesync"] + "?User=alice&Cmd=ItemOperations", {}),
    (STEMS["activesync"] + "?jAoJBBD", {}),
    ("/mapi/emsmdb/?MailboxId=5f3c", {}),
    ("/mapi/emsmdb/", {"source": "exchange_mapi", "method": "Execute"}),
    ("/rpc/rpcproxy.dll?mail.example.org:6001", {"method": "RPC_OUT_DATA"}),
    ("/api/v2.0/me/messages", {"method": "GET"}),
]
NOTHING = [
    ("/owa/service.svc?action=GetOwaUserConfiguration", {}),
    ("/owa/service.svc?action=FindFolder", {}),
    ("/owa/prem/15.1/scripts/boot.js", {"method": "GET"}),
    ("/EWS/Exchange.asmx", {"method": "GET"}),
    ("/EWS/Exchange.asmx", {"source": "exchange_ews", "method": "FindFolder"}),
    ("/EWS/Exchange.asmx", {"source": "exchange_ews", "method": "ResolveNames"}),
    *((STEMS["activesync"] + f"?User=alice&Cmd={name}", {}) for name in ("Ping", "Settings", "Provision", "FolderSync")),
    (STEMS["activesync"] + "?User=alice", {"method": "OPTIONS"}),
    ("/mapi/nspi/?MailboxId=5f3c", {}),
    ("/mapi/emsmdb/", {"source": "exchange_mapi", "method": "Connect"}),
    ("/rpc/rpcproxy.dll?mail.example.org:6004", {"method": "RPC_OUT_DATA"}),
    (STEMS["autodiscover"], {}),
    (STEMS["oab"], {"method": "GET"}),
    (STEMS["ecp"], {"method": "GET"}),
]
OUTSIDE = [
    ("/EWS/Exchange.asmx", {"status": 401}),
    ("/owa/service.svc?action=GetItem", {"status": 440}),
    ("/owa/auth.owa", {"status": 302}),
    ("/owa/auth/logon.aspx?reason=2", {"method": "GET"}),
    ("/owa/", {"method": "GET", "status": 302}),
]


@pytest.fixture
def box(scene: Scene) -> Scene:
    scene.letter("a", 1, text="x" * 500, size_bytes=900)
    scene.letter("later", 20)
    return scene


@pytest.mark.parametrize(("target", "more"), GIVES, ids=lambda value: str(value)[-40:])
def test_a_request_that_can_give_a_letter_puts_in_reach_what_was_there(
    box: Scene, target: str, more: dict[str, Any]
) -> None:
    event = ask(box, 10, target, **more)
    box.run()
    assert box.verdict("a") == "in_reach: no_item_log"
    assert box.row("a")["grounds"][0]["event_id"] == event
    assert box.verdict("later") == "out_of_reach: not_reached"


@pytest.mark.parametrize(("target", "more"), NOTHING, ids=lambda value: str(value)[-40:])
def test_a_request_that_gives_no_letter_puts_nothing_in_reach(box: Scene, target: str, more: dict[str, Any]) -> None:
    ask(box, 10, target, **more)
    assert box.run().verdict("a") == "not_accessed: log_whole"


@pytest.mark.parametrize(("target", "more"), OUTSIDE, ids=lambda value: str(value)[-40:])
def test_whoever_was_turned_away_was_not_there(box: Scene, target: str, more: dict[str, Any]) -> None:
    ask(box, 10, target, **more)
    assert box.run().verdict("a") == "out_of_reach: not_reached"


def test_sizes_bound_what_can_have_been_read(box: Scene) -> None:
    box.letter("long", 1, text="x" * 50_000, size_bytes=60_000)
    box.letter("longer", 1, text="x" * 200_000, size_bytes=210_000)
    for part in range(3):
        ask(box, 10 + part / 100, "/EWS/Exchange.asmx", bytes_out=2000)
    box.run()
    assert box.verdict("a") == box.verdict("long") == "in_reach: no_item_log"
    assert box.verdict("longer") == "not_accessed: log_whole"
    assert "200,000" in box.row("longer")["grounds"][0]["note"]


def test_what_the_last_request_could_not_give_any_more_is_not_in_reach(box: Scene) -> None:
    ask(box, 10, "/EWS/Exchange.asmx")
    ask(box, 25, STEMS["activesync"] + "?User=alice&Cmd=Ping")
    assert box.run().verdict("later") == "not_accessed: log_whole"


def test_a_mailbox_opened_through_another_session_is_the_one_reached(box: Scene) -> None:
    box.letter("bob", 1, BOB)
    ask(box, 10, f"/owa/{BOB}/service.svc?action=GetItem", mailbox=BOB)
    box.run()
    assert box.verdict("bob", BOB) == "in_reach: no_item_log"


def test_the_owners_own_requests_count_for_nothing(box: Scene) -> None:
    ask(box, 10, "/EWS/Exchange.asmx", client_ip=HOME_IP)
    ask(box, 10, "/EWS/Exchange.asmx", status=401)
    assert box.run().verdict("a") == "out_of_reach: not_reached"


def test_sending_with_the_password_opens_what_was_sent_and_nothing_else(box: Scene) -> None:
    box.letter("spam", 10, folder="Sent Items")
    common = {"source": "postfix", "mailbox": None, "client": None}
    box.event(10, "sasl_login", "alice", queue_id="A1", **common)
    box.event(10.0001, "message_id", None, queue_id="A1", internet_message_id="<spam@x>", client_ip=None, **common)
    box.event(12, "message_id", None, queue_id="B2", internet_message_id="<a@x>", client_ip=None, **common)
    box.run()
    assert box.verdict("spam") == "accessed: sent_by_intruder"
    assert box.verdict("a") == "not_accessed: log_whole"
    assert ALICE
