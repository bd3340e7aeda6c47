"""One audit record to its row of `events` and its rows of `accesses`.

Fields and their meaning: Office 365 Management Activity API schema
(https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema), and
https://learn.microsoft.com/purview/audit-log-investigate-accounts for MailItemsAccessed.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from unsealed import schema
from unsealed.read.m365.record import MAX_COUNT, Loose
from unsealed.read.reader import Part, Row
from unsealed.read.structured import opened
from unsealed.read.values import ip_address

SOURCE = "m365_audit"
SOURCE_ID = len(SOURCE).to_bytes(8, "big") + SOURCE.encode()
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
SENDS = {"Send", "SendAs", "SendOnBehalf"}
ITEM_LEVEL = {"MailItemsAccessed", "AttachmentAccess", "Create", "Update"} | SENDS | _MOVES | _DELETES
_US_TIME = re.compile(
    r"^(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:[ \u202f]?([AaPp])\.?[Mm]\.?)?$"
)
_NO_PATH = {"not available", ""}
_COLUMNS = tuple(schema.TABLES["events"].schema.names)

Fields = dict[str, Any]
Event = tuple[Any, ...]
Access = tuple[str, str | None, str | None, str | None, str, bool, str | None, str | None]
EVENT = (
    "event_id",
    "time",
    "operation",
    "user",
    "mailbox",
    "client_ip",
    "client",
    "session_id",
    "app_id",
    "outcome",
    "record_id",
    "workload",
    "client_app_id",
    "target",
    "logon_type",
    "access_type",
    "throttled",
    "operation_count",
)
"""The columns that a record fills."""
ACCESS = ("event_id", "mailbox", "folder", "internet_message_id", "access", "throttled", "subject", "destination")


def rows(record: Loose, raw: str, part: Part, locator: str, shape: str) -> list[Row]:
    """Give the event, and an access for every item or folder that it names.

    Raises:
        ValueError: if the record has no time or no operation.
    """
    made = event(record, raw)
    known = dict(zip(EVENT, made, strict=True)) | {"raw": raw, "shape": shape, "locator": locator, "source": SOURCE}
    row = tuple(part.evidence_id if name == "evidence_id" else known.get(name) for name in _COLUMNS)
    return [("events", row), *(("accesses", access) for access in accesses(record, made[2], made[0], made[4]))]


def event(record: Loose, raw: str | None) -> Event:
    """Give what a record fills of its event's columns (`EVENT`); `raw` names it where it has no id.

    Raises:
        ValueError: if the record has no time or no operation.
    """
    time, operation = micros(record.creation_time), word(record.operation)
    if time is None or operation is None:
        raise ValueError("the record has no " + ("operation" if time is not None else "time"))
    record_id, user = word(record.id), lowered(record.user_id)
    session, client_app_id = record.session_id or None, record.client_app_id or None
    if record.app_access_context is not None or record.device_properties is not None:
        session, client_app_id = identity_of(record, session, client_app_id)
    # Of the rest, what should be text and isn't is made text when the batch is made.
    return (
        event_id_of(record_id.lower() if record_id else raw or ""),
        time,
        operation,
        user,
        mailbox_of(record, operation, user),
        _address(record),
        record.client_info_string or client_of(record),
        session,
        record.app_id or record.application_id or None,
        "success" if record.result_status == "Succeeded" else outcome_of(str(record.result_status), operation),
        record_id,
        record.workload or None,
        client_app_id,
        record.object_id or None,
        logon_of(record.logon_type),
        *(opening(record) if operation == "MailItemsAccessed" else (None, None)),
        None if record.operation_count is None else count_of(record.operation_count),
    )


def accesses(record: Loose, operation: str, event_id: str, mailbox: str | None) -> list[Access]:
    """Give what a record says was touched, as rows of `accesses`."""
    if operation == "MailItemsAccessed":
        return _mail_items(record, event_id, mailbox)
    if operation not in ITEM_LEVEL:
        return []
    return [
        (event_id, mailbox, folder, message_id, access, False, subject, destination)
        for folder, message_id, access, subject, destination in _accesses(record, operation, mailbox)
    ]


def event_id_of(identity: str) -> str:
    """Give `content_id(SOURCE, identity)`, with its constant part made once."""
    data = identity.encode("utf-8", "surrogatepass")
    return hashlib.sha256(SOURCE_ID + len(data).to_bytes(8, "big") + data).hexdigest()[:32]


def identity_of(record: Loose, session: Any, client_app_id: Any) -> tuple[Any, Any]:  # noqa: ANN401 - as they stand
    """Give session, and the application behind the application, from where newer records keep them."""
    context = opened(record.app_access_context)
    if isinstance(context, dict):
        session = session or word(context.get("AADSessionId"))
        client_app_id = client_app_id or word(context.get("ClientAppId"))
    if session is None:
        session = _property(record.device_properties, "SessionId")
    return session, client_app_id


def micros(value: object) -> int | None:
    """Read a record's time, UTC where it names no zone; also the United States form of `Export-Csv`."""
    if not isinstance(value, str):
        return None
    if len(value) == 19 and value[16] == ":" and value[17:].isdecimal() and value[17] < "6":
        minute = _minute(value[:16])
        if minute is not None:
            return minute + int(value[17:]) * 1_000_000
    try:
        stamp = datetime.fromisoformat(value)
    except ValueError:
        found = _from_us(value.strip())
        if found is None:
            return None
        stamp = found
    delta = stamp - (_EPOCH if stamp.tzinfo is None else _EPOCH_UTC)
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


