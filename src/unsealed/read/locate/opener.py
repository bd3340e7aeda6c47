"""Opens the places that rows of tables name, file by file: finds the file, proves that it is the same, cuts the record out."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import orjson
import pyarrow as pa

from unsealed import schema
from unsealed.case import Case
from unsealed.progress import Progress, Silent
from unsealed.query import engine, literal
from unsealed.read import settings
from unsealed.read.engine import readers
from unsealed.read.graph import resource
from unsealed.read.locate.files import Files, Lies
from unsealed.read.locate.spot import (
    MAX_SHOWN,
    Record,
    Span,
    Wanted,
    cut,
    decoded,
    digest_and_lines,
    encoding_of,
    line_span,
    printable,
    shown,
    shows,
    span,
)
from unsealed.read.reader import Batch, Itemised, Part, Place

_BINARY = frozenset(("pst", "olm", "msg", "tnef", "evtx"))
"""Readers of what is no text: their records are shown by what they make of them."""
_FIELDS = {
    "messages": ("subject", "from_address", "date", "internet_message_id", "folder"),
    "events": ("time", "operation", "user", "client_ip", "raw"),
}
_EVTX_CHUNK, _EVTX_HEADER = 65_536, 4096
_MANY = 500

Row = dict[str, Any]


class Opener:
    """Opens evidence of one case; nothing is written to the case.

    Args:
        case: the case.
        elsewhere: folders to look in where a file does not lie as it was given; by the end of its path.
        verify: hash each file before it is believed; without, `Record.verified` stays false.
        progress: told the bytes to hash and those hashed.
    """

    def __init__(
        self, case: Case, elsewhere: Sequence[Path] = (), *, verify: bool = True, progress: Progress | None = None
    ) -> None:
        self.case, self.verify, self.progress = case, verify, progress or Silent()
        self.files = Files(case, elsewhere, verify=verify)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.files.close()

    def open(self, wanted: Sequence[Wanted]) -> dict[Wanted, Record]:
        """Give what stands at each place; never raises for evidence that is gone, changed or damaged."""
        by_file: dict[str, list[Wanted]] = {}
        for one in dict.fromkeys(wanted):
            by_file.setdefault(one.evidence_id, []).append(one)
        known = self._known(list(by_file))
        self.files.learn([row["path"] for rows in known.values() for row in rows])
        with suppress(OSError):  # an archive that can't be read is told of at each of its places
            self.files.gather({(rows[0]["path"], evidence_id) for evidence_id, rows in known.items() if rows})
        found: dict[Wanted, Record] = {}
        for evidence_id, places in by_file.items():
            found.update(self._file(evidence_id, known.get(evidence_id, []), places))
        return found

    def _known(self, ids: list[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        with engine(self.case) as db:
            for start in range(0, len(ids), _MANY):
                listed = ", ".join(literal(one) for one in ids[start : start + _MANY])
                rows = db.rows(f"SELECT * FROM evidence WHERE evidence_id IN ({listed}) ORDER BY duplicate, path")
                for row in rows:
                    found.setdefault(row["evidence_id"], []).append(row)
        return found

    def _file(self, evidence_id: str, rows: list[Row], places: list[Wanted]) -> Iterator[tuple[Wanted, Record]]:
        """Open all places of one file, at the first of its paths at which it is what it was."""
        lies, row = Lies(None, "unknown", "the case has no such file in its table of evidence"), dict[str, Any]()
        for each in rows:
            try:
                lies, row = self._proved(each, evidence_id, places), each
            except OSError as error:
                lies = Lies(None, "gone", f"the file can't be read: {error.strerror or error}")
            if lies.path:
                break
        for one in places:
            record = Record(lies.state, lies.why, sha256_now=lies.digest)
            if lies.path:
                record = self._record(one, lies.path, row)
                record.verified = lies.digest == evidence_id
                record.sha256_now, record.file = lies.digest, lies.told or str(lies.path)
                if record.offset is not None and row["reader"] not in _BINARY:
                    record.line = lies.lines.get(record.offset)
            yield one, record

    def _proved(self, row: Row, evidence_id: str, places: list[Wanted]) -> Lies:
        """Find a file, and hash it unless that is not wanted."""
        lies = self.files.find(row["path"], evidence_id)
        if lies.path is None:
            if lies.state == "gone":
                lies.why = lies.why if "SHA-256" in lies.why else f"{lies.why}; its SHA-256 was {evidence_id}"
            return lies
        if self.verify:
            size = lies.path.stat().st_size
            spans = [place for one in places if (place := span(one.locator, size))]
            wide = encoding_of(lies.path) != "utf-8"
            self.progress.total(size)
            lies.digest, lies.lines = digest_and_lines(lies.path, set() if wide else {each.offset for each in spans})
            self.progress.advance(size)
            if lies.digest != evidence_id:
                why = f"the file was changed: its SHA-256 is {lies.digest}, and was {evidence_id}"
                return Lies(None, "changed", why, lies.digest)
        return lies

    def _record(self, one: Wanted, path: Path, row: Row) -> Record:
        try:
            size = path.stat().st_size
            place = span(one.locator, size)
            if place is None:
                with path.open("rb") as stream:
                    place = line_span(stream, one.locator)
            record = Record("found")
            text = ""
            if place is not None:
                data, record.bytes_sha256 = cut(path, place)
                record.offset, record.length = place.offset, place.length
                if row["reader"] not in _BINARY:
                    text = _text(data, place, path)
                    record.text = shown(text, [value.strip("<> ") for _, value in one.marks])
            if row["reader"] in _BINARY:
                try:
                    record.fields = self._reread(one.locator, place, path, row)
                except Exception as error:  # noqa: BLE001 - as in the engine: a reader may raise anything on damaged bytes
                    return Record("missing", f"the file is there, and its reader fails on this item: {error}")
                if not record.fields:
                    return Record("missing", "the file is there, and its reader finds no such item in it")
                text = " ".join(str(value) for value in record.fields.values())
            elif place is None:
                return Record("missing", f"the file is there, and has no place {one.locator!r}")
        except EOFError:
            return Record("missing", f"the file ends before {one.locator}")
        except OSError as error:
            return Record("gone", f"the file can't be opened: {error.strerror or error}")
        record.shows = shows(text, one.marks)
        return record

    def _reread(self, locator: str, place: Span | None, path: Path, row: Row) -> Row:
        """Give the main fields of an item, as its reader reads it now."""
        reader, size = readers().get(row["reader"]), path.stat().st_size
        if reader is None:
            return {}
        where = Place(row["mailbox"], row["mailbox_basis"], row["folder"])
        part = Part(
            str(path), row["path"], row["evidence_id"], size, 0, size, where, self.case.config.timezone,
            settings.load(self.case),
        )  # fmt: skip
        if isinstance(reader, Itemised):
            made: list[Any] = reader.item(part, locator)
        else:
            if row["reader"] == "evtx" and place:
                part = _chunk(part, place.offset)
            made = list(reader.read(part))
        for table, each in _rows(made):
            if each.get("locator") == locator and table in _FIELDS:
                return {name: _told(name, each[name]) for name in _FIELDS[table] if each.get(name) is not None}
        return {}


def _told(name: str, value: object) -> object:
    """Give a value of a row as a person reads it: readers count time in microseconds."""
    if name in {"date", "time"} and isinstance(value, int):
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)).isoformat().replace("+00:00", "Z")
    return printable(value)[:MAX_SHOWN] if isinstance(value, str) else value


def _text(data: bytes, place: Span, path: Path) -> str:
    """Give a record's text; of an object that holds several items, the one that is meant."""
    text = decoded(data, encoding_of(path))
    if place.item is None:
        return text
    try:
        items = resource.messages(resource.plain(orjson.loads(text)))
        return orjson.dumps(items[place.item]).decode()
    except (orjson.JSONDecodeError, IndexError, TypeError):
        raise EOFError from None


def _chunk(part: Part, offset: int) -> Part:
    """Narrow a Windows event log to the chunk that a record lies in: each is whole in itself."""
    with Path(part.path).open("rb") as stream:
        first = 0 if stream.read(8) == b"ElfChnk\x00" else _EVTX_HEADER
    start = first + (offset - first) // _EVTX_CHUNK * _EVTX_CHUNK
    return replace(part, start=start, end=start + _EVTX_CHUNK)


def _one(value: Any, number: int) -> Any:  # noqa: ANN401 - a column of a batch
    if isinstance(value, pa.Array):
        return value[number].as_py()
    return value[number] if isinstance(value, list) else value


def _rows(made: list[Any]) -> Iterator[tuple[str, Row]]:
    for each in made:
        if isinstance(each, Batch):
            for number in range(each.length):
                row = {name: _one(value, number) for name, value in each.columns.items()}
                yield each.table, row
        else:
            yield each[0], dict(zip(schema.TABLES[each[0]].schema.names, each[1], strict=True))
