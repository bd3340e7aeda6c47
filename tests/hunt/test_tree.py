"""Conditions as trees: patterns become the plainest test, what is settled falls away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.hunt import tree
from unsealed.hunt.tree import FALSE, TRUE, Always, And, Node, Not, Or
from unsealed.hunt.tree import Test as Atom

A, B, C = (Atom(name, "exists") for name in "abc")


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("", "equals", ""),
        ("a", "equals", "a"),
        ("*", "exists", None),
        ("***", "exists", None),
        ("*a*", "contains", "a"),
        ("**a*", "contains", "a"),
        ("a*", "startswith", "a"),
        ("*a", "endswith", "a"),
        ("a*b", "wild", "a*b"),
        ("a**b?", "wild", "a*b?"),
        ("?", "wild", "?"),
        (r"\*a*", "startswith", "*a"),
        (r"a\\*", "startswith", "a\\"),
        (r"a\b", "equals", r"a\b"),
        (r"a\?", "equals", "a?"),
        (r"x\*y*z", "wild", r"x\*y*z"),
    ],
)
def test_a_pattern_becomes_the_plainest_test(text: str, op: str, value: str | None) -> None:
    assert tree.pattern("f", text) == Atom("f", op, value)


@given(st.text(alphabet="ab*?\\\n"))
def test_an_escaped_text_stands_for_itself(text: str) -> None:
    assert tree.pattern("f", tree.escape(text)) == Atom("f", "equals", text)


def test_what_is_settled_and_said_twice_falls_away() -> None:
    assert tree.all_of([A, TRUE, A, And((B, C))]) == And((A, B, C))
    assert tree.all_of([A, FALSE]) == FALSE
    assert tree.all_of([]) == TRUE
    assert tree.any_of([A, FALSE, Or((A, B))]) == Or((A, B))
    assert tree.any_of([A, TRUE]) == TRUE
    assert tree.any_of([]) == FALSE
    assert tree.any_of([A]) == A
    assert tree.negate(Not(A)) == A
    assert tree.negate(TRUE) == FALSE


def value(node: Node, known: dict[str, bool]) -> bool:
    if isinstance(node, Always):
        return node.value
    if isinstance(node, Atom):
        return known[node.field or ""]
    if isinstance(node, Not):
        return not value(node.item, known)
    return (all if isinstance(node, And) else any)(value(item, known) for item in node.items)


NODES = st.recursive(
    st.sampled_from([A, B, C, TRUE, FALSE]),
    lambda more: st.one_of(
        more.map(tree.negate), st.lists(more).map(tree.all_of), st.lists(more).map(tree.any_of), more.map(Not)
    ),
)


@given(NODES, st.lists(st.booleans(), min_size=3, max_size=3), st.sets(st.sampled_from("abc")))
def test_what_is_left_after_a_part_is_known_says_the_same(node: Node, truths: list[bool], told: set[str]) -> None:
    known = dict(zip("abc", truths, strict=True))
    left = tree.partial(node, lambda test: known[test.field or ""] if test.field in told else None)
    assert value(left, known) == value(node, known)
    assert not told & {test.field for test in tree.tests(left)}
    if told == set("abc"):
        assert isinstance(left, Always)
