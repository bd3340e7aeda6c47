"""Mailboxes exported through Microsoft Graph: every shape that exporters write, and what they leave out."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import mail, rows, spot, take_in

from unsealed.case import Case
from unsealed.read import eml, m365_audit_json, mbox
from unsealed.read.graph_messages import READER

CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#users('alice%40example.org')/mailFolders('sentitems')/messages"


def person(address: str, name: str = "") -> dict[str, Any]:
    return {"emailAddress": {"name": name or address, "address": address}}


def resource(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "@odata.etag": 'W/"CQAAABYAAAB"',
        "id": f"AAMk{number}=",
        "createdDateTime": "2021-03-01T10:00:05Z",
        "receivedDateTime": "2021-03-01T10:00:07Z",
        "sentDateTime": "2021-03-01T10:00:00Z",
        "hasAttachments": False,
        "internetMessageId": f"<{number}@example.com>",
        "subject": f"見積書 {number}",
        "bodyPreview": "お世話に",
        "parentFolderId": "AQMkAGYyOTI1",
        "conversationIndex": "AQHTQEKCkxMoFvlPmEOuYrnuFUiibw==",
        "isDraft": False,
        "body": {"contentType": "html", "content": "<html><body><p>お世話になっております</p></body></html>"},
        "sender": person("Bob@Example.com", "Bob, the 1st"),
        "from": person("Bob@Example.com", "Bob, the 1st"),
        "toRecipients": [person("alice@example.org", "アリス"), person("carol@example.org")],
        "ccRecipients": [],
        "bccRecipients": [],
        **more,
    }


def read(tmp_path: Path, data: Any, *, encoding: str = "utf-8") -> dict[str, list[dict[str, Any]]]:
    path = tmp_path / "export.json"
    path.write_bytes((data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)).encode(encoding))
    assert READER.detect(path.read_bytes()[:65536], "x") > 90
    return rows(READER, path)


def test_one_message_with_all_its_fields(tmp_path: Path) -> None:
    found = read(tmp_path, resource())
    (row,) = found["messages"]
    assert (row["internet_message_id"], row["subject"]) == ("<1@example.com>", "見積書 1")
    assert (row["from_address"], row["from_name"]) == ("bob@example.com", "Bob, the 1st")
    assert row["to"] == [("alice@example.org", "アリス"), ("carol@example.org", "")]
    assert row["text"] == "お世話になっております"
    assert row["arrived"] - row["date"] == 7_000_000
    assert row["thread_index"]
    assert not found["skipped"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("shape", ["array", "envelope", "pages", "lines", "batch"])
def test_every_shape_gives_the_same_messages(tmp_path: Path, shape: str, indent: int | None, encoding: str) -> None:
    items = [resource(number) for number in range(6)]

    def told(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, indent=indent)

    page = {
        "@odata.context": CONTEXT,
        "value": items[:3],
        "@odata.nextLink": "https://graph.microsoft.com/v1.0/me?$skip=3",
    }
    text = {
        "array": told(items),
        "envelope": told({"@odata.context": CONTEXT, "value": items, "@odata.nextLink": "https://x"}),
        "pages": told(page) + "\n" + told({"@odata.context": CONTEXT, "value": items[3:]}) + "\n",
        "lines": "\n".join(json.dumps(item) for item in items),
        "batch": told({"responses": [{"id": "1", "status": 200, "body": {"value": items}}]}),
    }[shape]
    found = read(tmp_path, text, encoding=encoding)
    assert [row["internet_message_id"] for row in found["messages"]] == [f"<{n}@example.com>" for n in range(6)]
    assert len({row["message_id"] for row in found["messages"]}) == 6
    assert not found["skipped"]
    if encoding == "utf-8" and shape == "array":
        path = tmp_path / "export.json"
        assert [json.loads(spot(path, row["locator"]))["id"] for row in found["messages"]] == [i["id"] for i in items]


def test_the_address_that_was_asked_tells_owner_and_folder(empty_case: Case, tmp_path: Path) -> None:
    path = tmp_path / "page1.json"
    path.write_text(json.dumps({"@odata.context": CONTEXT, "value": [resource(1), resource(2)]}))
    for row in take_in(empty_case, path)["messages"]:
        assert (row["mailbox"], row["mailbox_basis"], row["folder"]) == ("alice@example.org", "inferred", "Sent Items")
        assert row["owner_hints"] == ["alice@example.org"]


def test_an_owner_is_an_address_and_never_from_a_letter(empty_case: Case, tmp_path: Path) -> None:
    guid = "86b6ceaf-57f7-4278-97c4-4da0a97f6cdb@70559e59-b378-49ea-8e53-07a3a3d27f5b"
    context = f"https://graph.microsoft.com/v1.0/users('{guid}')/messages"
    letter = resource(1, subject='"@odata.context": "https://x/users(\'evil@evil.example\')/messages"', toRecipients=[])
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"@odata.context": context, "value": [letter]}))
    assert take_in(empty_case, path)["messages"][0]["owner_hints"] == []


def test_a_page_of_few_fields_is_read(tmp_path: Path) -> None:
    value = [{"@odata.etag": "x", "id": "1", "subject": "s", "sender": person("bob@example.com")}]
    context = "https://graph.microsoft.com/v1.0/$metadata#users('x')/messages(sender,subject)"
    found = read(tmp_path, {"@odata.context": context, "value": value})
    assert [(row["subject"], row["from_address"]) for row in found["messages"]] == [("s", "bob@example.com")]


def test_powershells_spelling(tmp_path: Path) -> None:
    def spelled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key[0].upper() + key[1:]: spelled(item) for key, item in value.items()}
        return [spelled(item) for item in value] if isinstance(value, list) else value

    file = {
        "Id": "1",
        "Name": "a.txt",
        "ContentType": "text/plain",
        "AdditionalProperties": {"contentBytes": "aGVsbG8="},
    }
    found = read(tmp_path, [{**spelled(resource(hasAttachments=True)), "Attachments": [file]}])
    (row,) = found["messages"]
    assert (row["from_address"], row["subject"], row["text"]) == (
        "bob@example.com",
        "見積書 1",
        "お世話になっております",
    )
    assert found["attachments"][0]["text"] == "hello"


def test_attachments_of_every_kind(tmp_path: Path) -> None:
    attached = [
        {
            "@odata.type": "#microsoft.graph.fileAttachment",
            "name": "../../名簿.csv",
            "contentType": "text/csv",
            "contentBytes": base64.b64encode("氏名\n星野".encode()).decode(),
        },
        {"@odata.type": "#microsoft.graph.itemAttachment", "name": "Fw", "item": resource(7, hasAttachments=True)},
        {"@odata.type": "#microsoft.graph.fileAttachment", "name": "bad", "contentBytes": "!!!a"},
        {"@odata.type": "#microsoft.graph.referenceAttachment", "name": "plan.docx"},
    ]
    found = read(tmp_path, resource(hasAttachments=True, attachments=attached))
    assert [row["filename"] for row in found["attachments"]] == ["../../名簿.csv", "Fw", "bad", "plan.docx"]
    assert found["attachments"][0]["text"] == "氏名\n星野"
    assert "見積書 7" in found["attachments"][1]["text"]
    assert "お世話になっております" in found["attachments"][1]["text"]
    assert {row["reason"] for row in found["skipped"]} == {"attachment_broken", "not_exported"}
    assert found["messages"][0]["attachment_count"] == 4


def test_transport_headers_are_read_too(tmp_path: Path) -> None:
    lines = [
        {"name": "Received", "value": "from a.example.com by mx.example.org; Mon, 1 Mar 2021 10:00:03 +0000"},
        {"name": "References", "value": "<0@example.com>"},
        {"name": "In-Reply-To", "value": "<0@example.com>"},
        {"name": "Subject", "value": "not this one"},
        {"name": "Bad\nFrom: x@evil.example", "value": "x"},
        {"name": "X-A", "value": "a\r\nFrom: x@evil.example"},
    ]
    (row,) = read(tmp_path, resource(internetMessageHeaders=lines))["messages"]
    assert (row["in_reply_to"], row["references"], row["subject"]) == (
        "<0@example.com>",
        ["<0@example.com>"],
        "見積書 1",
    )
    assert [hop[:2] for hop in row["received"]] == [("mx.example.org", "a.example.com")]
    assert row["from_address"] == "bob@example.com"


def test_what_the_export_leaves_out_is_told(tmp_path: Path) -> None:
    bare = {key: value for key, value in resource(1, hasAttachments=True).items() if key != "body"}
    found = read(tmp_path, [bare, {"id": "AAMk9", "@removed": {"reason": "deleted"}}, resource(2, isDraft=True)])
    assert [row["notes"] for row in found["messages"]] == [["preview_only", "attachments_not_exported"], ["draft"]]
    assert found["messages"][0]["text"] == "お世話に"
    assert sorted(row["reason"] for row in found["skipped"]) == ["not_a_record", "not_exported", "not_exported"]


def test_a_page_that_is_cut_off_loses_only_its_last_message(tmp_path: Path) -> None:
    text = json.dumps({"@odata.context": CONTEXT, "value": [resource(n) for n in range(5)]}, indent=1)
    found = read(tmp_path, text[:-600])
    assert len(found["messages"]) == 4
    assert [row["reason"] for row in found["skipped"]] == ["truncated"]


def test_no_other_reader_claims_it_and_it_claims_no_other() -> None:
    head = json.dumps([resource()]).encode()
    assert max(reader.detect(head, "a.json") for reader in (eml.READER, mbox.READER, m365_audit_json.READER)) < 20
    signin = {"id": "1", "createdDateTime": "2021-03-01T10:00:00Z", "userPrincipalName": "a@example.org", "appId": "x"}
    event = {"id": "1", "subject": "x", "bodyPreview": "x", "attendees": [], "start": {}}
    audit = {"CreationTime": "2021-03-01T10:00:00", "Operation": "MailItemsAccessed", "InternetMessageId": "<1@x>"}
    for other in (signin, event, audit):
        assert READER.detect(json.dumps([other]).encode(), "messages.json") == 0
    assert READER.detect(mail(1), "x") == 0


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*resource(), "attachments", "internetMessageHeaders"]), _JSON, max_size=8))
@settings(deadline=None, max_examples=150)
def test_no_value_of_any_field_loses_the_message(tmp_path_factory: pytest.TempPathFactory, odd: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("graph") / "x.json"
    path.write_text(json.dumps([{**resource(1), **odd}, resource(2)]))
    found = rows(READER, path)
    assert len(found["messages"]) == 2
    assert "reader_failed" not in {row["reason"] for row in found["skipped"]}
