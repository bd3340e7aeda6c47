"""Scan texts to rows that hold no value in the clear; runs in worker processes, a batch at a time."""

import os
import signal
import threading
from collections.abc import Sequence
from functools import cache, lru_cache

import pyarrow as pa

from unsealed.errors import UnsealedError
from unsealed.identify.key import keyed_hash
from unsealed.identify.names import Lexicon, Names
from unsealed.identify.scan import Scanner

CACHED = 50_000
"""Values whose mask and hash are kept at hand: the same few addresses stand in most letters."""
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


class Worker:
    """A scanner and the names of the case, with the case's key."""

    def __init__(self, key: bytes, scanner: Scanner | None = None, lexicon: Lexicon | None = None) -> None:
        self._names = Names(key, lexicon or Lexicon())
        self._scanner = scanner or _all()
        known = self._scanner.known

        @lru_cache(CACHED)
        def told(name: str, value: str) -> tuple[str, str]:
            one = known[name]
            return one.mask(value), keyed_hash(key, one.kind, one.canonical(value))

        self._told = told

    def both(self, texts: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Scan a batch of `k`, `text` and `near`: rows of `SCANNED`, and of names."""
        numbers, values, near = (texts.column(name).to_pylist() for name in ("k", "text", "near"))
        return self.scan(numbers, values), self._names.find(numbers, values, near)

    def scan(self, numbers: Sequence[int], texts: Sequence[str | None]) -> pa.RecordBatch:
        """Give what is found in texts, as rows of `SCANNED`; `k` is the number given with a text.

        Raises:
            UnsealedError: if an identifier fails; it names the identifier's error and no value.
        """
        try:
            found = self._scanner.scan(texts)
            told = [self._told(one.identifier, one.value) for one in found]
        except Exception as error:  # noqa: BLE001 - the text of an error may hold the value it is about
            raise UnsealedError(
                f"an identifier failed with {type(error).__name__}; this is a bug, please report it."
            ) from None
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
        return pa.RecordBatch.from_arrays(arrays, schema=SCANNED)


@cache
def _all() -> Scanner:
    """Give a scanner with every identifier; a process compiles them once."""
    return Scanner()


_worker: Worker | None = None


def start(parent: int, key: bytes, lexicon: Lexicon) -> None:
    """Make a process a worker: it leaves Ctrl-C to its parent, and ends when that is gone."""
    global _worker  # noqa: PLW0603 - a process has one
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        import multiprocessing

        if os.getppid() == parent and (mother := multiprocessing.parent_process()):
            mother.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    _worker = Worker(key, lexicon=lexicon)


def work(texts: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Scan a batch of `k`, `text` and `near` in a worker process."""
    assert _worker is not None  # noqa: S101 - `start` has run
    return _worker.both(texts)
