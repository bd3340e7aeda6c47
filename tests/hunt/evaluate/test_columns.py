"""Columns of JSON texts hold the same however they are cut for reading."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.hunt.evaluate import columns, memory

_PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=12)
_VALUES = st.lists(st.none() | (_PLAIN | st.lists(_PLAIN, max_size=3)).map(json.dumps), max_size=40)


def rows(column: columns.Column) -> list[list[str] | None]:
    entries = column.of_entry()
    return [None if code is None else entries[code] for code in column.codes.to_pylist()]


@given(_VALUES, st.integers(1, 60))
def test_what_a_column_holds_hangs_on_no_cut(written: list[str | None], size: int) -> None:
    array = pa.array(written, pa.string())
    whole = rows(columns.of_json(array))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "PIECE", size)
        cut = columns.of_json(array)
    assert rows(cut) == whole
    assert cut.entries == len({text for text in written if text is not None})
    for text, held in zip(written, whole, strict=True):
        value = None if text is None else json.loads(text)
        listed = value if isinstance(value, list) else [value]
        told = [one if isinstance(one, str) else json.dumps(one) for one in listed if one is not None]
        assert held == (None if text is None else told)


def test_arrows_memory_is_as_before_when_a_hunt_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    before = pa.default_memory_pool().backend_name
    with memory.kept():
        inside = pa.default_memory_pool().backend_name
    assert inside == ("jemalloc" if "jemalloc" in pa.supported_memory_backends() else before)
    assert pa.default_memory_pool().backend_name == before


def test_a_pool_that_the_environment_names_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "system")
    before = pa.default_memory_pool().backend_name
    with memory.kept():
        assert pa.default_memory_pool().backend_name == before
