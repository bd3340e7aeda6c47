"""One audit record to its row of `events` and its rows of `accesses`.

Fields and their meaning: Office 365 Management Activity API schema
(https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema), and
https://learn.microsoft.com/purview/audit-log-investigate-accounts for MailItemsAccessed.
"""

import hashlib
import ipaddress
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson

from unsealed.read.reader import Part, Row

SOURCE = "m365_audit"
_SOURCE_ID = len(SOURCE).to_bytes(8, "big") + SOURCE.encode()
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = _EPOCH_UTC.replace(tzinfo=None)
_FAILED = {"failed", "false", "failure"}
_LOGON = {
    "0": "owner",
    "1": "admin",
    "2": "delegate",
    "owner": "owner",
    "admin": "admin",
    "delegated": "delegate",
    "delegate": "delegate",
    "3": "transport",
    "4": "system",
    "5": "best_access",
    "6": "delegated_admin",
}
_MOVES = {"Move", "MoveToDeletedItems", "Copy"}
_DELETES = {"SoftDelete", "HardDelete"}
_SENDS = {"Send", "SendAs", "SendOnBehalf"}
_ITEM_LEVEL = {"MailItemsAccessed", "AttachmentAccess", "Create", "Update"} | _SENDS | _MOVES | _DELETES
_US_TIME = re.compile(
    r"^(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:[ \u202f]?([AaPp])\.?[Mm]\.?)?$"
)
_TRUE = {"True", "true", "TRUE", True}
_NO_PATH = {"not available", ""}
_NOT_TOLD = (None,) * 6
"""What only logs of transport and of protocols tell."""

Record = dict[str, Any]


def rows(record: Record, raw: str, part: Part, locator: str, shape: str) -> list[Row]:
    """Give the event, and an access for every item or folder that it names.

    Raises:
        ValueError: if the record has no time or no operation.
    """
    get = record.get
    time, operation = micros(get("CreationTime")), _word(get("Operation"))
    if time is None or operation is None:
        raise ValueError("the record has no " + ("operation" if time is not None else "time"))
    record_id, user = _word(get("Id")), _lower(get("UserId"))
    event_id = _event_id(record_id.lower() if record_id else raw)
    mailbox = _mailbox(record, operation, user)
    session, app_id, client_app_id = _identity(record)
    # Of the rest, what should be text and isn't is made text when the batch is made.
    event = (
        event_id,
        part.evidence_id,
        locator,
        time,
        SOURCE,
        operation,
        user,
        mailbox,
        _address(record),
        _client(record),
        session,
        app_id,
        _outcome(record, operation),
        raw,
        record_id,
        get("Workload") or None,
        client_app_id,
        get("ObjectId") or None,
        _logon(get("LogonType")),
        shape,
        *_NOT_TOLD,
    )
    if operation not in _ITEM_LEVEL:
        return [("events", event)]
    if operation == "MailItemsAccessed":
        return [("events", event), *_mail_items(record, event_id, mailbox)]
    return [
        ("events", event),
        *(
            ("accesses", (event_id, mailbox, folder, message_id, access, throttled, subject))
            for folder, message_id, access, throttled, subject in _accesses(record, operation)
        ),
    ]


def _event_id(identity: str) -> str:
    """Give `content_id(SOURCE, identity)`, with its constant part made once."""
    data = identity.encode("utf-8", "surrogatepass")
    return hashlib.sha256(_SOURCE_ID + len(data).to_bytes(8, "big") + data).hexdigest()[:32]


def _identity(record: Record) -> tuple[str | None, str | None, str | None]:
    """Give session, application, and the application behind it."""
    get = record.get
    session, client_app_id = get("SessionId") or None, get("ClientAppId") or None
    app_id = get("AppId") or get("ApplicationId") or None
    if "AppAccessContext" not in record and "DeviceProperties" not in record:
        return session, app_id, client_app_id
    context = _json(get("AppAccessContext"))
    if isinstance(context, dict):
        session = session or _word(context.get("AADSessionId"))
        client_app_id = client_app_id or _word(context.get("ClientAppId"))
    if session is None:
        session = _property(get("DeviceProperties"), "SessionId")
    return session, app_id, client_app_id


def micros(value: object) -> int | None:
    """Read a record's time, UTC where it names no zone; also the United States form of `Export-Csv`."""
    if not isinstance(value, str):
        return None
    if len(value) == 19 and value[10] == "T" and value[13] == value[16] == ":":
        try:
            hour, minute, second = int(value[11:13]), int(value[14:16]), int(value[17:19])
            if 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60:
                return _day(value[:10]) + (hour * 3600 + minute * 60 + second) * 1_000_000
        except ValueError:
            return None
    try:
        stamp = datetime.fromisoformat(value)
    except ValueError:
        found = _from_us(value.strip())
        if found is None:
            return None
        stamp = found
    delta = stamp - (_EPOCH if stamp.tzinfo is None else _EPOCH_UTC)
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


@lru_cache(maxsize=10_000)
def _day(value: str) -> int:
    """Give an ISO date in microseconds since 1970."""
    return (date.fromisoformat(value).toordinal() - _EPOCH.toordinal()) * 86_400_000_000


def _from_us(value: str) -> datetime | None:
    match = _US_TIME.match(value)
    if not match:
        return None
    month, day, year, hour, minute, second, half = match.groups()
    hours = int(hour) % 12 + (12 if half in "Pp" else 0) if half else int(hour)
    try:
        return datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0), tzinfo=UTC)
    except ValueError:
        return None


@lru_cache(maxsize=100_000)
def address(value: str) -> str | None:
    """Give a client address without port and brackets, in its canonical form; None where it is none."""
    text = value.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def _address(record: Record) -> str | None:
    for key in ("ClientIPAddress", "ClientIP", "ActorIpAddress"):
        value = record.get(key)
        if value and isinstance(value, str):
            found = address(value)
            if found:
                return found
    return None


