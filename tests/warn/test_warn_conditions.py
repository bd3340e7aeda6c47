"""Unknown is never taken for yes or no."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from made import make

from unsealed.config import Config, Standing
from unsealed.query import engine
from unsealed.warn.conditions import Finding, Judge, details
from unsealed.warn.register import Register
from unsealed.warn.regulator import Persons, Text, When, common_questions

LABEL = Text("condition", "条件です")
ASKED = sorted(key for key, question in common_questions().items() if question.type == "yes_no")


def leaf(key: str) -> When:
    return When(label=LABEL, answer=key)


def conditions() -> st.SearchStrategy[When]:
    leaves = st.sampled_from(ASKED).map(leaf)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
            lambda parts: st.sampled_from([When(all=tuple(parts)), When(any=tuple(parts))])
        ),
        max_leaves=6,
    )


def judged(condition: When, answers: dict[str, bool]) -> Finding:
    judge = Judge(Config("x", answers=answers), None, dict(common_questions()))  # type: ignore[arg-type]  # no number is asked for
    return judge.judge(condition)


def plain(condition: When, answers: dict[str, bool]) -> bool:
    if condition.answer:
        return answers[condition.answer]
    parts = [plain(part, answers) for part in condition.all or condition.any]
    return all(parts) if condition.all else any(parts)


@given(conditions(), st.dictionaries(st.sampled_from(ASKED), st.booleans()))
def test_an_answer_is_given_only_where_every_way_to_fill_the_gaps_gives_it(
    condition: When, known: dict[str, bool]
) -> None:
    found = judged(condition, known)
    gaps = [key for key in ASKED if key not in known]
    ways = {
        plain(condition, {**known, **dict(zip(gaps, way, strict=True))})
        for way in product((True, False), repeat=len(gaps))
    }
    if found.state != "unknown":
        assert ways == {found.state == "yes"}
        assert not found.missing
    else:
        assert {one.where.removeprefix("answers.") for one in found.missing} <= set(gaps)
        assert found.missing
    assert found.reasons


@given(conditions(), st.sampled_from(ASKED), st.booleans(), st.dictionaries(st.sampled_from(ASKED), st.booleans()))
def test_knowing_more_never_turns_an_answer(condition: When, key: str, value: bool, known: dict[str, bool]) -> None:
    before = judged(condition, known)
    after = judged(condition, {key: value, **known})
    assert before.state in {"unknown", after.state}


HERE = When(label=LABEL, territory=("US-CA", "DE"))


@pytest.mark.parametrize(
    ("standing", "state", "says"),
    [
        (Standing("DE"), "yes", "established in DE"),
        (Standing("DE-BY"), "yes", "established in DE-BY"),
        (Standing("US-CA"), "yes", "established in US-CA"),
        (Standing("JP", markets=("US-CA",)), "yes", "does business in US-CA"),
        (Standing("JP", markets=("FR",)), "no", "does no business there"),
        (Standing("US", markets=()), "unknown", "in which part of US"),
        (Standing("US-NY", markets=()), "no", "does no business there"),
        (Standing("JP", markets=("US",)), "unknown", "in which part"),
        (Standing("JP"), "unknown", "up to 4 of the persons may be there"),
        (Standing(), "unknown", "is not said"),
    ],
)
def test_where_a_law_reaches(standing: Standing, state: str, says: str, tmp_path: Path) -> None:
    case = make(tmp_path / "case", {"persons": [{"n": 3, "country": "DE"}, {"n": 1, "country": "US"}], "letters": 1})
    with engine(case) as db:
        found = Judge(Config("x", standing=standing), Register(case, db), {}).judge(HERE)
    assert found.state == state
    assert says in found.reasons[0].tell("en")
    assert bool(found.missing) == (state == "unknown")


def test_a_law_of_a_place_where_nobody_is_does_not_reach(tmp_path: Path) -> None:
    case = make(tmp_path / "case", {"persons": [{"n": 3, "country": "JP"}], "letters": 1})
    with engine(case) as db:
        found = Judge(Config("x", standing=Standing("JP")), Register(case, db), {}).judge(HERE)
    assert found.state == "no"
    assert "none of the persons is there" in found.reasons[0].tell("en")


def test_without_register_or_verdicts_nothing_is_told_of_persons(tmp_path: Path) -> None:
    case = make(tmp_path / "case", {})
    with engine(case) as db:
        judge = Judge(case.config, Register(case, db), {})
        persons = judge.judge(When(label=LABEL, persons=Persons(), at_least=1))
        letters = judge.judge(When(label=LABEL, intruder=True))
    assert (persons.state, persons.missing[0].where) == ("unknown", "unsealed identify")
    assert (letters.state, letters.missing[0].where) == ("unknown", "unsealed expose")


@pytest.mark.parametrize(("enough", "state"), [(2, "yes"), (3, "unknown"), (5, "unknown"), (6, "no")])
def test_a_threshold_holds_by_the_least_and_fails_by_the_most(enough: int, state: str, tmp_path: Path) -> None:
    case = make(tmp_path / "case", {"persons": [{"n": 2, "country": "DE"}, {"n": 3}], "letters": 1})
    with engine(case) as db:
        judge = Judge(case.config, Register(case, db), {})
        who = Persons(country=("DE",))
        assert judge.judge(When(label=LABEL, persons=who, at_least=enough)).state == state
        assert judge.judge(When(label=LABEL, persons=who, more_than=enough - 1)).state == state


def test_every_detail_has_a_sentence() -> None:
    source = (Path(__file__).parents[2] / "src" / "unsealed" / "warn" / "conditions.py").read_text(encoding="utf-8")
    assert all(f'"{key}"' in source for key in details(str))
