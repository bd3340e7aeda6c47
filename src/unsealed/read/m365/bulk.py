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
from unsealed.read.m365.record import Context, Folder, Parent, Property, Record
from unsealed.read.reader import Batch
from unsealed.read.values import ip_address

_REMEMBERED = 100_000
_SHARED = (
    "operation", "user", "mailbox", "client_ip", "app_id", "outcome", "workload", "logon_type", "client", "client_app_id",
)  # fmt: skip
"""The columns that hang on `_context` alone."""
_OWN = tuple(name for name in records.EVENT if name not in _SHARED and name != "time")
_MAILBOX = _SHARED.index("mailbox")
_ACCESS = records.ACCESS[2:]
"""The columns of an access that are not its record's."""
_context = attrgetter(
    "operation", "user_id", "mailbox_owner_upn", "mailbox_guid", "client_ip_address", "client_ip", "actor_ip_address",
    "app_id", "application_id", "result_status", "workload", "logon_type", "client_info_string", "user_agent",
    "client_application", "client_app_id",
)  # fmt: skip
_AGENT, _APPLICATION = 13, 15
"""Where in a context the user agent and the application behind the application stand."""
_own = attrgetter(
    "id",
    "creation_time",
    "session_id",
    "object_id",
    "operation_count",
    "extended_properties",
    "app_access_context",
    "device_properties",
)
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
_OPENED = {
    ("MailAccessType", kind, "IsThrottled", throttled): (kind.lower(), throttled.lower() == "true")
    for kind in ("Bind", "bind", "Sync", "sync")
    for throttled in ("True", "true", "False", "false")
}
_SENT = {"Send": "send", "SendAs": "send", "SendOnBehalf": "send", "Create": "create", "Update": "update"}


def usual(record: Record | None) -> bool:
    """Tell whether a record can go this way: in its plain form, and with what every record has."""
    if record is None or not (record.id and record.creation_time and record.operation):
        return False
    try:
        return record.operation != "MailItemsAccessed" or bool(_opened(record))
    except (TypeError, ValueError, KeyError):
        return False


def _opened(record: Record) -> tuple[str, bool]:
    """Tell how the items of a MailItemsAccessed were opened, and whether the log was throttled.

    Raises:
        TypeError, ValueError, KeyError: if the record does not say it in the usual way.
    """
    kind, throttled = record.operation_properties  # type: ignore[misc]  # None is the caller's TypeError
    return _OPENED[kind.name, kind.value, throttled.name, throttled.value]


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
        self._accesses: dict[str, list[Any]] = {name: [] for name in _ACCESS}
        self._owners: list[int] = []

    def __len__(self) -> int:
        return len(self._numbers)

    def usual(self, made: list[Any]) -> None:
        """Take records that are all `usual`; a few dozen at once, since more than that leave the processor's cache.

        Raises:
            AttributeError, TypeError, ValueError, KeyError: if one is not, or holds an object where a word should
                stand; none of them is taken then.
        """
        contexts = list(map(_context, made))
        ids, times, sessions, objects, counts, *rest = map(list, zip(*map(_own, made), strict=True))
        if not (all(ids) and all(times)):
            raise ValueError("a record has no id or no time")
        if any(map(any, rest)):
            _look_inside(contexts, sessions, *rest)
        numbers = list(map(self._contexts.__getitem__, contexts))
        own: dict[str, list[Any]] = {
            "event_id": _ids(ids),
            "session_id": [value or None for value in sessions],
            "record_id": ids,
            "target": [value or None for value in objects],
            "access_type": [None] * len(made),
            "throttled": [None] * len(made),
            "operation_count": counts,
        }
        kinds, throttles = own["access_type"], own["throttled"]
        accesses, taken, told = Accesses(), len(self._numbers), self._contexts.told
        for number, record in enumerate(made):
            if record.operation in records.ITEM_LEVEL:
                accesses.take(taken + number, record, told[numbers[number]][_MAILBOX])
                if record.operation == "MailItemsAccessed":
                    kinds[number], throttles[number] = (pair.value for pair in record.operation_properties)
        self._numbers += numbers
        self._times += times
        for name, values in own.items():
            self._columns[name] += values
        for name, values in accesses.columns.items():
            self._accesses[name] += values
        self._owners += accesses.owners

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
            for name, value in zip(_ACCESS, access[2:], strict=True):
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
        inner = None
        if self._owners:
            owners, ids = pa.array(self._owners, pa.int32()), strings(self._columns["event_id"])
            theirs = {"event_id": ids.take(owners), "mailbox": shared["mailbox"].take(owners)}
            inner = Batch("accesses", len(self._owners), {**theirs, **self._accesses})
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
    info: str | None,
    agent: str | None,
    application: str | None,
    client_app_id: str | None,
) -> tuple[Any, ...]:
    """Give the values of `_SHARED` for those of `_context`.

    Raises:
        ValueError: if there is no operation.
    """
    if not operation:
        raise ValueError("the record has no operation")
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
        info or agent or application or None,
        client_app_id or None,
    )


