"""Paths into records: pointers, all elements, named elements, JSON text inside JSON."""

from __future__ import annotations

from typing import Any

import pytest

from unsealed.hunt.evaluate import paths

RECORD = {
    "a": {"b": [1, {"c": "x"}, None], "x/y": "slash", "t~": "tilde", "n.d": "dot"},
    "list": [{"Name": "One", "Value": 1}, {"Name": "two", "Value": [2, 3]}, {"Name": 7, "Value": "seven"}, "loose"],
    "one": {"name": {"k": "N"}, "v": "single"},
    "text": '{"in": {"k": [{"Name": "deep", "Value": "v"}]}}',
    "broken": "{not json",
    "null": None,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/a/b", [[1, {"c": "x"}, None]]),
        ("/a/b/0", [1]),
        ("/a/b/1/c", ["x"]),
        ("/a/b/9", []),
        ("/a/b/*", [1, {"c": "x"}]),
        ("/a/*", [[1, {"c": "x"}, None], "slash", "tilde", "dot"]),
        ("/a/x~1y", ["slash"]),
        ("/a/t~0", ["tilde"]),
        ("/a/n.d", ["dot"]),
        ("/list/[Name=ONE]/Value", [1]),
        ("/list/[Name=two]/Value", [[2, 3]]),
        ("/list/[Name=7]/Value", ["seven"]),
        ("/list/[Name=gone]/Value", []),
        ("/one/[name.k=n]/v", ["single"]),
        ("/text/in/k/[Name=deep]/Value", ["v"]),
        ("/text", [RECORD["text"]]),
        ("/broken/x", []),
        ("/null", []),
        ("/null/x", []),
        ("/missing/x", []),
    ],
)
def test_what_a_path_leads_to(path: str, found: list[Any]) -> None:
    assert paths.dig(RECORD, paths.steps(path)) == found


@pytest.mark.parametrize(
    ("path", "pointer", "left"),
    [
        ("/a/b", "/a/b", 0),
        ("/a/x~1y/t~0", "/a/x~1y/t~0", 0),
        ("/a/*/b", "/a", 2),
        ("/a/[N=v]/b", "/a", 2),
        ("/*/b", "$", 2),
    ],
)
def test_the_part_that_the_engine_follows(path: str, pointer: str, left: int) -> None:
    found, rest = paths.head(path)
    assert (found, len(rest)) == (pointer, left)


def test_texts_of_values() -> None:
    assert paths.texts([1, "a", True, None]) == ["1", "a", "true"]
    assert paths.texts([{"a": 1}, 2]) == ['[{"a":1},2]']
    assert paths.texts({"é": None}) == ['{"é":null}']
    assert paths.texts(None) == paths.texts([]) == []
    assert sorted(paths.leaves(RECORD["list"])) == ["1", "2", "3", "7", "One", "loose", "seven", "two"]


def test_odd_json_is_read_or_nothing() -> None:
    assert paths.loads('"\\ud800x"') == "?x"
    assert paths.loads(b'{"a":1') is None
    assert paths.loads("[" * 100_000) is None


def test_one_path_leads_to_no_more_than_a_bound() -> None:
    assert len(paths.dig(list(range(paths.MAX_VALUES + 5)), paths.steps("/*"))) == paths.MAX_VALUES
