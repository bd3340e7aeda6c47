"""Blocks of an audit CSV by the column: Arrow finds AuditData, and only its records are looked at one by one."""

import mmap
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from unsealed.read.m365 import records
from unsealed.read.m365.record import decode
from unsealed.read.reader import Batch, Part

BLOCK = 1 << 20
"""Bytes of one block; one that Arrow can't read is read row by row."""


@dataclass
class Block:
    """The rows of a block: one batch of events, and the lines (offset, length) that have to be read with care."""

    events: Batch
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
        lengths = [len(line) + 1 for line in chunk.split(b"\n")]
        lengths[-1] -= 1  # what follows the last line end: nothing, but at the end of a file
        if not lengths[-1]:
            lengths.pop()
        try:
            found = arrow_csv.read_csv(pa.BufferReader(chunk), self._read, self._parse, self._convert)
        except pa.ArrowInvalid:
            return None
        if found.num_rows != len(lengths):
            return None
        return self._rows(found[self.wanted].combine_chunks(), position, lengths)

    def _rows(self, texts: pa.StringArray, position: int, lengths: list[int]) -> Block:
        if isinstance(texts, pa.ChunkedArray):
            texts = pa.concat_arrays(texts.chunks)
        ends, text = memoryview(texts.buffers()[1]).cast("i"), memoryview(texts.buffers()[2] or b"")
        events: list[records.Event] = []
        accesses: list[records.Access] = []
        good: list[int] = []
        owners: list[int] = []
        locators: list[str] = []
        odd: list[tuple[int, int]] = []
        for number, length in enumerate(lengths):
            try:
                record = decode(text[ends[number] : ends[number + 1]])
                event = records.event(record, None if record.id else texts[number].as_py())
                inner = records.accesses(record, event[2], event[0], event[4])
            except Exception:  # noqa: BLE001 - whatever is the matter with it, it is told when it is read with care
                odd.append((position, length))
            else:
                owners.extend([len(events)] * len(inner))
                events.append(event)
                accesses += inner
                good.append(number)
                locators.append(f"byte:{position}+{length}")
            position += length
        raw = texts if len(good) == len(lengths) else texts.take(pa.array(good, pa.int64()))
        return Block(self._batch(events, accesses, owners, raw, locators), odd)

    def _batch(
        self,
        events: list[records.Event],
        accesses: list[records.Access],
        owners: list[int],
        raw: pa.StringArray,
        locators: list[str],
    ) -> Batch:
        columns: dict[str, Any] = dict(zip(records.EVENT, map(list, zip(*events, strict=True)), strict=bool(events)))
        columns |= {"raw": raw, "locator": locators, "evidence_id": self.part.evidence_id}
        columns |= {"source": records.SOURCE, "shape": "record"}
        inner = dict(zip(records.ACCESS, map(list, zip(*accesses, strict=True)), strict=bool(accesses)))
        made = Batch("accesses", len(accesses), inner) if accesses else None
        return Batch("events", len(events), columns, made, owners)
