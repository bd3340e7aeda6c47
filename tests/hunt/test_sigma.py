"""Loading rules: what can be used as our own trees, what can't with its line and the reason, and never an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unsealed.hunt.sigma import Loaded, load
from unsealed.hunt.tree import And, Not, Or
from unsealed.hunt.tree import Test as Atom

if TYPE_CHECKING:
    from pathlib import Path

RULE = """
title: Somebody does something
id: 5a0d3a5e-0000-4000-8000-000000000001
name: something
status: test
description: What it is.
tags:
    - attack.t1114.003
    - attack.collection
    - cve.2023-1
level: {level}
logsource:
    product: m365
    service: audit
detection:
    selection:
        Operation: New-InboxRule
        User|endswith:
            - '@a'
            - '@b'
    filter:
        Name: null
    condition: selection and not filter
falsepositives:
    - Never
""".lstrip()


def loaded(folder: Path, *texts: str) -> Loaded:
    for number, text in enumerate(texts):
        (folder / f"{number}.yml").write_text(text, encoding="utf-8")
    return load([folder])


def test_a_rule_as_our_own(tmp_path: Path) -> None:
    rule = loaded(tmp_path, RULE.format(level="high")).rules[0]
    assert rule.tree == And(
        (
            Atom("Operation", "equals", "New-InboxRule"),
            Or((Atom("User", "endswith", "@a"), Atom("User", "endswith", "@b"))),
            Atom("Name", "exists"),
        )
    )
    assert (rule.rule_id, rule.level, rule.techniques) == (
        "5a0d3a5e-0000-4000-8000-000000000001",
        "high",
        ("T1114.003",),
    )
    assert (rule.product, rule.category, rule.service, rule.name) == ("m365", None, "audit", "something")
    assert (rule.description, rule.falsepositives) == ("What it is.", ("Never",))
    assert rule.source == f"{tmp_path / '0.yml'}:1"


def test_a_rule_with_a_level_that_is_none_is_medium_and_still_used(tmp_path: Path) -> None:
    assert loaded(tmp_path, RULE.format(level="huge")).rules[0].level == "medium"


def test_two_rules_of_one_id_are_both_kept(tmp_path: Path) -> None:
    ids = [rule.rule_id for rule in loaded(tmp_path, RULE.format(level="low"), RULE.format(level="high")).rules]
    assert ids == ["5a0d3a5e-0000-4000-8000-000000000001", "5a0d3a5e-0000-4000-8000-000000000001:2"]


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("Operation: New-InboxRule", "Operation|shouts: x", 16, "shouts"),
        ("Operation: New-InboxRule", "Operation|expand: '%admins%'", 16, "%admins%"),
        ("Operation: New-InboxRule", "Operation|re: '('", 16, "regular expression"),
        ("Operation: New-InboxRule", "Operation|re: '(?=x)(a+)+'", 16, "run for ever"),
        ("Operation: New-InboxRule", "Operation|cidr: 10.0.0.0/99", 16, "10.0.0.0/99"),
        ("Operation: New-InboxRule", "Operation|gt: many", 16, "incompatible"),
        ("        Name: null", "        - {Name: x}\n        - {'Name|base64': 'a*'}", 23, "Base64"),
        ("selection and not filter", "selection and not filters", 23, "filters"),
        ("selection and not filter", "selection | count() by x > 5", 23, "pipe"),
        ("selection and not filter", "1 of nothing*", 23, "nothing*"),
        (
            "selection and not filter",
            "(selection or not (filter and " * 40 + "filter" + "))" * 40,
            23,
            "nested too deeply",
        ),
        ("    product: m365\n    service: audit", "    {}", 11, ""),
        ("    condition: selection and not filter\n", "", 13, "condition"),
    ],
)
def test_what_cant_be_used_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    text = RULE.format(level="high")
    assert old in text
    found = loaded(tmp_path, text.replace(old, new))
    assert not found.rules
    assert reason in found.unusable[0].reason
    assert found.unusable[0].source.rpartition(":")[0].endswith("0.yml")
    assert abs(int(found.unusable[0].source.rpartition(":")[2]) - line) <= 1


FILTER = """
title: Not our administrator
logsource: {{product: m365}}
filter:
    rules: {rules}
    selection: {{User: admin@example.org}}
    condition: not selection
