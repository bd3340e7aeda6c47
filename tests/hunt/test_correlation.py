"""Correlations over the table of hits: the span slides, order counts, groups keep apart, absent fields are no group."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from engines import Engines, resolve

from unsealed.hunt.correlation import find, useless
from unsealed.query import engine

BASE = """
title: {name}
name: {name}
logsource: {{product: test}}
detection:
    sel: {{op: {name}}}
    condition: sel
---"""


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return Engines(tmp_path_factory.mktemp("correlation"))


def rules(correlation: str, *names: str) -> str:
    """Write base rules (each on an operation of its name) and a correlation over them, in one file."""
    body = "\n".join("    " + line for line in correlation.strip().splitlines())
    return "".join(BASE.format(name=name) for name in names or ("a",)) + f"\ntitle: together\ncorrelation:\n{body}\n"


def correlated(engines: Engines, text: str, *events: tuple[float, str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the hits of correlations on events: minute, operation, and more of the record."""
    from engines import START, timedelta

    loaded = engines.load(text)
    assert not loaded.unusable, loaded.unusable
    columns = [{"time": START + timedelta(minutes=minute)} for minute, _, _ in events]
    engines.log(*({"op": op, **more} for _, op, more in events), columns=columns)
    with engine(engines.case, threads=1) as db:
        find(db, loaded, resolve)
        sql = "SELECT rule, event_id, events FROM sigma_hits WHERE rule >= ? ORDER BY rule, us, event_id"
        found = db.rows(sql, [len(loaded.rules)])
    return [
        {
            "rule": loaded.correlations[row["rule"] - len(loaded.rules)].title,
            "at": int(row["event_id"][1:]),
            "events": [int(event[1:]) for event in row["events"]],
        }
        for row in found
    ]


def at(hits: list[dict[str, Any]]) -> list[int]:
    return [hit["at"] for hit in hits]


COUNT = "type: event_count\nrules: a\ngroup-by: [acct]\ntimespan: 10m\ncondition: {gte: 3}"


def of(acct: str | None, *minutes: float, op: str = "a") -> list[tuple[float, str, dict[str, Any]]]:
    return [(minute, op, {"acct": acct} if acct else {}) for minute in minutes]


def test_the_span_slides_and_its_ends_belong_to_it(engines: Engines) -> None:
    hits = correlated(engines, rules(COUNT), *of("x", 0, 8, 16, 17, 18.01))
    assert hits == [{"rule": "together", "at": 3, "events": [1, 2, 3, 4]}]
    assert at(correlated(engines, rules(COUNT), *of("x", 0, 5, 10))) == [2]
    assert at(correlated(engines, rules(COUNT), *of("x", 0, 5, 10.01))) == []


def test_groups_are_kept_apart_whatever_their_case_and_absent_fields_are_no_group(engines: Engines) -> None:
    assert correlated(engines, rules(COUNT), *of("x", 0, 1), *of("y", 2, 3)) == []
    assert correlated(engines, rules(COUNT), *of(None, 0, 1, 2, 3)) == []
    assert at(correlated(engines, rules(COUNT), *of("x", 0, 1), *of("X", 2))) == [2]


def test_a_burst_is_one_hit_and_another_burst_another(engines: Engines) -> None:
    hits = correlated(engines, rules(COUNT), *of("x", 0, 1, 2, 3, 4, 60, 61, 62))
    assert [(hit["at"], hit["events"]) for hit in hits] == [(2, [0, 1, 2, 3, 4]), (7, [5, 6, 7])]


def test_without_group_by_all_events_count_together(engines: Engines) -> None:
    text = rules("type: event_count\nrules: a\ntimespan: 10m\ncondition: {gt: 2}")
    assert at(correlated(engines, text, *of("x", 0, 1), *of(None, 2))) == [2]


def test_an_event_that_two_rules_hit_counts_once(engines: Engines) -> None:
    text = rules("type: event_count\nrules: [a, b]\ntimespan: 10m\ncondition: {gte: 2}", "a", "b")
    assert correlated(engines, text, (0, "a", {"op": ["a", "b"]})) == []
    assert at(correlated(engines, text, (0, "a", {}), (1, "b", {}))) == [1]


def test_value_count_counts_different_values(engines: Engines) -> None:
    text = rules("type: value_count\nrules: a\ngroup-by: ip\ntimespan: 1h\ncondition: {field: acct, gte: 3}")
    events = [(m, "a", {"ip": "10.0.0.1", "acct": acct}) for m, acct in enumerate(["x", "y", "X", None, "z", "z"])]
    assert [(hit["at"], hit["events"]) for hit in correlated(engines, text, *events)] == [(4, [0, 1, 2, 3, 4, 5])]


@pytest.mark.parametrize(
    ("kind", "condition", "expected"),
    [
        ("value_sum", "gte: 10", [2]),
        ("value_avg", "gt: 4", [2]),
        ("value_median", "gte: 6", [3]),
        ("value_percentile", "percentile: 100, gte: 9", [2]),
    ],
)
def test_figures_over_a_field(engines: Engines, kind: str, condition: str, expected: list[int]) -> None:
    text = rules(f"type: {kind}\nrules: a\ntimespan: 1h\ncondition: {{field: size, {condition}}}")
    sizes = [1, "x", 9, "9"]
    assert at(correlated(engines, text, *((m, "a", {"size": size}) for m, size in enumerate(sizes)))) == expected


