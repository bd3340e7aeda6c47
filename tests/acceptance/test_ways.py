"""The examination by ways in is itself sound: every truth is told, none is weaker than what was played, the grader sees."""

from __future__ import annotations

import importlib
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ways import grade
from ways.__main__ import WAYS
from ways.invariants import split

if TYPE_CHECKING:
    from ways.common import Case

SEED = 7


def built(way: str, folder: Path) -> list[Case]:
    return importlib.import_module(f"ways.{way}").build(random.Random(f"ways {way} {SEED}"), folder)


@pytest.mark.parametrize("way", WAYS)
def test_no_truth_is_missing_or_weaker_than_what_was_played(way: str, tmp_path: Path) -> None:
    for case in built(way, tmp_path):
        assert grade.check_truth(case) == [], case.name
        assert 250 < len(case.copies) < 1500, case.name
        told = Counter(copy.verdict for copy in case.copies)
        assert all(set(verdict.split("|")) <= set(grade.RANK) for verdict in told), told
        sure = {verdict for verdict in told if "|" not in verdict}
        assert "out_of_reach" in sure, "somebody was never reached"
        assert any(set(verdict.split("|")) & {"in_reach", "copied", "accessed"} for verdict in told), case.name
        assert sum(count for verdict, count in told.items() if "|" in verdict) < 0.65 * len(case.copies), case.name
        assert any(path.is_file() for path in case.evidence.rglob("*"))


def test_the_same_seed_gives_the_same_case(tmp_path: Path) -> None:
    one, two = (built("gateway", tmp_path / name)[1] for name in ("one", "two"))
    assert [(c.letter.mid, c.verdict) for c in one.copies] == [(c.letter.mid, c.verdict) for c in two.copies]
    files = [{p.relative_to(c.evidence): p.read_bytes() for p in c.evidence.rglob("*") if p.is_file()} for c in (one, two)]
    assert files[0] == files[1]


def test_the_grader_tells_weak_from_strong() -> None:
    sheet = grade.Sheet("x")
    for want, got in (
        ("accessed", "accessed"), ("copied", "in_reach"), ("in_reach", "copied"), ("not_accessed|in_reach", "in_reach"),
        ("in_reach", "no row"), ("not_accessed|out_of_reach", "in_reach"),
    ):  # fmt: skip
        grade.mark(sheet, want, got, "why")
    assert (sheet.total, sheet.right, sheet.opened_weak) == (6, 2, 1)
    assert (len(sheet.weak), len(sheet.strong)) == (2, 2)
    assert not sheet.passed


def test_splitting_a_log_loses_no_record(tmp_path: Path) -> None:
    for name, text in (
        ("a.jsonl", '{"a": 1}\n{"a": 2}\n{"a": 3}\n'),
        ("a.csv", "h1,h2\n1,2\n3,4\n5,6\n"),
        ("u_ex.log", "#Fields: date\n1\n2\n3\n"),
    ):
        path = tmp_path / name
        path.write_text(text)
        halves = split(path)
        assert sorted({line for half in halves for line in half.splitlines()}) == sorted(text.splitlines())
