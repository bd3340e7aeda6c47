"""`winmail.dat`, alone and in MIME mail."""

import base64
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outlook_samples import LETTER, LONG, NARROW, UNICODE, tnef
from samples import mail, messages, part, rows

from unsealed.read.eml import READER as EML
from unsealed.read.tnef import READER

SAMPLE = tnef(LETTER, [(b"short~1.txt", b"plan", {(0x3707, UNICODE): "計画.txt", (0x3705, LONG): 1})])


def test_letter_and_attachments(tmp_path: Path) -> None:
    path = tmp_path / "winmail.dat"
    path.write_bytes(SAMPLE)
    assert READER.detect(SAMPLE, "x") >= 90
    found = rows(READER, path)
    (row,) = found["messages"]
    assert (row["subject"], row["text"]) == ("RE: 見積りの件", "本文です。\nSecond line")
    assert row["from_address"] == "hoshino.ren@cspa.go.jp.example"
    assert [(each["filename"], each["text"]) for each in found["attachments"]] == [("計画.txt", "plan")]
    assert not found["skipped"]


def test_the_stream_names_the_code_page(tmp_path: Path) -> None:
    data = tnef({(0x0037, NARROW): "表示".encode("cp932")}, [("表.txt".encode("cp932"), b"x", {})], codepage=932)
    path = tmp_path / "winmail.dat"
    path.write_bytes(data)
    found = rows(READER, path)
    assert found["messages"][0]["subject"] == "表示"
    assert found["attachments"][0]["filename"] == "表.txt"


def test_what_mail_hides_in_winmail_dat_is_found(tmp_path: Path) -> None:
    body = (
        '--x\nContent-Type: text/plain\n\nshown\n--x\nContent-Type: application/ms-tnef; name="winmail.dat"\n'
        "Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(SAMPLE).decode() + "--x--\n"
    )
    letter = mail(1, body, Content_Type='multipart/mixed; boundary="x"')
    (row,) = messages(EML, tmp_path / "a.eml", letter)
    assert row["text"].startswith("shown")
    assert "計画.txt" in {each["filename"] for each in rows(EML, tmp_path / "a.eml")["attachments"]}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.tuples(st.integers(4, len(SAMPLE) - 1), st.integers(0, 255)), max_size=10),
    cut=st.integers(7, len(SAMPLE)),
)
def test_damage_is_told_and_never_raises(tmp_path: Path, flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SAMPLE)
    for place, value in flips:
        data[place] = value
    path = tmp_path / "a.dat"
    path.write_bytes(data[:cut])
    found = list(READER.read(part(path)))
    assert [table for table, _ in found if table in {"messages", "skipped"}]
