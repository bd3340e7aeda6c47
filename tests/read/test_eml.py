"""Single messages under any name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import mail, messages, rows
from work import growth

from unsealed.read.eml import READER


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
def test_all_line_ends(tmp_path: Path, eol: str) -> None:
    data = mail(1, f"one{eol}{eol}two{eol}", eol=eol)
    assert READER.detect(data, "letter.eml") >= 60
    (row,) = messages(READER, tmp_path / "a.eml", data)
    assert (row["subject"], row["text"]) == ("Letter 1", "one\n\ntwo")
    assert (row["from_address"], row["to"]) == ("bob1@example.com", [("alice@example.org", "")])


def test_what_is_mail_under_any_name() -> None:
    assert READER.detect(mail(1), "1614592800.M1P1.host:2,S") >= 20
    assert READER.detect(b"\xef\xbb\xbf\r\n" + mail(1), "x") >= 20
    assert READER.detect(b"From bob@example.com Mon Mar  1 10:00:00 2021\n" + mail(1), "x") >= 20
    assert READER.detect(b"Subject: only one header\n\nx", "a.eml") >= 20


@pytest.mark.parametrize(
    "data",
    [
        b"From the desk of: me\n\nx",
        b"Name: x\nColour: y\n\nz",
        b'{"Subject": 1}',
        b"<html><body>From: x</body>",
        b"PK\x03\x04",
        b"",
        b"Subject: alone in a text\n\nx",
        b"a,b,c\n1,2,3\n",
    ],
)
def test_what_is_no_mail(data: bytes) -> None:
    assert READER.detect(data, "note.txt") < 20


@given(st.binary(max_size=300))
def test_detection_never_raises(data: bytes) -> None:
    READER.detect(data, "x")


@pytest.mark.parametrize("unit", [b"\n", b" \n", b" ", b"\r", b"From ", b"a: "])
def test_work_of_detection_grows_no_faster_than_what_is_looked_at(unit: bytes) -> None:
    assert growth(lambda size: unit * (size // len(unit)), lambda head: READER.detect(head, "x"), 4_096) < 6


def test_binary_under_a_mails_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(b"Subject: x\nFrom: " + bytes(64) + b"\n\nbody")
    found = rows(READER, path)
    assert not found["messages"]
    assert [row["reason"] for row in found["skipped"]] == ["binary"]
