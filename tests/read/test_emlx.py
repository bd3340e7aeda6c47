"""Apple Mail's single files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import mail, rows, spot

from unsealed.read import eml, mbox
from unsealed.read.emlx import READER

PLIST = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>date-received</key><integer>1614592800</integer>
<key>flags</key>
<integer>{flags}</integer></dict></plist>
"""


def emlx(letter: bytes, flags: int = 1, count: int | None = None) -> bytes:
    return f"{len(letter) if count is None else count}      \n".encode() + letter + PLIST.format(flags=flags).encode()


def read(tmp_path: Path, data: bytes) -> dict[str, list[dict[str, object]]]:
    path = tmp_path / "12.emlx"
    path.write_bytes(data)
    return rows(READER, path)


def test_the_letter_and_nothing_of_the_list_behind_it(tmp_path: Path) -> None:
    found = read(tmp_path, emlx(mail(1, "日本語の本文\n")))
    (row,) = found["messages"]
    assert (row["subject"], row["text"]) == ("Letter 1", "日本語の本文")
    assert spot(tmp_path / "12.emlx", str(row["locator"])) == mail(1, "日本語の本文\n")
    assert not found["skipped"]
    assert "deleted" not in row["notes"]  # type: ignore[operator]


def test_deleted_letters_say_so(tmp_path: Path) -> None:
    assert read(tmp_path, emlx(mail(1), flags=8590195715))["messages"][0]["notes"] == ["deleted"]


@pytest.mark.parametrize("count", [0, 5, 100_000])
def test_a_wrong_count_loses_no_letter(tmp_path: Path, count: int) -> None:
    found = read(tmp_path, emlx(mail(1), count=count))
    assert found["messages"][0]["text"] == "This is letter 1."
    assert not found["skipped"]


def test_a_letter_that_is_cut_off_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, emlx(mail(1, "x" * 500))[:400])
    assert len(found["messages"]) == 1
    assert [row["reason"] for row in found["skipped"]] == ["truncated"]


def test_attachments_that_lie_elsewhere_are_told(tmp_path: Path) -> None:
    parts = "--x\n\nhello\n--x\nContent-Type: application/pdf; name=a.pdf\nX-Apple-Content-Length: 9\n\n--x--\n"
    path = tmp_path / "12.partial.emlx"
    path.write_bytes(emlx(mail(1, parts, Content_Type="multipart/mixed; boundary=x")))
    found = rows(READER, path)
    assert [row["reason"] for row in found["skipped"]] == ["attachment_apart"]
    assert [row["filename"] for row in found["attachments"]] == ["a.pdf"]


def test_who_claims_what() -> None:
    assert READER.detect(emlx(mail(1)), "12.emlx") > eml.READER.detect(emlx(mail(1)), "12.emlx")
    assert mbox.READER.detect(emlx(mail(1)), "12.emlx") == 0
    for other in (mail(1), b"12\n13\n14\n", b"1,2\n", b""):
        assert READER.detect(other, "x.txt") == 0


@given(st.binary(max_size=200), st.integers(0, 300))
def test_nothing_raises(tmp_path_factory: pytest.TempPathFactory, data: bytes, count: int) -> None:
    READER.detect(data, "x.emlx")
    path = tmp_path_factory.mktemp("e") / "x.emlx"
    path.write_bytes(f"{count}\n".encode() + data)
    rows(READER, path)
