"""Rows that a rule hits or just misses, in the shapes that logs really have: from short YAML to files of evidence.

A row is a mapping of one key, the shape, to its fields; what every record of the shape has is filled in. With `times`
and `every` (seconds) it is a series; a list of rows is one after the other. Every row has a day to itself, by which
what the rules found is told apart again, and so that no correlation sees two rows at once.
"""

from __future__ import annotations

import base64
import io
import json
import tarfile
import zipfile
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from unsealed.read.exchange.headless import PROXY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = Path(__file__).parent / "rules"
START = datetime(2022, 1, 1, 3, 0, tzinfo=UTC)
USER, HOME, AGENT = "alice@example.org", "192.0.2.10", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/112.0"
MORE = ("times", "every")
Fields = dict[str, Any]
_PAIRS = {
    "Parameters": "Value", "OperationProperties": "Value", "ExtendedProperties": "Value", "DeviceProperties": "Value",
    "ModifiedProperties": "NewValue",
}  # fmt: skip
_IIS = (
    "date", "time", "s-ip", "cs-method", "cs-uri-stem", "cs-uri-query", "s-port", "cs-username", "c-ip", "cs(User-Agent)",
    "cs(Cookie)", "sc-status", "time-taken",
)  # fmt: skip


class Row:
    """One row of one rule: what it should come to, and its place among all rows."""

    def __init__(self, rule: str, wanted: bool, nth: int, told: Any, day: int) -> None:
        self.rule, self.wanted, self.told, self.day = rule, wanted, told, day
        self.name = f"{rule}-{'hit' if wanted else 'miss'}-{nth}"

    def records(self) -> Iterator[tuple[str, Any, datetime]]:
        """Give its records: shape, fields and time."""
        time = START + timedelta(days=self.day)
        for one in self.told if isinstance(self.told, list) else [self.told]:
            shape = next(key for key in one if key not in MORE)
            for number in range(one.get("times", 1)):
                yield shape, _numbered(one[shape], number), time
                time += timedelta(seconds=one.get("every", 1))


@cache
def every() -> tuple[Row, ...]:
    """Give all rows of all rules."""
    rows: list[Row] = []
    for path in sorted(FOLDER.glob("*.yml")):
        told = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        for kind in ("hit", "miss"):
            for nth, one in enumerate(told[kind]):
                rows.append(Row(path.stem, kind == "hit", nth, one, len(rows)))
    return tuple(rows)


def write(folder: Path) -> None:
    """Write all rows as evidence, a file a shape."""
    files: dict[str, list[bytes]] = {}
    for row in every():
        for number, (shape, fields, time) in enumerate(row.records()):
            name, make = SHAPES[shape]
            files.setdefault(name, []).append(make(fields, time, f"{row.name}-{number}"))
    for name, parts in files.items():
        top = TOPS.get(name, b"")
        (folder / name).write_bytes(top + b"".join(parts))


def _numbered(told: Any, number: int) -> Any:
    """Put the number of a record in its series where the row says `{n}`."""
    if isinstance(told, dict):
        return {key: _numbered(value, number) for key, value in told.items()}
    if isinstance(told, list):
        return [_numbered(value, number) for value in told]
    return told.replace("{n}", str(number)) if isinstance(told, str) else told


