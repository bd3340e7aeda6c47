"""One Graph message resource to headers, body and attachments.

https://learn.microsoft.com/graph/api/resources/message, https://learn.microsoft.com/graph/api/resources/fileattachment
"""

import base64
import binascii
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from unsealed.read.mail import headers
from unsealed.read.mail.parts import Leaf

MAX_DEPTH = 8
"""Of objects in objects, and of items attached to items."""
_MESSAGE = frozenset(
    [
        "subject",
        "from",
        "sender",
        "torecipients",
        "body",
        "bodypreview",
        "internetmessageid",
        "receiveddatetime",
        "sentdatetime",
    ]
)
_SENT = frozenset(("from", "sender", "torecipients", "internetmessageid", "receiveddatetime", "sentdatetime"))
_EVENT = frozenset(("attendees", "organizer", "emailaddresses"))
_NAME = re.compile(r"[!-9;-~]{1,76}")
_PEOPLE = {"from": "From", "torecipients": "To", "ccrecipients": "Cc", "bccrecipients": "Bcc"}

Json = dict[str, Any]


def plain(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON value
    """Give a value with its keys in lower case: PowerShell's export writes `InternetMessageId`, the API `internetMessageId`."""
    if isinstance(value, dict) and depth < MAX_DEPTH * 2:
        lowered = {str(key).lower(): plain(item, depth + 1) for key, item in value.items()}
        more = lowered.pop("additionalproperties", None)
        return {**more, **lowered} if isinstance(more, dict) else lowered
    if isinstance(value, list) and depth < MAX_DEPTH * 2:
        return [plain(item, depth + 1) for item in value]
    return value


def messages(value: Json) -> list[Json]:
    """Give what a JSON object holds: itself, or the items of an answer, or of a batch of answers."""
    for name in ("value", "responses", "messages"):
        if isinstance(value.get(name), list):
            return [item for each in value[name] if isinstance(each, dict) for item in messages(each)]
    body = value.get("body")
    if isinstance(body, dict) and "status" in value and "content" not in body:
        return messages(body)  # one answer of a batch
    return [value]


def is_message(value: Json) -> bool:
    """Tell a message from an event, a contact, or the note that one was removed."""
    return len(_MESSAGE & value.keys()) >= 2 and bool(_SENT & value.keys()) and not _EVENT & value.keys()


def block(item: Json, owner: str | None) -> bytes:
    """Write a message's headers: Graph's own properties first, then what the transport headers add."""
    lines: list[tuple[str, str]] = []
    for key, name in _PEOPLE.items():
        people = item.get(key)
        named = ", ".join(filter(None, map(_person, people if isinstance(people, list) else [people])))
        if not named and key == "from":
            named = _person(item.get("sender"))
        if named:
            lines.append((name, named))
    lines += [
        (name, _line(value))
        for key, name in (
            ("subject", "Subject"),
            ("internetmessageid", "Message-ID"),
            ("conversationindex", "Thread-Index"),
        )
        if isinstance(value := item.get(key), str) and value.strip()
    ]
    transport = [
        (str(header["name"]), _line(str(header.get("value") or "")))
        for header in _list(item.get("internetmessageheaders"))
        if _NAME.fullmatch(str(header.get("name") or ""))
    ]
    have = {name.lower() for name, _ in lines}
    lines += [(name, value) for name, value in transport if name.lower() not in have]
    sent = moment(item.get("sentdatetime"))
    if sent and not any(name.lower() == "date" for name, _ in lines):
        lines.append(("Date", format_datetime(sent)))
    if owner and not any(name.lower() == "delivered-to" for name, _ in lines):
        lines.append(("Delivered-To", owner))
    return "\n".join(f"{name}: {value}" for name, value in lines).encode("utf-8", "replace")


def parts(item: Json, notes: list[str]) -> list[Leaf]:
    """Give the body and the attachments; what the export leaves out is noted."""
    found = []
    body = item.get("body")
    if isinstance(body, dict) and isinstance(body.get("content"), str):
        kind = "text/html" if str(body.get("contenttype")).lower() in {"html", "1"} else "text/plain"
        found.append(Leaf.of_bytes(kind, "", "utf-8", False, body["content"].encode("utf-8", "replace")))
    elif isinstance(preview := item.get("bodypreview"), str) and preview:
        notes.append("preview_only")
        found.append(Leaf.of_bytes("text/plain", "", "utf-8", False, preview.encode("utf-8", "replace")))
    attached = attachments(item)
    if item.get("hasattachments") is True and not attached:
        notes.append("attachments_not_exported")
    return found + [leaf for each in attached if (leaf := _attachment(each, notes, 0))]


def attachments(item: Json) -> list[Json]:
    """Give the attachments as they stand in the export."""
    listed = item.get("attachments")
    return _list(listed.get("value") if isinstance(listed, dict) else listed)


def _attachment(item: Json, notes: list[str], depth: int) -> Leaf | None:
    name = _line(str(item.get("name") or ""))
    inner = item.get("item")
    if isinstance(inner, dict):
        text = _told(inner, depth)
        leaf = Leaf.of_bytes("message/rfc822", name, "utf-8", True, text.encode("utf-8", "replace")).with_text(text)
        leaf.embedded_id = _line(str(inner.get("internetmessageid") or "")).strip()
        return leaf
    kind = item.get("contenttype")
    kind = kind.lower() if isinstance(kind, str) and "/" in kind else "application/octet-stream"
    packed = item.get("contentbytes")
    if not isinstance(packed, str):
        notes.append("attachments_not_exported")
        packed = ""
    try:
        data = base64.b64decode(packed)
    except (binascii.Error, ValueError):
        notes.append("attachment_broken")
        data = b""
    return Leaf.of_bytes(kind, name, "", True, data)


def _told(item: Json, depth: int) -> str:
    """Give an attached item as text: who, when, what, and what hangs on it in turn."""
    if depth > MAX_DEPTH:
        return ""
    lines = headers.text(block(item, None)).split("\n")
    notes: list[str] = []
    lines += [leaf.text() for leaf in parts({**item, "attachments": []}, notes)]
    for each in attachments(item):
        leaf = _attachment(each, notes, depth + 1)
        if leaf and leaf.is_text:
            lines.append(leaf.text())
    return "\n".join(lines)


def moment(value: Any) -> datetime | None:  # noqa: ANN401 - any JSON value
    """Give a Graph time (`2023-01-31T09:30:00Z`); None where there is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value[:40])
    except ValueError:
        return None
    return found if found.tzinfo else datetime.fromisoformat(f"{found.isoformat()}+00:00")  # Graph's times are UTC


def _person(value: Any) -> str:  # noqa: ANN401 - any JSON value
    inner = value.get("emailaddress") if isinstance(value, dict) else None
    if not isinstance(inner, dict):
        return ""
    address, name = inner.get("address"), inner.get("name")
    address = _line(address).strip() if isinstance(address, str) else ""
    name = re.sub(r'["\\]', " ", _line(name)).strip() if isinstance(name, str) else ""
    if not address:
        return f'"{name}" <>' if name else ""
    return f'"{name}" <{address}>' if name and name.lower() != address.lower() else f"<{address}>"


def _list(value: Any) -> list[Json]:  # noqa: ANN401 - any JSON value
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _line(value: str) -> str:
    """Give a value on one line, so that it can't pass for a header of its own."""
    return " ".join(value.splitlines())
