"""The forms that exports of the audit log come in, brought to the one form of the record itself (`AuditData`).

`Search-UnifiedAuditLog | Export-Csv`, the Purview portal's CSV, the Management Activity API, Graph's audit log query,
Microsoft-Extractor-Suite, Sentinel's OfficeActivity, and whatever re-exports an AuditData column.
"""

import re
from typing import Any

import orjson

_WRAPPED = ("AuditData", "auditData", "auditdata", "Auditdata", "_raw", "result", "properties", "_source", "RawData")
_SENTINEL = {
    "TimeGenerated": "CreationTime",
    "OfficeWorkload": "Workload",
    "Client_IPAddress": "ClientIPAddress",
    "Logon_Type": "LogonType",
    "OfficeId": "Id",
    "OfficeObjectId": "ObjectId",
    "SourceRecordId": "Id",
}
_GRAPH = {
    "createdDateTime": "CreationTime",
    "operation": "Operation",
    "userPrincipalName": "UserId",
    "clientIp": "ClientIP",
    "service": "Workload",
    "id": "Id",
    "objectId": "ObjectId",
}
_COLUMNS = {
    "CreationDate": "CreationTime",
    "Operations": "Operation",
    "UserIds": "UserId",
    "Identity": "Id",
    "RecordId": "Id",
    "Operation": "Operation",
    "UserId": "UserId",
}
_KEYS = re.compile(r'"(?:AuditData|auditData|auditdata)"|"OfficeWorkload"')
_BARE = (
    re.compile(r'"CreationTime\\*"'),
    re.compile(r'"Operation\\*"'),
    re.compile(r'"(?:Workload|RecordType|UserKey)\\*"'),
)
"""With backslashes where the record is text inside another record."""

Record = dict[str, Any]


def looks_like_json(head: str) -> bool:
    """Tell whether some JSON text holds audit records in one of the known forms."""
    return bool(_KEYS.search(head)) or all(pattern.search(head) for pattern in _BARE)


def is_record(value: Record) -> bool:
    """Tell whether an object is an audit record in one of the known forms, and no wrapping around some."""
    return (
        ("CreationTime" in value and "Operation" in value)
        or "OfficeWorkload" in value
        or any(key in value for key in _WRAPPED[:4])
    )


def csv_columns(line: str) -> tuple[str, list[str]] | None:
    """Give the delimiter and the columns of a CSV's first line, if it is an export of the audit log."""
    for delimiter in (",", ";", "\t"):
        names = [name.strip().strip('"').strip() for name in line.lstrip("\ufeff").strip().split(delimiter)]
        folded = {name.lower() for name in names}
        if "auditdata" in folded or {"officeworkload", "operation"} <= folded:
            return delimiter, names
    return None


def of_row(columns: list[str], values: list[str]) -> tuple[Record, str, str]:
    """Give the record, its JSON text and its form, of one row of a CSV.

    Raises:
        ValueError: if the record can't be read.
    """
    row = dict(zip(columns, values, strict=False))
    data = next((row[name] for name in columns if name.lower() == "auditdata"), None)
    if data is None:
        return _sentinel(row)
    if not data.strip():
        # An empty AuditData leaves the outer columns, which still tell who did what and when.
        record = {_COLUMNS[name]: value for name, value in row.items() if name in _COLUMNS and value}
        return record, orjson.dumps(row).decode(), "columns_only"
    record = orjson.loads(data)
    if not isinstance(record, dict):
        raise ValueError("AuditData is not an object")  # noqa: TRY004 - one way out for one bad record
    return record, data, "record"


def of_object(value: Record, text: str) -> tuple[Record, str, str]:
    """Give the record, its JSON text and its form, of one JSON object.

    Raises:
        ValueError: if the record can't be read.
    """
    if "CreationTime" in value and "Operation" in value:
        return value, text, "record"
    if "OfficeWorkload" in value:
        return _sentinel(value)
    for key in _WRAPPED:
        inner = value.get(key)
        if isinstance(inner, str) and inner.lstrip()[:1] == "{":
            inner = orjson.loads(inner)
        if isinstance(inner, dict) and inner:
            outer = {_GRAPH[name]: item for name, item in value.items() if name in _GRAPH and item}
            outer |= {_COLUMNS[name]: item for name, item in value.items() if name in _COLUMNS and item}
            record, _, form = (
                of_object(inner, "")
                if "Operation" not in inner and any(w in inner for w in _WRAPPED)
                else (inner, "", "record")
            )
            merged = {**outer, **record}
            return merged, orjson.dumps(record).decode(), form
    lowered = {_GRAPH[name]: item for name, item in value.items() if name in _GRAPH and item}
    lowered |= {_COLUMNS[name]: item for name, item in value.items() if name in _COLUMNS and item}
    if "CreationTime" in lowered and "Operation" in lowered:
        return lowered, text, "columns_only"
    raise ValueError("no audit record in this object")


def _sentinel(row: Record) -> tuple[Record, str, str]:
    record = {_SENTINEL.get(name.split(" [")[0], name): value for name, value in row.items() if value not in ("", None)}
    time = record.get("CreationTime")
    if isinstance(time, str):
        record["CreationTime"] = re.sub(r"(\.\d{6})\d+", r"\1", time)
    return record, orjson.dumps(row).decode(), "sentinel"
