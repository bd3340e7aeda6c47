"""`unsealed read --explain`: what each file is taken for, and why."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import mail, mbox

from unsealed.errors import UsageError
from unsealed.read.engine import readers
from unsealed.read.explain import explain, lines, sign
from unsealed.read.intake.looks import looks_like


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence" / "alice@example.org"
    folder.mkdir(parents=True)
    (folder / "Inbox").write_bytes(mbox([mail(1)]))
    (folder / "Inbox.msf").write_bytes(b"// <!-- <mdb:mork:z")
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "nothing").touch()
    with zipfile.ZipFile(folder / "more.zip", "w") as out:
        out.writestr("Sent/2.eml", mail(2))
        out.writestr("tool.exe", b"MZ" + bytes(100))
    return folder.parent


def by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["path"].rpartition("/")[2]: row for row in rows}


def test_every_file_is_explained(evidence: Path) -> None:
    found = by_name(explain([evidence]))
    assert set(found) == {"Inbox", "Inbox.msf", "letter.pdf", "nothing", "more.zip", "2.eml", "tool.exe"}
    inbox = found["Inbox"]
    assert (inbox["reader"], inbox["certainty"], inbox["mailbox"], inbox["folder"]) == (
        "mbox",
        90,
        "alice@example.org",
        "Inbox",
    )
    assert "From" in inbox["why"]
    assert (found["2.eml"]["reader"], found["2.eml"]["folder"]) == ("eml", "Sent")
    kinds = {name: row["kind"] for name, row in found.items()}
    assert kinds["Inbox.msf"] == "companion"
    assert (kinds["nothing"], kinds["letter.pdf"], kinds["more.zip"]) == ("empty", "unknown", "archive")
    assert found["letter.pdf"]["looks_like"] == "a PDF"
    assert found["tool.exe"]["then"]


def test_a_person_reads_one_paragraph_a_file(evidence: Path) -> None:
    told = lines(explain([evidence]))
    assert told[-1] == "7 files: 3 would be read or opened, 1 passed over, 3 left unread"
    assert any("mailbox: alice@example.org (from the path); folder: Inbox" in line for line in told)


def test_nothing_is_written_and_no_case_is_needed(evidence: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "unsealed", "read", "--explain", str(evidence), "--json"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert len(json.loads(done.stdout)["files"]) == 7
    assert sorted(tmp_path.rglob("*")) == before


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", Path("imaps://a@b.example")):
        with pytest.raises(UsageError):
            explain([path])


def test_every_reader_has_a_reason() -> None:
    assert [name for name, reader in readers().items() if len(sign(reader)) < 20] == []


@given(st.binary(max_size=600))
def test_anything_looks_like_something(head: bytes) -> None:
    what, then = looks_like(head, "x")
    assert what
    assert then


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\x7fELF\x02", "a program"),
        (b"SQLite format 3\0", "a database"),
        (b"a,b,c\n1,2,3\n", "a table (CSV) of a kind that no reader knows"),
        (b'{"a": 1}', "JSON of a kind that no reader knows"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "an office file"),
        (b"2021-03-01 error: disk full\n", "plain text"),
        (bytes(range(256)), "binary data"),
    ],
)
def test_what_unknown_files_look_like(head: bytes, what: str) -> None:
    assert looks_like(head, "x")[0] == what
