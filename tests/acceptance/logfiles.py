"""The shapes in which the audit log is handed over."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from records import Record
    from stage import Event, Stage

NAMES = {
    1: "ExchangeAdmin",
    2: "ExchangeItem",
    3: "ExchangeItemGroup",
    15: "AzureActiveDirectoryStsLogon",
    50: "ExchangeItemAggregated",
}
SENTINEL = {
    "CreationTime": "TimeGenerated",
    "Id": "OfficeId",
    "Workload": "OfficeWorkload",
    "ObjectId": "OfficeObjectId",
    "ClientIPAddress": "Client_IPAddress",
    "LogonType": "Logon_Type",
}
SENTINEL_KEPT = [
    "Operation",
    "OrganizationId",
    "RecordType",
    "ResultStatus",
    "UserKey",
    "UserType",
    "ClientIP",
    "UserId",
    "AppId",
    "ClientAppId",
    "ClientInfoString",
    "ClientProcessName",
    "ClientVersion",
    "ExternalAccess",
    "InternalLogonType",
    "LogonUserSid",
    "MailboxGuid",
    "MailboxOwnerSid",
    "MailboxOwnerUPN",
    "OrganizationName",
    "OriginatingServer",
    "SessionId",
    "Item",
    "Folders",
    "OperationProperties",
    "Parameters",
    "AffectedItems",
    "Folder",
    "DestFolder",
    "AppAccessContext",
]
NESTED = {"Item", "Folders", "OperationProperties", "Parameters", "AffectedItems", "Folder", "DestFolder"}


def compact(value: object) -> str:
    """Write JSON as Microsoft does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def american(event: Event) -> str:
    """Write a time as Export-Csv does."""
    time = event.time
    half = "AM" if time.hour < 12 else "PM"
    return f"{time.month}/{time.day}/{time.year} {(time.hour + 11) % 12 + 1}:{time:%M:%S} {half}"


