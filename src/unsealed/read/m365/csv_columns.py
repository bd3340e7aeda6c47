"""Blocks of an audit CSV by the column: Arrow finds AuditData, and only its records are looked at one by one."""

import itertools
import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from unsealed.read.m365 import bulk, records
from unsealed.read.m365.record import loose, plain
from unsealed.read.reader import Batch, Part

BLOCK = 8 << 20
"""Bytes of one block; one that Arrow can't read is read row by row."""


STEP = 64
"""Records that are decoded before their values are taken out: few enough to stay in the processor's cache."""


@dataclass
class Block:
    """The rows of a block, and the lines (offset, length) that have to be read with care."""

    events: Batch | None
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
        lengths, texts = _lengths(chunk), self._texts(chunk)
        if texts is None or len(texts) != len(lengths):
            return None
        return _Rows(self.part, texts, position, lengths).block()

    def _texts(self, chunk: bytes) -> pa.StringArray | None:
        try:
            found = arrow_csv.read_csv(pa.BufferReader(chunk), self._read, self._parse, self._convert)
        except pa.ArrowInvalid:
            return None
        chunks = found[self.wanted].chunks
        return chunks[0] if len(chunks) == 1 and not chunks[0].offset else pa.concat_arrays(chunks)


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

    def __init__(self, part: Part, texts: pa.StringArray, position: int, lengths: list[int]) -> None:
        self.part, self.texts = part, texts
        self.places = list(zip(itertools.accumulate(lengths, initial=position), lengths, strict=False))
        self._ends, self._text = memoryview(texts.buffers()[1]).cast("i"), memoryview(texts.buffers()[2] or b"")
        self._gathered = bulk.Gathered()
        self._odd: list[int] = []

    def block(self) -> Block:
        """Read them: those that are as Microsoft writes them by the column, the rest one by one."""
        for first in range(0, len(self.places), STEP):
            self._step(first, min(first + STEP, len(self.places)))
        try:
            made = self._batch()
        except ValueError:  # the time of one can't be read
            self._gathered, self._odd = bulk.Gathered(), []
            self._one_by_one(range(len(self.places)))
            made = self._batch()
        return Block(made, [self.places[number] for number in self._odd])

    def _step(self, first: int, last: int) -> None:
        ends, text = self._ends, self._text
        made = [plain(text[ends[number] : ends[number + 1]]) for number in range(first, last)]
        if self._usual(made):
            return
        for same, run in itertools.groupby(range(first, last), lambda number: bulk.usual(made[number - first])):
            numbers = list(run)
            if not same or not self._usual([made[number - first] for number in numbers]):
                self._one_by_one(numbers)

    def _usual(self, made: list[Any]) -> bool:
        """Take records as Microsoft writes them, all or none; tell whether they are."""
        try:
            self._gathered.usual(made)
        except (AttributeError, TypeError, ValueError, KeyError):
            return False
        return True

    def _one_by_one(self, numbers: Iterable[int]) -> None:
        """Take records one by one; note those that have to be read with care."""
        for number in numbers:
            try:
                record = loose(self._text[self._ends[number] : self._ends[number + 1]])
                event = records.event(record, None if record.id else self.texts[number].as_py())
                accesses = records.accesses(record, event[2], event[0], event[4])
            except Exception:  # noqa: BLE001 - whatever is the matter with it, it is told when it is read with care
                self._odd.append(number)
            else:
                self._gathered.one(event, accesses)

    def _batch(self) -> Batch | None:
        """Give the rows, with what their places say.

        Raises:
            ValueError: if the time of one can't be read.
        """
        if not len(self._gathered):
            return None
        places, texts, odd = self.places, self.texts, set(self._odd)
        if odd:
            good = [number for number in range(len(places)) if number not in odd]
            places, texts = [places[number] for number in good], texts.take(pa.array(good, pa.int64()))
        return self._gathered.batch(
            raw=texts,
            locator=[f"byte:{start}+{length}" for start, length in places],
            evidence_id=self.part.evidence_id,
            source=records.SOURCE,
            shape="record",
        )
