"""Every regime on cases with a known answer: due, not due, at the threshold, over days off; each case with its source."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from made import make

from unsealed.query import engine
from unsealed.warn import warn
from unsealed.warn.regulator import regulators

CASES = Path(__file__).parent / "cases"
KNOWN = regulators()
ALL = [
    (path.stem, case)
    for path in sorted(CASES.glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


@pytest.mark.parametrize(("regime", "given"), ALL, ids=[f"{regime}: {case['name']}" for regime, case in ALL])
def test_a_case_with_a_known_answer(regime: str, given: dict[str, Any], tmp_path: Path) -> None:
    case = make(tmp_path / "case", given)
    warn(case)
    with engine(case) as db:
        rows = {row["duty"]: row for row in db.rows("SELECT * FROM duties WHERE regime = ?", [regime])}
    assert list(rows) == [duty.id for duty in KNOWN[regime].duty]
    for duty, expected in given["expect"].items():
        row = rows[duty]
        assert row["due"] == expected["due"], row["why"]
        for step in ("preliminary", "final"):
            if step in expected:
                assert (row[f"{step}_local"] or "") == expected[step]
                assert (row[f"{step}_due"] is None) == (not expected[step])
        if row["due"] == "no":
            assert row["final_due"] is row["preliminary_due"] is None
        if "missing" in expected:
            assert any(each.startswith(expected["missing"]) for each in row["missing"]), row["missing"]
        elif row["due"] == "yes":
            assert row["missing"] == []


@pytest.mark.parametrize("regime", sorted(KNOWN))
def test_no_regime_lacks_cases_of_each_sort(regime: str) -> None:
    cases = [case for name, case in ALL if name == regime]
    assert len(cases) >= 4
    shown = {case["shows"] for case in cases}
    wanted = {"due", "not_due", "threshold", "holiday"} - ({"due"} if KNOWN[regime].law.status == "proposed" else set())
    assert wanted <= shown
    assert all(len(case["source"]) > 4 for case in cases)
    assert {duty for case in cases for duty in case["expect"]} == {duty.id for duty in KNOWN[regime].duty}


def test_no_cases_are_of_a_regime_that_is_not_there() -> None:
    assert {name for name, _ in ALL} == set(KNOWN)
