"""Single Outlook items."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outlook_samples import BINARY, CC, LETTER, LONG, NARROW, TIME, TO, UNICODE, Props, filetime, message_tree, msg
from samples import Row, part, rows

from unsealed.read.msg import READER
from unsealed.read.reader import Place

SAMPLE = msg(
    LETTER, [TO, CC], [({(0x3707, UNICODE): "予算.txt", (0x3705, LONG): 1, (0x3701, BINARY): b"secret"}, None)]
)


def only(path: Path, data: bytes) -> tuple[Row, list[Row], list[Row]]:
    path.write_bytes(data)
    found = rows(READER, path)
    assert len(found["messages"]) == 1, found["skipped"]
    return found["messages"][0], found["attachments"], found["skipped"]


def test_a_letter_without_transport_headers_is_rebuilt(tmp_path: Path) -> None:
    assert READER.detect(SAMPLE, "x") >= 90
    row, attachments, skipped = only(tmp_path / "a.msg", SAMPLE)
    assert row["subject"] == "RE: 見積りの件"
    assert (row["from_address"], row["from_name"]) == ("hoshino.ren@cspa.go.jp.example", "Hoshino, Ren")
    assert row["to"] == [("bob@example.com", "Bob; the Builder")]
    assert row["cc"] == [("carol@example.com", "")]
    assert row["internet_message_id"] == "<one@cspa.go.jp.example>"
    assert (row["in_reply_to"], row["references"]) == (
        "<zero@example.com>",
        ["<root@example.com>", "<zero@example.com>"],
    )
    assert row["date"] == 1_686_617_000_000_000
    assert row["arrived"] == 1_686_617_060_000_000
    assert row["notes"] == ["arrival_from_properties"]
    assert row["text"] == "本文です。\nSecond line"
    assert row["thread_index"] == bytes(range(1, 23)).hex()
    assert [(each["filename"], each["size_bytes"], each["text"]) for each in attachments] == [("予算.txt", 6, "secret")]
    assert not skipped


def test_an_address_in_place_of_the_senders_name_does_not_hide_the_name(tmp_path: Path) -> None:
    """What the letter speaks for has the address twice; who sent it, the same address, has the name."""
    address = "ren@cspa.go.jp.example"
    mine = {key: value for key, value in LETTER.items() if key[0] not in {0x0042, 0x0064, 0x0065, 0x5D02}}
    both = {(0x0042, UNICODE): address, (0x0064, UNICODE): "SMTP", (0x0065, UNICODE): address}
    sent = {(0x0C1A, UNICODE): "Hoshino, Ren", (0x0C1E, UNICODE): "SMTP", (0x0C1F, UNICODE): address}
    row, _, _ = only(tmp_path / "a.msg", msg({**mine, **both, **sent}, [TO]))
    assert (row["from_address"], row["from_name"]) == (address, "Hoshino, Ren")
    other = {**sent, (0x0C1F, UNICODE): "assistant@cspa.go.jp.example"}
    row, _, _ = only(tmp_path / "b.msg", msg({**mine, **both, **other}, [TO]))
    assert (row["from_address"], row["from_name"]) == (address, "")


def test_headers_that_came_over_the_wire_are_kept(tmp_path: Path) -> None:
    head = (
        "Microsoft Mail Internet Headers Version 2.0\r\n"
        "Received: from a.example (1.2.3.4) by mx.example;\r\n\tTue, 13 Jun 2023 00:00:00 +0000\r\n"
        'From: "山田 太郎" <Taro@Example.jp>\r\nTo: x@example.jp\r\nSubject: raw\r\n'
        "Date: Tue, 13 Jun 2023 09:00:00 +0900\r\nMessage-ID: <wire@example.jp>\r\nContent-Type: text/plain;"
        " charset=shift_jis\r\n\r\n------=_NextPart\r\nFrom: not@a.header\r\n"
    )
    row, _, _ = only(tmp_path / "a.msg", msg({**LETTER, (0x007D, UNICODE): head}, [TO]))
    assert (row["from_address"], row["from_name"]) == ("taro@example.jp", "山田 太郎")
    assert row["subject"] == "RE: 見積りの件"
    assert row["to"] == [("x@example.jp", "")]
    assert row["internet_message_id"] == "<wire@example.jp>"
    assert row["received"][0][:2] == ("mx.example", "a.example")
    assert row["date"] == row["arrived"] == 1_686_614_400_000_000


@pytest.mark.parametrize(
    ("codepage", "encoding", "word"),
    [
        (932, "cp932", "表示"),
        (1251, "cp1251", "Привет"),
        (936, "gb18030", "你好"),
        (949, "cp949", "안녕"),
        (0, "utf-8", "é"),
    ],
)
def test_narrow_text_is_read_in_its_code_page(tmp_path: Path, codepage: int, encoding: str, word: str) -> None:
    props: Props = {
        (0x001A, NARROW): b"IPM.Note",
        (0x0037, NARROW): word.encode(encoding),
        (0x1000, NARROW): word.encode(encoding),
        (0x3FFD, LONG): codepage,
        (0x0C1A, NARROW): word.encode(encoding),
        (0x0C1F, NARROW): b"a@example.com",
    }
    row, _, _ = only(tmp_path / "a.msg", msg(props))
    assert (row["subject"], row["text"], row["from_name"]) == (word, word, word)


def test_html_in_its_own_code_page(tmp_path: Path) -> None:
    props = {key: value for key, value in LETTER.items() if key[0] != 0x1000}
    html = "<html><body><p>日本<b>語</b></p></body></html>".encode("iso-2022-jp")
    row, _, _ = only(tmp_path / "a.msg", msg({**props, (0x1013, BINARY): html, (0x3FDE, LONG): 50220}))
    assert row["text"] == "日本語"


def test_a_message_in_a_message_is_an_attachment_with_its_words(tmp_path: Path) -> None:
    leaf = ({(0x3707, UNICODE): "deep.txt", (0x3705, LONG): 1, (0x3701, BINARY): b"deepest"}, None)
    inner = message_tree({**LETTER, (0x0037, UNICODE): "Inner", (0x1000, UNICODE): "inner words"}, [TO], [leaf])
    outer = msg(LETTER, [TO], [({(0x3705, LONG): 5, (0x3001, UNICODE): "Inner"}, inner)])
    _, attachments, _ = only(tmp_path / "a.msg", outer)
    (row,) = [each for each in attachments if each["media_type"] == "message/rfc822"]
    assert row["filename"] == "Inner.msg"
    for word in ("inner words", "Hoshino, Ren", "deep.txt", "deepest"):
        assert word in row["text"]


def test_endless_nesting_ends(tmp_path: Path) -> None:
    tree = message_tree({**LETTER, (0x0037, UNICODE): "Bottom"})
    for _ in range(30):
        tree = message_tree(LETTER, [], [({(0x3705, LONG): 5}, tree)])
    _, _, skipped = only(tmp_path / "a.msg", msg(LETTER, [], [({(0x3705, LONG): 5}, tree)]))
    assert "mime_too_deep" in {row["reason"] for row in skipped}


def test_an_object_and_a_mere_link_are_named(tmp_path: Path) -> None:
    attachments: list[tuple[Props, object]] = [
        ({(0x3001, UNICODE): "Picture", (0x3705, LONG): 6}, {"CONTENTS": b"drawing", "\x01Ole": b"x"}),
        ({(0x3708, UNICODE): "\\\\server\\plan.doc", (0x3705, LONG): 2}, None),
    ]
    row, found, _ = only(tmp_path / "a.msg", msg(LETTER, [TO], attachments))  # type: ignore[arg-type]  # trees of bytes
    assert [(each["filename"], each["size_bytes"]) for each in found] == [("Picture", 7), ("\\\\server\\plan.doc", 0)]
    assert {"ole_object", "attachment_by_reference"} <= set(row["notes"])


def test_contacts_and_appointments_are_read_with_what_they_say(tmp_path: Path) -> None:
    contact: Props = {
        (0x001A, UNICODE): "IPM.Contact",
        (0x0037, UNICODE): "Ren Hoshino",
        (0x3001, UNICODE): "Ren Hoshino",
        (0x3A1C, UNICODE): "+81 90 1234 5678",
        (0x3A42, TIME): filetime(0),
        (0x3007, TIME): filetime(1_686_617_000),
    }
    row, _, _ = only(tmp_path / "a.msg", msg(contact))
    assert row["notes"] == ["contact"]
    assert row["text"] == "Name: Ren Hoshino\nMobile telephone: +81 90 1234 5678\nBirthday: 1970-01-01"
    assert row["date"] == 1_686_617_000_000_000


def test_clear_signed_mail_is_opened(tmp_path: Path) -> None:
    signed = (
        b'Content-Type: multipart/signed; boundary="x"; protocol="application/pkcs7-signature"\r\n\r\n--x\r\n'
        b"Content-Type: text/plain\r\n\r\nsigned words\r\n--x\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--x--\r\n"
    )
    props = {key: value for key, value in LETTER.items() if key[0] != 0x1000}
    props[0x001A, UNICODE] = "IPM.Note.SMIME.MultipartSigned"
    attached: Props = {(0x370E, UNICODE): "multipart/signed", (0x3705, LONG): 1, (0x3701, BINARY): signed}
    row, attachments, _ = only(tmp_path / "a.msg", msg(props, [TO], [(attached, None)]))
    assert row["text"] == "signed words"
    assert [each["filename"] for each in attachments] == ["smime.p7s"]


def test_what_is_no_message_is_left_to_others() -> None:
    from outlook_samples import compound

    assert READER.detect(compound({"WordDocument": b"x" * 5000}), "a.doc") == 0
    assert READER.detect(compound({"WordDocument": b"x" * 5000}), "a.msg") == 0
    assert READER.detect(b"Subject: x\n\n", "a.msg") == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), max_size=20),
    cut=st.integers(0, len(SAMPLE)),
)
def test_damage_costs_no_more_than_the_file_and_is_told(tmp_path: Path, flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SAMPLE)
    for place, value in flips:
        data[place] = value
    path = tmp_path / "a.msg"
    path.write_bytes(data[: cut or None])
    found = list(READER.read(part(path, place=Place())))
    assert found


def test_real_items(shared: Path) -> None:
    read = [rows(READER, path) for path in sorted((shared / "mail" / "outlook").glob("*.msg"))]
    assert read
    assert all(len(each["messages"]) == 1 for each in read)
    assert all(row["subject"] or row["text"] for each in read for row in each["messages"])


@pytest.mark.parametrize(("place", "shift"), [(32, 40), (32, 12), (30, 3)])
def test_sectors_of_no_known_size_are_told_and_not_believed(tmp_path: Path, place: int, shift: int) -> None:
    path = tmp_path / "a.msg"
    path.write_bytes(SAMPLE[:place] + shift.to_bytes(2, "little") + SAMPLE[place + 2 :])
    found = rows(READER, path)
    assert not found["messages"]
    assert [row["reason"] for row in found["skipped"]] == ["damaged_item"]