def _mailbox(record: Record, operation: str, user: str | None) -> str | None:
    owner = _lower(record.get("MailboxOwnerUPN"))
    if owner:
        return owner
    guid = _lower(record.get("MailboxGuid"))
    if guid:
        return f"guid:{guid}"
    return user if operation in _SENDS else None


def _client(record: Record) -> str | None:
    client: str | None = record.get("ClientInfoString") or None
    if client is None and "ExtendedProperties" in record:
        client = _property(record["ExtendedProperties"], "UserAgent")
    return client or record.get("UserAgent") or record.get("ClientApplication") or None


def _logon(value: object) -> str | None:
    if value is None:
        return None
    return "owner" if value == 0 else _LOGON.get(str(value).lower())


def _outcome(record: Record, operation: str) -> str:
    status = record.get("ResultStatus")
    if status == "Succeeded":
        return "success"
    status = str(status).lower()
    if operation == "UserLoginFailed" or status in _FAILED:
        return "failure"
    return "partial" if status.startswith("partial") else "success"


def _accesses(record: Record, operation: str) -> Iterator[tuple[str | None, str | None, str, bool, str | None]]:
    if operation == "AttachmentAccess":
        for folder, opened in _items(record.get("Messages"), "MessageItems"):
            message_id, subject = _message_id(opened.get("InternetMessageId")), _word(opened.get("Subject"))
            yield folder, message_id, "attachment", False, subject
    elif operation in _SENDS or operation in {"Create", "Update"}:
        item = _json(record.get("Item"))
        if isinstance(item, dict) and item.get("InternetMessageId"):
            access = "send" if operation in _SENDS else operation.lower()
            yield (
                _folder(item.get("ParentFolder")),
                _message_id(item["InternetMessageId"]),
                access,
                False,
                _word(item.get("Subject")),
            )
    elif operation in _MOVES or operation in _DELETES:
        access = "move" if operation in _MOVES else "delete"
        for moved in _list(record.get("AffectedItems")):
            if moved.get("InternetMessageId"):
                folder = _folder(moved.get("ParentFolder")) or _folder(_json(record.get("Folder")))
                yield folder, _message_id(moved["InternetMessageId"]), access, False, _word(moved.get("Subject"))


def _mail_items(record: Record, event_id: str, mailbox: str | None) -> list[Row]:
    """Unfold MailItemsAccessed, the bulk of every log: a row an item, or one for the folder that was synchronised."""
    kind, throttled = _access_type(_json(record.get("OperationProperties")))
    if not kind:
        kind = "sync" if str(record.get("RecordType")) in {"2", "ExchangeItem"} else "bind"
    if kind == "sync":
        item = _json(record.get("Item"))
        folder = _folder(item.get("ParentFolder")) if isinstance(item, dict) else None
        return [("accesses", (event_id, mailbox, folder, None, "sync", throttled, None))]
    rows: list[Row] = []
    for folder, entry in _items(record.get("Folders"), "FolderItems"):
        named = entry.get("InternetMessageId")
        if not (isinstance(named, str) and named[:1] == "<" and named[-1] == ">"):
            named = _message_id(named)
        rows.append(("accesses", (event_id, mailbox, folder, named, "bind", throttled, _word(entry.get("Subject")))))
    return rows or [("accesses", (event_id, mailbox, None, None, "bind", throttled, None))]


def _access_type(properties: object) -> tuple[str, bool]:
    """Give MailAccessType in lower case, and whether IsThrottled says True."""
    if isinstance(properties, list):
        try:
            told = {pair["Name"]: pair["Value"] for pair in properties}
            return told["MailAccessType"].lower(), told.get("IsThrottled") in _TRUE
        except (KeyError, TypeError, AttributeError):
            pass  # not as Microsoft writes it: look more closely
    kind = (_property(properties, "MailAccessType") or "").lower()
    return kind, (_property(properties, "IsThrottled") or "").lower() == "true"


def _items(groups: object, key: str) -> Iterator[tuple[str | None, Record]]:
    for group in _list(groups):
        folder = _folder(group) or _folder(group.get("ParentFolder"))
        inner = _list(group.get(key))
        for item in inner:
            yield folder, item
        if not inner and group.get("InternetMessageId"):
            yield folder, group


def _folder(value: object) -> str | None:
    """Give a folder's path with `/` between levels; its name where the path is "Not Available"."""
    if not isinstance(value, dict):
        return None
    path = _word(value.get("Path"))
    if path and path.lower() not in _NO_PATH:
        return path.replace("\\", "/").strip("/") or None
    return _word(value.get("Name"))


def _property(pairs: object, name: str) -> str | None:
    pairs = _json(pairs)
    if isinstance(pairs, dict):
        return _word(pairs.get(name))
    if isinstance(pairs, list):
        for pair in pairs:
            if isinstance(pair, dict):
                found = pair.get("Name")
                if found == name or (found and str(found).lower() == name.lower()):
                    return _word(pair.get("Value"))
    return None


def _list(value: object) -> list[Record]:
    value = _json(value)
    if isinstance(value, dict):
        value = [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _json(value: object) -> object:
    """Open JSON text inside JSON, as Sentinel and some exporters write it."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _word(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    return None if value is None else str(value)


def _message_id(value: object) -> str | None:
    """Give a message's id with its angle brackets, which some exports drop."""
    word = (_word(value) or "").strip()
    return (word or None) if word.startswith("<") or not word else f"<{word.strip('<>')}>"


def _lower(value: object) -> str | None:
    if value is None:
        return None
    word = value if isinstance(value, str) else str(value)
    return word.strip().lower() or None
