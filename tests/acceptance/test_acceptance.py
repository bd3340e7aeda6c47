"""The bar of the first issue, on cases that the product has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cases
import corpus
import exam
import pytest
import selfcheck

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = (2,)
pytestmark = pytest.mark.skipif(
    not (corpus.DATA / "mail").is_dir(),
    reason=f"the real mail and records are not here: {corpus.DATA}",
)


@pytest.mark.skipif(not exam.UNSEALED.exists(), reason=f"the product is not installed: {exam.UNSEALED}")
@pytest.mark.parametrize("seed", SEEDS)
def test_verdicts_bounds_and_owners_are_right(seed: int, tmp_path: Path) -> None:
    case = cases.build(seed, tmp_path / "case")
    assert selfcheck.problems(case) == [], "the examination itself is not sound"
    sheet = exam.examined(seed, case)
    assert sheet.passed, exam.show(sheet)
