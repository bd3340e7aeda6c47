"""Entra's logs: the same sign-in out of every export, and what it must never be taken for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import Row, rows, spot, take_in

from unsealed.read.entra_logs import READER

if TYPE_CHECKING:
    from unsealed.case import Case

SHARED = Path("/work/shared/data/logs/sekoia")
AT = int(datetime(2024, 5, 1, 9, 0, 0, 250_000, tzinfo=UTC).timestamp() * 1_000_000)
GRAPH: Row = {
    "id": "7F3A-1",
    "createdDateTime": "2024-05-01T09:00:00.25Z",
    "userDisplayName": "Hoshino Ren",
    "userPrincipalName": "Hoshino.Ren@Agency.example",
    "appId": "app-1",
    "appDisplayName": "Office 365",
    "ipAddress": "203.0.113.9",
    "clientAppUsed": "Browser",
    "userAgent": "Mozilla/5.0 (X, like Gecko)",
    "correlationId": "c-1",
    "conditionalAccessStatus": "notApplied",
    "isInteractive": True,
    "sessionId": "s-1",
    "resourceDisplayName": "Exchange Online",
    "status": {"errorCode": 0, "failureReason": "Other."},
    "deviceDetail": {"browser": "Edge", "operatingSystem": "Windows"},
}
MONITOR: Row = {
    "time": "2024-05-01T09:03:00.0000000Z",
    "resourceId": "/tenants/t/providers/Microsoft.aadiam",
    "operationName": "Sign-in activity",
    "category": "SignInLogs",
    "resultType": "0",
    "callerIpAddress": "203.0.113.9",
    "properties": GRAPH,
}
SENTINEL: Row = {
    "TimeGenerated [UTC]": "5/1/2024, 9:03:00.000 AM",
    "CreatedDateTime [UTC]": "5/1/2024, 9:00:00.250 AM",
    "Id": "7f3a-1",
    "Type": "SigninLogs",
    "ResultType": "0",
    "UserPrincipalName": "hoshino.ren@agency.example",
    "AppDisplayName": "Office 365",
    "AppId": "app-1",
    "IPAddress": "203.0.113.9",
    "UserAgent": "Mozilla/5.0 (X, like Gecko)",
    "SessionId": "s-1",
    "ResourceDisplayName": "Exchange Online",
    "Status": '{"errorCode":0}',
}
PORTAL: Row = {
    "Date (UTC)": "2024-05-01T09:00:00.25Z",
    "Request ID": "7f3a-1",
    "User agent": "Mozilla/5.0 (X, like Gecko)",
    "User": "Hoshino Ren",
    "Username": "hoshino.ren@agency.example",
    "Application": "Office 365",
    "Application ID ": "app-1",
    "Resource": "Exchange Online",
    "IP address": "203.0.113.9",
    "Location": "Kyoto, Kyoto, JP",
    "Status": "Success",
    "Sign-in error code": "",
    "Client app": "Browser",
    "Session ID": "s-1",
}
AUDIT: Row = {
    "id": "Directory_1",
    "category": "UserManagement",
    "result": "success",
    "activityDisplayName": "Consent to application",
    "activityDateTime": "2024-05-01T09:00:00.2500000+00:00",
    "loggedByService": "Core Directory",
    "initiatedBy": {"user": {"userPrincipalName": "Admin@agency.example", "ipAddress": "[2001:db8::1]:443"}},
    "targetResources": [{"displayName": "Mail Helper", "id": "x"}],
    "additionalDetails": [{"key": "User-Agent", "value": "EvoSTS"}],
}


def table(row: Row, separator: str = ",") -> str:
    quoted = ['"' + str(value).replace('"', '""') + '"' for value in row.values()]
    return separator.join(row) + "\n" + separator.join(quoted) + "\n"


def read(path: Path, text: str | bytes) -> list[Row]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert READER.detect(path.read_bytes()[:65536], path.name) >= 90
    found = rows(READER, path)
    assert not found["skipped"]
    for event in found["events"]:
        assert spot(path, event["locator"])
        assert isinstance(json.loads(event["raw"]), dict)
    return found["events"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GRAPH) + "\n" + json.dumps({**GRAPH, "id": "x"}) + "\n",
        json.dumps([GRAPH], indent=2),
        json.dumps({"@odata.context": "x", "value": [GRAPH], "@odata.nextLink": "y"}),
        json.dumps(MONITOR),
        json.dumps({"records": [MONITOR, MONITOR]}),
        json.dumps({**MONITOR, "properties": json.dumps(GRAPH)}),
        json.dumps({"result": MONITOR}),
        json.dumps([SENTINEL]),
        table(SENTINEL),
        "\ufeff" + table(PORTAL),
        table(PORTAL, ";"),
        table(PORTAL).encode("utf-16"),
    ],
)
def test_one_sign_in_in_every_form(tmp_path: Path, text: str | bytes) -> None:
    event = read(tmp_path / "x", text)[0]
    assert (event["time"], event["source"], event["operation"]) == (AT, "entra_signin", "Sign-in activity")
    assert (event["user"], event["client_ip"]) == ("hoshino.ren@agency.example", "203.0.113.9")
    assert (event["session_id"], event["app_id"], event["outcome"]) == ("s-1", "app-1", "success")
    assert (event["client"], event["target"]) == ("Mozilla/5.0 (X, like Gecko)", "Exchange Online")


def test_the_same_sign_in_counts_once_and_in_its_fullest_form(tmp_path: Path, empty_case: Case) -> None:
    (tmp_path / "portal.csv").write_text(table(PORTAL))
    (tmp_path / "graph.json").write_text(json.dumps([GRAPH]))
    (tmp_path / "monitor.json").write_text(json.dumps(MONITOR))
    (event,) = take_in(empty_case, tmp_path)["events"]
    assert event["shape"] == "record"


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"status": {"errorCode": 50126}}, "failure"),
        ({"status": {"errorCode": 50074}}, "failure"),
        ({"status": None}, None),
        ({"status": "Interrupted"}, "failure"),
    ],
)
def test_whether_they_came_in(tmp_path: Path, changed: dict[str, Any], outcome: str | None) -> None:
    assert read(tmp_path / "x", json.dumps({**GRAPH, **changed}))[0]["outcome"] == outcome


def test_sign_ins_of_programs(tmp_path: Path) -> None:
    program = {
        **GRAPH,
        "userPrincipalName": None,
        "servicePrincipalName": "Backup",
        "signInEventTypes": ["servicePrincipal"],
    }
    del program["userDisplayName"], program["isInteractive"]
    event = read(tmp_path / "x", json.dumps(program))[0]
    assert (event["user"], event["workload"]) == ("backup", "ServicePrincipalSignInLogs")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"value": [AUDIT]}),
        json.dumps(
            {"time": "2024-05-01T09:00:01Z", "category": "AuditLogs", "operationName": "x", "properties": AUDIT}
        ),
        table(
            {
                "TimeGenerated [UTC]": "2024-05-01T09:00:00.25Z",
                "OperationName": "Consent to application",
                "InitiatedBy": json.dumps(AUDIT["initiatedBy"]),
                "TargetResources": json.dumps(AUDIT["targetResources"]),
                "Result": "success",
                "Id": "Directory_1",
                "AdditionalDetails": json.dumps(AUDIT["additionalDetails"]),
            }
        ),
        table(
            {
                "Date (UTC)": "2024-05-01T09:00:00.2500000+00:00",
                "CorrelationId": "c",
                "Service": "Core Directory",
                "Category": "ApplicationManagement",
                "Activity": "Consent to application",
                "Result": "Success",
                "UserAgent": "EvoSTS",
                "ActorType": "User",
                "ActorUserPrincipalName": "admin@agency.example",
                "IPAddress": "2001:db8::1",
                "Target1DisplayName": "Mail Helper",
            }
        ),
    ],
)
def test_one_change_of_the_directory_in_every_form(tmp_path: Path, text: str) -> None:
    (event,) = read(tmp_path / "x", text)
    assert (event["time"], event["source"], event["operation"]) == (AT, "entra_audit", "Consent to application")
    assert (event["user"], event["client_ip"]) == ("admin@agency.example", "2001:db8::1")
    assert (event["outcome"], event["target"], event["client"]) == ("success", "Mail Helper", "EvoSTS")


def test_requests_to_graph(tmp_path: Path) -> None:
    record = {
        "time": "2024-05-01T09:00:00.25Z",
        "category": "MicrosoftGraphActivityLogs",
        "properties": {
            "requestId": "r",
            "requestMethod": "GET",
            "requestUri": "https://graph.microsoft.com/v1.0/me/messages",
            "responseStatusCode": 200,
            "responseSizeBytes": 512,
            "userId": "U-1",
            "appId": "a",
            "ipAddress": "203.0.113.9",
        },
    }
    (event,) = read(tmp_path / "x", json.dumps(record))
    assert (event["source"], event["target"]) == (
        "entra_graph_activity",
        "GET https://graph.microsoft.com/v1.0/me/messages",
    )
    assert (event["user"], event["bytes_out"], event["outcome"]) == ("u-1", 512, "success")


def test_a_file_of_several_logs_and_records_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    foreign = {"time": "2024-05-01T09:00:00Z", "category": "Administrative", "operationName": "x"}
    path.write_text(
        "\n".join(json.dumps(one) for one in (MONITOR, AUDIT, foreign, {**GRAPH, "createdDateTime": "soon"}))
    )
    found = rows(READER, path)
    assert [event["source"] for event in found["events"]] == ["entra_signin", "entra_audit"]
    assert [row["reason"] for row in found["skipped"]] == ["not_a_record", "not_a_record"]
    assert "'soon'" in found["skipped"][1]["detail"]


@pytest.mark.parametrize(
    "text",
    [
        '{"CreationTime":"2024-05-01T09:00:00","Operation":"UserLoggedIn","Workload":"AzureActiveDirectory","Id":"1"}',
        "CreationDate,UserIds,Operations,AuditData\n1,2,3,{}\n",
        "Date,User,IP address,Status\n1,2,3,4\n",
        '{"time":"2024-05-01T09:00:00Z","category":"Administrative","resourceId":"/subscriptions/x"}',
        "Subject: Sign-in\n\nDate (UTC),Request ID",
        "[]",
        "",
    ],
)
def test_what_it_leaves_to_others(text: str) -> None:
    assert READER.detect(text.encode(), "x") == 0


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    record=st.dictionaries(
        st.sampled_from([*GRAPH, *AUDIT, "category", "properties", "resultType"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_it_never_raises_and_loses_nothing(tmp_path: Path, record: dict[str, Any]) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([GRAPH, record]))
    found = rows(READER, path)
    assert "reader_failed" not in {row["reason"] for row in found["skipped"]}, found["skipped"]
    assert len(found["events"]) + len(found["skipped"]) >= 1 + bool(record)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
@pytest.mark.parametrize("folder", ["azure-ad", "microsoft-entraid-graphapi"])
def test_public_records_with_expected_fields(tmp_path: Path, folder: str) -> None:
    for file in sorted((SHARED / folder).glob("*.json")):
        told = json.loads(file.read_text())
        expected = told["expected"]
        (event,) = read(tmp_path / "x.jsonl", json.dumps(json.loads(told["input"]["message"])) + "\n")
        assert event["time"] is not None
        if action := expected.get("event", {}).get("action"):
            assert event["operation"] == action.strip()
        if ip := expected.get("source", {}).get("ip"):
            assert event["client_ip"] == ip