TEMPORAL = "type: {kind}\nrules: [a, b]\ngroup-by: [acct]\ntimespan: 10m"


def test_temporal_wants_all_in_any_order(engines: Engines) -> None:
    text = rules(TEMPORAL.format(kind="temporal"), "a", "b")
    for first, second in ("ab", "ba"):
        assert at(correlated(engines, text, *of("x", 0, op=first), *of("x", 9, op=second))) == [1]
    assert correlated(engines, text, *of("x", 0, op="a"), *of("x", 11, op="b")) == []
    assert correlated(engines, text, *of("x", 0, op="a"), *of("y", 1, op="b")) == []
    assert correlated(engines, text, *of("x", 0, 1, 2, op="a")) == []


def test_order_counts_in_temporal_ordered(engines: Engines) -> None:
    text = rules(TEMPORAL.format(kind="temporal_ordered"), "a", "b")
    assert at(correlated(engines, text, *of("x", 0, op="a"), *of("x", 9, op="b"))) == [1]
    assert correlated(engines, text, *of("x", 0, op="b"), *of("x", 9, op="a")) == []
    assert correlated(engines, text, *of("x", 0, op="a"), *of("x", 10.5, op="b")) == []
    assert at(correlated(engines, text, *of("x", 0, op="a"), *of("x", 8, op="a"), *of("x", 15, op="b"))) == [2]


def test_an_extended_condition(engines: Engines) -> None:
    text = rules("type: temporal\nrules: [a, b, c]\ntimespan: 10m\ncondition: (a or b) and not c", "a", "b", "c")
    assert at(correlated(engines, text, *of("x", 0, op="b"))) == [0]
    assert correlated(engines, text, *of("x", 0, op="c"), *of("x", 1, op="a")) == []


def test_an_order_with_an_expression_is_refused_and_not_half_done(engines: Engines) -> None:
    loaded = engines.load(
        rules("type: temporal_ordered\nrules: [a, b, c]\ntimespan: 10m\ncondition: (a or b) and not c", "a", "b", "c")
    )
    assert not loaded.correlations
    assert "order" in loaded.unusable[0].reason


def test_aliases_bring_two_names_of_one_thing_together(engines: Engines) -> None:
    alias = "\ngroup-by: [who]\naliases:\n    who: {a: acct, b: actor}\ntimespan: 10m"
    text = rules("type: temporal\nrules: [a, b]" + alias, "a", "b")
    assert at(correlated(engines, text, (0, "a", {"acct": "x"}), (1, "b", {"actor": "X"}))) == [1]
    assert correlated(engines, text, (0, "a", {"acct": "x"}), (1, "b", {"acct": "x"})) == []


def test_a_correlation_may_rest_on_another(engines: Engines) -> None:
    text = (
        rules("type: event_count\nrules: a\ngroup-by: [acct]\ntimespan: 10m\ncondition: {gte: 3}", "a", "b")
        .replace("title: together", "title: spray\nname: spray")
        .rstrip()
    )
    text += "\n---\ntitle: then in\ncorrelation:\n    type: temporal_ordered\n    rules: [spray, b]\n"
    text += "    group-by: [acct]\n    timespan: 1h\n"
    hits = correlated(engines, text, *of("x", 0, 1, 2), *of("y", 3, op="b"), *of("x", 4, op="b"))
    assert [(hit["rule"], hit["at"]) for hit in hits] == [("spray", 2), ("then in", 4)]


def test_rules_that_only_feed_correlations_are_named(engines: Engines) -> None:
    loaded = engines.load(rules(COUNT))
    assert loaded.silent == {loaded.rules[0].rule_id}
    assert not engines.load(rules(COUNT + "\ngenerate: true")).silent


def test_a_group_by_that_no_log_has_is_told(engines: Engines) -> None:
    from dataclasses import replace as changed

    from engines import LOG

    loaded = engines.load(rules(COUNT))
    assert not useless(loaded, resolve)
    assert "acct" in useless(loaded, lambda *_: (changed(LOG, fallback=()),))[0].reason


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ab"), st.sampled_from("xy")), min_size=1, max_size=12))
def test_an_event_count_hits_exactly_where_a_count_by_hand_first_reaches_it(
    engines: Engines, events: list[tuple[int, str, str]]
) -> None:
    found = correlated(engines, rules(COUNT), *((m, op, {"acct": acct}) for m, op, acct in events))
    wanted = set()
    for acct in "xy":
        minutes = sorted(m for m, op, who in events if op == "a" and who == acct)
        counts = {m: sum(m - 10 <= other <= m for other in minutes) for m in minutes}
        before: int | None = None
        for minute in sorted(counts):
            if counts[minute] >= 3 and (before is None or counts[before] < 3 or minute - before > 10):
                wanted.add((acct, minute))
            before = minute
    assert {(events[hit["at"]][2], events[hit["at"]][0]) for hit in found} == wanted