@lru_cache(maxsize=100_000)
def _minute(value: str) -> int | None:
    """Give an ISO time up to its minute in microseconds since 1970; None where it is none."""
    try:
        return int((datetime.fromisoformat(value) - _EPOCH).total_seconds()) * 1_000_000
    except (ValueError, TypeError):
        return None


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


def _address(record: Loose) -> str | None:
    for value in (record.client_ip_address, record.client_ip, record.actor_ip_address):
        if value and isinstance(value, str):
            found = ip_address(value)
            if found:
                return found
    return None


def mailbox_of(record: Loose, operation: str, user: str | None) -> str | None:
    """Give whose mailbox a record is about: by name, by number, or the sender's own."""
    owner = lowered(record.mailbox_owner_upn)
    if owner:
        return owner
    guid = lowered(record.mailbox_guid)
    if guid:
        return f"guid:{guid}"
    return user if operation in SENDS else None


def client_of(record: Loose) -> Any:  # noqa: ANN401 - text, but for what hostile records hold
    """Give the client where no ClientInfoString names it."""
    client = None
    if record.extended_properties is not None:
        client = _property(record.extended_properties, "UserAgent")
    return client or record.user_agent or record.client_application or None


def logon_of(value: object) -> str | None:
    """Give the kind of logon in our word."""
    if value is None:
        return None
    return "owner" if value == 0 else _LOGON.get(str(value).lower())


@lru_cache(maxsize=1_000)
def outcome_of(status: str, operation: str) -> str:
    """Give how it ended."""
    status = status.lower()
    if operation == "UserLoginFailed" or status in _FAILED:
        return "failure"
    return "partial" if status.startswith("partial") else "success"


def _accesses(
    record: Loose, operation: str, mailbox: str | None
) -> Iterator[tuple[str | None, str | None, str, str | None, str | None]]:
    """Give folder, message, access, subject and destination."""
    if operation == "AttachmentAccess":
        for folder, entry in _items(record.messages, "MessageItems"):
            message_id, subject = message_id_of(entry.get("InternetMessageId")), word(entry.get("Subject"))
            yield folder, message_id, "attachment", subject, None
    elif operation in SENDS or operation in {"Create", "Update"}:
        item = opened(record.item)
        if isinstance(item, dict) and item.get("InternetMessageId"):
            access = "send" if operation in SENDS else operation.lower()
            yield (
                folder_of(item.get("ParentFolder")),
                message_id_of(item["InternetMessageId"]),
                access,
                word(item.get("Subject")),
                None,
            )
    elif operation in _MOVES or operation in _DELETES:
        access = "move" if operation in _MOVES else "delete"
        destination = destination_of(record, mailbox) if access == "move" else None
        for moved in _list(record.affected_items):
            if moved.get("InternetMessageId"):
                folder = folder_of(moved.get("ParentFolder")) or folder_of(opened(record.folder))
                yield folder, message_id_of(moved["InternetMessageId"]), access, word(moved.get("Subject")), destination


