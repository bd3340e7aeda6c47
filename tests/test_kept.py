"""What people give the hunt stays in the case, once, and never leads outside of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unsealed import pipeline
from unsealed.case import Case
from unsealed.errors import UnsealedError, UsageError
from unsealed.kept import keep, kept


def test_a_file_is_kept_once_and_entered_in_the_custody_log(empty_case: Case, tmp_path: Path) -> None:
    given = tmp_path / "found by us.txt"
    given.write_text("203.0.113.7\n")
    for _ in range(2):
        keep(empty_case, "indicators", given)
    (copy,) = kept(empty_case, "indicators")
    assert (copy.name, copy.read_text()) == ("found_by_us.txt", "203.0.113.7\n")
    entries = [json.loads(line) for line in (empty_case.folder / "custody.jsonl").read_text().splitlines()]
    assert [entry["action"] for entry in entries].count("indicators") == 1
    assert not empty_case.verify().broken_at


def test_a_folder_is_kept_whole_but_for_links_and_hidden_files(empty_case: Case, tmp_path: Path) -> None:
    given = tmp_path / "rules"
    (given / "cloud").mkdir(parents=True)
    (given / "cloud" / "a.yml").write_text("title: a")
    (given / ".git").mkdir()
    (given / ".git" / "config").write_text("x")
    (given / "out.yml").symlink_to("/etc/passwd")
    keep(empty_case, "rules", given)
    (copy,) = kept(empty_case, "rules")
    assert sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()) == ["cloud/a.yml"]


def test_other_content_under_one_name_is_kept_beside(empty_case: Case, tmp_path: Path) -> None:
    given = tmp_path / "a.txt"
    for text in ("one", "two"):
        given.write_text(text)
        keep(empty_case, "allow", given)
    assert sorted(path.read_text() for path in kept(empty_case, "allow")) == ["one", "two"]


def test_a_copy_that_was_cut_short_is_made_again(empty_case: Case, tmp_path: Path) -> None:
    given = tmp_path / "a.txt"
    given.write_text("whole")
    keep(empty_case, "places", given)
    (copy,) = kept(empty_case, "places")
    copy.unlink()
    (copy.parent / ".copy.tmp").write_text("who")
    assert kept(empty_case, "places") == []
    keep(empty_case, "places", given)
    assert [path.read_text() for path in kept(empty_case, "places")] == ["whole"]


def test_nothing_there_is_said(empty_case: Case, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        keep(empty_case, "rules", tmp_path / "absent")


@pytest.mark.parametrize("kind", ["places", "rules", "indicators"])
def test_what_cannot_be_used_is_refused_and_not_kept_where_it_would_spoil_every_later_hunt(
    empty_case: Case, tmp_path: Path, kind: str
) -> None:
    given = tmp_path / "given"
    given.write_text("nothing of the kind\n")
    with pytest.raises(UnsealedError, match="given"):
        pipeline.keep(empty_case, **{kind: [given]})  # type: ignore[arg-type]
    assert kept(empty_case, kind) == []
