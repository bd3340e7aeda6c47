"""Regular expressions on a column's distinct texts: Hyperscan tells candidates, RE2 decides (Python where it must).

Where Hyperscan can't be had, every text is a candidate: slower, and the answers are the same.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from unsealed.hunt import regex, tree
from unsealed.hunt.evaluate.pieces import Found
from unsealed.hunt.tree import Test

try:
    import hyperscan
except ImportError:  # not to be had on this machine
    hyperscan = None  # type: ignore[assignment]  # asked before every use

_PLAIN = r"^[\t\n\r -~]*$"
"""Texts on which all engines for expressions agree."""
WORTH = 5_000
"""Texts from which on it pays to compile a column's expressions for Hyperscan; fewer are tried one expression at a time."""


class Expressions:
    """Regular expressions: Hyperscan tells candidates among plain texts, RE2 (or Python) decides."""

    def __init__(self, tests: Sequence[Test]) -> None:
        self._tests = tests
        self._sure: list[int] = []
        """Of expressions that Hyperscan can't read: every text is a candidate."""
        self._database: Any = None
        self._seen = 0

    def match(self, texts: pa.Array) -> Found:
        """Tell which texts match which expressions."""
        if not self._tests:
            return {}
        candidates = self._candidates(texts)
        return {
            test: hits
            for number, test in enumerate(self._tests)
            if (hits := _decided(test, texts, candidates if candidates is None else candidates[number]))
        }

    def _candidates(self, texts: pa.Array) -> list[list[int]] | None:
        if self._database is None and self._seen < WORTH <= self._seen + len(texts) and hyperscan is not None:
            self._database = self._compiled()
        self._seen += len(texts)
        if self._database is None:
            return None
        plain = pc.and_(
            pc.match_substring_regex(texts, _PLAIN),
            pc.less(pc.binary_length(texts), pa.scalar(regex.LONGEST, pa.int32())),
        )
        always = pc.indices_nonzero(pc.invert(plain)).to_pylist()
        found: list[list[int]] = [list(always) for _ in self._tests]
        told: list[int] = []

        def on_match(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            told.append(number)

        numbers = pc.indices_nonzero(plain)
        for number, text in zip(numbers.to_pylist(), texts.take(numbers).to_pylist(), strict=True):
            self._database.scan(text.encode(), match_event_handler=on_match)
            for expression in told:
                found[expression].append(number)
            told.clear()
        for expression in self._sure:
            found[expression] = list(range(len(texts)))
        return found

    def _compiled(self) -> Any:  # noqa: ANN401 - hyperscan has no types
        """Compile what Hyperscan can read; an expression that it can't makes every text a candidate."""
        base = hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_ALLOWEMPTY
        letters = {"i": hyperscan.HS_FLAG_CASELESS, "m": hyperscan.HS_FLAG_MULTILINE, "s": hyperscan.HS_FLAG_DOTALL}
        written: list[tuple[int, bytes, int]] = []
        for number, test in enumerate(self._tests):
            pattern, flags = tree.expression(test)
            written.append((number, pattern.encode(), base | sum(letters[letter] for letter in flags)))
        if (database := _database(written)) is None:
            readable = [one for one in written if _database([one]) is not None]
            known = {number for number, _, _ in readable}
            self._sure = [number for number, _, _ in written if number not in known]
            database = _database(readable) if readable else None
        return database


def _database(written: Sequence[tuple[int, bytes, int]]) -> Any:  # noqa: ANN401 - hyperscan has no types
    """Compile expressions; None if one of them can't be read."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[expression for _, expression, _ in written],
            ids=[number for number, _, _ in written],
            flags=[flags for _, _, flags in written],
        )
    except (hyperscan.error, ValueError):
        return None
    return database


def _decided(test: Test, texts: pa.Array, numbers: list[int] | None) -> list[int]:
    """Keep the texts that an expression matches, of the candidates or of all."""
    if numbers is not None:
        texts = texts.take(pa.array(numbers, pa.int64()))
    pattern, flags = tree.expression(test)
    expression = regex.linear(pattern, flags)
    if expression is not None:
        hits = pc.indices_nonzero(pc.match_substring_regex(texts, expression)).to_pylist()
    else:
        search = regex.backtracking(pattern, flags).search
        hits = [number for number, text in enumerate(texts.to_pylist()) if search(text[: regex.LONGEST])]
    return hits if numbers is None else [numbers[hit] for hit in hits]
