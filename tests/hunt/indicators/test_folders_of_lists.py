"""Folders and archives of indicators: what is passed, what is told, and the bounds."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING

import pytest

from unsealed.errors import IndicatorError
from unsealed.hunt import indicators
from unsealed.hunt.indicators import folder, load, records

if TYPE_CHECKING:
    from pathlib import Path


def values(path: Path) -> set[str]:
    return {item.value for item in load(path)[0]}


def test_hidden_files_and_links_out_of_the_folder_are_passed(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("203.0.113.9")
    lists = tmp_path / "lists"
    (lists / ".git").mkdir(parents=True)
    (lists / ".git" / "x.txt").write_text("203.0.113.8")
    (lists / "link.txt").symlink_to(tmp_path / "outside.txt")
    (lists / "a.txt").write_text("203.0.113.7")
    assert values(lists) == {"203.0.113.7"}
    assert load(lists)[0][0].source == "a.txt line 1"


def test_a_folder_or_zip_without_any_indicator_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndicatorError, match="no indicator found"):
        load(tmp_path / "empty")
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 nothing more")
    with pytest.raises(IndicatorError, match="not a zip"):
        load(tmp_path / "bad.zip")


def test_gzip_is_read_and_a_damaged_one_told(tmp_path: Path) -> None:
    data = gzip.compress(b"203.0.113.7\n")
    (tmp_path / "a.gz").write_bytes(data)
    assert values(tmp_path / "a.gz") == {"203.0.113.7"}
    (tmp_path / "b.gz").write_bytes(data[:15])
    with pytest.raises(IndicatorError, match="not a gzip"):
        load(tmp_path / "b.gz")


def test_xml_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text('<?xml version="1.0"?><ioc>203.0.113.7</ioc>')
    with pytest.raises(IndicatorError, match="OpenIOC"):
        load(tmp_path / "a.xml")


def test_bounds_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (lists / name).write_text("203.0.113.7\nevil.example\n")
    with zipfile.ZipFile(tmp_path / "l.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.txt", "b.txt", "c.txt"):
            archive.writestr(name, "203.0.113.7\n" + "#" * 5_000)
    assert values(lists) == {"203.0.113.7", "evil.example"}
    assert values(tmp_path / "l.zip") == {"203.0.113.7"}
    for name, value, said in (
        ("MAX_FILES", 2, "more than 2 files"),
        ("MAX_ALL", 1_000, "unpacks to more"),
        ("MAX_BYTES", 1_000, "no indicator"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(folder, name, value)
            with pytest.raises(IndicatorError, match=said):
                load(tmp_path / "l.zip")
    with monkeypatch.context() as patch:
        patch.setattr(folder, "MAX_FILES", 2)
        with pytest.raises(IndicatorError, match="more than 2 files"):
            load(lists)
    with monkeypatch.context() as patch:
        patch.setattr(folder, "MAX_ALL", 30)
        with pytest.raises(IndicatorError, match="larger than"):
            load(lists)
    with monkeypatch.context() as patch:
        patch.setattr(indicators, "MAX_INDICATORS", 3)
        with pytest.raises(IndicatorError, match=r"b\.txt line 2"):
            load(lists)


def test_more_than_can_be_told_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indicators, "MAX_TOLD", 2)
    (tmp_path / "a.txt").write_text("203.0.113.7\n" + "not one\n" * 5)
    _, unusable = load(tmp_path / "a.txt")
    assert [item.reason for item in unusable][2:] == ["3 more that can't be used"]


def test_a_json_document_too_large_is_told_and_lines_of_it_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_DOCUMENT", 60)
    line = '{"type": "ip", "value": "203.0.113.7"}'
    (tmp_path / "lines").write_text(f"{line}\n{line.replace('7', '8')}\n{line[:-1]}, {' ' * 60}}}\n")
    found, unusable = load(tmp_path / "lines")
    assert [item.value for item in found] == ["203.0.113.7", "203.0.113.8"]
    assert [(item.source, "larger than" in item.reason) for item in unusable] == [("lines line 3", True)]
    (tmp_path / "whole").write_text(f"[{line}, {line}]")
    with pytest.raises(IndicatorError, match="larger than"):
        load(tmp_path / "whole")
