"""The forms that Workspace logs come in: activities of the Reports API, BigQuery rows, tables of the admin console."""

import base64
import binascii
from collections.abc import Collection
from typing import Any

from unsealed.read.csv_rows import fold

_CONSOLE = (
    {"date", "event", "actor", "ipaddress", "description"},
    {"date", "event", "actor", "ipaddress", "actorapplicationname"},
    {"eventname", "eventdescription", "date", "ipaddress"},
    {"eventname", "user", "date", "ipaddress"},
    {"date", "event", "user", "ipaddress", "logintype"},
    {"date", "event", "user", "ipaddress", "description"},
    {"date", "event", "messageid", "subject"},
    {"date", "event", "messageid", "owner"},
)
_SEARCH = {"messageid", "startdate", "enddate", "sender", "recipientaddress"}
_DOTTED = {"id.time", "id.uniquequalifier"}
_BIGQUERY = {"time_usec", "event_name", "record_type"}
_GMAIL = {"event_info", "message_info"}
_GMAIL_CSV = {"event_info.timestamp_usec", "message_info.rfc2822_message_id"}
_DEPTH = 12


def columns(names: Collection[str]) -> str | None:
    """Tell a table by its folded column names: `activity`, `bigquery`, `search` or `console`."""
    have = {name.removeprefix("gmail.") for name in names}
    if have >= _DOTTED:
        return "activity"
    if have >= _BIGQUERY or have >= _GMAIL or have >= _GMAIL_CSV:
        return "bigquery"
    if have >= _SEARCH:
        return "search"
    return "console" if any(form <= have for form in _CONSOLE) else None


def form(value: dict[str, Any]) -> str | None:
    """Tell what an object is: `activity`, `bigquery`, `rest` (a row of BigQuery's interface), or None."""
    identity = value.get("id")
    if isinstance(identity, dict) and "applicationName" in identity and ("events" in value or "name" in value):
        return "activity"
    row, schema = value.get("row"), value.get("schema")
    if isinstance(row, dict) and "f" in row and isinstance(schema, dict) and "fields" in schema:
        return "rest"
    return columns({fold(key) for key in value}) if len(value) > 1 else None


def nested(fields: dict[str, Any]) -> dict[str, Any]:
    """Give dotted columns as objects in objects."""
    made: dict[str, Any] = {}
    for name, value in fields.items():
        if value in (None, ""):
            continue
        *path, last = name.split(".")
        place = made
        for step in path[:_DEPTH]:
            inner = place.setdefault(step, {})
            place = inner if isinstance(inner, dict) else {}
        place[last] = value
    return made


def parameters(value: Any, depth: int = 0) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Give an event's parameters by name; some exporters have made them an object already."""
    if isinstance(value, dict) and "parameter" in value:
        value = value["parameter"]
    if isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for one in value if isinstance(value, list) and depth < _DEPTH else []:
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            made[one["name"]] = _value(one, depth)
    return made


def _value(one: dict[str, Any], depth: int) -> Any:  # noqa: ANN401 - any JSON
    for key in ("value", "intValue", "boolValue", "multiValue", "multiIntValue"):
        if key in one:
            return one[key]
    if "messageValue" in one:
        return parameters(one["messageValue"], depth + 1)
    several = one.get("multiMessageValue")
    return [parameters(each, depth + 1) for each in several] if isinstance(several, list) else None


def rest_row(value: dict[str, Any]) -> dict[str, Any]:
    """Give a row of BigQuery's interface by the names of its schema."""
    made = _cells(value["row"], value["schema"].get("fields"), 0)
    return made if isinstance(made, dict) else {}


def _cells(row: Any, fields: Any, depth: int) -> Any:  # noqa: ANN401 - any JSON
    cells = row.get("f") if isinstance(row, dict) else None
    if not isinstance(cells, list) or not isinstance(fields, list) or depth > _DEPTH:
        return None
    made: dict[str, Any] = {}
    for cell, field in zip(cells, fields, strict=False):
        if isinstance(cell, dict) and isinstance(field, dict) and isinstance(field.get("name"), str):
            held, inner = cell.get("v"), field.get("fields")
            if inner and isinstance(held, list):
                held = [_cells(one.get("v"), inner, depth + 1) for one in held if isinstance(one, dict)]
            elif inner:
                held = _cells(held, inner, depth + 1)
            elif isinstance(held, list):
                held = [one.get("v") for one in held if isinstance(one, dict)]
            made[field["name"]] = held
    return made


def ip_bytes(value: object) -> str | None:
    """Give an address that BigQuery exports as base64, of its text or of its bytes; any other text as it is."""
    if not isinstance(value, str) or "." in value or ":" in value:
        return value if isinstance(value, str) else None
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) == 4:
        return ".".join(str(byte) for byte in data)
    if len(data) == 16:
        return ":".join(data[n : n + 2].hex() for n in range(0, 16, 2))
    return data.decode("ascii", "replace")
