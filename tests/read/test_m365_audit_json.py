"""JSON of any kind: one broken object costs itself; nothing in it can stop a reader (the shapes: test_m365_audit_csv)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import Row, rows, spot, take_in
from work import growth

from unsealed.case import Case
from unsealed.read import json_stream
from unsealed.read.m365_audit_json import READER


def record(number: int, **more: object) -> Row:
    return {
        "CreationTime": f"2021-03-01T10:00:{number % 60:02}",
        "Id": f"id-{number}",
        "Operation": "Send",
        "Workload": "Exchange",
        **more,
    }


def ids(found: dict[str, list[Row]]) -> list[str]:
    return [row["record_id"] for row in found["events"]]


BROKEN = [
    '{"CreationTime": "2021',
    '{"a": }',
    "{'a': 1}",
    '{"a": "unclosed}',
    "{]}",
    "nonsense",
    '{"a": NaN, }',
    '{"n": ' + "1" * 5000 + "}",
    '{"a":' * 3000,
    "[" * 3000,
    '"a bare word"',
    "17",
    "{}",
    '{"a": 1}',
]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_object_in_an_array_costs_itself(tmp_path: Path, broken: str, indent: int | None) -> None:
    texts = [json.dumps(record(n), indent=indent) for n in range(6)]
    path = tmp_path / "log.json"
    path.write_text("[" + ",\n".join([*texts[:3], broken, *texts[3:]]) + "]")
    found = rows(READER, path)
    assert ids(found) == [f"id-{n}" for n in range(6)]
    assert found["skipped"] or broken == "[" * 3000


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_line_costs_itself(tmp_path: Path, broken: str) -> None:
    texts = [json.dumps(record(n)) for n in range(6)]
    for place in (0, 3, 6):
        path = tmp_path / f"{place}.jsonl"
        path.write_text("\n".join([*texts[:place], broken, *texts[place:]]) + "\n")
        found = rows(READER, path)
        assert ids(found) == [f"id-{n}" for n in range(6)]
        assert found["skipped"] or broken == "[" * 3000


def test_a_truncated_tail_is_told_as_that(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps([record(n) for n in range(4)])[:-30])
    found = rows(READER, path)
    assert ids(found) == ["id-0", "id-1", "id-2"]
    assert [row["reason"] for row in found["skipped"]] == ["truncated"]


def test_half_characters_and_odd_types_reach_the_tables(empty_case: Case, tmp_path: Path) -> None:
    odd = [
        record(1, ObjectId="half \ud800 character", Workload=["a"], AppId=5),
        record(2, UserId=7, SessionId={"a": 1}, ClientIP=["x"]),
        record(3, Item="{broken", Folders=5, AffectedItems="x", LogonType=[]),
        record(4, Operation="MailItemsAccessed", Folders={"FolderItems": [None, 5, {}]}),
        record(5, AppAccessContext="x", ExtendedProperties=[None, {"Name": 5}], ResultStatus=None, MailboxOwnerUPN=""),
    ]
    (tmp_path / "log.json").write_text(json.dumps(odd, indent=1))
    (tmp_path / "log.jsonl").write_text(
        "\n".join(json.dumps({**row, "Id": f"l-{n}"}) for n, row in enumerate(odd) if n)
    )
    found = take_in(empty_case, tmp_path / "log.json", tmp_path / "log.jsonl")
    assert len(found["events"]) == 9
    assert not found["skipped"]


def test_bytes_that_are_no_text_do_not_move_places(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    made = json.dumps([record(n, ObjectId="é" * n) for n in range(5)], ensure_ascii=False, indent=1).encode()
    path.write_bytes(made.replace("éé".encode(), b"\xff\xc3", 2))
    found = rows(READER, path)
    assert len(found["events"]) == 5
    for row in found["events"]:
        assert spot(path, row["locator"]).startswith(b"{")
        assert row["record_id"].encode() in spot(path, row["locator"])


@pytest.mark.parametrize("window", [7, 64, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_any_window_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int, encoding: str) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(
        (
            "\ufeff" + json.dumps([record(n, ObjectId="件😀" * n) for n in range(9)], ensure_ascii=False, indent=1)
        ).encode(encoding)
    )
    whole = rows(READER, path)
    monkeypatch.setattr(json_stream, "WINDOW", window)
    assert rows(READER, path) == whole
    assert len(whole["events"]) == 9


def test_how_items_were_opened_is_told_in_the_record_s_own_words(tmp_path: Path) -> None:
    said = [{"Name": "MailAccessType", "Value": "Sync"}, {"Name": "IsThrottled", "Value": "True"}]
    path = tmp_path / "x.json"
    path.write_text(
        json.dumps(
            [
                record(1, Operation="MailItemsAccessed", OperationProperties=said, OperationCount=12),
                record(2, Operation="MailItemsAccessed", OperationProperties=json.dumps(said), OperationCount="3"),
                record(3, Operation="MailItemsAccessed", OperationCount=2**63),
                record(4, Operation="Send", OperationProperties=said, OperationCount=True),
            ]
        )
    )
    told = [(row["access_type"], row["throttled"], row["operation_count"]) for row in rows(READER, path)["events"]]
    assert told == [("Sync", "True", 12), ("Sync", "True", 3), (None, None, None), (None, None, None)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(st.binary(max_size=200) | st.text(st.sampled_from('{}[]",: \n\\a1é'), max_size=120).map(str.encode))
def test_nothing_raises(tmp_path: Path, data: bytes) -> None:
    READER.detect(data, "x")
    path = tmp_path / "x.json"
    path.write_bytes(data + b" ")
    rows(READER, path)


@pytest.mark.parametrize(("head", "unit"), [("{", "\n"), ("}", " "), ("", '{"a"'), ("", "{}"), ("", "\n")])
@pytest.mark.parametrize("tail", ["", "x"])
def test_work_grows_no_faster_than_what_is_broken(tmp_path: Path, head: str, unit: str, tail: str) -> None:
    def made(size: int) -> Path:
        path = tmp_path / f"{size}.json"
        hostile = head + unit * (size // len(unit)) + tail
        path.write_text("[" + json.dumps(record(1)) + hostile + json.dumps(record(2)) + "]")
        return path

    assert growth(made, lambda path: rows(READER, path), 300) < 6


@pytest.mark.parametrize("between", ["", "\n", ",", "\r\n  "])
def test_pages_of_records_strung_together_are_all_read(tmp_path: Path, between: str) -> None:
    pages = [
        {"@odata.nextLink": "https://x.example/?a=1", "value": [{**record, "Id": f"{page}-{n}"} for n in range(2)]}
        for page, record in enumerate(
            [{"CreationTime": "2023-05-01T01:08:48", "Operation": "Send", "Workload": "Exchange"}] * 3
        )
    ]
    path = tmp_path / "pages.json"
    path.write_text(between.join(map(json.dumps, pages)))
    found = rows(READER, path)
    assert sorted(event["record_id"] for event in found["events"]) == [
        f"{page}-{n}" for page in range(3) for n in range(2)
    ]
    assert not found["skipped"]


@pytest.mark.parametrize("data", [b"\xb4", b"\xb4\xb4", b"\xb4\xb4\xb4\xb4", b"[\xb4"])
def test_a_file_of_stray_bytes_is_told_and_nothing_raises(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "stray.json"
    path.write_bytes(data)
    found = rows(READER, path)
    assert not found["events"]
    assert found["skipped"]
