"""Windows event logs as they lie on the disk: sign-ins, sessions, services, Exchange's administrators.

https://learn.microsoft.com/windows/win32/wes/eventschema-schema,
https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc
"""

import io
import mmap
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from unsealed.read import times
from unsealed.read.events import Lines
from unsealed.read.reader import RANGE, Batch, Part, Row, skip
from unsealed.read.windows import event, tree

HEADER, CHUNK, RECORDS = 4096, 65_536, 512
_FILE, _CHUNK, _RECORD = b"ElfFile\x00", b"ElfChnk\x00", b"\x2a\x2a\x00\x00"
_EMPTY_HEADER = (
    _FILE + struct.pack("<QQQIHHHH", 0, 0, 1, 128, 1, 3, HEADER, 1) + bytes(76) + struct.pack("<II", 0, 0)
).ljust(HEADER, b"\x00")
"""Stands in for the header that belongs to a chunk: what matters of a file is in its chunks."""


_NO_RECORD, _NOTHING = 2**64 - 1, b"\x0f\x01\x01\x00\x00"
"""A record of our own, with nothing in it: it reaches from the chunk's first record to the one behind the damage."""
MAX_DAMAGED = 40
"""Damaged stretches in one chunk that are stepped over."""


class Evtx:
    """Chunks of 64 KiB, each whole in itself."""

    name = "evtx"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of the file's magic, or of a chunk's where its header is lost."""
        del shown
        return 100 if head.startswith(_FILE) else 80 if head.startswith(_CHUNK) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut between chunks."""
        first = _first(path)
        step = RANGE // CHUNK * CHUNK
        cuts = [0, *range(first + step, size, step)]
        return list(zip(cuts, [*cuts[1:], size], strict=True))

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the events of the range's chunks."""
        outs: dict[str, Lines] = {}
        with Path(part.path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for start in range(part.start or _first(part.path), part.end, CHUNK):
                for made in _Chunk(part, start, data[start : start + CHUNK]).events():
                    if len(made) == 2:
                        yield made
                        continue
                    source, identity, time, place, values = made
                    if source not in outs:
                        outs[source] = Lines(part, source, "evtx", event.FILLED)
                    yield from outs[source].add(identity, time, place, *values)
        for out in outs.values():
            yield from out.flush()


Made = tuple[str, str, int, str, tuple[object, ...]]


class _Chunk:
    """One chunk: what it says that it holds, and what can be read of that."""

    def __init__(self, part: Part, start: int, data: bytes) -> None:
        self.part, self.start, self.data = part, start, data

    def events(self) -> Iterator[Made | Row]:
        """Give the chunk's events; what it should hold besides is skipped."""
        if self.data.startswith(_RECORD, RECORDS):
            self.data = _CHUNK + self.data[len(_CHUNK) :]  # only its name is damaged
        if not self.data.startswith(_CHUNK):
            if self.data.strip(b"\x00"):
                yield skip(
                    self.part, self._spot(0, len(self.data)), "damaged_chunk", "this is no chunk of an event log"
                )
            return
        places, end = self._records(), self._end()
        seen: set[int] = set()
        for number, made in self._salvaged(places, end):
            place = places.get(number, (RECORDS, len(self.data) - RECORDS))
            seen.add(number)
            yield made if len(made) == 2 else (*made[:3], f"byte:{self.start + place[0]}+{place[1]}", made[4])
        for number, (offset, length) in places.items():
            if number not in seen and offset < end:
                yield skip(
                    self.part, self._spot(offset, length), "damaged_record", f"event record {number} can't be read"
                )
        stopped = max((offset + length for offset, length in places.values()), default=RECORDS)
        if stopped < end and (self.data[stopped:end].strip(b"\x00") or self._last() > max(places, default=0)):
            yield skip(
                self.part, self._spot(stopped, end - stopped), "damaged_chunk", "the rest of this chunk can't be read"
            )

    def _end(self) -> int:
        """Tell up to where the chunk says that it holds records."""
        if len(self.data) < RECORDS:
            return len(self.data)
        end: int = struct.unpack_from("<I", self.data, 48)[0]
        return min(end, len(self.data)) if end >= RECORDS else len(self.data.rstrip(b"\x00"))

    def _last(self) -> int:
        """Tell the number of the last record that the chunk says that it holds."""
        number: int = struct.unpack_from("<Q", self.data, 32)[0] if len(self.data) >= RECORDS else 0
        return number

    def _records(self) -> dict[int, tuple[int, int]]:
        """Give where the records lie, by their numbers."""
        starts, position = [], self.data.find(_RECORD, RECORDS)
        while 0 <= position <= len(self.data) - 24:
            starts.append(position)
            size = self.data[position + 4 : position + 8]
            after = position + int.from_bytes(size, "little")
            whole = position + 28 <= after <= len(self.data) and self.data[after - 4 : after] == size
            position = self.data.find(_RECORD, after if whole else position + 4)
        found: dict[int, tuple[int, int]] = {}
        for start, following in zip(starts, [*starts[1:], len(self.data)], strict=True):
            length, number = struct.unpack_from("<IQ", self.data, start + 4)
            found.setdefault(number, (start, length if 28 <= length <= len(self.data) - start else following - start))
        return found

    def _salvaged(self, places: dict[int, tuple[int, int]], end: int) -> Iterator[tuple[int, Made | Row]]:
        """Give the records that can be read; the library stops at one that can't, so it is led past that."""
        seen: set[int] = set()
        data = self.data.ljust(CHUNK, b"\x00")
        order = sorted((offset, number) for number, (offset, _) in places.items() if offset < end)
        for _ in range(MAX_DAMAGED):
            for record in _records(data):
                number = record["event_record_id"]
                if number not in seen and number != _NO_RECORD:
                    seen.add(number)
                    yield number, self._read(record)
            at = next((at for at, (_, number) in enumerate(order) if number not in seen), len(order))
            if at + 1 >= len(order):
                return
            order = order[at + 1 :]
            follows = order[0][0]
            bridge = _RECORD + struct.pack("<IQQ", follows - RECORDS, _NO_RECORD, 0) + _NOTHING
            data = data[:RECORDS] + bridge + data[RECORDS + len(bridge) :]

    def _read(self, record: dict[str, Any]) -> Made | Row:
        try:
            return self._made(record["data"], record["timestamp"])
        except ValueError as error:
            return skip(self.part, self._spot(RECORDS, len(self.data) - RECORDS), "not_a_record", str(error)[:300])

    def _made(self, raw: str, written: str) -> Made:
        found = tree.event(orjson.loads(raw))
        time = times.moment(found.time)[0] or times.moment(written)[0]
        if time is None:
            raise ValueError("the event does not tell when it was")
        made = event.columns(found, raw)
        return event.source(found), event.identity(found, time, raw), time, "", tuple(map(made.get, event.FILLED))

    def _spot(self, offset: int, length: int) -> str:
        return f"byte:{self.start + offset}+{length}"


def _records(chunk: bytes) -> list[dict[str, Any]]:
    """Give what the library can read of a chunk."""
    from evtx import PyEvtxParser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what can't be read is told by its number, from the chunk itself
        try:
            parser: Any = PyEvtxParser(io.BytesIO(_EMPTY_HEADER + chunk), number_of_threads=1, skip_errors=True)
            return list(parser.records_json())
        except (RuntimeError, OSError, ValueError):
            return []


def _first(path: str) -> int:
    with Path(path).open("rb") as stream:
        return 0 if stream.read(8) == _CHUNK else HEADER


READER = Evtx()
