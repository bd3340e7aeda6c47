"""Letters as runs of words, each run a number: on disk, to be read letter by letter, and a sample of them in SQL.

A run's number is a rolling sum over the numbers of its words, worked out by columns. Each letter's words stand in a
row, with what each is (`words`); between letters are gaps as long as a run.
"""

import mmap
from array import array
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from unsealed.expose.quoting import words
from unsealed.expose.quoting.heap import Heap
from unsealed.query import Engine

SAMPLE = 2
"""One run in so many is looked for; those of the letters that come into question are then compared one by one."""
_PRINTS = pa.schema([("run", pa.uint64()), ("k", pa.uint32()), ("kind", pa.uint8())])
_MULTIPLIER = 0x9E3779B97F4A7C15
_MIX = 0xD6E8FEB86659FD93
_MASK = (1 << 64) - 1
_FACTORS = [pow(_MULTIPLIER, n + 1, 1 << 64) | 1 for n in range(max(words.WORDS, words.CHARACTERS))]


class Stream(NamedTuple):
    """A letter's words, or its characters."""

    length: int
    """So many make a run."""
    runs: list[int]
    """The number of the run that begins at each."""
    kinds: bytes
    """What each is."""
    least: bytes
    """What the run that begins at each is; 0 where none does."""


class Fingerprints:
    """The runs of all letters, by the letters' numbers."""

    def __init__(self, folder: Path, letters: int) -> None:
        """Open the files in a folder that the caller removes."""
        self._files: list[BinaryIO] = [(folder / name).open("wb+") for name in ("runs", "words", "kinds")]
        self._starts = [array("q", bytes(8 * letters)) for _ in range(2)]
        self._counts = [array("q", bytes(8 * letters)) for _ in range(2)]
        self._sample = Heap(folder / "prints", _PRINTS)
        self._written = 0
        self._vocabulary = words.Vocabulary()
        self._views: list[memoryview] = []

    def close(self) -> None:
        """Let go of the files."""
        for view in self._views:
            view.release()
        for file in self._files:
            file.close()

    def add(self, rows: Iterable[tuple[int, str, bool]], common: Collection[int]) -> None:
        """Take in some letters.

        Args:
            rows: number, text, and whether it was opened; of others only their own runs are sampled.
            common: hashes of lines that many conversations share.
        """
        number = self._vocabulary.__getitem__
        spoken, spoken_kinds, signs, sign_kinds = array("I"), bytearray(), array("I"), bytearray()
        places: list[tuple[int, bool, int, int, int, int]] = []
        gap = [0] * (words.WORDS - 1), bytes(words.WORDS - 1)
        wide = [0] * (words.CHARACTERS - 1), bytes(words.CHARACTERS - 1)
        for k, text, opened in rows:
            begun, begun_signs = len(spoken), len(sign_kinds)
            for kind, piece in words.split(text, common):
                found, characters = words.tokens(piece)
                spoken.extend(map(number, found))
                spoken_kinds += bytes((kind,)) * len(found)
                if characters:
                    signs.extend(map(number, characters))
                    sign_kinds += bytes((kind,)) * len(characters)
            places.append((k, opened, begun, len(spoken) - begun, begun_signs, len(sign_kinds) - begun_signs))
            spoken.extend(gap[0])
            spoken_kinds += gap[1]
            if len(sign_kinds) > begun_signs:
                signs.extend(wide[0])
                sign_kinds += wide[1]
        streams = ((spoken, spoken_kinds, words.WORDS), (signs, sign_kinds, words.CHARACTERS))
        for nth, (values, kinds, length) in enumerate(streams):
            starts = [place[2 + 2 * nth] for place in places]
            for place, start in zip(places, starts, strict=True):
                self._starts[nth][place[0]] = self._written + start
                self._counts[nth][place[0]] = place[3 + 2 * nth]
            if len(values) >= length:
                self._stream(values, kinds, length, [place[:2] for place in places], starts)

    def _stream(
        self,
        values: "array[int]",
        kinds: bytearray,
        length: int,
        letters: list[tuple[int, bool]],
        starts: list[int],
    ) -> None:
        count = len(values)
        numbers = pa.Array.from_buffers(pa.uint32(), count, [None, pa.py_buffer(values)]).cast(pa.uint64())
        each = pa.Array.from_buffers(pa.uint8(), count, [None, pa.py_buffer(bytes(kinds))])
        size = count - length + 1
        runs, least = pc.multiply(numbers.slice(0, size), _scalar(_FACTORS[0])), each.slice(0, size)
        for n in range(1, length):
            runs = pc.add(runs, pc.multiply(numbers.slice(n, size), _scalar(_FACTORS[n])))
            least = pc.min_element_wise(least, each.slice(n, size))
        runs = pc.multiply(pc.bit_wise_xor(runs, pc.shift_right(runs, _scalar(32))), _scalar(_MIX))
        runs = pc.bit_wise_xor(runs, pc.shift_right(runs, _scalar(29)))
        for file, column, width in ((self._files[0], runs, 8), (self._files[2], least, 1)):
            _write(file, column, width)
            file.write(bytes(width * (length - 1)))
        self._files[1].write(kinds)
        self._written += count
        lists = pa.ListArray.from_arrays(pa.array([*(min(start, size) for start in starts), size], pa.int32()), runs)
        owners = pc.list_parent_indices(lists)
        opened = pc.take(pa.array([letter[1] for letter in letters], pa.bool_()), owners)
        sampled = pc.equal(pc.bit_wise_and(runs, _scalar(SAMPLE - 1)), _scalar(0))
        wanted = pc.or_(pc.and_(opened, pc.greater(least, 0)), pc.greater_equal(least, words.SHARED))
        mask = pc.and_(sampled, wanted)
        numbered = pc.take(pa.array([letter[0] for letter in letters], pa.uint32()), pc.filter(owners, mask))
        columns = [pc.filter(runs, mask), numbered, pc.filter(least, mask)]
        self._sample.add(pa.RecordBatch.from_arrays(columns, schema=_PRINTS))

    def ready(self, db: Engine) -> None:
        """All letters are in: let them be read, and make `prints`, a sample of all runs."""
        self._sample.close(db, "prints")
        for file in self._files:
            file.flush()
            held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else b""
            self._views.append(memoryview(held))
        self._views[0] = self._views[0].cast("Q")

    def letter(self, k: int) -> list[Stream]:
        """Give a letter's words, then its Japanese, Chinese and Korean characters; none that it has not."""
        found = []
        for starts, counts, length in zip(self._starts, self._counts, (words.WORDS, words.CHARACTERS), strict=True):
            if counts[k]:
                start, end = starts[k], starts[k] + counts[k]
                runs = self._views[0][start:end].tolist()
                found.append(Stream(length, runs, bytes(self._views[1][start:end]), bytes(self._views[2][start:end])))
        return found


def _write(file: BinaryIO, column: pa.Array, width: int) -> None:
    buffer = column.buffers()[1]
    start = column.offset * width
    file.write(memoryview(buffer)[start : start + len(column) * width])


def _scalar(value: int) -> pa.Scalar:
    return pa.scalar(value & _MASK, pa.uint64())
