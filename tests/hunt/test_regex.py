"""Expressions: linear where RE2 can read them, bounded where only Python can, refused where a value could stall it."""

from __future__ import annotations

import pytest

from unsealed.hunt import regex


def test_re2_takes_what_it_can_read_with_its_flags() -> None:
    assert regex.linear("a+b", "is") == "(?is)a+b"
    assert regex.linear("a(?=b)", "") is None
    assert regex.why_unusable("(a+)+$", "") is None


@pytest.mark.parametrize(
    "pattern", ["(?=x)(a+)+$", "(?!x)(?:a*b*)*c", r"(?<=x)([a-z]+)*\d", "(?=x)((a|b+)c?)+", "(?=x)(a+){2,}"]
)
def test_look_around_over_a_repeated_repetition_is_refused(pattern: str) -> None:
    assert "repetition" in str(regex.why_unusable(pattern, ""))


@pytest.mark.parametrize(
    "pattern", ["(?=.*a)(?=.*b).*c", r"(?!x)(a{1,3}b)+", r"(?=x)[(a+)+]+", r"(?=x)\(a+\)+", "(?=x)(ab)+"]
)
def test_other_look_around_is_read(pattern: str) -> None:
    assert regex.why_unusable(pattern, "i") is None


def test_what_is_no_expression_is_told() -> None:
    assert "not a regular expression" in str(regex.why_unusable("(", ""))
    assert "characters" in str(regex.why_unusable("a" * 20_000, ""))
