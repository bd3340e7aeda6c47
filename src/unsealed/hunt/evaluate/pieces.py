"""Plain pieces of text, thousands of them, looked for in a column's distinct texts in one pass of Hyperscan.

Where Hyperscan can't be had, and where there is too little text to pay for its start, one piece is looked for after the
other: the answers are the same.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from unsealed.hunt import tree
from unsealed.hunt.evaluate.folding import fold
from unsealed.hunt.tree import Test

try:
    import hyperscan
except ImportError:  # not to be had on this machine
    hyperscan = None  # type: ignore[assignment]  # asked before every use

SHORT = 1
"""Pieces of so few bytes match too often to be told one by one."""
LONG = 300
"""Texts of so many bytes on average are scanned one by one, so that each piece is told once a text."""
WORTH = 200_000
"""Bytes of text from which on it pays to compile the pieces for Hyperscan."""
_BYTES = [bytes([byte]) if bytes([byte]).isalnum() else b"\\x%02x" % byte for byte in range(256)]
"""Each byte as an expression."""
Piece = tuple[Test, str, str]
"""A test, how its text must stand (`contains`, `startswith`, `endswith`), and the text."""
Found = dict[Test, Sequence[int]]
"""For each test that anything passes, the numbers of the texts that do."""


def longest(test: Test) -> Piece:
    """Give the longest literal of a pattern with wildcards: a text without it can't match."""
    literals = [piece[1:] for piece in tree.pieces(str(test.value)) if piece not in {"*", "?"}]
    literal = max(literals, key=len, default="")
    return test, "contains", literal if test.cased else fold(literal)


def confirm(test: Test, texts: pa.Array, numbers: Sequence[int]) -> list[int]:
    """Keep the texts that a pattern with wildcards really matches; they are in the case in which they are compared."""
    parts = tree.pieces(str(test.value) if test.cased else fold(str(test.value)))
    written = "".join({"*": ".*", "?": "."}.get(part) or re.escape(part[1:]) for part in parts)
    picked = pa.array(numbers, pa.int64())
    kept: list[int] = picked.filter(pc.match_substring_regex(texts.take(picked), f"(?s)^{written}$")).to_pylist()
    return kept


class Pieces:
    """Pieces of text that are looked for at the beginning, at the end or anywhere; case counts."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._tests: dict[tuple[str, str], list[Test]] = defaultdict(list)
        for test, how, text in pieces:
            self._tests[how, text].append(test)
        self._scanned = [key for key in self._tests if len(key[1].encode()) > SHORT and "\0" not in key[1]]
        known = set(self._scanned)
        self._plain = [key for key in self._tests if key not in known]
        self._made: dict[bool, Any] = {}
        self._seen = 0

    def match(self, texts: pa.Array) -> Found:
        """Tell which texts have which pieces."""
        found: Found = {}
        odd = self._scan(texts, found) if self._scanned else ()
        for how, text in self._plain:
            self._look(texts, None, how, text, found)
        for how, text in self._scanned if odd else ():
            self._look(texts.take(pa.array(odd, pa.int64())), odd, how, text, found)
        return found

    def _look(self, texts: pa.Array, numbers: Sequence[int] | None, how: str, text: str, found: Found) -> None:
        """Look for one piece with Arrow; `numbers` are those of the texts, where they are some of all."""
        test = {"contains": pc.match_substring, "startswith": pc.starts_with, "endswith": pc.ends_with}[how]
        hits = pc.indices_nonzero(test(texts, text)).to_pylist()
        if numbers is not None:
            hits = sorted({*found.get(self._tests[how, text][0], ()), *(numbers[hit] for hit in hits)})
        if hits:
            found |= dict.fromkeys(self._tests[how, text], hits)

    def _scan(self, texts: pa.Array, found: Found) -> Sequence[int]:
        """Look for all pieces at once in all texts, a zero byte before and behind each.

        Give the numbers of texts that hold zero bytes themselves: what this tells of them is void.
        """
        joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts), "\0")
        data = b"".join((b"\0", memoryview(joined[0].as_buffer()), b"\0"))
        # The N-th text ends before the zero byte at ends[N].
        ends = pc.cumulative_sum(pc.add(pc.binary_length(texts), pa.scalar(1, pa.int32()))).to_pylist()
        self._seen += len(data)
        if hyperscan is None or (self._seen < WORTH and not self._made):
            hits = self._searched(data, ends)
        elif len(data) > LONG * len(texts):
            hits = self._one_by_one(data, ends)
        else:
            hits = self._together(data, ends)
        odd: set[int] = set()
        if data.count(0) > len(texts) + 1:
            odd.update(pc.indices_nonzero(pc.match_substring(texts, "\0")).to_pylist())
        for piece, numbers in hits.items():
            if kept := sorted(numbers - odd):
                found |= dict.fromkeys(self._tests[self._scanned[piece]], kept)
        return sorted(odd)

    def _searched(self, data: bytes, ends: Sequence[int]) -> dict[int, set[int]]:
        hits: dict[int, set[int]] = defaultdict(set)
        for piece, (how, text) in enumerate(self._scanned):
            wanted = _marked(how, text.encode(), b"\0")
            at = data.find(wanted)
            while at >= 0:
                number = bisect_right(ends, at + len(wanted) - 2)
                hits[piece].add(number)
                at = data.find(wanted, ends[number])
        return hits

    def _one_by_one(self, data: bytes, ends: Sequence[int]) -> dict[int, set[int]]:
        hits: dict[int, set[int]] = defaultdict(set)
        told: list[int] = []

        def on_match(piece: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            told.append(piece)

        scan, view, start = self._database(single=True).scan, memoryview(data), 0
        for number, end in enumerate(ends):
            scan(view[start : end + 1], match_event_handler=on_match)
            start = end
            for piece in told:
                hits[piece].add(number)
            told.clear()
        return hits

    def _together(self, data: bytes, ends: Sequence[int]) -> dict[int, set[int]]:
        hits: dict[int, set[int]] = defaultdict(set)
        told: list[tuple[int, int]] = []

        def on_match(piece: int, _start: int, end: int, _flags: int, _context: object) -> None:
            told.append((piece, end))

        self._database(single=False).scan(data, match_event_handler=on_match)
        for piece, end in told:
            hits[piece].add(bisect_right(ends, end - 2))
        return hits

    def _database(self, *, single: bool) -> Any:  # noqa: ANN401 - hyperscan has no types
        if single not in self._made:
            written = [
                _marked(how, b"".join(map(_BYTES.__getitem__, text.encode())), b"\\x00") for how, text in self._scanned
            ]
            flags = [hyperscan.HS_FLAG_SINGLEMATCH if single else 0] * len(written)
            database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
            database.compile(expressions=written, ids=list(range(len(written))), flags=flags)
            self._made[single] = database
        return self._made[single]


def _marked(how: str, text: bytes, mark: bytes) -> bytes:
    """Put the zero byte that stands before and behind every text where a piece must begin or end one."""
    return {"startswith": mark + text, "endswith": text + mark}.get(how, text)
