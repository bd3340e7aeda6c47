"""One activity of the Reports API, or one row of BigQuery, to rows of `events`: a row for each event in it.

https://developers.google.com/workspace/admin/reports/reference/rest/v1/activities,
https://support.google.com/a/answer/9079364 (BigQuery)
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from unsealed.errors import BadRecord
from unsealed.read.events import event
from unsealed.read.google import gmail, shapes
from unsealed.read.reader import Row
from unsealed.read.structured import Record, ip, lower, no_time, word

_FAILED = re.compile(r"(?:^|_)(?:failure|failed|fail|deny|denied|blocked|rejected)(?:_|$)", re.IGNORECASE)
_OPEN = re.compile(
    r"^(?:suspicious|account_disabled|gov_attack|login_challenge|login_verification|risky)", re.IGNORECASE
)
"""Events of the login log that say nothing of whether somebody came in."""
_TARGETS = (
    "USER_EMAIL", "affected_email_address", "email_forwarding_destination_address", "target_user", "doc_title", "doc_id",
    "GROUP_EMAIL", "group_email", "app_name", "resource_name", "event_title", "APPLICATION_NAME", "SETTING_NAME", "name",
)  # fmt: skip
_CLIENTS = ("user_agent", "USER_AGENT", "client_type", "app_name", "login_type")
_FLAT = {"id", "actor", "kind", "etag", "ipaddress", "name", "type", "ownerdomain", "events", "networkinfo"}


def rows(record: Record) -> Iterator[Row]:
    """Give the events of an activity."""
    activity = shapes.nested(record.fields) if record.tabular else record.fields
    identity = _object(activity.get("id"))
    micros, _ = record.time(identity.get("time"))
    if micros is None:
        raise no_time(record)
    told = activity.get("events")
    events = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else [told or activity]
    seen: dict[str, int] = {}
    for one in events:
        if not isinstance(one, dict) or not word(one.get("name")):
            yield "skipped", (
                record.part.evidence_id, record.part.shown, record.locator, "not_a_record", "an event that has no name",
            )  # fmt: skip
            continue
        raw = record.raw if len(events) == 1 else orjson.dumps({**activity, "events": [one]}).decode()
        yield from _event(record, activity, one, micros, raw, seen)
    if not events:
        raise BadRecord("not_a_record", "the activity holds no event", locator=record.locator)


def _event(
    record: Record, activity: dict[str, Any], one: dict[str, Any], micros: int, raw: str, seen: dict[str, int]
) -> Iterator[Row]:
    identity, actor = _object(activity.get("id")), _object(activity.get("actor"))
    application = fold_application(word(identity.get("applicationName")))
    told = shapes.parameters(one.get("parameters"))
    if "parameters" not in one and one is activity:
        told = {key: value for key, value in activity.items() if key.lower() not in _FLAT}
    unique = word(identity.get("uniqueQualifier")) or word(identity.get("uniqQualifier"))
    name = word(one.get("name")) or ""
    key = _key(application, str(micros), unique or raw, name, told)
    nth = seen[key] = seen.get(key, -1) + 1
    within = lower(told.get("DEVICE_USER"))
    if str(told.get("identifier_type")) == "email_address" or "@" in str(told.get("identifier")):
        within = within or lower(told.get("identifier"))
    user = lower(actor.get("email")) or within or lower(actor.get("key")) or lower(actor.get("profileId"))
    columns: dict[str, Any] = {
        "operation": name,
        "user": user,
        "client": next((text for key in _CLIENTS if (text := word(told.get(key)))), None),
        "app_id": word(told.get("client_id")) or word(_object(activity.get("applicationInfo")).get("oAuthClientId")),
        "outcome": _outcome(application, name, told),
        "target": next((text for key in _TARGETS if (text := word(told.get(key)))), None),
    }
    more, accesses = gmail.columns(told, user) if application == "gmail" else ({}, [])
    peer = more.pop("peer", None)
    columns |= {key: value for key, value in more.items() if value is not None}
    came_from = ip(activity.get("ipAddress") or told.get("ip_address"))
    yield from made(
        record,
        application,
        f"{key}\n{nth}",
        {**columns, "client_ip": came_from or peer},
        accesses,
        time=micros,
        raw=raw,
        record_id=unique,
        shape="columns_only" if record.tabular else "record",
    )


def bigquery(record: Record) -> Iterator[Row]:
    """Give the event of a row of BigQuery: of the Workspace export, or of the older one that was Gmail's alone."""
    fields = shapes.rest_row(record.fields) if "row" in record.fields else shapes.nested(record.fields)
    application = fold_application(word(fields.get("record_type")) or "gmail")
    told = {**fields, **_object(fields.get(application))}
    info = _object(told.get("event_info"))
    micros = next(
        (
            at
            for value in (fields.get("time_usec"), info.get("timestamp_usec"))
            if (at := record.time(value)[0]) is not None
        ),
        None,
    )
    if micros is None:
        raise no_time(record)
    user = lower(fields.get("email"))
    user = user if user and "@" in user else None
    name, unique = word(fields.get("event_name")) or "delivery", word(fields.get("unique_identifier"))
    columns: dict[str, Any] = {
        "operation": name,
        "user": user,
        "client": next((text for key in _CLIENTS if (text := word(told.get(key)))), None),
        "app_id": word(told.get("client_id")),
        "outcome": _outcome(application, name, told),
        "target": next((text for key in _TARGETS if (text := word(told.get(key)))), None),
    }
    more, accesses = gmail.columns(told, user) if application == "gmail" else ({}, [])
    peer = more.pop("peer", None)
    columns |= {key: value for key, value in more.items() if value is not None}
    columns["client_ip"] = ip(shapes.ip_bytes(fields.get("ip_address")) or "") or peer
    identity = f"{unique}\n{name}\n{micros}" if unique else record.raw
    yield from made(
        record, application, identity, columns, accesses, time=micros, raw=record.raw, record_id=unique, shape="record"
    )


def made(
    record: Record, application: str, identity: str, columns: dict[str, Any], accesses: list[tuple[object, ...]], **more: object
) -> Iterator[Row]:  # fmt: skip
    """Make the rows of one event and what it shows to have been opened."""
    row = event(
        record.part,
        record.locator,
        f"google_{application}",
        identity,
        workload=application,
        **{**columns, **more},
    )
    yield row
    for access in accesses:
        yield "accesses", (row[1][0], *access)


def fold_application(name: str | None) -> str:
    """Give an application's name as it stands after `google_`."""
    return re.sub(r"[^a-z0-9]+", "_", (name or "workspace").lower()).strip("_")[:40] or "workspace"


def _outcome(application: str, name: str, told: dict[str, Any]) -> str | None:
    if _FAILED.search(name):
        return "failure"
    status = str(told.get("login_challenge_status") or "").lower()
    if status:
        return "success" if "pass" in status else "failure"
    return None if application == "login" and _OPEN.match(name) else "success"


def _key(application: str, time: str, unique: str, name: str, told: dict[str, Any]) -> str:
    """Name an event: the activity that it belongs to, and what it tells."""
    plain = sorted(f"{key}={text.lower()}" for key, value in told.items() if (text := word(value)))
    return "\n".join((application, time, unique, name, *plain))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
