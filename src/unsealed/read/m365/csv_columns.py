"""Blocks of an audit CSV by the column: Arrow finds AuditData, and only its records are looked at one by one."""

import itertools
import mmap
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from unsealed.read.m365 import bulk, records
from unsealed.read.m365.record import loose, plain
from unsealed.read.reader import Batch, Part

BLOCK = 1 << 20
"""Bytes of one block; one that Arrow can't read is read row by row."""


@dataclass
class Block:
    """The rows of a block: batches of events, and the lines (offset, length) that have to be read with care."""

    events: list[Batch]
    odd: list[tuple[int, int]]


class Columns:
    """Reads blocks of an export whose rows are a line each, as exporters write them."""

    def __init__(self, part: Part, delimiter: str, count: int, audit: int) -> None:
        names = [f"c{number}" for number in range(count)]
        self.part, self.wanted = part, names[audit]
        self._read = arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK * 8, column_names=names)
        self._parse = arrow_csv.ParseOptions(delimiter=delimiter)
        types = {self.wanted: pa.string()}
        self._convert = arrow_csv.ConvertOptions(column_types=types, include_columns=[self.wanted])

    def block(self, data: mmap.mmap, position: int, stop: int) -> Block | None:
        """Give the rows from `position` to `stop`, both at line ends; None where they are not a line each."""
        chunk = data[position:stop]
        lengths = _lengths(chunk)
        try:
            found = arrow_csv.read_csv(pa.BufferReader(chunk), self._read, self._parse, self._convert)
        except pa.ArrowInvalid:
            return None
        if found.num_rows != len(lengths):
            return None
        texts = found[self.wanted].combine_chunks()
        if isinstance(texts, pa.ChunkedArray):
            texts = pa.concat_arrays(texts.chunks)
        return _Rows(self.part.evidence_id, texts, position, lengths).block()


def _lengths(chunk: bytes) -> list[int]:
    """Give the length of every line, its end included; the last line of a file may have none."""
    find, lengths, begin = chunk.find, [], 0
    while end := find(b"\n", begin) + 1:
        lengths.append(end - begin)
        begin = end
    if begin < len(chunk):
        lengths.append(len(chunk) - begin)
    return lengths


class _Rows:
    """The records of one block, by number, and where each stands in the file."""

    def __init__(self, evidence_id: str, texts: pa.StringArray, position: int, lengths: list[int]) -> None:
        self.evidence_id, self.texts = evidence_id, texts
        starts = itertools.accumulate(lengths, initial=position)
        self.places = list(zip(starts, lengths, strict=False))
        ends, text = memoryview(texts.buffers()[1]).cast("i"), memoryview(texts.buffers()[2] or b"")
        self.text = [text[ends[number] : ends[number + 1]] for number in range(len(lengths))]

    def block(self) -> Block:
        """Read them: those that are as Microsoft writes them by the column, the rest one by one."""
        made = [plain(text) for text in self.text]
        usual = [number for number, record in enumerate(made) if bulk.usual(record)]
        batches = []
        if usual:
            try:
                batches.append(self._usual([made[number] for number in usual], usual))
            except (ValueError, TypeError):
                usual = []
        known = set(usual)
        rest, odd = self._rest([number for number in range(len(made)) if number not in known])
        return Block([*batches, *rest], [self.places[number] for number in odd])

    def _usual(self, chosen: list[Any], numbers: list[int]) -> Batch:
        columns = bulk.events(chosen)
        accesses = bulk.Accesses(chosen, columns)
        inner = Batch("accesses", len(accesses.owners), accesses.columns()) if accesses.owners else None
        return Batch("events", len(chosen), columns | self._told(numbers), inner, accesses.owners)

    def _rest(self, numbers: list[int]) -> tuple[list[Batch], list[int]]:
        """Take records one by one; give also those that have to be read with care."""
        events: list[records.Event] = []
        accesses: list[records.Access] = []
        owners: list[int] = []
        good: list[int] = []
        odd: list[int] = []
        for number in numbers:
            try:
                record = loose(self.text[number])
                event = records.event(record, None if record.id else self.texts[number].as_py())
                inner = records.accesses(record, event[2], event[0], event[4])
            except Exception:  # noqa: BLE001 - whatever is the matter with it, it is told when it is read with care
                odd.append(number)
            else:
                owners.extend([len(events)] * len(inner))
                events.append(event)
                accesses += inner
                good.append(number)
        if not events:
            return [], odd
        columns: dict[str, Any] = dict(zip(records.EVENT, map(list, zip(*events, strict=True)), strict=True))
        within = dict(zip(records.ACCESS, map(list, zip(*accesses, strict=True)), strict=bool(accesses)))
        told = Batch("accesses", len(accesses), within) if accesses else None
        return [Batch("events", len(events), columns | self._told(good), told, owners)], odd

    def _told(self, numbers: list[int]) -> dict[str, Any]:
        """Give what the rows' places say."""
        every = len(numbers) == len(self.places)
        places = self.places if every else [self.places[number] for number in numbers]
        return {
            "raw": self.texts if every else self.texts.take(pa.array(numbers, pa.int64())),
            "locator": [f"byte:{start}+{length}" for start, length in places],
            "evidence_id": self.evidence_id,
            "source": records.SOURCE,
            "shape": "record",
        }
