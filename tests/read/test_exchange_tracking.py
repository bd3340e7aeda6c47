"""Message tracking, as the server logs it and as PowerShell exports it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from logs import checked

from unsealed.read.exchange.headless import TRACKING
from unsealed.read.exchange_tracking import READER

if TYPE_CHECKING:
    from pathlib import Path

NAMES = TRACKING.fields
HEADER = (
    "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1118.007\r\n#Log-type: Message Tracking Log\r\n"
    f"#Date: 2023-05-01T00:00:00.000Z\r\n#Fields: {','.join(NAMES)}\r\n"
)
LETTER = {
    "date-time": "2023-05-01T01:02:03.456Z", "client-ip": "10.0.0.9", "server-ip": "10.0.0.1", "source": "SMTP",
    "event-id": "RECEIVE", "internal-message-id": "1001", "message-id": "<1@partner.example>",
    "recipient-address": "Kaede@cspa.go.jp.example;ren@cspa.go.jp.example", "total-bytes": "2048",
    "message-subject": '見積, "final"', "sender-address": "Bob@partner.example", "original-client-ip": "203.0.113.7",
}  # fmt: skip


def line(**given: str) -> str:
    out = io.StringIO(newline="")
    values = LETTER | {name.replace("_", "-"): value for name, value in given.items()}
    csv.writer(out).writerow([values.get(name, "") for name in NAMES])
    return out.getvalue()


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def one(tmp_path: Path, text: str) -> dict[str, Any]:
    (found,), skipped = checked(READER, written(tmp_path / "MSGTRK2023050101-1.LOG", text), 100)
    assert not skipped
    return found


def test_a_letter_with_all_that_the_log_tells(tmp_path: Path) -> None:
    found = one(tmp_path, HEADER + line())
    assert found["time"] == 1682902923456000
    assert (found["operation"], found["workload"], found["outcome"]) == ("RECEIVE", "SMTP", "success")
    assert found["sender"] == "bob@partner.example"
    assert found["recipients"] == ["kaede@cspa.go.jp.example", "ren@cspa.go.jp.example"]
    assert found["internet_message_id"] == "<1@partner.example>"
    assert found["queue_id"] == "1001"
    assert found["client_ip"] == "203.0.113.7", "the program that handed it in, not the server before us"
    assert found["target"] == '見積, "final"'
    assert json.loads(found["raw"])["client-ip"] == "10.0.0.9"
    assert found["mailbox"] is None


def test_the_store_names_the_mailbox(tmp_path: Path) -> None:
    sent = one(
        tmp_path,
        HEADER + line(source="STOREDRIVER", event_id="SUBMIT", source_context="MDB:1, Mailbox:2, ClientType:OWA, x"),
    )
    assert (sent["mailbox"], sent["client"]) == ("bob@partner.example", "OWA")
    put = one(
        tmp_path, HEADER + line(source="STOREDRIVER", event_id="DELIVER", recipient_address="ren@cspa.go.jp.example")
    )
    assert put["mailbox"] == "ren@cspa.go.jp.example"


def test_what_failed(tmp_path: Path) -> None:
    found = one(tmp_path, HEADER + line(event_id="FAIL", source="ROUTING"))
    assert (found["outcome"], found["mailbox"]) == ("failure", None)
    assert one(tmp_path, HEADER + line(event_id="HARECEIVE"))["outcome"] is None


def test_a_header_that_was_lost(tmp_path: Path) -> None:
    assert one(tmp_path, line())["internet_message_id"] == "<1@partner.example>"


def exported(recipients: str = "{Kaede@cspa.go.jp.example, ren@cspa.go.jp.example}") -> str:
    row = {
        "PSComputerName": "mx1", "RunspaceId": "1", "Timestamp": "2023/05/01 10:02:03", "ClientIp": "10.0.0.9",
        "ClientHostname": "x", "ServerIp": "10.0.0.1", "ServerHostname": "MX1", "SourceContext": "", "ConnectorId": "c",
        "Source": "SMTP", "EventId": "RECEIVE", "InternalMessageId": "1001", "MessageId": "<1@partner.example>",
        "Recipients": recipients, "RecipientStatus": "{}", "TotalBytes": "2048", "RecipientCount": "2",
        "MessageSubject": "hello\nworld", "Sender": "Bob@partner.example", "OriginalClientIp": "203.0.113.7",
    }  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, row, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerow(row)
    return "#TYPE Microsoft.Exchange.Management.TransportLogSearchTasks.MessageTrackingEvent\r\n" + out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "ascii"])
def test_an_export_of_powershell_is_in_the_zone_of_its_console(tmp_path: Path, encoding: str) -> None:
    (found,), skipped = checked(READER, written(tmp_path / "x.csv", exported().encode(encoding)), timezone="Asia/Tokyo")
    assert not skipped
    assert found["time"] == 1682902923000000
    assert found["time_basis"] == "zone"
    assert found["recipients"] == ["kaede@cspa.go.jp.example", "ren@cspa.go.jp.example"]
    assert (found["sender"], found["client_ip"]) == ("bob@partner.example", "203.0.113.7")
    assert found["target"] == "hello\nworld"


def test_recipients_that_the_export_lost_are_not_made_up(tmp_path: Path) -> None:
    (found,), _ = checked(READER, written(tmp_path / "x.csv", exported("System.String[]")))
    assert found["recipients"] is None