def _look_inside(
    contexts: list[tuple[Any, ...]],
    sessions: list[str | None],
    pairs: list[list[Property] | None],
    newer: list[Context | None],
    devices: list[list[Property] | None],
) -> None:
    """Bring in what records tell of client, session and application in inner objects, as `records.event` finds it."""
    for number, (told, context, device) in enumerate(zip(pairs, newer, devices, strict=True)):
        if told and (agent := _property(told, "UserAgent", "useragent")):
            contexts[number] = (*contexts[number][:_AGENT], agent, *contexts[number][_AGENT + 1 :])
        if context:
            sessions[number] = sessions[number] or records.word(context.aad_session_id)
            if not contexts[number][_APPLICATION]:
                contexts[number] = (*contexts[number][:_APPLICATION], records.word(context.client_app_id))
        if device and not sessions[number]:
            sessions[number] = _property(device, "SessionId", "sessionid")


def _ids(values: list[str]) -> list[str]:
    together = "".join(values)
    if not together.isascii() or set(map(len, values)) != {_GUID}:
        return [records.event_id_of(value.lower()) for value in values]
    sha256, text = hashlib.sha256, together.lower().encode()
    digests = b"".join([sha256(_CONST + text[n : n + _GUID]).digest()[:16] for n in range(0, len(text), _GUID)]).hex()
    return [digests[n : n + 32] for n in range(0, len(digests), 32)]


def _property(pairs: Iterable[Property], name: str, lowered: str) -> str | None:
    for pair in pairs:
        if pair.name == name or pair.name.lower() == lowered:
            return records.word(pair.value)
    return None


class Accesses:
    """The rows of `accesses` for records that are all `usual`."""

    def __init__(self) -> None:
        self.owners: list[int] = []
        """For each row the number of its record."""
        self.columns: dict[str, list[Any]] = {name: [] for name in _ACCESS}
        self._add_owner = self.owners.append
        self._add = [values.append for values in self.columns.values()]

    def take(self, number: int, record: Record, mailbox: str | None) -> None:
        """Take what a record says was touched.

        Raises:
            TypeError, ValueError, KeyError: if it is a MailItemsAccessed that does not say how in the usual way.
        """
        operation = record.operation or ""
        if operation == "MailItemsAccessed":
            kind, throttled = _opened(record)
            if kind == "sync":
                folder = _lies_in(record.item.parent_folder) if record.item else None
                self._one(number, folder, None, "sync", throttled)
            elif record.folders:
                self._bound(number, record.folders, throttled=throttled)
            else:
                self._one(number, None, None, "bind", throttled)
        elif access := _SENT.get(operation):
            item = record.item
            if item and item.internet_message_id:
                named = records.message_id_of(item.internet_message_id)
                self._one(number, _lies_in(item.parent_folder), named, access, False, item.subject or None)
        else:
            for row in records.accesses(record, operation, "", mailbox):
                self._one(number, *row[2:])

    def _bound(self, number: int, folders: list[Folder], *, throttled: bool) -> None:
        owner = self._add_owner
        add_folder, add_message, add_access, add_throttled, add_subject, add_destination = self._add
        for group in folders:
            folder = _path[group.path] or group.name or _lies_in(group.parent_folder)
            for item in group.folder_items:
                named = item.internet_message_id
                if not (named and named[0] == "<" and named[-1] == ">"):
                    named = records.message_id_of(named)
                owner(number)
                add_folder(folder)
                add_message(named)
                add_access("bind")
                add_throttled(throttled)
                add_subject(item.subject or None)
                add_destination(None)

    def _one(self, number: int, *row: Any) -> None:  # noqa: ANN401 - a word or nothing each
        self._add_owner(number)
        for add, value in zip(self._add, (*row, None, None)[: len(self._add)], strict=True):
            add(value)


def _lies_in(folder: Parent | None) -> str | None:
    return None if folder is None else _path[folder.path] or folder.name or None
