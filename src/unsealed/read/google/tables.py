"""One row of a table that the Google admin console exports, to its row of `events`.

https://support.google.com/a/answer/11479100 (log events), https://support.google.com/a/answer/13828463 (email log search)
"""

from collections.abc import Iterator
from typing import Any

from unsealed.read.google import activities
from unsealed.read.reader import Row
from unsealed.read.structured import Record, folded, ip, lower, message_id, no_time, word

_APPLICATIONS = (
    ("gmail", {"messageid"}),
    ("login", {"logintype"}),
    ("login", {"challengetype"}),
    ("drive", {"documentid"}),
    ("drive", {"itemid"}),
    ("drive", {"itemname"}),
    ("token", {"scope"}),
    ("token", {"clientid"}),
    ("token", {"oauthscopes"}),
    ("admin", {"settingname"}),
    ("admin", {"admin"}),
)
_OPENED = {"open": "bind", "view": "bind", "viewed": "bind", "message opened": "bind", "message viewed": "bind",
           "download attachment": "attachment", "attachment download": "attachment", "send": "send"}  # fmt: skip
_BAD = ("fail", "reject", "bounce", "denied", "blocked", "drop")


def console(record: Record) -> Iterator[Row]:
    """Give the event of a row of the audit and investigation tool."""
    fields = folded(record.fields)
    micros, basis = record.local_time(fields.get("date"))
    if micros is None:
        raise no_time(record, "date")
    application = next((name for name, need in _APPLICATIONS if need <= fields.keys()), "workspace")
    operation = word(fields.get("event")) or word(fields.get("eventname"))
    if operation is None:
        raise no_time(record)
    user = lower(fields.get("actor")) or lower(fields.get("user"))
    letter, subject = message_id(fields.get("messageid")), word(fields.get("subject"))
    owner = lower(fields.get("owner")) or lower(fields.get("mailboxowner"))
    columns: dict[str, Any] = {
        "operation": operation,
        "user": user or owner,
        "mailbox": owner or (user if letter else None),
        "client_ip": ip(word(fields.get("ipaddress")) or word(fields.get("actoripaddress")) or ""),
        "client": word(fields.get("useragent")) or word(fields.get("clienttype")) or word(fields.get("logintype")),
        "app_id": word(fields.get("clientid")),
        "outcome": "failure" if any(bad in operation.lower() for bad in _BAD) else "success",
        "target": subject or word(fields.get("documentname")) or word(fields.get("itemname")) or word(fields.get("description")),
        "internet_message_id": letter,
        "sender": lower(fields.get("fromenvelope")) or lower(fields.get("fromheaderaddress")),
        "recipients": _several(fields.get("toenvelope")),
    }  # fmt: skip
    access = _OPENED.get(operation.lower())
    opened: list[tuple[object, ...]] = (
        [(columns["mailbox"], None, letter, access, False, subject, None)] if access and letter else []
    )
    yield from _row(record, application, columns, opened, micros, basis)


def search(record: Record) -> Iterator[Row]:
    """Give the event of a row of email log search: one step on the way of one letter to one address."""
    fields = folded(record.fields)
    found = next(
        (at for name in ("eventdate", "startdate") if (at := record.local_time(fields.get(name)))[0] is not None), None
    )
    if found is None:
        raise no_time(record, "eventdate", "startdate")
    status = word(fields.get("eventstatus")) or word(fields.get("eventtarget")) or "Email log search"
    columns: dict[str, Any] = {
        "operation": status,
        "user": lower(fields.get("sender")),
        "sender": lower(fields.get("sender")),
        "recipients": _several(fields.get("recipientaddress")),
        "internet_message_id": message_id(fields.get("messageid")),
        "client_ip": ip(word(fields.get("eventtargetipaddress")) or ""),
        "client": word(fields.get("clienttype")),
        "session_id": word(fields.get("deviceusersessionid")),
        "target": word(fields.get("subject")),
        "outcome": "failure" if any(bad in status.lower() for bad in _BAD) else "success",
    }
    yield from _row(record, "gmail", columns, [], *found)


def _row(
    record: Record, application: str, columns: dict[str, Any], opened: list[tuple[object, ...]],
    micros: int | None, basis: str | None,
) -> Iterator[Row]:  # fmt: skip
    yield from activities.made(
        record,
        application,
        record.raw,
        columns,
        opened,
        time=micros,
        time_basis=basis,
        raw=record.raw,
        shape="columns_only",
    )


def _several(value: object) -> list[str] | None:
    names = [name.strip() for name in (word(value) or "").replace(";", ",").split(",")]
    return [name.lower() for name in names if name] or None
