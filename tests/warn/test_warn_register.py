"""Numbers of persons are bounds: whatever may be true lies between them."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from made import letter, make, put

from unsealed.query import engine
from unsealed.warn.register import Register, Span
from unsealed.warn.regulator import Persons


def count(tmp_path: Path, given: dict[str, Any], who: Persons) -> Span | None:
    case = make(tmp_path / "case", {"letters": 1, **given})
    with engine(case) as db:
        return Register(case, db).count(who)


def test_no_register_is_no_number(tmp_path: Path) -> None:
    assert count(tmp_path, {}, Persons()) is None


def test_whose_country_nothing_tells_may_live_anywhere(tmp_path: Path) -> None:
    given = {"persons": [{"n": 3, "country": "DE"}, {"n": 2, "country": "JP"}, {"n": 4}]}
    assert count(tmp_path, given, Persons(country=("DE", "FR"))) == Span(3, 7)


def test_kinds_risk_and_verdicts_must_all_hold(tmp_path: Path) -> None:
    groups = [
        {"n": 1, "kinds": kinds, "risk": risk, "verdict": verdict}
        for kinds, risk, verdict in product((("iban",), ("salary_term",)), ("high", "low"), ("accessed", "in_reach"))
    ]
    who = Persons(kinds=("iban", "password"), risk=("high",), verdicts=("accessed",))
    assert count(tmp_path, {"persons": groups}, who) == Span(1, 1)


def test_a_value_that_is_nobodys_yet_may_be_one_persons_more(tmp_path: Path) -> None:
    rows = [
        {"message_id": message, "kind": kind, "value_hash": value, "start": 0, "person_id": whose}
        for message, kind, value, whose in (
            ("m0", "iban", "a", None),
            ("m0", "iban", "a", None),
            ("m0", "iban", "b", None),
            ("m0", "iban", "c", "somebody"),
            ("m0", "password", "d", None),
            ("m9", "iban", "e", None),
        )
    ]
    given = {"persons": [{"n": 2, "country": "DE", "kinds": ("iban",)}], "mentions": rows}
    assert count(tmp_path / "anywhere", given, Persons(kinds=("iban",))) == Span(2, 4)
    assert count(tmp_path / "there", given, Persons(country=("DE",), kinds=("iban",))) == Span(2, 4)
    assert count(tmp_path / "elsewhere", given, Persons(country=("FR",), kinds=("iban",))) == Span(0, 2)


@pytest.mark.parametrize("told", [0, 1, 2, 3, 4, 5, 6])
def test_a_state_that_case_toml_counts_bounds_those_of_a_kind_there(tmp_path: Path, told: int) -> None:
    """Every way to choose who of six lives in the state is tried: the bounds are the least and the most of them."""
    kinds = [True, True, True, True, False, False]
    possible = [
        sum(kind and lives for kind, lives in zip(kinds, choice, strict=True))
        for choice in product((True, False), repeat=6)
        if sum(choice) == told
    ]
    given = {
        "persons": [
            {"n": 3, "country": "US", "kinds": ("us_ssn",)},
            {"n": 1, "kinds": ("us_ssn",)},
            {"n": 2, "country": "US"},
        ],
        "residents": {"US-CA": told},
    }
    found = count(tmp_path, given, Persons(country=("US-CA",), kinds=("us_ssn",)))
    assert found == Span(min(possible), max(possible))


def test_more_in_a_state_than_the_register_has_in_the_country(tmp_path: Path) -> None:
    groups = [{"n": 4, "country": "US", "kinds": ("us_ssn",)}, {"n": 2, "country": "US"}]
    given = {"persons": groups, "residents": {"US-CA": 10}}
    assert count(tmp_path, given, Persons(country=("US-CA",), kinds=("us_ssn",))) == Span(4, 4)


def test_a_state_that_nothing_counts_may_have_none_or_all(tmp_path: Path) -> None:
    given = {"persons": [{"n": 3, "country": "US"}, {"n": 1}, {"n": 2, "country": "JP"}]}
    assert count(tmp_path, given, Persons(country=("US-CA",))) == Span(0, 4)


def test_what_case_toml_says_of_a_place_stands_for_what_the_register_has(tmp_path: Path) -> None:
    given = {"persons": [{"n": 3, "country": "US"}, {"n": 9}], "residents": {"US-NY": 2, "DE": 7}}
    assert count(tmp_path, given, Persons(country=("US-NY",))) == Span(2, 2)


def test_letters_are_counted_once_however_many_copies_there_are(tmp_path: Path) -> None:
    case = make(tmp_path / "case", {})
    rows = [letter(0, "accessed"), letter(0, "accessed"), letter(1), letter(2, "out_of_reach")]
    rows.append({**letter(3, "copied"), "internet_message_id": None})
    put(case, "exposures", rows)
    with engine(case) as db:
        register = Register(case, db)
        assert register.letters == 3
        assert register.verdicts == {"accessed": 1, "copied": 1, "in_reach": 1}
