"""One Windows event as columns, from whatever it was exported as: a tree as in XML, or flat names.

https://learn.microsoft.com/windows/win32/wes/eventschema-schema,
https://learn.microsoft.com/windows/security/threat-protection/auditing/security-auditing-overview
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unsealed.read.values import ip_address
from unsealed.read.web.request import address

FILLED = (
    "operation", "user", "mailbox", "client_ip", "client", "session_id", "app_id", "outcome", "raw", "record_id",
    "workload", "target", "time_basis",
)  # fmt: skip
Columns = dict[str, object]
_ABOUT_TARGET = frozenset(
    {"4624", "4625", "4634", "4647", "4648", "4768", "4769", "4770", "4771", "4772", "4773", "4776", "4777", "4778", "4779",
     "4800", "4801", "4825", "528", "529", "538", "540", "672", "673", "675", "680"}
)  # fmt: skip
"""Events of signing in: the account that they are about is the one that acts."""
_FAILED = frozenset({"4625", "4771", "4772", "4773", "4777", "4825", "529", "675"})
_IPS = ("IpAddress", "ClientAddress", "ClientIP", "ClientIPAddress", "SourceAddress", "SourceIp", "SourceNetworkAddress",
        "Address", "RemoteAddress", "Param3", "Workstation")  # fmt: skip
_TARGETS = ("ObjectName", "RelativeTargetName", "ShareName", "ServiceName", "TaskName", "TargetServerName", "TargetObject",
            "TargetFilename", "CommandLine", "NewProcessName", "Image", "Path", "ScriptBlockText", "QueryName",
            "TargetUserName")  # fmt: skip
_NOBODY = frozenset({"", "-", "n/a", "null"})
_AUDITED = re.compile(r"<(UserId|IpAddress|UserAgentString)>([^<]*)</")
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Event:
    """What every export says about an event, and its own data by name."""

    event_id: str
    channel: str
    provider: str
    computer: str
    record_id: str
    time: object
    keywords: object = None
    user_sid: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    """Data without names, in their order."""
    message: str = ""
    """The event in words, where the export has them."""


def source(event: Event) -> str:
    """Name the log: the channel that it was written to."""
    told = event.channel or event.provider or "unknown"
    plain = _SLUG.sub("_", told.lower().removeprefix("microsoft-windows-").removesuffix("/operational")).strip("_")
    return f"windows_{plain[:60]}"


def columns(event: Event, raw: str) -> Columns:
    """Give the columns of `events`."""
    data = event.data
    cmdlet = event.values[0] if event.channel == "MSExchange Management" and event.values else ""
    signing_in = event.event_id in _ABOUT_TARGET
    audited = _federated(event) if event.provider.startswith("AD FS") else {}
    return {
        "operation": cmdlet or event.event_id or None,
        "user": audited.get("userid", "").lower() or _user(event, signing_in=signing_in),
        "mailbox": address(_text(data.get("Mailbox"))),
        "client_ip": _ip(audited.get("ipaddress")) or next((ip for name in _IPS if (ip := _ip(data.get(name)))), None),
        "client": audited.get("useragentstring") or _text(data.get("UserAgent")) or _text(data.get("WorkstationName")),
        "session_id": _text(data.get("TargetLogonId" if signing_in else "SubjectLogonId"))
        or _text(data.get("LogonId")),
        "app_id": _text(data.get("ProcessName")) or _text(data.get("LogonProcessName")),
        "outcome": _outcome(event),
        "raw": raw,
        "record_id": f"{event.computer}/{event.channel}/{event.record_id}".lower() if event.record_id else None,
        "workload": event.provider or None,
        "target": (event.values[1] if cmdlet and len(event.values) > 1 else None)
        or next((text for name in _TARGETS if (text := _text(data.get(name)))), None),
    }


def identity(event: Event, time: int, raw: str) -> str:
    """Give what makes it the same event in every export: its number, and the second, since a cleared log counts anew."""
    if not event.record_id:
        return raw
    return f"{event.computer}/{event.channel}/{event.record_id}/{time // 1_000_000}".lower()


def _federated(event: Event) -> dict[str, str]:
    """Give what AD FS writes about a sign-in, as XML within the event; the client's address first of a list."""
    text = "\n".join((*event.values, event.message, *map(str, event.data.values())))[:65_536]
    found = {match[1].lower(): match[2].strip() for match in _AUDITED.finditer(text)}
    told = {name: value for name, value in found.items() if value.lower() not in _NOBODY}
    return told | {"ipaddress": told.get("ipaddress", "").split(",")[0]}


def _user(event: Event, *, signing_in: bool) -> str | None:
    """Give who acted: the account that signs in, else the subject; with its domain, as the log has it."""
    if event.channel == "MSExchange Management" and len(event.values) > 2:
        return event.values[2].lower() or None
    data = event.data
    kinds = ("Target", "Subject") if signing_in else ("Subject", "Caller", "Target")
    for kind in kinds:
        name = _text(data.get(f"{kind}UserName"))
        if name:
            domain = _text(data.get(f"{kind}DomainName"))
            return (f"{domain}\\{name}" if domain and "@" not in name else name).lower()
    for key in (
        "User",
        "UserName",
        "AccountName",
        "Username",
        "param1" if event.channel.endswith("SMBServer/Security") else "",
    ):
        if name := _text(data.get(key)):
            domain = _text(data.get("Domain")) or _text(data.get("AccountDomain"))
            return (f"{domain}\\{name}" if domain and not {"\\", "@"} & set(name) else name).lower()
    return event.user_sid.lower() or None


def _outcome(event: Event) -> str | None:
    if event.event_id in _FAILED:
        return "failure"
    status = _text(event.data.get("Status"))
    if event.event_id in {"4768", "4769", "4776"} and status:
        return "success" if status.lower().removeprefix("0x").strip("0") == "" else "failure"
    told = event.keywords
    if isinstance(told, str) and not told.startswith("0x"):
        found = re.search(r"Audit (Success|Failure)", told, re.IGNORECASE)
        return found[1].lower() if found else None
    try:
        bits = int(told, 16) if isinstance(told, str) else int(told or 0)  # type: ignore[call-overload]  # text or number
    except (ValueError, TypeError):
        return None
    return "failure" if bits & 0x10_0000_0000_0000 else "success" if bits & 0x20_0000_0000_0000 else None


def _ip(value: object) -> str | None:
    text = _text(value)
    return ip_address(text) if text and text[-1:] in "0123456789abcdefABCDEF]:" else None


def _text(value: object) -> str | None:
    """Give a value as text; None where it says that there is none."""
    if isinstance(value, dict):
        value = value.get("#text", value.get("Value"))
    if value is None or isinstance(value, (dict, list)):
        return None
    text = str(value).strip()
    return None if text.lower() in _NOBODY else text
