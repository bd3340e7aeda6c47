"""Many audit records at once, by the column: the rows that `records` gives one by one, in a third of the time.

Only records as Microsoft writes them (`Record`) go this way. What `records` says of who, where and with what (`_SHARED`)
is asked once for each combination of values that occurs; a log names few users, clients and addresses, and each of
them again and again.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable
from operator import attrgetter
from typing import Any

import pyarrow as pa

from unsealed.read.collect import strings
from unsealed.read.m365 import records
from unsealed.read.m365.record import Context, Parent, Property, Record
from unsealed.read.reader import Batch
from unsealed.read.values import ip_address

_REMEMBERED = 100_000
_SHARED = ("operation", "user", "mailbox", "client_ip", "app_id", "outcome", "workload", "logon_type")
"""The columns that hang on `_context` alone."""
_OWN = tuple(name for name in records.EVENT if name not in _SHARED and name != "time")
_MAILBOX = _SHARED.index("mailbox")
_context = attrgetter(
    "operation", "user_id", "mailbox_owner_upn", "mailbox_guid", "client_ip_address", "client_ip", "actor_ip_address",
    "app_id", "application_id", "result_status", "workload", "logon_type",
)  # fmt: skip
_own = attrgetter(
    "id", "creation_time", "session_id", "client_app_id", "object_id", "client_info_string", "extended_properties",
    "user_agent", "client_application", "app_access_context", "device_properties",
)  # fmt: skip
_CONST = records.SOURCE_ID + (36).to_bytes(8, "big")
_GUID = 36


class _Told(dict[Any, Any]):
    """What a function says of a value, remembered."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __missing__(self, value: Hashable) -> Any:  # noqa: ANN401 - as the function gives it
        if len(self) >= _REMEMBERED:
            self.clear()
        made = self[value] = self.function(value)
        return made


_lower = _Told(records.lowered)
_address = _Told(lambda value: ip_address(value) if value else None)
_path = _Told(lambda path: records.folder_name(path, None))
_KINDS = {"Bind": "bind", "bind": "bind", "Sync": "sync", "sync": "sync"}
_THROTTLED = {"True": True, "true": True, "False": False, "false": False}
_SENT = {"Send": "send", "SendAs": "send", "SendOnBehalf": "send", "Create": "create", "Update": "update"}


def usual(record: Record | None) -> bool:
    """Tell whether a record can go this way: in its plain form, and with what every record has."""
    if record is None or not (record.id and record.creation_time and record.operation):
        return False
    if record.operation != "MailItemsAccessed":
        return True
    told = record.operation_properties
    return bool(
        told
        and len(told) == 2
        and told[0].name == "MailAccessType"
        and told[1].name == "IsThrottled"
        and _KINDS.get(told[0].value)
        and told[1].value in _THROTTLED
    )


