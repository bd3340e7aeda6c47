"""Hostile inputs: a clear line in `skipped`, exit code 3, everything else read."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import hostile
import pytest
from hostile_zip import GIB, bomb

if TYPE_CHECKING:
    from pathlib import Path

needs_product = pytest.mark.skipif(
    not hostile.UNSEALED.exists(),
    reason=f"the product is not installed: {hostile.UNSEALED}",
)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> hostile.Outcome:
    root = tmp_path_factory.mktemp("hostile")
    return hostile.run(root, hostile.build(root))


def test_the_bomb_is_one(tmp_path: Path) -> None:
    bomb(tmp_path / "bomb.zip")
    assert (tmp_path / "bomb.zip").stat().st_size < 20_000_000
    with zipfile.ZipFile(tmp_path / "bomb.zip") as archive, archive.open("bomb.eml") as member:
        assert archive.getinfo("bomb.eml").file_size > 10 * GIB
        assert member.read(5) == b"From:"


@pytest.mark.xdist_group("hostile")
@needs_product
def test_the_run_as_a_whole(outcome: hostile.Outcome) -> None:
    assert hostile.general(outcome) == []


@pytest.mark.xdist_group("hostile")
@needs_product
@pytest.mark.parametrize("name", hostile.TRAPS, ids=[name[:30] for name in hostile.TRAPS])
def test_each_trap(outcome: hostile.Outcome, name: str) -> None:
    assert hostile.complaints(outcome, name) == []
