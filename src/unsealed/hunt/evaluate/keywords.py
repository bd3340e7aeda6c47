"""Keywords: tests that look into every value of a record.

A record's JSON text is searched for the longest printable ASCII run of each keyword first, as JSON writes it; only records
that have one, or a character written by its number, are taken apart. Hyperscan searches, or else DuckDB.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from unsealed.hunt import tree
from unsealed.hunt.tree import Test

try:
    import hyperscan
except ImportError:  # not to be had on this machine
    hyperscan = None  # type: ignore[assignment]  # asked before every use

_RUN = re.compile(r"[ -~]+")
_ALIKE = ("\u212a", "\u0130")
"""The two characters that become ASCII in lower case, K and I."""


class Sieve:
    """A rough search for keywords in JSON text: it may find too much, never too little.

    Args:
        wanted: for each group of rows in which keywords are looked for, the keywords.
    """

    def __init__(self, wanted: Mapping[int, Iterable[Test]]) -> None:
        self._all: set[int] = set()
        """Groups with a keyword that every record may hold."""
        self._groups: dict[str, set[int]] = defaultdict(set)
        letters: set[str] = set()
        for group, tests in wanted.items():
            runs = {_run(test) for test in tests}
            if "" in runs:
                self._all.add(group)
            letters.update(*runs)
            for run in runs - {""}:
                self._groups[_as_json(run.lower())].add(group)
        self.groups = frozenset(wanted)
        either = {case for letter in letters for case in (*letter.lower(), *letter.upper())} | set(_ALIKE)
        escapes = "|".join(sorted(f"{ord(letter):04x}" for letter in either))
        self._odd = (rf"\\u(?i:{escapes})", *_ALIKE)
        """What may stand for a letter of a keyword: an escape of it, and the characters that become one in lower case."""
        self._database: Any = None

    def sql(self, group: int) -> str:
        """Write the record, or NULL where Hyperscan is missing and the record can hold no keyword of the group."""
        runs = sorted(run for run, groups in self._groups.items() if group in groups)
        if group in self._all or hyperscan is not None:
            return "raw"
        expression = "|".join((f"(?i:{'|'.join(runs)})", *self._odd)).replace("'", "''")
        return f"CASE WHEN regexp_matches(raw, '{expression}') THEN raw END"

    def kept(self, records: pa.Array, groups: Sequence[int]) -> pa.Array:
        """Give the numbers of the records that may hold a keyword of their group, in order."""
        present = pc.indices_nonzero(records.is_valid())
        if hyperscan is None:
            return present
        likely = {row for row in present.to_pylist() if groups[row] in self._all} if self._all else set()
        wanted = [self._groups[run] for run in self._runs] if self._groups else []
        for expression, row in self._scanned(records):
            if groups[row] in (wanted[expression] if expression < len(wanted) else self.groups):
                likely.add(row)
        return pa.array(sorted(likely), pa.uint64())

    @property
    def _runs(self) -> list[str]:
        return sorted(self._groups)

    def _scanned(self, records: pa.Array) -> list[tuple[int, int]]:
        """Scan all records where they lie, as one text; give what was found in which."""
        if self._database is None:
            self._database = self._compiled()
        _, starts, data = records.buffers()
        offsets = memoryview(starts).cast("i")[records.offset : records.offset + len(records) + 1].tolist()
        told: list[tuple[int, int]] = []

        def on_match(expression: int, _start: int, end: int, _flags: int, _context: object) -> None:
            told.append((expression, end))

        if data is not None and offsets[-1] > offsets[0]:
            self._database.scan(memoryview(data)[offsets[0] : offsets[-1]], match_event_handler=on_match)
        return [(expression, bisect_left(offsets, end + offsets[0]) - 1) for expression, end in told]

    def _compiled(self) -> Any:  # noqa: ANN401 - hyperscan has no types
        runs = self._runs
        written = [run.encode() for run in runs] + [odd.encode() for odd in self._odd]
        flags = [hyperscan.HS_FLAG_CASELESS] * len(runs) + [0] * len(self._odd)
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(expressions=written, ids=list(range(len(written))), flags=flags)
        return database


def _as_json(run: str) -> str:
    """Write an expression for a text as it stands in JSON."""
    return "".join({"/": r"\\?/", "\\": r"\\\\", '"': r"\\\""}.get(letter) or re.escape(letter) for letter in run)


def _run(test: Test) -> str:
    """Give the longest printable ASCII run that every match has; empty where there is none."""
    if test.op not in tree.TEXT_OPS:
        return ""
    parts = tree.pieces(str(test.value)) if test.op == "wild" else ["\\" + str(test.value)]
    runs = [run for part in parts if part not in {"*", "?"} for run in _RUN.findall(part[1:])]
    return max(runs, key=len, default="")
