"""Message traces: every form, each letter and recipient once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from samples import Row, rows, spot, take_in

from unsealed.read.message_trace import READER

if TYPE_CHECKING:
    from unsealed.case import Case

SHARED = Path("/work/shared/data/logs/sekoia/message-trace/messagetrace.json")
AT = int(datetime(2023, 5, 1, 10, 0, 0, tzinfo=UTC).timestamp() * 1_000_000)
ODATA: Row = {
    "MessageId": "<1@partner.example>",
    "Received": "/Date(1682935200000)/",
    "SenderAddress": "Bob@Partner.example",
    "RecipientAddress": "ren@agency.example",
    "Subject": "Plan",
    "Status": "Delivered",
    "ToIP": None,
    "FromIP": "203.0.113.1",
    "Size": 100,
    "MessageTraceId": "AAAA-1",
}
GRAPH = {
    name[0].lower() + name[1:]: value for name, value in ODATA.items() if name not in {"Received", "MessageTraceId"}
}
GRAPH |= {"id": "aaaa-1", "receivedDateTime": "2023-05-01T10:00:00.4Z", "fromIP": "203.0.113.1"}
CMDLET = (
    "#TYPE Deserialized.Trace\n"
    '"MessageId","Received","SenderAddress","RecipientAddress","Subject","Status","FromIP","MessageTraceId"\n'
    '"<1@partner.example>","5/1/2023 10:00:00 AM","bob@partner.example","Ren@agency.example","Plan","Delivered",'
    '"203.0.113.1","aaaa-1"\n'
)
HISTORICAL = (
    "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,network_message_id,"
    "original_client_ip,directionality,connector_id,delivery_priority\n"
    '2023-05-01T10:00:00.0000000Z,bob@partner.example,"ren@agency.example##Receive, Deliver",Plan,100,'
    "<1@partner.example>,aaaa-1,203.0.113.1,Incoming,,Normal\n"
)


def read(path: Path, text: str | bytes) -> list[Row]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert READER.detect(path.read_bytes()[:65536], path.name) >= 90
    found = rows(READER, path)
    assert not found["skipped"]
    assert all(spot(path, event["locator"]) for event in found["events"])
    return found["events"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"d": {"results": [ODATA]}}),
        json.dumps({"value": [GRAPH]}),
        json.dumps(ODATA) + "\n" + json.dumps(ODATA) + "\n",
        CMDLET,
        CMDLET.encode("utf-16"),
        HISTORICAL,
        HISTORICAL.encode("utf-16-le"),
    ],
)
def test_one_letter_in_every_form(tmp_path: Path, text: str | bytes) -> None:
    event = read(tmp_path / "x", text)[0]
    assert event["time"] // 1_000_000 == AT // 1_000_000
    assert (event["sender"], event["recipients"]) == ("bob@partner.example", ["ren@agency.example"])
    assert (event["internet_message_id"], event["client_ip"]) == ("<1@partner.example>", "203.0.113.1")
    assert (event["outcome"], event["record_id"], event["target"]) == ("success", "aaaa-1", "Plan")


def test_traces_overlap_and_count_once(tmp_path: Path, empty_case: Case) -> None:
    (tmp_path / "a.csv").write_text(CMDLET)
    (tmp_path / "b.json").write_text(json.dumps({"value": [GRAPH]}))
    (tmp_path / "c.json").write_text(json.dumps([ODATA, {**ODATA, "RecipientAddress": "other@agency.example"}]))
    events = take_in(empty_case, tmp_path)["events"]
    assert sorted(event["recipients"][0] for event in events) == ["other@agency.example", "ren@agency.example"]


def test_what_became_of_several_recipients(tmp_path: Path) -> None:
    text = HISTORICAL.replace("##Receive, Deliver", "##Receive, Deliver;b@agency.example##Receive, Fail")
    (event,) = read(tmp_path / "x", text)
    assert (event["recipients"], event["outcome"]) == (["ren@agency.example", "b@agency.example"], "partial")


@pytest.mark.parametrize(
    "text", ["sender,recipient\n1,2\n", '{"MessageId": "x"}', "#Fields: date-time,client-ip\n", ""]
)
def test_what_it_leaves_to_others(text: str) -> None:
    assert READER.detect(text.encode(), "x") == 0


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_a_public_record(tmp_path: Path) -> None:
    told = json.loads(SHARED.read_text())
    (event,) = read(tmp_path / "x.jsonl", told["input"]["message"])
    assert event["client_ip"] == told["expected"]["source"]["ip"]
    assert event["internet_message_id"] == told["expected"]["email"]["message_id"]
