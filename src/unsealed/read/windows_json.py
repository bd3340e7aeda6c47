"""Windows events that were exported as JSON: by evtx_dump, Winlogbeat, NXLog, Velociraptor, `Get-WinEvent`.

https://www.elastic.co/guide/en/beats/winlogbeat/current/exported-fields-winlog.html,
https://docs.nxlog.co/refman/current/im/msvistalog.html,
https://learn.microsoft.com/powershell/module/microsoft.powershell.diagnostics/get-winevent
"""

import re
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from unsealed.read import json_rows, times
from unsealed.read.encodings import head_text
from unsealed.read.events import Lines
from unsealed.read.json_stream import Broken
from unsealed.read.reader import Batch, Part, Row, skip
from unsealed.read.windows import event, tree

_HINT = re.compile(r'"(?:System|winlog|EventID|event_id|EventId|LogName|event)"\s*:')
_DETAIL = re.compile(r"^\s*([A-Za-z][\w .()-]{1,60}?):[ \t]*(.*)$", re.MULTILINE)
_UTC = ("@timestamp", "TimeCreated", "SystemTime", "UtcTime", "TimeGenerated")
"""Names under which times stand in UTC; NXLog's `EventTime` is the machine's own."""

_LOCAL = ("EventTime", "EventReceivedTime")
_AUDIT = {"AUDIT_FAILURE": "Audit Failure", "AUDIT_SUCCESS": "Audit Success"}


def known(value: dict[str, Any]) -> bool:
    """Tell an object that is a Windows event."""
    top = value.get("Event", value)
    if isinstance(top, dict) and isinstance(top.get("System"), dict):
        return "EventID" in top["System"] or "EventRecordID" in top["System"]
    winlog = value.get("winlog")
    if isinstance(winlog, dict):
        return "event_id" in winlog or "channel" in winlog
    if "LogName" in value and "ProviderName" in value:
        return "Id" in value
    return ("EventID" in value or "EventId" in value) and bool(
        {"Channel", "channel", "SourceName", "Provider"} & value.keys()
    )


def read(value: dict[str, Any]) -> event.Event:
    """Read an event of any of the forms."""
    top = value.get("Event", value)
    if isinstance(top, dict) and isinstance(top.get("System"), dict):
        return tree.event(value)
    if isinstance(value.get("winlog"), dict):
        return _winlogbeat(value, value["winlog"])
    return _powershell(value) if "LogName" in value and "Id" in value else _flat(value)


def _winlogbeat(value: dict[str, Any], log: dict[str, Any]) -> event.Event:
    data = {**_part(log, "user_data"), **_part(log, "event_data")}
    keywords = log.get("keywords")
    told = ",".join(map(str, keywords)) if isinstance(keywords, list) else keywords
    return event.Event(
        tree.plain(log.get("event_id")),
        tree.plain(log.get("channel")),
        tree.plain(log.get("provider_name")),
        tree.plain(log.get("computer_name")),
        tree.plain(log.get("record_id")),
        value.get("@timestamp"),
        told,
        str(_part(log, "user").get("identifier", "")),
        data,
        tuple(str(data[name]) for name in sorted(data) if re.fullmatch(r"param\d", name)),
    )


def _powershell(value: dict[str, Any]) -> event.Event:
    """Read what `Get-WinEvent | ConvertTo-Json` gives: data without names, and the message in words."""
    held = value.get("Properties")
    values = tuple(str(item.get("Value")) for item in held if isinstance(item, dict)) if isinstance(held, list) else ()
    keywords = value.get("KeywordsDisplayNames")
    told = ",".join(map(str, keywords)) if isinstance(keywords, list) else value.get("Keywords")
    user = value.get("UserId")
    return event.Event(
        tree.plain(value.get("Id")),
        tree.plain(value.get("LogName")),
        tree.plain(value.get("ProviderName")),
        tree.plain(value.get("MachineName")),
        tree.plain(value.get("RecordId")),
        value.get("TimeCreated"),
        told,
        str(user.get("Value", "") if isinstance(user, dict) else user or ""),
        _message(tree.plain(value.get("Message"))),
        values,
    )


def _message(text: str) -> dict[str, str]:
    """Take from an English message what has no name of its own in this form."""
    found: dict[str, str] = {}
    for match in _DETAIL.finditer(text[:32_768]):
        name, told = match[1].strip(), match[2].strip()
        if name == "Account Name":
            found["TargetUserName" if "SubjectUserName" in found else "SubjectUserName"] = told
        elif name == "Account Domain":
            found["TargetDomainName" if "SubjectDomainName" in found else "SubjectDomainName"] = told
        elif name == "Source Network Address":
            found["IpAddress"] = told
    return found


def _flat(value: dict[str, Any]) -> event.Event:
    data = {**value, **_part(value, "EventData"), **_part(value, "UserData")}
    return event.Event(
        tree.plain(value.get("EventID", value.get("EventId"))),
        tree.plain(value.get("Channel", value.get("channel"))),
        tree.plain(value.get("SourceName") or value.get("ProviderName") or value.get("Provider")),
        tree.plain(value.get("Computer") or value.get("Hostname") or value.get("ComputerName")),
        tree.plain(value.get("RecordNumber") or value.get("EventRecordID") or value.get("RecordId")),
        next((value[name] for name in (*_UTC, *_LOCAL) if value.get(name)), None),
        _AUDIT.get(str(value.get("EventType"))) or value.get("Keywords"),
        str(value.get("UserID") or ""),
        {name: told for name, told in data.items() if name not in {"Provider", "Message"}},
        message=tree.plain(value.get("Message")),
    )


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    held = value.get(name)
    return held if isinstance(held, dict) else {}


class WindowsJson:
    """Events as JSON objects, however they are strung together."""

    name = "windows_json"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of JSON with an event's names in it."""
        del shown
        if not json_rows.opens(head) or not _HINT.search(head_text(head)):
            return 0
        return 91 if json_rows.recognised(head, known) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut JSON lines at line ends; anything else is left whole."""
        return json_rows.ranges(path, size)

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the events of the range."""
        outs: dict[str, Lines] = {}
        local = times.zone(part.timezone)
        for found in json_rows.records(part, known):
            if isinstance(found, Broken):
                yield skip(part, found.locator, found.reason, found.detail)
                continue
            try:
                one = read(found.value)
            except (ValueError, AttributeError) as error:
                yield skip(part, found.locator, "not_a_record", f"no Windows event: {error}"[:300])
                continue
            own = bool(set(_LOCAL) & found.value.keys()) and not any(found.value.get(name) for name in _UTC)
            time, told = times.moment(one.time, local if own else UTC)
            if time is None:
                yield skip(part, found.locator, "not_a_record", "the event does not tell when it was")
                continue
            made = event.columns(one, found.text) | {"time_basis": "zone" if own and not told else None}
            source = event.source(one)
            out = outs.setdefault(source, Lines(part, source, "windows_json", event.FILLED))
            yield from out.add(event.identity(one, time, found.text), time, found.locator, *map(made.get, event.FILLED))
        for out in outs.values():
            yield from out.flush()


READER = WindowsJson()
