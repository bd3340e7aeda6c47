"""MISP events and feeds: attributes, objects, composite types, `to_ids`, dates and tags."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from unsealed.hunt.indicators import load

if TYPE_CHECKING:
    from pathlib import Path

SHA1, SHA256, MD5 = "a" * 40, "b" * 64, "c" * 32


def attribute(kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"uuid": f"u-{kind}", "type": kind, "category": "Network activity", "value": value, "to_ids": True, **more}


def event(*attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Event": {"uuid": "e-1", "info": "Storm", "Attribute": list(attributes), **more}}


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("ip-src", "203.0.113.7", {("ip", "203.0.113.7")}),
        ("ip-dst", "203.0.113.0/24", {("network", "203.0.113.0/24")}),
        ("ip-dst|port", "203.0.113.7|443", {("ip", "203.0.113.7")}),
        ("ip-src|port", "2001:db8::7|443", {("ip", "2001:db8::7")}),
        ("domain", "evil.example", {("domain", "evil.example")}),
        ("hostname", "mx.evil.example", {("domain", "mx.evil.example")}),
        ("hostname|port", "mx.evil.example|443", {("domain", "mx.evil.example")}),
        ("domain|ip", "evil.example|203.0.113.7", {("domain", "evil.example"), ("ip", "203.0.113.7")}),
        ("url", "https://evil.example/x", {("url", "evil.example/x")}),
        ("email", "a@evil.example", {("email", "a@evil.example")}),
        ("email-src", "a@evil.example", {("email", "a@evil.example")}),
        ("email-dst", "a@evil.example", {("email", "a@evil.example")}),
        ("email-reply-to", "a@evil.example", {("email", "a@evil.example")}),
        ("email-subject", "Fwd: Your  Invoice", {("subject", "your invoice")}),
        ("email-attachment", "Invoice.EXE", {("filename", "invoice.exe")}),
        ("filename", "C:\\x\\Invoice.exe", {("filename", "invoice.exe")}),
        ("filename|sha256", f"a b, c.exe|{SHA256}", {("sha256", SHA256)}),
        ("filename|sha1", f"x.exe|{SHA1}", {("sha1", SHA1)}),
        ("malware-sample", f"x.exe|{MD5}", {("md5", MD5)}),
        ("sha256", SHA256.upper(), {("sha256", SHA256)}),
        ("user-agent", "axios/1.2", {("user_agent", "axios/1.2")}),
    ],
)
def test_each_type_means_its_kind(leads: Any, kind: str, value: str, wanted: set[tuple[str, str]]) -> None:
    found, unusable = leads(event(attribute(kind, value)))
    assert (set(found), unusable) == (wanted, [])
    item = next(iter(found.values()))
    assert item.source == f"leads event e-1 attribute u-{kind}"
    assert "Storm" in item.note


@pytest.mark.parametrize(
    "kind",
    [
        "x509-fingerprint-sha1",
        "regkey",
        "mutex",
        "pdb",
        "yara",
        "imphash",
        "ssdeep",
        "sha512",
        "AS",
        "btc",
        "text",
        "port",
        "whois-registrant-name",
    ],
)
def test_types_that_leave_no_trace_are_told(leads: Any, kind: str) -> None:
    found, unusable = leads(event(attribute(kind, SHA1), attribute("ip-dst", "203.0.113.7")))
    assert set(found) == {("ip", "203.0.113.7")}
    assert [item.source for item in unusable] == [f"leads event e-1 attribute u-{kind}"]


@pytest.mark.parametrize(
    "document",
    [
        {"response": [event(attribute("ip-dst", "203.0.113.7"))]},
        {"response": {"Attribute": [attribute("ip-dst", "203.0.113.7")]}},
        [event(attribute("ip-dst", "203.0.113.7"))],
        event(Object=[{"name": "file", "Attribute": [attribute("ip-dst", "203.0.113.7")]}]),
    ],
)
def test_every_wrapping_is_read(leads: Any, document: Any) -> None:
    assert set(leads(document)[0]) == {("ip", "203.0.113.7")}


def test_to_ids_is_held_to_where_an_event_uses_it(leads: Any) -> None:
    found, unusable = leads(
        event(attribute("ip-dst", "203.0.113.7"), attribute("domain", "victim.example", to_ids=False))
    )
    assert set(found) == {("ip", "203.0.113.7")}
    assert ["to_ids" in item.reason for item in unusable] == [True]


def test_an_event_that_marks_nothing_gives_its_traces_and_no_references(leads: Any) -> None:
    trace = attribute("ip-dst", "203.0.113.7", to_ids=False)
    reference = attribute("url", "https://blog.example/report", to_ids=False, category="External analysis")
    found, unusable = leads(event(trace, reference))
    assert set(found) == {("ip", "203.0.113.7")}
    assert "External analysis" in unusable[0].reason


def test_deleted_attributes_are_not_used(leads: Any) -> None:
    found, unusable = leads(event(attribute("ip-dst", "203.0.113.7"), attribute("ip-dst", "203.0.113.8", deleted=True)))
    assert set(found) == {("ip", "203.0.113.7")}
    assert "deleted" in unusable[0].reason


def test_an_attribute_counts_until_a_year_after_it_was_last_seen(leads: Any) -> None:
    found, _ = leads(
        event(
            attribute(
                "ip-dst",
                "203.0.113.7",
                first_seen="2022-03-01T00:00:00.000000+00:00",
                last_seen="2022-04-01T00:00:00+00:00",
            )
        )
    )
    item = found["ip", "203.0.113.7"]
    assert item.valid_from == datetime(2022, 3, 1, tzinfo=UTC)
    assert item.valid_until == datetime(2023, 4, 1, tzinfo=UTC)


def test_tags_of_the_event_or_attribute_say_how_far_to_share(leads: Any) -> None:
    found, _ = leads(event(attribute("ip-dst", "203.0.113.7"), Tag=[{"name": "tlp:green"}]))
    assert found["ip", "203.0.113.7"].marking == "TLP:GREEN"
    found, _ = leads(event(attribute("ip-dst", "203.0.113.7", Tag=[{"name": "tlp:red"}]), Tag=[{"name": "tlp:green"}]))
    assert found["ip", "203.0.113.7"].marking == "TLP:RED"


def test_its_csv_export_holds_to_to_ids_too(leads: Any) -> None:
    head = "uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag\n"
    rows = '"1",5,"Network activity","ip-dst","203.0.113.7","C2",1,20230101,"","tlp:amber"\n'
    rows += '"2",5,"Network activity","domain","victim.example","",0,20230101,"",""\n'
    found, unusable = leads(head + rows)
    assert set(found) == {("ip", "203.0.113.7")}
    assert (found["ip", "203.0.113.7"].source, found["ip", "203.0.113.7"].marking) == ("leads line 2", "TLP:AMBER")
    assert [item.source for item in unusable] == ["leads line 3"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_feed_is_a_folder_or_a_zip_of_events(tmp_path: Path, packed: bool) -> None:
    files = {
        "manifest.json": json.dumps({"e-1": {"info": "203.0.113.99"}}),
        "hashes.csv": f"{MD5},e-1\n",
        "e-1.json": json.dumps(event(attribute("ip-dst", "203.0.113.7"))),
        "sub/e-2.json": json.dumps(event(attribute("domain", "evil.example"))),
        "broken.json": "{",
    }
    path = tmp_path / ("feed.zip" if packed else "feed")
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        for name, content in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(content)
    found, unusable = load(path)
    assert {(item.kind, item.value) for item in found} == {("ip", "203.0.113.7"), ("domain", "evil.example")}
    assert {item.source.split()[0] for item in unusable} == {"broken.json"}


def test_nesting_without_end_does_no_harm(leads: Any) -> None:
    deep: Any = event(attribute("ip-dst", "203.0.113.7"))
    for _ in range(300):
        deep = [deep]
    found, unusable = leads(json.dumps([deep, event(attribute("domain", "evil.example"))]))
    assert set(found) == {("domain", "evil.example")}
    assert unusable == []
