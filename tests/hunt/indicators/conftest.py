"""Give tests of indicators a way to read a text as a file of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from unsealed.hunt.indicators import Indicator, Unusable, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Reader = "Callable[[Any], tuple[dict[tuple[str, str], Indicator], list[Unusable]]]"


@pytest.fixture
def leads(tmp_path: Path) -> Callable[[Any], tuple[dict[tuple[str, str], Indicator], list[Unusable]]]:
    """Give a reader of text, bytes or JSON: the indicators by kind and value, and what could not be used."""

    def read(content: Any) -> tuple[dict[tuple[str, str], Indicator], list[Unusable]]:
        path = tmp_path / "leads"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        found, unusable = load(path)
        return {(item.kind, item.value): item for item in found}, unusable

    return read
