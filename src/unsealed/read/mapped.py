"""Any CSV or JSON log, by a mapping file that a responder writes in five minutes (`docs/how-to/map-a-log.md`)."""

from collections.abc import Iterator
from typing import Any

import orjson

from unsealed.errors import BadRecord
from unsealed.read import csv_rows, json_rows, times
from unsealed.read.events import event
from unsealed.read.json_stream import Broken
from unsealed.read.mapping import Mapping, load
from unsealed.read.reader import Part, Row, Settings, guarded, skip
from unsealed.read.structured import day_first, ip, message_id

_LOWER = {"user", "mailbox", "sender"}
_TOLD = 20


class Mapped:
    """Logs that no other reader knows, and that a person has explained."""

    name = "mapped"
    version = "2"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Know nothing without a mapping."""
        del head, shown
        return 0

    def recognise(self, head: bytes, shown: str, settings: Settings) -> int:
        """Be sure of what a mapping names: the person who wrote it has looked."""
        return 100 if _mapping(head, shown, settings) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at the ends of rows or lines; what can't be cut is left whole."""
        with open(path, "rb") as stream:  # noqa: PTH123 - a path of the case, as text
            as_json = json_rows.opens(stream.read(4096))
        return json_rows.ranges(path, size) if as_json else csv_rows.ranges(path, size)

    def read(self, part: Part) -> Iterator[Row]:
        """Give the records of the range."""
        with open(part.path, "rb") as stream:  # noqa: PTH123 - a path of the case, as text
            head = stream.read(64 << 10)
        mapping = _mapping(head, part.shown, part.settings)
        if mapping is None:
            yield skip(part, f"byte:{part.start}+{part.end - part.start}", "no_mapping", "its mapping file is gone")
        elif json_rows.opens(head):
            yield from _objects(part, mapping)
        else:
            yield from _table(part, mapping, head)


def _mapping(head: bytes, shown: str, settings: Settings) -> Mapping | None:
    """Give the first mapping that names a file."""
    for path in settings.mappings:
        mapping = load(path)
        if not mapping.takes_file(shown):
            continue
        if json_rows.opens(head):
            if mapping.keys and json_rows.recognised(head, mapping.takes_object):
                return mapping
        elif not mapping.keys and csv_rows.header(head, mapping.takes_columns, mapping.form):
            return mapping
    return None


def _objects(part: Part, mapping: Mapping) -> Iterator[Row]:
    for found in json_rows.records(part, mapping.takes_object):
        if isinstance(found, Broken):
            yield skip(part, found.locator, found.reason, found.detail)
        elif not isinstance(found.value, dict) or not mapping.takes_object(found.value):
            detail = f"the object has not all keys that the mapping {mapping.name!r} names"
            yield skip(part, found.locator, "not_a_record", detail)
        else:
            yield from guarded(_rows(part, mapping, found.value, found.text, found.locator), part, found.locator)


def _table(part: Part, mapping: Mapping, head: bytes) -> Iterator[Row]:
    european = day_first(part.path)
    if part.start == 0:
        yield from _missing(part, mapping, head)
    for found in csv_rows.rows(part, mapping.takes_columns, mapping.form):
        if isinstance(found, csv_rows.BrokenRow):
            yield skip(part, found.locator, found.reason, found.detail)
            continue
        raw = orjson.dumps(found.fields).decode()
        yield from guarded(
            _rows(part, mapping, found.fields, raw, found.locator, european=european), part, found.locator
        )


def _missing(part: Part, mapping: Mapping, head: bytes) -> Iterator[Row]:
    """Tell of columns that the mapping names and the file does not have: they are misspelt more often than not."""
    header = csv_rows.header(head, mapping.takes_columns, mapping.form)
    have = {csv_rows.fold(name) for name in header.columns} if header else set()
    for column, value in mapping.columns.items():
        absent = [name for name in value.names if csv_rows.fold(name) not in have]
        if header and value.names and len(absent) == len(value.names):
            shown = ", ".join(header.columns[:_TOLD])
            detail = f"the mapping {mapping.name!r} takes {column} from {absent[0]!r}; the file's columns are: {shown}"
            yield skip(part, "line:1", "mapping_column_missing", detail)


def _rows(
    part: Part, mapping: Mapping, fields: dict[str, Any], raw: str, locator: str, *, european: bool = False
) -> Iterator[Row]:
    """Give the event of a record, and what it shows to have been opened."""
    micros, basis = _time(part, mapping, fields, european=european)
    columns: dict[str, Any] = {}
    for name, value in mapping.columns.items():
        if name == "recipients":
            columns[name] = [one.lower() for one in value.several(fields)] or None
        elif name == "outcome":
            columns[name] = value.outcome(fields)
        elif name != "time":
            text = value.text(fields)
            columns[name] = text.lower() if text and name in _LOWER else text
    if not columns["operation"]:
        raise BadRecord(
            "not_a_record", "the record has no operation where the mapping says that it stands", locator=locator
        )
    columns["client_ip"] = ip(columns.get("client_ip") or "")
    size = columns.get("bytes_out") or ""
    columns["bytes_out"] = int(size) if size.isdigit() and len(size) < 19 else None
    columns["internet_message_id"] = message_id(columns.get("internet_message_id"))
    identity = columns.get("record_id") or raw
    made = event(
        part, locator, mapping.source, identity, **columns, time=micros, time_basis=basis, raw=raw, shape="mapped"
    )
    yield made
    accesses = mapping.accesses
    if accesses is None or (accesses.when and (accesses.when.text(fields) or "").lower() not in accesses.words):
        return
    letter = columns["internet_message_id"]
    if letter or accesses.access == "sync":
        folder = accesses.folder.text(fields) if accesses.folder else None
        whose = columns.get("mailbox") or columns.get("user")
        yield "accesses", (made[1][0], whose, folder, letter, accesses.access, False, columns.get("target"), None)


def _time(part: Part, mapping: Mapping, fields: dict[str, Any], *, european: bool) -> tuple[int, str | None]:
    """Read the time, in the zone that the mapping tells, else in the case's."""
    told = mapping.columns["time"]
    value = told.of(fields)
    where = times.zone(told.timezone or part.timezone)
    for form in told.formats or ("",):
        micros, named = times.moment(value, where, european=european, form=form)
        if micros is not None:
            return micros, None if named or told.timezone else "zone"
    wanted = f" in the form {told.formats[0]!r}" if told.formats else ""
    raise BadRecord("unreadable_time", f"the time {str(value)[:60]!r} can't be read{wanted}")


READER = Mapped()
"""Found by the planner through `recognise`, which gets the settings that `detect` does not."""