def _sheet(columns: list[str], rows: list[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if len(rows) % 2 else csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def search_csv(events: list[Event], rng: random.Random) -> bytes:
    """Write what Search-UnifiedAuditLog | Export-Csv gives."""
    columns = "RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex"
    columns += ",ResultCount,Identity,IsValid,ObjectState"
    rows = [
        [
            NAMES.get(e.record["RecordType"], "ExchangeAdmin"),
            american(e),
            e.record["UserId"],
            e.record["Operation"],
            compact(e.record),
            i + 1,
            len(events),
            e.record["Id"],
            "True",
            "Unchanged",
        ]
        for i, e in enumerate(events)
    ]
    text = _sheet(columns.split(","), rows)
    if rng.random() < 0.3:
        text = "#TYPE System.Management.Automation.PSCustomObject\r\n" + text
    return text.encode("utf-16") if rng.random() < 0.4 else text.encode("utf-8-sig")


def purview_csv(events: list[Event], rng: random.Random) -> bytes:
    """Write what the Purview portal gives."""
    columns = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits"
    columns += ",AssociatedAdminUnitsNames"
    rows = [
        [
            e.record["Id"],
            f"{e.time:%Y-%m-%dT%H:%M:%S}.0000000Z",
            e.record["RecordType"],
            e.record["Operation"],
            e.record["UserId"],
            compact(e.record),
            "",
            "",
        ]
        for e in events
    ]
    return _sheet(columns.split(","), rows).encode("utf-8-sig" if rng.random() < 0.6 else "utf-8")


def array(events: list[Event], rng: random.Random) -> bytes:
    """Write an array of AuditData objects."""
    indent = 2 if rng.random() < 0.5 else None
    return json.dumps([e.record for e in events], ensure_ascii=False, indent=indent).encode()


def lines(events: list[Event], _: random.Random) -> bytes:
    """Write JSON lines."""
    return "".join(compact(e.record) + "\n" for e in events).encode()


def appended(events: list[Event], rng: random.Random) -> bytes:
    """Write arrays one after the other, as Microsoft-Extractor-Suite appends them."""
    step = max(1, len(events) // rng.randint(2, 6))
    chunks = [events[i : i + step] for i in range(0, len(events), step)]
    glue = rng.choice(["", "\r\n"])
    text = glue.join(json.dumps([e.record for e in chunk], indent=2) for chunk in chunks)
    return text.encode("utf-16") if rng.random() < 0.3 else text.encode()


def graph(events: list[Event], rng: random.Random) -> bytes:
    """Write what Graph's audit log query gives."""
    wrapped = []
    for e in events:
        name = NAMES.get(e.record["RecordType"], "exchangeAdmin")
        wrapped.append(
            {
                "id": e.record["Id"],
                "createdDateTime": f"{e.time:%Y-%m-%dT%H:%M:%S}Z",
                "auditLogRecordType": name[0].lower() + name[1:],
                "operation": e.record["Operation"],
                "organizationId": e.record["OrganizationId"],
                "userType": "Regular",
                "userId": e.record["UserKey"],
                "service": e.record["Workload"],
                "objectId": e.record.get("ObjectId", ""),
                "userPrincipalName": e.record["UserId"],
                "clientIp": e.record.get("ClientIP", ""),
                "administrativeUnits": [""],
                "auditData": {"@odata.type": "#microsoft.graph.security.defaultAuditData", **e.record},
            }
        )
    context = (
        "https://graph.microsoft.com/beta/$metadata#security/auditLog/queries('" + str(rng.randrange(99)) + "')/records"
    )
    return json.dumps({"@odata.context": context, "value": wrapped}).encode()


def renamed(record: Record) -> dict[str, Any]:
    """Give a record under the names of Sentinel's OfficeActivity."""
    row: dict[str, Any] = {
        "TenantId": "7b1f5a9e-0000-4000-8000-5ca1ab1e0000",
        "SourceSystem": "OfficeActivityManager",
    }
    row |= {SENTINEL[key]: value for key, value in record.items() if key in SENTINEL}
    row |= {key: record[key] for key in SENTINEL_KEPT if key in record}
    row |= {key: compact(row[key]) for key in NESTED if key in row and not isinstance(row[key], str)}
    row["TimeGenerated"] = record["CreationTime"] + "Z"
    row["RecordType"] = NAMES.get(record["RecordType"], "ExchangeAdmin")
    row["UserType"] = {0: "Regular", 2: "Admin", 3: "DcAdmin"}.get(record["UserType"], "Regular")
    if "Logon_Type" in row:
        row["Logon_Type"] = ["Owner", "Admin", "Delegated"][row["Logon_Type"]]
    return row | {"Type": "OfficeActivity"}


def sentinel_json(events: list[Event], _: random.Random) -> bytes:
    """Write OfficeActivity rows as an array."""
    return json.dumps([renamed(e.record) for e in events]).encode()


def sentinel_csv(events: list[Event], _: random.Random) -> bytes:
    """Write OfficeActivity rows as a sheet."""
    rows = [renamed(e.record) for e in events]
    columns = ["TenantId", "SourceSystem", *SENTINEL.values(), *SENTINEL_KEPT, "Type"]
    cells = [[_cell(row.get(column, "")) for column in columns] for row in rows]
    return _sheet(columns, cells).encode("utf-8-sig")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else compact(value)


SHAPES: dict[str, tuple[Callable[[list[Event], random.Random], bytes], str]] = {
    "search": (search_csv, "csv"),
    "purview": (purview_csv, "csv"),
    "array": (array, "json"),
    "lines": (lines, "jsonl"),
    "appended": (appended, "json"),
    "graph": (graph, "json"),
    "sentinel_csv": (sentinel_csv, "csv"),
    "sentinel_json": (sentinel_json, "json"),
}


def write(root: Path, stage: Stage, seed: int, rng: random.Random) -> dict[str, int]:
    """Hand the log over in three or four shapes, unsorted and overlapping; give the rows of each file."""
    names = list(SHAPES)
    kinds = [names[(seed * 3 + step) % len(names)] for step in (0, 1, 4)] + ["search"] * (seed % 2)
    share = [0.44, 0.25, 0.1][seed % 3]
    buckets: dict[str, list[Event]] = {f"{number}-{kind}": [] for number, kind in enumerate(kinds)}
    buckets["9-general"] = []
    for event in stage.events:
        copies = 2 if rng.random() < share else 1
        fit = [n for n in buckets if "sentinel" not in n or event.record["Workload"] == "Exchange"]
        for _ in range(copies):
            buckets[rng.choice(fit)].append(event)
    target = root / "logs"
    target.mkdir(parents=True)
    for name, events in buckets.items():
        kind = name.split("-")[1]
        maker, suffix = SHAPES.get(kind, SHAPES[["search", "array"][seed % 2]])
        rng.shuffle(events)
        data = maker(events, rng)
        if rng.random() < 0.2:
            with zipfile.ZipFile(target / f"audit{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(zipfile.ZipInfo(f"audit.{suffix}"), data, zipfile.ZIP_DEFLATED)
        else:
            (target / f"audit{name}.{suffix}").write_bytes(data)
    return {name: len(events) for name, events in buckets.items()}