def _line(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _m365(told: Fields, time: datetime, key: str) -> bytes:
    operation = str(told.get("Operation"))
    directory = " " in operation or operation.startswith("UserLog")
    record: Fields = {
        "CreationTime": _iso(time).rstrip("Z"), "Id": key, "RecordType": 8 if directory else 1, "ResultStatus": "Success",
        "UserType": 0, "Workload": "AzureActiveDirectory" if directory else "Exchange", "UserId": USER, "ClientIP": HOME, **told,
    }  # fmt: skip
    for name, value in _PAIRS.items():
        if isinstance(record.get(name), dict):
            more = {"OldValue": ""} if value == "NewValue" else {}
            record[name] = [{"Name": a, value: b, **more} for a, b in record[name].items()]
    if "Target" in record:
        record["Target"] = [{"ID": name, "Type": 1} for name in record["Target"]]
    return _line(record)


def _directory(told: Fields, time: datetime, key: str) -> bytes:
    """Write a record of Graph's directoryAudit; `changes` are its modified properties."""
    told = dict(told)
    changes = [
        {"displayName": name, "oldValue": None, "newValue": json.dumps(value)}
        for name, value in told.pop("changes", {}).items()
    ]
    target = {"id": "0", "type": "User", "modifiedProperties": changes, **told.pop("target", {})}
    by = told.pop("by", USER)
    return _line(
        {
            "id": key, "category": "ApplicationManagement", "result": "success", "activityDateTime": _iso(time),
            "loggedByService": "Core Directory", "initiatedBy": {"user": {"userPrincipalName": by, "ipAddress": HOME}, "app": None},
            "targetResources": [target], "additionalDetails": [], **told,
        }
    )  # fmt: skip


def _sign_in(told: Fields, time: datetime, key: str) -> bytes:
    told = dict(told)
    code, country = told.pop("code", 0), told.pop("country", "JP")
    return _line(
        {
            "id": key, "createdDateTime": _iso(time), "userPrincipalName": USER, "appId": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
            "appDisplayName": "Azure Portal", "ipAddress": HOME, "clientAppUsed": "Browser", "userAgent": AGENT,
            "conditionalAccessStatus": "notApplied", "isInteractive": True, "riskLevelDuringSignIn": "none", "riskState": "none",
            "riskEventTypes_v2": [], "status": {"errorCode": code}, "location": {"countryOrRegion": country}, **told,
        }
    )  # fmt: skip


def _monitor(told: Fields, time: datetime, key: str) -> bytes:
    """Write a sign-in as Azure Monitor wraps it."""
    told = dict(told)
    category = told.pop("category", "SignInLogs")
    inner = json.loads(_sign_in(told, time, key))
    code = str(inner["status"]["errorCode"])
    wrapper = {"time": _iso(time), "category": category, "operationName": "Sign-in activity", "resultType": code}
    return _line({**wrapper, "callerIpAddress": inner["ipAddress"], "properties": inner})


def _risk(told: Fields, time: datetime, key: str) -> bytes:
    return _line(
        {
            "id": key, "detectedDateTime": _iso(time), "activityDateTime": _iso(time), "userPrincipalName": USER, "riskLevel": "high",
            "riskState": "atRisk", "ipAddress": HOME, **told,
        }
    )  # fmt: skip


def _graph(told: Fields, time: datetime, key: str) -> bytes:
    properties = {
        "timeGenerated": _iso(time), "requestId": key, "requestMethod": "GET", "responseStatusCode": 200, "appId": "a1", "userId": "u1",
        "ipAddress": HOME, "userAgent": AGENT, **told,
    }  # fmt: skip
    return _line({"time": _iso(time), "category": "MicrosoftGraphActivityLogs", "properties": properties})


def _google(told: Fields, time: datetime, key: str) -> bytes:
    """Write an activity of the Reports API."""
    parameters = [_parameter(name, value) for name, value in told.get("parameters", {}).items()]
    return _line(
        {
            "kind": "admin#reports#activity", "id": {"time": _iso(time), "uniqueQualifier": key, "applicationName": told["app"]},
            "actor": {"email": told.get("actor", USER)}, "ipAddress": told.get("ip", HOME),
            "events": [{"type": told.get("type", "X"), "name": told["name"], "parameters": parameters}],
        }
    )  # fmt: skip


def _parameter(name: str, value: Any) -> Fields:
    if isinstance(value, bool):
        return {"name": name, "boolValue": value}
    if isinstance(value, int):
        return {"name": name, "intValue": str(value)}
    if isinstance(value, dict):
        return {"name": name, "messageValue": _message(value)}
    if value and isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return {"name": name, "multiMessageValue": [_message(one) for one in value]}
    return {"name": name, "multiValue" if isinstance(value, list) else "value": value}


def _message(told: Fields) -> Fields:
    return {"parameter": [_parameter(name, value) for name, value in told.items()]}


def _google_flat(told: Fields, time: datetime, key: str) -> bytes:
    """Write an activity as collectors flatten it: one event, its parameters an object."""
    return _line(
        {
            "id": {"time": _iso(time), "uniqueQualifier": key, "applicationName": told["app"]}, "actor": {"email": told.get("actor", USER)},
            "ipAddress": told.get("ip", HOME), "type": "X", "name": told["name"], "parameters": told.get("parameters", {}),
        }
    )  # fmt: skip


def _iis(told: Fields, time: datetime, _: str) -> bytes:
    values = {
        "date": f"{time:%Y-%m-%d}", "time": f"{time:%H:%M:%S}", "s-ip": "10.0.0.5", "cs-method": "GET", "s-port": "443",
        "c-ip": HOME, "cs(User-Agent)": AGENT, "sc-status": "200", "time-taken": "15", **told,
    }  # fmt: skip
    return " ".join(str(values.get(name, "-")).replace(" ", "+") or "-" for name in _IIS).encode() + b"\r\n"


def _access(told: Fields, time: datetime, _: str) -> bytes:
    agent, status = told.get("agent", AGENT), told.get("status", 200)
    request = f"{told.get('method', 'GET')} {told['url']} HTTP/1.1"
    return f'{HOME} - - [{time:%d/%b/%Y:%H:%M:%S} +0000] "{request}" {status} 512 "-" "{agent}"\n'.encode()


def _proxy(told: Fields, time: datetime, key: str) -> bytes:
    values = {
        "DateTime": time.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "RequestId": key, "MajorVersion": "15", "MinorVersion": "2",
        "BuildVersion": "1118", "RevisionVersion": "7", "Protocol": "Owa", "UrlHost": "mail.example.org", "UrlStem": "/owa/",
        "AuthenticatedUser": "EXAMPLE\\alice", "UserAgent": AGENT, "ClientIpAddress": HOME, "HttpStatus": "200", "Method": "GET",
        "BackEndStatus": "200", **told,
    }  # fmt: skip
    cells = [str(values.get(name, "")) for name in PROXY.fields]
    return (",".join('"' + c.replace('"', '""') + '"' if set(c) & set(',"') else c for c in cells) + "\r\n").encode()


def _windows(told: Fields, time: datetime, key: str) -> bytes:
    told = dict(told)
    values = told.pop("values", None)
    system = {
        "Provider": {"#attributes": {"Name": told.pop("Provider", "MSExchange CmdletLogs")}}, "EventID": told.pop("EventID", 1),
        "TimeCreated": {"#attributes": {"SystemTime": _iso(time)}}, "EventRecordID": abs(hash(key)) % 10**9,
        "Channel": told.pop("Channel", "MSExchange Management"), "Computer": "EX1.example.org",
    }  # fmt: skip
    data = {"Data": {"#text": values}} if values else told
    return _line({"Event": {"System": system, "EventData": data}})


def _syslog(told: str, time: datetime, _: str) -> bytes:
    return f"{time:%Y-%m-%dT%H:%M:%S+00:00} mx1 {told}\n".encode()


def _mail(told: Fields, time: datetime, key: str) -> bytes:
    """Write a letter in an mbox."""
    told = dict(told)
    letter = EmailMessage()
    stamp = time.strftime("%a, %d %b %Y %H:%M:%S +0000")
    html, attachments = told.pop("html", None), told.pop("attachments", [])
    text = told.pop("text", None if html else "Good morning.")
    letter["Received"] = f"from sender.example (sender.example [203.0.113.7]) by mx1.example.org; {stamp}"
    heads = {"From": "Bob <bob@partner.example>", "To": USER, "Subject": "A letter", **told}
    for name, value in heads.items():
        if value is not None:
            letter[name] = value
    letter["Date"], letter["Message-ID"] = stamp, f"<{key}@rows.example>"
    if text is not None:
        letter.set_content(text)
    if html and text is None:
        letter.set_content(html, subtype="html")
    elif html:
        letter.add_alternative(html, subtype="html")
    for one in attachments:
        kind, _, subtype = one.get("type", "application/octet-stream").partition("/")
        letter.add_attachment(_content(one), maintype=kind, subtype=subtype, filename=one.get("name"))
    return (
        b"From bob@partner.example "
        + time.strftime("%a %b %d %H:%M:%S %Y").encode()
        + b"\n"
        + letter.as_bytes()
        + b"\n\n"
    )


def _content(one: Fields) -> bytes:
    """Give an attachment's bytes: words, base64, or an archive of names and words."""
    if "base64" in one:
        return base64.b64decode(one["base64"])
    out = io.BytesIO()
    if "zip" in one:
        with zipfile.ZipFile(out, "w") as archive:
            for name, words in one["zip"].items():
                archive.writestr(name, words)
        data = out.getvalue()
        return (
            data.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01").replace(
                b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
            )
            if one.get("locked")
            else data
        )
    if "tar" in one:
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name, words in one["tar"].items():
                info = tarfile.TarInfo(name)
                info.size = len(words)
                tar.addfile(info, io.BytesIO(words.encode()))
        return out.getvalue()
    return str(one.get("text", "words")).encode()


