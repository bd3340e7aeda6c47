"""The audit log in every shape that a responder may bring: each must give the same events and accesses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from samples import Row, rows, spot, take_in

from unsealed.case import Case
from unsealed.read import m365_audit_csv, m365_audit_json
from unsealed.read import reader as protocol
from unsealed.read.engine import readers

COMMON = {"OrganizationId": "o-1", "UserType": 0, "Version": 1, "Workload": "Exchange", "ResultStatus": "Succeeded"}


def folder_items(*ids: str, path: str = "\\Inbox") -> list[Row]:
    return [{"Path": path, "FolderItems": [{"InternetMessageId": i, "SizeInBytes": 5} for i in ids]}]


def records() -> list[Row]:
    """Make one record of each kind that decides something."""
    mailbox = {
        "MailboxOwnerUPN": "Alice@Example.org",
        "MailboxGuid": "g-1",
        "LogonType": 0,
        "ClientInfoString": 'Client=OWA; "x", y',
    }
    bind = [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}]
    sync = [{"Name": "MailAccessType", "Value": "Sync"}, {"Name": "IsThrottled", "Value": "True"}]
    return [
        {
            **COMMON,
            **mailbox,
            "Operation": "MailItemsAccessed",
            "RecordType": 50,
            "UserId": "alice@example.org",
            "ClientIPAddress": "203.0.113.7",
            "SessionId": "s-1",
            "OperationProperties": bind,
            "Folders": folder_items("<1@example.org>", "<2@example.org>"),
        },
        {
            **COMMON,
            **mailbox,
            "Operation": "MailItemsAccessed",
            "RecordType": 2,
            "UserId": "ALICE@example.org",
            "ClientIPAddress": "2001:db8::1",
            "OperationProperties": sync,
            "Item": {"ParentFolder": {"Name": "Inbox", "Path": "Not Available"}},
        },
        {
            **COMMON,
            **mailbox,
            "Operation": "Send",
            "RecordType": 2,
            "UserId": "alice@example.org",
            "ClientIPAddress": "203.0.113.7",
            "Item": {
                "InternetMessageId": "<3@example.org>",
                "Subject": '見積, "final"\nversion',
                "ParentFolder": {"Path": "\\Drafts"},
            },
        },
        {
            **COMMON,
            **mailbox,
            "Operation": "HardDelete",
            "RecordType": 3,
            "UserId": "alice@example.org",
            "ClientIPAddress": "203.0.113.7",
            "AffectedItems": [
                {"InternetMessageId": "<4@example.org>", "Subject": "gone", "ParentFolder": {"Path": "\\Deleted Items"}}
            ],
        },
        {
            **COMMON,
            "Operation": "New-InboxRule",
            "RecordType": 1,
            "UserId": "alice@example.org",
            "ClientIP": "[2001:db8::2]:4431",
            "ObjectId": "alice\\rule",
            "Parameters": [{"Name": "ForwardTo", "Value": "x@evil.example"}],
        },
        {
            **COMMON,
            "Operation": "Set-Mailbox",
            "RecordType": 1,
            "UserId": "admin@example.org",
            "ClientIP": "203.0.113.9:5511",
            "ResultStatus": "True",
            "ObjectId": "alice",
        },
    ]


def numbered() -> list[Row]:
    return [
        {"CreationTime": f"2021-05-18T21:{13 + n}:33", "Id": f"id-{n}", **record} for n, record in enumerate(records())
    ]


# -- the shapes ------------------------------------------------------------------------------------------------------


def dumps(record: Row) -> str:
    return json.dumps(record, separators=(",", ":"))


def _csv(header: list[str], lines: list[list[Any]], **dialect: Any) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", **dialect)
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()


def export_csv(found: list[Row], **dialect: Any) -> str:
    header = [
        "RecordType",
        "CreationDate",
        "UserIds",
        "Operations",
        "AuditData",
        "ResultIndex",
        "ResultCount",
        "Identity",
        "IsValid",
    ]
    return _csv(
        header,
        [
            [
                "ExchangeItem",
                f"5/18/2021 9:{13 + n}:33 PM",
                r["UserId"],
                r["Operation"],
                dumps(r),
                n,
                len(found),
                r["Id"],
                "True",
            ]
            for n, r in enumerate(found)
        ],
        **dialect,
    )


def purview(found: list[Row]) -> str:
    header = ["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits"]
    return _csv(
        header,
        [
            [r["Id"], r["CreationTime"] + ".0000000Z", r["RecordType"], r["Operation"], r["UserId"], dumps(r), ""]
            for r in found
        ],
    )


def reexport(found: list[Row]) -> str:
    return _csv(["_time", "host", "AuditData"], [[r["CreationTime"], "h;1", dumps(r)] for r in found], delimiter=";")


def graph(found: list[Row], *, as_text: bool) -> str:
    wrapped = [
        {
            "id": r["Id"],
            "createdDateTime": r["CreationTime"] + "Z",
            "auditLogRecordType": "x",
            "operation": r["Operation"],
            "userPrincipalName": r["UserId"],
            "auditData": dumps(r) if as_text else r,
        }
        for r in found
    ]
    return json.dumps(
        {
            "@odata.context": "https://graph.microsoft.com/beta/$metadata#x",
            "@odata.count": len(found),
            "value": wrapped,
        },
        indent=1,
    )


def _sentinel_row(record: Row) -> Row:
    renamed = {
        "CreationTime": "TimeGenerated",
        "Workload": "OfficeWorkload",
        "ClientIPAddress": "Client_IPAddress",
        "LogonType": "Logon_Type",
        "Id": "OfficeId",
        "ObjectId": "OfficeObjectId",
    }
    row = {
        renamed.get(key, key): json.dumps(value) if isinstance(value, (list, dict)) else value
        for key, value in record.items()
    }
    return {**row, "TimeGenerated": row["TimeGenerated"] + ".0000000Z", "Type": "OfficeActivity"}


def sentinel_csv(found: list[Row]) -> str:
    made = [_sentinel_row(r) for r in found]
    header = list(dict.fromkeys(key for row in made for key in row))
    return _csv(
        [f"{h} [UTC]" if h == "TimeGenerated" else h for h in header],
        [[row.get(h, "") for h in header] for row in made],
    )


def sentinel_json(found: list[Row]) -> str:
    return json.dumps([_sentinel_row(r) for r in found], indent=2)


def splunk(found: list[Row]) -> str:
    return "\n".join(
        json.dumps(
            {"preview": False, "offset": n, "result": {"_raw": dumps(r), "sourcetype": "o365:management:activity"}}
        )
        for n, r in enumerate(found)
    )


SHAPES: dict[str, Any] = {
    "Export-Csv": export_csv,
    "Export-Csv, all quoted": lambda f: export_csv(f, quoting=csv.QUOTE_ALL),
    "Export-Csv of PowerShell 5": lambda f: (
        "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n" + export_csv(f, quoting=csv.QUOTE_ALL)
    ),
    "Export-Csv with a mark": lambda f: "\ufeff" + export_csv(f),
    "Export-Csv in UTF-16": lambda f: ("\ufeff" + export_csv(f)).encode("utf-16-le"),
    "Export-Csv, last line unended": lambda f: export_csv(f).removesuffix("\r\n"),
    "Export-Csv, tabs": lambda f: export_csv(f, delimiter="\t"),
    "Purview": purview,
    "re-export with semicolons": reexport,
    "array": lambda f: json.dumps(f, ensure_ascii=False),
    "array, printed": lambda f: json.dumps(f, indent=4),
    "array with a mark": lambda f: "\ufeff" + json.dumps(f),
    "array in UTF-16": lambda f: ("\ufeff" + json.dumps(f, ensure_ascii=False)).encode("utf-16-le"),
    "array in big-endian UTF-16": lambda f: ("\ufeff" + json.dumps(f, ensure_ascii=False, indent=1)).encode(
        "utf-16-be"
    ),
    "lines": lambda f: "\n".join(dumps(r) for r in f) + "\n",
    "lines of Windows": lambda f: "\r\n".join(dumps(r) for r in f) + "\r\n",
    "one object": lambda f: json.dumps(f[0], indent=1) + json.dumps(f[1:]),
    "arrays appended": lambda f: json.dumps(f[:2]) + json.dumps(f[2:4], indent=1) + "\n" + json.dumps(f[4:]),
    "objects with AuditData": lambda f: json.dumps(
        [{"RecordType": "x", "CreationDate": "5/18/2021 9:13:33 PM", "AuditData": dumps(r)} for r in f]
    ),
    "Graph": lambda f: graph(f, as_text=False),
    "Graph with text": lambda f: graph(f, as_text=True),
    "Sentinel CSV": sentinel_csv,
    "Sentinel JSON": sentinel_json,
    "Splunk": splunk,
}
NOT_COMPARED = {"locator", "evidence_id", "shape", "raw"}


def write(path: Path, made: str | bytes) -> Path:
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    return path


def read(path: Path) -> dict[str, list[Row]]:
    """Read a file with the reader that recognises it."""
    head = path.read_bytes()[: 64 << 10]
    sure, name = max((reader.detect(head, path.name), name) for name, reader in readers().items())
    assert sure >= 20, "no reader knows this file"
    return rows(readers()[name], path)


def core(found: list[Row]) -> list[Row]:
    return [{key: value for key, value in row.items() if key not in NOT_COMPARED} for row in found]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    return read(write(tmp_path_factory.mktemp("m") / "plain.json", json.dumps(numbered())))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_rows(tmp_path: Path, expected: dict[str, list[Row]], shape: str) -> None:
    found = read(write(tmp_path / "log", SHAPES[shape](numbered())))
    assert not found["skipped"]
    assert core(found["events"]) == core(expected["events"])
    assert found["accesses"] == expected["accesses"]


@pytest.mark.parametrize("shape", SHAPES)
def test_places_point_at_the_records_bytes(tmp_path: Path, shape: str) -> None:
    path = write(tmp_path / "log", SHAPES[shape](numbered()))
    encoding = "utf-16-be" if "big-endian" in shape else "utf-16-le" if "UTF-16" in shape else "utf-8"
    for row in read(path)["events"]:
        there = spot(path, row["locator"]).decode(encoding)
        assert row["record_id"] in there
        assert sum(f"id-{n}" in there for n in range(6)) == 1, "and at no other record's"


def test_what_the_records_say(expected: dict[str, list[Row]]) -> None:
    events, accesses = expected["events"], expected["accesses"]
    assert [row["client_ip"] for row in events] == [
        "203.0.113.7",
        "2001:db8::1",
        "203.0.113.7",
        "203.0.113.7",
        "2001:db8::2",
        "203.0.113.9",
    ]
    assert {row["user"] for row in events} == {"alice@example.org", "admin@example.org"}
    assert [row["mailbox"] for row in events][:4] == ["alice@example.org"] * 4
    assert [row["session_id"] for row in events] == ["s-1", None, None, None, None, None]
    assert {row["outcome"] for row in events} == {"success"}
    assert [(a["access"], a["folder"], a["internet_message_id"], a["throttled"]) for a in accesses] == [
        ("bind", "Inbox", "<1@example.org>", False),
        ("bind", "Inbox", "<2@example.org>", False),
        ("sync", "Inbox", None, True),
        ("send", "Drafts", "<3@example.org>", False),
        ("delete", "Deleted Items", "<4@example.org>", False),
    ]
    assert events[0]["time"] == 1621372413 * 1_000_000


def test_all_shapes_in_one_case_give_each_record_once(empty_case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    for number, (name, shape) in enumerate(SHAPES.items()):
        write(folder / f"{number:02} {name}", shape(numbered()))
    found = take_in(empty_case, folder)
    assert len(found["events"]) == len(records())
    assert {row["shape"] for row in found["events"]} == {"record"}, "the fuller form wins"
    assert len(found["accesses"]) == 5
    assert not found["skipped"]
    assert len(found["evidence"]) == len(SHAPES)


def test_a_row_without_audit_data_keeps_its_outer_columns(tmp_path: Path) -> None:
    made = _csv(
        ["CreationDate", "UserIds", "Operations", "AuditData"],
        [["5/18/2021 9:13:33 PM", "A@x.org", "UserLoggedIn", ""]],
    )
    (row,) = read(write(tmp_path / "log.csv", made))["events"]
    assert (row["operation"], row["user"], row["time"]) == ("UserLoggedIn", "a@x.org", 1621372413 * 1_000_000)


@pytest.mark.parametrize(
    "broken", ['{"CreationTime":"2021', "", "[]", "null", "{}", "not json", '{"a":1}', '{"Operation":1e999}']
)
def test_a_broken_record_costs_itself(tmp_path: Path, broken: str) -> None:
    lines = [[f"u{n}", dumps(r)] for n, r in enumerate(numbered())]
    lines.insert(3, ["bad", broken])
    path = write(tmp_path / "log.csv", _csv(["UserIds", "AuditData"], lines))
    found = read(path)
    assert len(found["events"]) == 6
    (told,) = found["skipped"]
    assert spot(path, told["locator"]).startswith(b"bad,")


def test_a_quote_that_nobody_closes_costs_its_row(tmp_path: Path) -> None:
    lines = export_csv(numbered()).split("\r\n")
    lines[2] = '"broken,' + "x" * 50
    found = read(write(tmp_path / "log.csv", "\r\n".join(lines)))
    assert len(found["events"]) == 5
    assert len(found["skipped"]) == 1


def test_a_truncated_tail_is_told(tmp_path: Path) -> None:
    found = read(write(tmp_path / "log.csv", export_csv(numbered())[:-300]))
    assert len(found["events"]) == 5
    assert len(found["skipped"]) == 1


def test_invalid_utf8_costs_nothing_else(tmp_path: Path) -> None:
    made = export_csv(numbered()).encode()
    found = read(write(tmp_path / "log.csv", made.replace(b"alice\\\\rule", b"al\xff\xfece")))
    assert len(found["events"]) == 6
    assert "al\ufffd\ufffdce" in found["events"][4]["target"]


def test_rows_over_several_lines(tmp_path: Path) -> None:
    made = _csv(["Note", "AuditData"], [["two\nlines", json.dumps(r, indent=1)] for r in numbered()])
    path = write(tmp_path / "log.csv", made)
    found = read(path)
    assert len(found["events"]) == 6
    assert all(row["record_id"].encode() in spot(path, row["locator"]) for row in found["events"])


@pytest.mark.parametrize("size", [300, 1000, 5000])
@pytest.mark.parametrize("shape", ["Export-Csv", "Export-Csv, all quoted", "Purview", "lines", "array", "Sentinel CSV"])
def test_ranges_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str, size: int) -> None:
    found = [{**r, "Id": f"{r['Id']}-{n}"} for n in range(5) for r in numbered()]
    path = write(tmp_path / "log", SHAPES[shape](found))
    whole = read(path)
    for module in (protocol, m365_audit_csv):
        monkeypatch.setattr(module, "RANGE", size)
    assert read(path) == whole


def test_the_real_export_and_the_real_records_agree(shared: Path) -> None:
    folder = shared / "logs" / "m365_audit"
    as_csv, as_json = read(folder / "search-unifiedauditlog.csv"), read(folder / "auditdata.jsonl")
    assert len(as_csv["events"]) == len(as_json["events"]) == 828
    assert core(as_csv["events"]) == core(as_json["events"])
    assert as_csv["accesses"] == as_json["accesses"]
    assert as_csv["skipped"] == as_json["skipped"] == []


@pytest.mark.parametrize(
    "other", ["a,b,c\n1,2,3\n", "", "AuditDate,x\n", "From a@b Mon Mar 1 10:00:00 2021\n", "\x00" * 100, '{"a": 1}']
)
def test_other_tables_are_none_of_ours(other: str) -> None:
    assert m365_audit_csv.READER.detect(other.encode(), "x.csv") == 0
    assert m365_audit_json.READER.detect(other.encode(), "x.json") == 0
