"""Files of rules: every document with its lines, joined as `action` says, within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from unsealed.hunt import rule, rulefiles

if TYPE_CHECKING:
    from pathlib import Path

    from unsealed.hunt.rule import Unusable
    from unsealed.hunt.rulefiles import Document


def read(path: Path, text: str | bytes) -> tuple[list[Document], list[Unusable]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    unusable: list[Unusable] = []
    return list(rulefiles.documents(path, unusable)), unusable


def test_documents_know_the_lines_of_their_parts(tmp_path: Path) -> None:
    documents, _ = read(tmp_path / "a.yml", "a: 1\n---\nb:\n  c:\n    - x\n    - y\n")
    assert documents[0].place().endswith("a.yml:1")
    assert documents[1].place("b", "c", 1).endswith("a.yml:6")
    assert documents[1].place("b", "z").endswith("a.yml:3")


def test_global_is_added_to_all_that_come_after_and_repeat_changes_the_last(tmp_path: Path) -> None:
    text = "action: global\nx: {a: 1, b: 1}\n---\nx: {c: 2}\n---\naction: repeat\nx: {c: 3}\n---\naction: reset\n---\ny: 1\n"
    documents, unusable = read(tmp_path / "a.yml", text)
    assert [d.content for d in documents] == [
        {"x": {"c": 2, "a": 1, "b": 1}},
        {"x": {"c": 3, "a": 1, "b": 1}},
        {"y": 1},
    ]
    assert not unusable
    _, unusable = read(tmp_path / "a.yml", "a: 1\n---\naction: dance\n")
    assert unusable[0].source.endswith(":3")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\na: 2\n", 1, "twice"),
        ("a: 1\n---\nb: [\n", 4, "expected"),
        ("- just\n- a list\n", 1, "names and values"),
        (b"a: \xff\n", 1, "utf-8"),
        ("a: &a [*a]\n", 1, "aliases"),
        ("[" * 5000, 2, ""),
        ("a: " + "[" * 900 + "]" * 900, 1, ""),
        (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{b}: &{b} [{','.join(['*' + a] * 10)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)),
            1,
            "aliases",
        ),
    ],
)
def test_what_cant_be_read_is_told_with_its_line(tmp_path: Path, text: str | bytes, line: int, reason: str) -> None:
    documents, unusable = read(tmp_path / "a.yml", text)
    assert len(documents) < 2
    if not documents:
        assert unusable[0].source.endswith(f"a.yml:{line}")
        assert reason in unusable[0].reason


def test_bounds_on_size_and_documents(tmp_path: Path) -> None:
    assert "MiB" in read(tmp_path / "a.yml", "#" * (rulefiles.MAX_BYTES + 1))[1][0].reason
    documents, unusable = read(tmp_path / "a.yml", "a: 1\n---\n" * (rulefiles.MAX_DOCUMENTS + 5))
    assert len(documents) == rulefiles.MAX_DOCUMENTS
    assert "documents" in unusable[0].reason


def test_folders_give_their_yaml_files_once_and_what_is_missing_is_told(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", "c.txt"):
        (tmp_path / name).write_text("")
    unusable: list[Unusable] = []
    found = list(rule.files([tmp_path, tmp_path / "b.yml", tmp_path / "gone"], unusable))
    assert [path.name for path in found] == ["a.yaml", "b.yml"]
    assert unusable[0].source.endswith("gone")
