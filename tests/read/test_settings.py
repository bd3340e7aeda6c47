"""Passwords, mappings and image reading: kept in the case, and what they change is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from unsealed.case import Case
from unsealed.errors import UsageError
from unsealed.read import engine, settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "case", "case")


def versions(case: Case) -> dict[str, str]:
    told = settings.load(case)
    return {name: settings.version(reader, told) for name, reader in engine.readers().items()}


def test_passwords_add_up_and_outlive_the_run(case: Case, tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("winter\nふゆ\n\n", encoding="utf-8")
    second.write_bytes(b"\xef\xbb\xbfwinter\r\nspring\r\n")
    for file in (first, second, second):
        settings.keep(case, passwords=file)
    assert settings.load(Case.open(case.folder)).passwords == ("winter", "ふゆ", "spring")
    assert (case.folder / "passwords.txt").stat().st_mode & 0o077 == 0
    assert (case.folder / "custody.jsonl").read_text().count('"passwords"') == 2


def test_only_readers_that_heed_a_setting_read_again(case: Case, tmp_path: Path) -> None:
    before = versions(case)
    file = tmp_path / "passwords"
    file.write_text("winter\n")
    settings.keep(case, passwords=file)
    after = versions(case)
    assert before["eml"] != after["eml"]
    assert before["m365_audit_csv"] == after["m365_audit_csv"]
    settings.keep(case, ocr=True)
    assert versions(case)["eml"] != after["eml"]


def test_a_mapping_given_again_takes_the_place_of_the_older_one(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "../odd name.toml"
    mapping = 'source = "acme"\n[recognise]\ncolumns = ["T"]\n[columns]\ntime = "T"\noperation = {value = "x"}\n'
    for text in (mapping, mapping + "# corrected\n", mapping + "# corrected\n"):
        file.write_text(text)
        settings.keep(case, mappings=[file])
    (kept,) = settings.load(case).mappings
    assert kept.endswith("-odd_name.toml")
    with open(kept) as stream:  # noqa: PTH123 - a path as readers are given it
        assert stream.read().endswith("# corrected\n")


def test_a_file_that_is_not_there_is_said_before_anything_is_read(case: Case, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        settings.keep(case, passwords=tmp_path / "nowhere")
