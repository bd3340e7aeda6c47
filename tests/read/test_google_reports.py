"""Google Workspace's logs: a row an event, and which letters they show to have been opened."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import Row, rows, spot, take_in

from unsealed.read.google_reports import READER

if TYPE_CHECKING:
    from unsealed.case import Case

SHARED = Path("/work/shared/data/logs/sekoia/google-report")
AT = int(datetime(2024, 3, 12, 5, 50, 56, tzinfo=UTC).timestamp() * 1_000_000)


def activity(application: str, *events: Row, unique: str = "-7") -> Row:
    return {
        "kind": "admin#reports#activity",
        "id": {
            "time": "2024-03-12T05:50:56Z",
            "uniqueQualifier": unique,
            "applicationName": application,
            "customerId": "C",
        },
        "actor": {"email": "Ren@agency.example", "profileId": "1"},
        "ipAddress": "203.0.113.7",
        "events": list(events),
    }


def parameter(name: str, value: Any) -> Row:
    if isinstance(value, dict):
        return {"name": name, "messageValue": {"parameter": [parameter(*pair) for pair in value.items()]}}
    if isinstance(value, list):
        return {
            "name": name,
            "multiMessageValue": [{"parameter": [parameter(*pair) for pair in one.items()]} for one in value],
        }
    return {"name": name, "value": value}


LETTER = {
    "rfc2822_message_id": "<z@partner.example>",
    "subject": "Plan",
    "source": {"address": "bob@partner.example"},
    "destination": [{"address": "Ren@agency.example"}],
    "connection_info": {"client_ip": "198.51.100.9"},
}
OPENED = {"mail_event_type": "7", "success": True, "client_context": {"client_type": "WEB"}}
GMAIL = {
    "type": "delivery_type",
    "name": "delivery",
    "parameters": [parameter("event_info", OPENED), parameter("message_info", LETTER)],
}
LOGIN = {"type": "login", "name": "login_success", "parameters": [parameter("login_type", "google_password")]}
FAILED = {"type": "login", "name": "login_failure", "parameters": [parameter("login_type", "google_password")]}


def read(path: Path, text: str, table: str = "events") -> list[Row]:
    path.write_text(text)
    assert READER.detect(path.read_bytes()[:65536], path.name) >= 85
    found = rows(READER, path)
    assert not found["skipped"]
    assert all(spot(path, event["locator"]) for event in found["events"])
    return found[table]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: json.dumps(
            {"kind": "admin#reports#activities", "etag": '"x"', "items": [one], "nextPageToken": "t"}
        ),
        lambda one: json.dumps([one], indent=1),
        lambda one: json.dumps(one) + "\n" + json.dumps(one) + "\n",
    ],
)
def test_an_activity_of_two_events(tmp_path: Path, wrap: Any) -> None:
    events = read(tmp_path / "x", wrap(activity("login", FAILED, LOGIN)))[:2]
    assert [(event["operation"], event["outcome"]) for event in events] == [
        ("login_failure", "failure"),
        ("login_success", "success"),
    ]
    for event in events:
        assert (event["time"], event["source"], event["record_id"]) == (AT, "google_login", "-7")
        assert (event["user"], event["client_ip"]) == ("ren@agency.example", "203.0.113.7")
        assert [one["name"] for one in json.loads(event["raw"])["events"]] == [event["operation"]]
    assert events[0]["event_id"] != events[1]["event_id"]


def test_an_opened_letter_is_an_access(tmp_path: Path) -> None:
    text = json.dumps(activity("gmail", GMAIL))
    (event,) = read(tmp_path / "x", text)
    assert (event["operation"], event["mailbox"]) == ("Message opened (first time)", "ren@agency.example")
    assert (event["client_ip"], event["internet_message_id"]) == ("203.0.113.7", "<z@partner.example>")
    assert (event["sender"], event["recipients"]) == ("bob@partner.example", ["ren@agency.example"])
    (access,) = read(tmp_path / "x", text, "accesses")
    assert (access["event_id"], access["access"]) == (event["event_id"], "bind")
    assert (access["mailbox"], access["internet_message_id"]) == ("ren@agency.example", "<z@partner.example>")


def test_a_received_letter_is_none(tmp_path: Path) -> None:
    received = {
        **GMAIL,
        "parameters": [parameter("event_info", {"mail_event_type": "2"}), parameter("message_info", LETTER)],
    }
    assert not read(tmp_path / "x", json.dumps(activity("gmail", received)), "accesses")


@pytest.mark.parametrize(("event", "folder", "into"), [(12, None, "Inbox"), (13, None, "Trash"), (14, "Trash", None)])
def test_a_moved_letter_is_told_with_its_folders(tmp_path: Path, event: int, folder: str | None, into: str) -> None:
    moved = [parameter("event_info", {"mail_event_type": str(event)}), parameter("message_info", LETTER)]
    text = json.dumps(activity("gmail", {**GMAIL, "parameters": moved}))
    (access,) = read(tmp_path / "x", text, "accesses")
    assert (access["access"], access["folder"], access["destination"]) == ("move", folder, into)
    assert (access["mailbox"], access["internet_message_id"]) == ("ren@agency.example", "<z@partner.example>")


def test_bigquery_rows(tmp_path: Path) -> None:
    row = {
        "time_usec": str(AT),
        "record_type": "gmail",
        "event_name": "delivery",
        "email": "ren@agency.example",
        "ip_address": base64.b64encode(b"203.0.113.7").decode(),
        "unique_identifier": "9",
        "gmail": {"event_info": OPENED, "message_info": LETTER},
    }
    fields = [
        {"name": name}
        for name in ("time_usec", "record_type", "event_name", "email", "ip_address", "unique_identifier")
    ]
    rest = {
        "row": {"f": [{"v": row[field["name"]]} for field in fields]},
        "schema": {"fields": fields},
    }
    old = {"event_info": {**OPENED, "timestamp_usec": AT}, "message_info": LETTER}
    events = [read(tmp_path / "x", json.dumps(one))[0] for one in (row, rest, old)]
    assert {(event["time"], event["source"]) for event in events} == {(AT, "google_gmail")}
    assert [event["client_ip"] for event in events] == ["203.0.113.7", "203.0.113.7", "198.51.100.9"]
    assert events[0]["operation"] == events[2]["operation"] == "Message opened (first time)"


def test_tables_of_gam_and_of_the_admin_console(tmp_path: Path) -> None:
    gam = (
        "name,actor.email,id.applicationName,id.customerId,id.time,id.uniqueQualifier,ipAddress,type,login_type\n"
        "login_success,ren@agency.example,login,C,2024-03-12T05:50:56Z,-7,203.0.113.7,login,google_password\n"
    )
    console = (
        "Date,Event,Message ID,Subject,From (Envelope),To (Envelope),Owner,IP address,Client type\n"
        "2024-03-12T14:50:56+09:00,View,<z@partner.example>,Plan,b@x.example,r@y.example,ren@agency.example,203.0.113.7,WEB\n"
    )
    search = (
        "Message ID,Start date,End date,Sender,Message size,Subject,Direction,Attachments,Recipient address,Event target,"
        "Event date,Event status,Event target IP address\n"
        "z@partner.example,2024/03/12 05:50:55 UTC,2024/03/12 05:50:57 UTC,b@x.example,1,Plan,Received,0,r@y.example,"
        "GMAIL_INBOX,2024/03/12 05:50:56 UTC,Delivered,203.0.113.7\n"
    )
    events = [read(tmp_path / "x.csv", text)[0] for text in (gam, console, search)]
    assert {(event["time"], event["client_ip"], event["time_basis"]) for event in events} == {(AT, "203.0.113.7", None)}
    assert [event["source"] for event in events] == ["google_login", "google_gmail", "google_gmail"]
    assert [event["internet_message_id"] for event in events[1:]] == ["<z@partner.example>"] * 2
    (access,) = read(tmp_path / "x.csv", console, "accesses")
    assert (access["mailbox"], access["access"]) == ("ren@agency.example", "bind")


def test_gams_table_and_the_interface_count_once(tmp_path: Path, empty_case: Case) -> None:
    (tmp_path / "a.json").write_text(json.dumps(activity("login", LOGIN)))
    (tmp_path / "b.csv").write_text(
        "name,actor.email,id.applicationName,id.customerId,id.time,id.uniqueQualifier,ipAddress,type,login_type\n"
        "login_success,ren@agency.example,login,C,2024-03-12T05:50:56Z,-7,203.0.113.7,login,google_password\n"
    )
    assert len(take_in(empty_case, tmp_path)["events"]) == 1


@pytest.mark.parametrize(
    "text",
    ["Date,User,Event\n1,2,3\n", '{"id": "x", "events": []}', '{"events": [{"name": "x"}]}', '[{"id": {"a": 1}}]', ""],
)
def test_what_it_leaves_to_others(text: str) -> None:
    assert READER.detect(text.encode(), "x") == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "value", "parameter", "messageValue", "f", "v", "fields"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(one=JSON, two=JSON, application=st.text(max_size=6))
def test_it_never_raises_and_loses_nothing(tmp_path: Path, one: Any, two: Any, application: str) -> None:
    path = tmp_path / "x.json"
    hostile = [
        {**activity(application), "events": one, "actor": two},
        activity("gmail", {"name": "x", "parameters": one}),
        {"row": {"f": one}, "schema": {"fields": two}},
        {"event_info": one, "message_info": two},
    ]
    path.write_text(json.dumps(hostile))
    found = rows(READER, path)
    assert "reader_failed" not in {row["reason"] for row in found["skipped"]}, found["skipped"]
    assert len(found["events"]) + len(found["skipped"]) >= len(hostile)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_public_records_with_expected_fields(tmp_path: Path) -> None:
    for file in sorted(SHARED.glob("*.json")):
        told = json.loads(file.read_text())
        expected = told["expected"]
        events = read(tmp_path / "x.jsonl", json.dumps(json.loads(told["input"]["message"])) + "\n")
        time = datetime.fromisoformat(expected["@timestamp"])
        assert {event["time"] for event in events} == {round(time.timestamp() * 1_000_000)}
        actions = expected["event"].get("action")
        if actions:
            wanted = sorted(actions) if isinstance(actions, list) else [actions]
            assert sorted(event["operation"] for event in events) == wanted
        if ip := expected.get("source", {}).get("ip"):
            assert events[0]["client_ip"].lower() == ip.lower()
        email = expected.get("user", {}).get("email") or ""
        if "@" in email:
            assert events[0]["user"] == email.lower()