SHAPES: dict[str, tuple[str, Callable[[Any, datetime, str], bytes]]] = {
    "m365_audit": ("m365_audit.jsonl", _m365),
    "entra_audit": ("entra_audit.jsonl", _directory),
    "entra_signin": ("entra_signin.jsonl", _sign_in),
    "azure_monitor": ("azure_monitor.jsonl", _monitor),
    "entra_risk": ("entra_risk.jsonl", _risk),
    "entra_graph": ("entra_graph.jsonl", _graph),
    "google": ("google.jsonl", _google),
    "google_flat": ("google_flat.jsonl", _google_flat),
    "iis": ("u_ex.log", _iis),
    "access_log": ("access.log", _access),
    "httpproxy": ("HttpProxy.LOG", _proxy),
    "windows": ("windows.jsonl", _windows),
    "syslog": ("mail.log", _syslog),
    "mail": ("letters.mbox", _mail),
}
"""By shape: the file that its records are in, and what writes one."""
TOPS = {
    "u_ex.log": f"#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Fields: {' '.join(_IIS)}\r\n".encode(),
    "HttpProxy.LOG": (
        "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1118.007\r\n#Log-type: HttpProxy Logs\r\n"
        f"#Date: 2022-01-01T00:00:00.000Z\r\n#Fields: {','.join(PROXY.fields)}\r\n"
    ).encode(),
}
