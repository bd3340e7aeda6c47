"""Two ways through a CSV, by the block and row by row, and two forms of a record: the same rows from both."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import rows, spot

from unsealed.read import m365_audit_csv
from unsealed.read.m365 import bulk, csv_columns, record, records

if TYPE_CHECKING:
    from pathlib import Path

WORDS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(["", "Not Available", "\\Inbox", "<a@b>", "a@b", "True", "Bind", "Sync"]),
)
ODD = st.one_of(
    WORDS,
    st.integers(-5, 10**6),
    st.booleans(),
    st.lists(WORDS, max_size=2),
    st.dictionaries(WORDS.filter(lambda w: isinstance(w, str)), WORDS, max_size=2),
)
ITEMS = st.lists(
    st.fixed_dictionaries({}, optional={"InternetMessageId": WORDS, "Subject": WORDS, "Id": WORDS}), max_size=3
)
FOLDERS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={"Path": WORDS, "Name": WORDS, "FolderItems": ITEMS, "ParentFolder": ODD, "InternetMessageId": WORDS},
    ),
    max_size=3,
)
PROPERTIES = st.lists(
    st.fixed_dictionaries({"Name": st.sampled_from(["MailAccessType", "IsThrottled", "mailaccesstype"]), "Value": ODD}),
    max_size=3,
)
RECORDS = st.fixed_dictionaries(
    {
        "CreationTime": st.sampled_from(
            [
                "2023-05-01T01:08:48",
                "2023-05-01T01:08:60",
                "2023-05-01T25:08:48",
                "2023-05-01",
                "5/1/2023 1:08:48 AM",
                "2023-05-01T01:08:48.25Z",
            ]
        ),
        "Operation": st.sampled_from(
            ["MailItemsAccessed", "Send", "AttachmentAccess", "HardDelete", "UserLoggedIn", ""]
        ),
    },
    optional={
        "Id": ODD,
        "UserId": ODD,
        "ResultStatus": ODD,
        "MailboxOwnerUPN": ODD,
        "MailboxGuid": ODD,
        "ClientIP": ODD,
        "ClientIPAddress": st.sampled_from(["192.0.2.1:80", "[2001:db8::1]:9", "x", ""]),
        "ClientInfoString": ODD,
        "SessionId": ODD,
        "OperationCount": ODD,
        "LogonType": ODD,
        "RecordType": ODD,
        "OperationProperties": st.one_of(PROPERTIES, ODD),
        "Folders": st.one_of(FOLDERS, FOLDERS.map(json.dumps), ODD),
        "Item": ODD,
        "Messages": ODD,
        "AffectedItems": ODD,
        "AppAccessContext": ODD,
        "DeviceProperties": ODD,
    },
)


NAMED = st.sampled_from(["<a@b>", " <a@b> ", "a@b", "", "<", None])
PARENT = st.one_of(st.none(), st.fixed_dictionaries({}, optional={"Path": WORDS, "Name": WORDS}))
TIDY = st.fixed_dictionaries(
    {
        "Id": st.sampled_from(["A1B2C3D4-0000-4000-8000-00000000ABCD", "short", "ひとつ"]),
        "CreationTime": st.sampled_from(["2023-05-01T01:08:48", "2023-05-01T01:08:48.25", "2023-05-01T01:08:48Z", "x"]),
        "Operation": st.sampled_from(
            ["MailItemsAccessed"] * 4 + ["Send", "Create", "HardDelete", "Move", "AttachmentAccess", "UserLoginFailed"]
        ),
    },
    optional={
        "UserId": st.sampled_from([" Alice@Example.ORG ", "", None, "alice@example.org"]),
        "ResultStatus": st.sampled_from(["Succeeded", "Failed", "PartiallySucceeded", True, False, 0, 1, None]),
        "MailboxOwnerUPN": st.sampled_from(["Bob@Example.org", "", None]),
        "MailboxGuid": st.sampled_from(["ABC", "", None]),
        "ClientIP": st.sampled_from(["192.0.2.7", "", "x", None, 5]),
        "ClientIPAddress": st.sampled_from(["192.0.2.1:80", "[2001:db8::1]:9", "x", "", None]),
        "ActorIpAddress": st.sampled_from(["192.0.2.9", None]),
        "ClientInfoString": WORDS,
        "UserAgent": WORDS,
        "ExtendedProperties": st.lists(
            st.fixed_dictionaries(
                {"Name": st.sampled_from(["UserAgent", "useragent", "RequestType"])}, optional={"Value": ODD}
            ),
            max_size=3,
        ),
        "SessionId": WORDS,
        "OperationCount": st.sampled_from([0, 7, -1, "3", "x", 2**63, 1.5, True, None]),
        "AppId": WORDS,
        "LogonType": st.sampled_from([0, 1, 2, "Owner", True, False, 1.0, None, "9"]),
        "OperationProperties": st.tuples(
            st.sampled_from(["Bind", "Sync", "bind", "Other"]), st.sampled_from(["True", "False", "true", True, "?"])
        ).map(lambda pair: [{"Name": "MailAccessType", "Value": pair[0]}, {"Name": "IsThrottled", "Value": pair[1]}]),
        "Folders": st.lists(
            st.fixed_dictionaries(
                {
                    "FolderItems": st.lists(
                        st.fixed_dictionaries({}, optional={"InternetMessageId": NAMED, "Subject": WORDS}),
                        min_size=1,
                        max_size=3,
                    )
                },
                optional={"Path": WORDS, "Name": WORDS, "ParentFolder": PARENT},
            ),
            max_size=3,
        ),
        "Item": st.one_of(
            st.none(),
            st.fixed_dictionaries({}, optional={"InternetMessageId": NAMED, "ParentFolder": PARENT, "Subject": WORDS}),
        ),
        "AffectedItems": st.lists(st.fixed_dictionaries({"InternetMessageId": NAMED, "Subject": WORDS}), max_size=2),
        "DestFolder": st.one_of(st.none(), PARENT, st.just('{"Path": "\\\\Archive"}')),
        "DestMailboxOwnerUPN": st.sampled_from([None, "Bob@Example.org", "alice@example.org"]),
        "DestMailboxGuid": st.sampled_from([None, "g-1", "G-2"]),
        "AppAccessContext": st.sampled_from([None, {"AADSessionId": "s-1"}, '{"ClientAppId": "c"}']),
    },
)


@settings(max_examples=600, deadline=None)
@given(st.lists(TIDY, min_size=1, max_size=4))
def test_by_the_column_records_mean_the_same_as_one_by_one(values: list[dict[str, Any]]) -> None:
    chosen = [value for value in values if bulk.usual(record.plain(json.dumps(value).encode()))]
    plain = [record.plain(json.dumps(value).encode()) for value in chosen]
    if not plain or any(value["CreationTime"] == "x" for value in chosen):
        return
    gathered = bulk.Gathered()
    gathered.usual(plain)  # type: ignore[arg-type]
    batch = gathered.batch()
    columns = listed(batch.columns)
    events = [records.event(record.of_dict(value), None) for value in chosen]
    assert list(zip(*(columns[name] for name in records.EVENT), strict=True)) == events
    inner = [
        records.accesses(record.of_dict(value), event[2], event[0], event[4])
        for value, event in zip(chosen, events, strict=True)
    ]
    assert batch.owners == [number for number, found in enumerate(inner) for _ in found]
    found = listed(batch.inner.columns) if batch.inner else {name: [] for name in records.ACCESS}
    assert list(zip(*(found[name] for name in records.ACCESS), strict=True)) == [row for rows in inner for row in rows]


def listed(columns: dict[str, Any]) -> dict[str, Any]:
    """Give columns as lists, whether they are Arrow arrays or lists already."""
    return {name: values.to_pylist() if isinstance(values, pa.Array) else values for name, values in columns.items()}


def as_text(found: list[dict[str, Any]]) -> list[str]:
    """Give rows as they are written: what is no text is made text."""
    return sorted(repr({name: None if value is None else str(value) for name, value in row.items()}) for row in found)


def export(found: list[dict[str, Any]], noise: list[str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["RecordType", "Note", "AuditData", "ResultIndex"])
    for number, one in enumerate(found):
        writer.writerow(["x", noise[number % len(noise)], json.dumps(one), number])
    return out.getvalue().encode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(RECORDS, TIDY), min_size=1, max_size=12),
    st.lists(st.sampled_from(["plain", 'a "quoted" word', "two\nlines", "", 'x,"{""y']), min_size=1, max_size=4),
    st.sampled_from([300, 1_000, 1 << 20]),
    st.sampled_from([1, 3, 64]),
)
def test_by_the_block_and_row_by_row_give_the_same_rows(
    tmp_path: Path, found: list[dict[str, Any]], noise: list[str], block: int, step: int
) -> None:
    path = tmp_path / "audit.csv"
    path.write_bytes(export(found, noise))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(m365_audit_csv, "BLOCK", block)
        patch.setattr(csv_columns, "STEP", step)
        quick = rows(m365_audit_csv.READER, path)
        patch.setattr(csv_columns.Columns, "block", lambda *_: None)
        slow = rows(m365_audit_csv.READER, path)
    for table in ("events", "accesses", "skipped"):
        assert as_text(quick[table]) == as_text(slow[table]), table
    assert len(quick["events"]) + len(quick["skipped"]) == len(found)
    for event in quick["events"]:
        text = spot(path, event["locator"]).decode()
        assert next(csv.reader(io.StringIO(text, newline="")))[2] == event["raw"]


def test_a_cut_is_never_made_inside_of_a_quoted_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "audit.csv"
    one = {"CreationTime": "2023-05-01T01:08:48", "Operation": "Send", "Id": "genuine"}
    forged = (
        "x\n" * 200 + 'x,y,"{""CreationTime"":""2020-01-01T00:00:00"",""Operation"":""Send"",""Id"":""forged""}",1\n'
    )
    path.write_bytes(export([{**one, "Id": f"genuine {n}"} for n in range(40)], [forged, "plain"]))
    monkeypatch.setattr(m365_audit_csv, "RANGE", 700)
    reader = m365_audit_csv.READER
    assert len(reader.ranges(str(path), path.stat().st_size)) > 5
    found = rows(reader, path)
    assert sorted(event["record_id"] for event in found["events"]) == sorted(f"genuine {n}" for n in range(40))
    assert not found["skipped"]
