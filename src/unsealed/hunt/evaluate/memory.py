"""Memory for batches: from the pool of Arrow's that hands what was freed out again, where this machine has it.

Batch after batch needs large pieces of memory and lets go of them. Other pools give these back to the system each time,
which clears each page before it is used again; jemalloc keeps them for a second
(https://arrow.apache.org/docs/python/memory.html#memory-pools, https://jemalloc.net/jemalloc.3.html#opt.dirty_decay_ms).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa


@contextmanager
def kept() -> Iterator[None]:
    """Take Arrow's memory from jemalloc while the block runs, unless the environment names another pool."""
    before = pa.default_memory_pool()
    try:
        if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
            pa.set_memory_pool(pa.jemalloc_memory_pool())
    except NotImplementedError:  # this machine's Arrow was built without it
        pass
    try:
        yield
    finally:
        pa.set_memory_pool(before)
