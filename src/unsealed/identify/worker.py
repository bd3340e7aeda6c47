"""Scan texts to rows that hold no value in the clear; runs in worker processes, a batch at a time."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

import pyarrow as pa

from unsealed.identify.identifiers import identifiers
from unsealed.identify.key import keyed_hash
from unsealed.identify.names import NAMED, Lexicon, Names
from unsealed.identify.scan import Lost, Scanner

CACHED = 50_000
"""Values whose mask and hash are kept at hand: the same few addresses stand in most letters."""
DIED = "died"
SCANNED = pa.schema(
    [
        ("k", pa.int64()),
        ("kind", pa.string()),
        ("value_masked", pa.string()),
        ("value_hash", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("validated", pa.bool_()),
        ("identifier", pa.string()),
    ]
)


@dataclass
class Scanned:
    """What a batch of texts came to."""

    rows: pa.RecordBatch
    """Of `SCANNED`."""
    named: pa.RecordBatch
    """Of `NAMED`: the names of persons in them."""
    lost: Counter[Lost] = field(default_factory=Counter)
    """What could not be looked at, by the numbers that were given with the texts, and how often."""


class Worker:
    """A scanner and the names of the case, with the case's key."""

    def __init__(
        self,
        key: bytes,
        scanner: Scanner | None = None,
        lexicon: Lexicon | None = None,
        countries: tuple[str, ...] = (),
    ) -> None:
        self._names = Names(key, lexicon or Lexicon())
        self._scanner = scanner or _all(countries)
        known = self._scanner.known

        @lru_cache(CACHED)
        def told(name: str, value: str) -> tuple[str, str]:
            one = known[name]
            return one.mask(value), keyed_hash(key, one.kind, one.canonical(value))

        self._told: Callable[[str, str], tuple[str, str]] = told

    def scan(
        self,
        numbers: Sequence[int],
        texts: Sequence[str | None],
        near: Sequence[Sequence[str] | None] | None = None,
    ) -> Scanned:
        """Give what is found in texts; `k` is the number given with a text, `near` words of names of those who write them.

        An identifier that fails loses that one value and is counted; nothing that it raises goes any further, as it may hold
        the value.
        """
        lost: Counter[Lost] = Counter()
        found, told = [], []
        for one in self._scanner.scan(texts, lost):
            try:
                told.append(self._told(one.identifier, one.value))
                found.append(one)
            except Exception as error:  # noqa: BLE001 - as in the scan
                lost[Lost(one.text, one.identifier, type(error).__name__)] += 1
        known = self._scanner.known
        columns = (
            [numbers[one.text] for one in found],
            [known[one.identifier].kind for one in found],
            [masked for masked, _ in told],
            [hashed for _, hashed in told],
            [one.start for one in found],
            [one.end for one in found],
            [known[one.identifier].proves for one in found],
            [one.identifier for one in found],
        )
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SCANNED, strict=True)]
        by_number = Counter({one._replace(text=numbers[one.text]): count for one, count in lost.items()})
        named = self._names.find(numbers, texts, near or [None] * len(texts))
        return Scanned(pa.RecordBatch.from_arrays(arrays, schema=SCANNED), named, by_number)


@cache
def _all(countries: tuple[str, ...]) -> Scanner:
    """Give a scanner with every identifier; a process compiles them once."""
    return Scanner(identifiers(countries))


_worker: Worker | None = None


def ready(key: bytes, lexicon: Lexicon, countries: tuple[str, ...]) -> None:
    """Make a process ready to `work` for a case, whose own countries come first."""
    global _worker  # noqa: PLW0603 - a process has one
    _worker = Worker(key, lexicon=lexicon, countries=countries)


def work(texts: pa.RecordBatch) -> Scanned:
    """Scan a batch of `k`, `text` and `near`."""
    assert _worker is not None  # noqa: S101 - `ready` has run
    return _worker.scan(*(texts.column(name).to_pylist() for name in ("k", "text", "near")))


def pieces(texts: pa.RecordBatch) -> list[pa.RecordBatch]:
    """Cut a batch into its texts, where there are several."""
    return [pa.RecordBatch.from_pylist([row], texts.schema) for row in texts.to_pylist()] if texts.num_rows > 1 else []


def died(texts: pa.RecordBatch) -> Scanned:
    """Tell of a text that took a worker process along."""
    lost = Counter(Lost(k, None, DIED) for k in texts.column("k").to_pylist())
    return Scanned(pa.RecordBatch.from_pylist([], SCANNED), pa.RecordBatch.from_pylist([], NAMED), lost)
