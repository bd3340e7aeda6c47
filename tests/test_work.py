"""What counts the work of other tests: it sees what grows too fast, and matches as `re` does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from work import _Counted, _Steps


def steps(pattern: str, text: str) -> int:
    count = [0]
    _Counted(re.compile(pattern), count).search(text)
    return count[0]


@pytest.mark.parametrize("pattern", [r"a*b", r"(?:a|b)*?c", r"\s*a*$b", r"[ab]*c", r"(?=a*b)c"])
def test_a_pattern_that_tries_again_from_each_place_is_seen(pattern: str) -> None:
    assert steps(pattern, "a" * 40) > 3 * steps(pattern, "a" * 20)


@pytest.mark.parametrize("pattern", [r"^a*b", r"a{0,4}b", r"[^a]b", r"\bb", r"b|c"])
def test_one_that_looks_once_is_not_suspected(pattern: str) -> None:
    assert steps(pattern, "a" * 400) < 2.5 * steps(pattern, "a" * 200)


@given(
    st.sampled_from(
        [
            *(r"a*b", r"(a|ab)(c|bcd)*", r"[^a]+", r"(?i)AB?", r"\b\w+\b", r"^a|b$", r"(?m)^b$", r"a+?b"),
            *(r"(?<=a)b", r"(?!a)\w", r"(?s).b", r"\D\S", r"a++b", r"(?>a*)b"),
        ]
    ),
    st.text("aAbBcd\n 1", max_size=12),
)
def test_it_matches_where_re_does(pattern: str, text: str) -> None:
    made = re.compile(pattern)
    real = made.match(text)
    counted = _Counted(made, [0])
    ends: list[int] = []
    found = _Steps(text, counted._tree.state.flags, [0]).match(
        counted._tree.data, 0, 0, lambda end: not ends.append(end)  # type: ignore[func-returns-value]
    )
    assert found is (real is not None)
    assert real is None or ends == [real.end()]