"""


def test_a_filter_narrows_the_rules_that_it_names(tmp_path: Path) -> None:
    found = loaded(tmp_path, RULE.format(level="low"), FILTER.format(rules="[5a0d3a5e-0000-4000-8000-000000000001]"))
    assert not found.unusable
    condition = found.rules[0].tree
    assert isinstance(condition, And)
    assert Not(Atom("User", "equals", "admin@example.org")) in condition.items


def test_a_filter_that_fits_nothing_is_told(tmp_path: Path) -> None:
    found = loaded(tmp_path, RULE.format(level="low"), FILTER.format(rules="[another]"))
    assert len(found.rules) == 1
    assert "fits no rule" in found.unusable[0].reason


def test_a_global_action_is_shared(tmp_path: Path) -> None:
    text = "action: global\ntitle: Both\nlevel: low\n---\n" + "\n---\n".join(
        f"logsource: {{product: {product}}}\ndetection: {{s: {{a: x}}, condition: s}}" for product in ("azure", "gcp")
    )
    found = loaded(tmp_path, text)
    assert [(rule.title, rule.product, rule.source[-2:]) for rule in found.rules] == [
        ("Both", "azure", ":5"),
        ("Both", "gcp", ":8"),
    ]
    assert len({rule.rule_id for rule in found.rules}) == 2


CORRELATION = """
title: Often
correlation:
    type: {kind}
    rules: {rules}
    timespan: 1h
    condition: {condition}
"""


@pytest.mark.parametrize(
    ("kind", "rules", "condition", "reason"),
    [
        ("event_count", "gone", "{gte: 2}", "gone"),
        ("event_count", "Often", "{gte: 2}", "Often"),
        ("dance", "something", "{gte: 2}", "dance"),
        ("value_count", "something", "{gte: 2}", "field"),
        ("event_count", "something", "{about: 2}", "condition"),
        ("value_percentile", "something", "{gte: 2, field: x}", "percentile"),
        ("event_count", "[]", "{gte: 2}", "no rules"),
    ],
)
def test_a_correlation_that_cant_be_used_is_told(
    tmp_path: Path, kind: str, rules: str, condition: str, reason: str
) -> None:
    text = CORRELATION.format(kind=kind, rules=rules, condition=condition)
    found = loaded(tmp_path, RULE.format(level="low"), text)
    assert not found.correlations
    assert len(found.rules) == 1
    assert reason in found.unusable[0].reason


def test_a_name_in_the_same_file_comes_first(tmp_path: Path) -> None:
    other = RULE.format(level="low").replace("0001", "0002").replace("New-InboxRule", "Set-InboxRule")
    text = other + "\n---\n" + CORRELATION.format(kind="event_count", rules="something", condition="{gte: 2}")
    found = loaded(tmp_path, RULE.format(level="low"), text)
    assert found.correlations[0].rules == ("5a0d3a5e-0000-4000-8000-000000000002",)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["sel", "1 of sel*", "not", "(", "any", "event_count", "1h", "%x%", "s and s", "any of them"]),
    ),
    lambda more: st.one_of(
        st.lists(more, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "title",
                    "id",
                    "tags",
                    "level",
                    "logsource",
                    "product",
                    "detection",
                    "sel",
                    "condition",
                    "action",
                    "A|re",
                    "A|cidr",
                    "A|all",
                    "A|exists",
                    "A|base64offset",
                    "A|expand",
                    "|contains",
                    "correlation",
                    "filter",
                    "rules",
                    "type",
                    "timespan",
                    "group-by",
                    "aliases",
                    "field",
                    "gte",
                    "date",
                    "related",
                    "status",
                    "falsepositives",
                ]
            ),
            more,
            max_size=5,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, min_size=1, max_size=3))
def test_no_document_stops_the_loading(tmp_path: Path, documents: list[Any]) -> None:
    good = RULE.format(level="low")
    (tmp_path / "0.yml").write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    (tmp_path / "1.yml").write_text(good, encoding="utf-8")
    assert any(rule.name == "something" for rule in load([tmp_path]).rules)