def _mail_items(record: Loose, event_id: str, mailbox: str | None) -> list[Access]:
    """Unfold MailItemsAccessed, the bulk of every log: a row an item, or one for the folder that was synchronised."""
    kind, throttled = _access_type(opened(record.operation_properties))
    if not kind:
        kind = "sync" if str(record.record_type) in {"2", "ExchangeItem"} else "bind"
    if kind == "sync":
        item = opened(record.item)
        folder = folder_of(item.get("ParentFolder")) if isinstance(item, dict) else None
        return [(event_id, mailbox, folder, None, "sync", throttled, None, None)]
    return [
        (
            event_id,
            mailbox,
            folder,
            message_id_of(item.get("InternetMessageId")),
            "bind",
            throttled,
            word(item.get("Subject")),
            None,
        )
        for folder, item in _items(record.folders, "FolderItems")
    ] or [(event_id, mailbox, None, None, "bind", throttled, None, None)]


def opening(record: Loose) -> tuple[str | None, str | None]:
    """Give MailAccessType and IsThrottled of a MailItemsAccessed in its own words."""
    properties = opened(record.operation_properties)
    return _property(properties, "MailAccessType"), _property(properties, "IsThrottled")


def count_of(value: object) -> int | None:
    """Give a count as a number; None where it is none that a column can hold."""
    try:
        number = int(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else -1
    except ValueError:
        return None
    return number if 0 <= number <= MAX_COUNT else None


def _access_type(properties: object) -> tuple[str, bool]:
    """Give MailAccessType in lower case, and whether IsThrottled says True."""
    kind = (_property(properties, "MailAccessType") or "").lower()
    return kind, (_property(properties, "IsThrottled") or "").lower() == "true"


def _items(groups: object, key: str) -> Iterator[tuple[str | None, Fields]]:
    for group in _list(groups):
        folder = folder_of(group) or folder_of(group.get("ParentFolder"))
        inner = _list(group.get(key))
        for item in inner:
            yield folder, item
        if not inner and group.get("InternetMessageId"):
            yield folder, group


def folder_of(value: object) -> str | None:
    """Give a folder's path with `/` between levels; its name where the path is "Not Available"."""
    if not isinstance(value, dict):
        return None
    return folder_name(word(value.get("Path")), word(value.get("Name")))


def destination_of(record: Loose, mailbox: str | None) -> str | None:
    """Give the folder that letters were moved or copied to; `//MAILBOX/FOLDER` where that is in another mailbox."""
    folder = folder_of(opened(record.dest_folder))
    guid = lowered(record.dest_mailbox_guid)
    other = lowered(record.dest_mailbox_owner_upn) or (f"guid:{guid}" if guid else None)
    if other is None or other == mailbox or (guid and guid == lowered(record.mailbox_guid)):
        return folder
    return f"//{other}/{folder or ''}"


def folder_name(path: str | None, name: str | None) -> str | None:
    """Give a folder's path with `/` between levels, else its name."""
    if path and path.lower() not in _NO_PATH:
        return path.replace("\\", "/").strip("/") or None
    return name or None


def _property(pairs: object, name: str) -> str | None:
    pairs = opened(pairs)
    if isinstance(pairs, dict):
        return word(pairs.get(name))
    if isinstance(pairs, list):
        for pair in pairs:
            if isinstance(pair, dict):
                found = pair.get("Name")
                if found == name or (found and str(found).lower() == name.lower()):
                    return word(pair.get("Value"))
    return None


def _list(value: object) -> list[Fields]:
    value = opened(value)
    if isinstance(value, dict):
        value = [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def word(value: object) -> str | None:
    """Give text as it is, whatever else as text, and nothing for nothing."""
    if isinstance(value, str):
        return value or None
    return None if value is None else str(value)


def message_id_of(value: object) -> str | None:
    """Give a message's id with its angle brackets, which some exports drop."""
    told = (word(value) or "").strip()
    return (told or None) if told.startswith("<") or not told else f"<{told.strip('<>')}>"


def lowered(value: object) -> str | None:
    """Give a word without spaces around it, in lower case."""
    if isinstance(value, str):
        return value.strip().lower() or None
    return None if value is None else str(value).strip().lower() or None