class _Contexts(dict[tuple[Any, ...], int]):
    """The combinations that occur, each with its number; `told` holds the values of `_SHARED` for each number."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def __missing__(self, context: tuple[Any, ...]) -> int:
        number = self.add(_shared(*context))
        self[context] = number
        return number

    def add(self, told: tuple[Any, ...]) -> int:
        """Take the values of a record that was read by itself; give their number."""
        self.told.append(told)
        return len(self.told) - 1


class Gathered:
    """The rows of many records, in the order in which they were taken."""

    def __init__(self) -> None:
        self._contexts = _Contexts()
        self._numbers: list[int] = []
        """For each record the number of its context."""
        self._times: list[str] = []
        self._moments: dict[int, int] = {}
        """Times that were read already, by number of the record."""
        self._columns: dict[str, list[Any]] = {name: [] for name in _OWN}
        self._accesses: dict[str, list[Any]] = {name: [] for name in records.ACCESS}
        self._owners: list[int] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def usual(self, made: list[Record]) -> None:
        """Take records that are all `usual`; a few dozen at once, since more than that leave the processor's cache.

        Raises:
            TypeError: if one holds an object where a word should stand; then they have to be read one by one.
        """
        numbers = list(map(self._contexts.__getitem__, map(_context, made)))
        ids, times, sessions, applications, objects, *rest = map(list, zip(*map(_own, made), strict=True))
        contexts, devices = rest[-2:]
        if contexts.count(None) + devices.count(None) < 2 * len(made):
            sessions, applications = _identities(sessions, applications, contexts, devices)
        own: dict[str, list[Any]] = {
            "event_id": _ids(ids),
            "client": _clients(*rest[:-2]),
            "session_id": [value or None for value in sessions],
            "record_id": ids,
            "client_app_id": [value or None for value in applications],
            "target": [value or None for value in objects],
        }
        told = self._contexts.told
        accesses = Accesses(
            made, {"event_id": own["event_id"], "mailbox": [told[number][_MAILBOX] for number in numbers]}
        )
        inner, taken = accesses.columns(), len(self._numbers)
        self._numbers += numbers
        self._times += times
        for name, values in own.items():
            self._columns[name] += values
        for name, values in inner.items():
            self._accesses[name] += values
        self._owners += [taken + owner for owner in accesses.owners]

    def one(self, event: records.Event, accesses: list[records.Access]) -> None:
        """Take the rows of a record that was read by itself."""
        named = dict(zip(records.EVENT, event, strict=True))
        self._owners += [len(self._numbers)] * len(accesses)
        self._numbers.append(self._contexts.add(tuple(named[name] for name in _SHARED)))
        self._moments[len(self._times)] = named["time"]
        self._times.append("1970-01-01")
        for name, values in self._columns.items():
            values.append(named[name])
        for access in accesses:
            for name, value in zip(records.ACCESS, access, strict=True):
                self._accesses[name].append(value)

    def batch(self, **more: Any) -> Batch:  # noqa: ANN401 - as in `Batch.columns`
        """Give all rows, with further columns of the events.

        Raises:
            ValueError: if the time of one can't be read; then all have to be read one by one.
        """
        numbers = pa.array(self._numbers, pa.int32())
        shared = {
            name: strings(values).take(numbers)
            for name, values in zip(_SHARED, zip(*self._contexts.told, strict=True), strict=True)
        }
        inner = Batch("accesses", len(self._owners), dict(self._accesses)) if self._owners else None
        columns = {**self._columns, **shared, "time": self._read_times(), **more}
        return Batch("events", len(self._numbers), columns, inner, self._owners)

    def _read_times(self) -> Any:  # noqa: ANN401 - as in `Batch.columns`
        try:
            times = pa.array(self._times, pa.string()).cast(pa.timestamp("us")).cast(pa.int64())
        except (pa.ArrowInvalid, UnicodeEncodeError):
            times = [records.micros(value) for value in self._times]
            if None in times:
                raise ValueError("a record's time can't be read") from None
        if not self._moments:
            return times
        told = times if isinstance(times, list) else times.to_pylist()
        return [self._moments.get(number, time) for number, time in enumerate(told)]


def _shared(
    operation: str,
    user_id: str | None,
    owner_upn: str | None,
    guid: str | None,
    first: str | None,
    second: str | None,
    third: str | None,
    app_id: str | None,
    application_id: str | None,
    status: str | None,
    workload: str | None,
    logon: str | int | None,
) -> tuple[Any, ...]:
    """Give the values of `_SHARED` for those of `_context`."""
    user, owner, number = _lower[user_id], _lower[owner_upn], _lower[guid]
    return (
        operation,
        user,
        owner or (f"guid:{number}" if number else user if operation in records.SENDS else None),
        _address[first] or _address[second] or _address[third],
        app_id or application_id or None,
        "success" if status == "Succeeded" else records.outcome_of(str(status), operation),
        workload or None,
        records.logon_of(logon),
    )


def _identities(
    sessions: list[str | None],
    applications: list[str | None],
    contexts: list[Context | None],
    devices: list[list[Property] | None],
) -> tuple[list[Any], list[Any]]:
    """Give sessions and the applications behind the applications, as `records.identity_of` finds them."""
    sessions = [
        session or (context and records.word(context.aad_session_id)) or None
        for session, context in zip(sessions, contexts, strict=True)
    ]
    return (
        [
            session or (device and _property(device, "SessionId", "sessionid")) or None
            for session, device in zip(sessions, devices, strict=True)
        ],
        [
            application or (context and records.word(context.client_app_id)) or None
            for application, context in zip(applications, contexts, strict=True)
        ],
    )


def _clients(
    infos: list[str | None], pairs: list[list[Property] | None], agents: list[Any], applications: list[Any]
) -> list[str | None]:
    return [
        info or (told and _property(told, "UserAgent", "useragent")) or agent or application or None
        for info, told, agent, application in zip(infos, pairs, agents, applications, strict=True)
    ]


def _ids(values: list[str]) -> list[str]:
    together = "".join(values)
    if not together.isascii() or set(map(len, values)) != {_GUID}:
        return [records.event_id_of(value.lower()) for value in values]
    sha256, text = hashlib.sha256, together.lower().encode()
    return [sha256(_CONST + text[n : n + _GUID]).hexdigest()[:32] for n in range(0, len(text), _GUID)]


def _property(pairs: Iterable[Property], name: str, lowered: str) -> str | None:
    for pair in pairs:
        if pair.name == name or pair.name.lower() == lowered:
            return records.word(pair.value)
    return None


class Accesses:
    """The rows of `accesses` for records that are all `usual`."""

    def __init__(self, made: list[Record], columns: dict[str, list[Any]]) -> None:
        self.owners: list[int] = []
        """For each row the number of its record."""
        self._folder: list[Any] = []
        self._message: list[Any] = []
        self._access: list[str] = []
        self._throttled: list[bool] = []
        self._subject: list[Any] = []
        self._destination: list[Any] = []
        self._columns = columns
        for number, record in enumerate(made):
            operation = record.operation
            if operation == "MailItemsAccessed":
                self._bound(number, record)
            elif operation in records.ITEM_LEVEL:
                self._one(number, record)

    def columns(self) -> dict[str, Any]:
        """Give the columns of `records.ACCESS`."""
        ids, boxes = self._columns["event_id"], self._columns["mailbox"]
        return {
            "event_id": [ids[owner] for owner in self.owners],
            "mailbox": [boxes[owner] for owner in self.owners],
            "folder": self._folder,
            "internet_message_id": self._message,
            "access": self._access,
            "throttled": self._throttled,
            "subject": self._subject,
            "destination": self._destination,
        }

    def _bound(self, number: int, record: Record) -> None:
        kind, throttled = record.operation_properties  # type: ignore[misc]  # `usual` has counted them
        if kind.value in {"Sync", "sync"}:
            folder = _lies_in(record.item.parent_folder) if record.item else None
            return self._add(number, folder, None, "sync", throttled=_THROTTLED[throttled.value])
        begun = len(self.owners)
        for group in record.folders or ():
            folder = _path[group.path] or group.name or _lies_in(group.parent_folder)
            for item in group.folder_items:
                named = item.internet_message_id
                if not (named and named[0] == "<" and named[-1] == ">"):
                    named = records.message_id_of(named)
                self.owners.append(number)
                self._folder.append(folder)
                self._message.append(named)
                self._subject.append(item.subject or None)
        count = len(self.owners) - begun
        if not count:
            return self._add(number, None, None, "bind", throttled=_THROTTLED[throttled.value])
        self._access += ["bind"] * count
        self._destination += [None] * count
        self._throttled += [_THROTTLED[throttled.value]] * count
        return None

    def _one(self, number: int, record: Record) -> None:
        item, access = record.item, _SENT.get(record.operation or "")
        if access:
            if item and item.internet_message_id:
                named = records.message_id_of(item.internet_message_id)
                self._add(number, _lies_in(item.parent_folder), named, access, item.subject or None)
            return
        for _, _, folder, message, access, throttled, subject, destination in records.accesses(
            record, record.operation or "", "", self._columns["mailbox"][number]
        ):
            self._add(number, folder, message, access, subject, destination, throttled=throttled)

    def _add(
        self,
        number: int,
        folder: str | None,
        message: str | None,
        access: str,
        subject: str | None = None,
        destination: str | None = None,
        *,
        throttled: bool = False,
    ) -> None:
        self.owners.append(number)
        self._folder.append(folder)
        self._message.append(message)
        self._access.append(access)
        self._throttled.append(throttled)
        self._subject.append(subject)
        self._destination.append(destination)


def _lies_in(folder: Parent | None) -> str | None:
    return None if folder is None else _path[folder.path] or folder.name or None
