"""Every kind of attachment gives its words, whatever it is called; what gives none says why."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile

import papers
import py7zr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import NAME

from unsealed.read.attachments import documents, kinds, plain
from unsealed.read.attachments.documents import Task, extract
from unsealed.read.attachments.outcome import MAX_TEXT

LINE = f"担当は{NAME}です"
RTF = (
    rb"{\rtf1\ansi\ansicpg932\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 MS Gothic;}}{\info{\author Nobody}}"
    rb"{\*\generator X;}\f1 \'92\'53\'93\'96\'82\'cd\uc1\u26143?\u-28210?\u-31506? \f0 end\par second{\footnote a note}}"
)
CARD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=90=AF=96=EC\r\n"
    b"TEL:03-1234-\r\n 5678\r\nPHOTO;ENCODING=B:AAAABBBB\r\nEND:VCARD\r\n"
)
MAIL = (
    b"From: bob@example.com\r\nSubject: inside\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain\r\n\r\nthe body\r\n--x\r\nContent-Type: application/octet-stream\r\n"
    b'Content-Disposition: attachment; filename="list.csv"\r\n\r\nname,phone\r\nbob,555\r\n--x--\r\n'
)


def sevened(members: dict[str, bytes], password: str | None = None) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=password is not None) as archive:
        for name, data in members.items():
            archive.writef(io.BytesIO(data), name)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


READ = {
    "pdf": (papers.pdf("Passport TK1234567"), ["Passport", "TK1234567"]),
    "pdf_japanese": (papers.pdf(LINE), [LINE]),
    "pdf_note": (papers.pdf("page", note="call 555"), ["page", "call 555"]),
    "docx": (papers.docx("one", LINE, comment="a remark"), ["one\n" + LINE, "a remark"]),
    "docx_with_workbook": (
        papers.docx("one", extra={"word/embeddings/Sheet1.xlsx": papers.xlsx([["inside", 1]])}),
        ["one", "inside\t1"],
    ),
    "pptx": (papers.pptx([LINE, "page two"], "spoken"), [LINE, "page two", "spoken"]),
    "odt": (
        papers.odt(f"<text:p>{LINE}</text:p><table:table-cell><text:p>b</text:p></table:table-cell>"),
        [LINE + "\nb"],
    ),
    "xlsx": (
        papers.xlsx([[NAME, 4111111111111111, "090-1234-5678"], ["b", 0.5]], "seen"),
        [
            f"名簿\n{NAME}\t4111111111111111\t090-1234-5678\nb\t0.5",
            "seen",
        ],
    ),
    "xlsx_with_gaps": (
        papers.xlsx([["氏名", "住所", "電話"], [NAME, "", "090"], ["", "a\tb\r\nc\nd"], ["", " ", ""], [NAME, "x", ""]]),
        [f"名簿\n氏名\t住所\t電話\n{NAME}\t\t090\n\ta b c d\n{NAME}\tx"],
    ),
    "doc": (papers.doc(f"Dear\r{LINE}\x07\x13 HYPERLINK x \x14shown\x15"), [f"Dear\n{LINE}", "shown"]),
    "ppt": (papers.ppt("Title", LINE), ["Title\n" + LINE]),
    "rtf": (RTF, ["担当は星野蓮 end\nsecond", "a note"]),
    "html": (f"<!doctype html><p>a<b>b</b></p><p>{LINE}</p>".encode("cp932"), [LINE, "ab"]),
    "csv_shift_jis": (f"氏名,電話\r\n{NAME},090\r\n".encode("cp932"), [f"氏名,電話\n{NAME},090"]),
    "csv_utf16": (f"氏名\t電話\r\n{NAME}\t090\r\n".encode("utf-16"), [f"氏名\t電話\n{NAME}\t090"]),
    "vcf": (CARD, ["星野", "03-1234-5678"]),
    "ics": (b"BEGIN:VCALENDAR\r\nSUMMARY:long\r\n er\\, words\r\nEND:VCALENDAR\r\n", ["SUMMARY:longer, words"]),
    "xml": (b'<?xml version="1.0"?><a><b>one</b><b>two</b></a>', ["one\ntwo"]),
    "eml": (MAIL, ["bob@example.com\ninside\nthe body", "list.csv\nname,phone\nbob,555"]),
    "zip": (
        papers.zipped({"a/名簿.txt": LINE.encode(), "b.docx": papers.docx("deep")}),
        ["a/名簿.txt\n" + LINE, "b.docx\ndeep"],
    ),
    "7z": (sevened({"a.txt": LINE.encode()}), ["a.txt\n" + LINE]),
    "tar.gz": (gzip.compress(tarred("a.txt", b"words")), ["a.txt\nwords"]),
    "bz2": (bz2.compress(b"words"), ["words"]),
    "xz": (lzma.compress(b"words"), ["words"]),
}


@pytest.mark.parametrize("name", READ)
def test_words_are_read(name: str) -> None:
    data, wanted = READ[name]
    made = extract(data, Task())
    assert (made.status, made.problems) == ("read", [])
    assert made.text is not None
    for words in wanted:
        assert words in made.text


def test_no_settings_and_pictures_stand_among_the_words_of_rich_text() -> None:
    text = extract(RTF, Task()).text or ""
    assert "Arial" not in text
    assert "Nobody" not in text
    assert "?" not in text


def test_a_truncated_document_gives_what_is_left_and_says_so() -> None:
    paragraphs = [f"paragraph {n} {n * n}" for n in range(5000)]
    whole = papers.docx(*paragraphs)
    made = extract(whole[: len(whole) // 2], Task())
    assert made.status == "read"
    assert "paragraph 7 49" in (made.text or "")
    assert [reason for reason, _ in made.problems] == ["attachment_partly"]


def test_entities_in_a_document_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w:t>&b;</w:t>'
    made = extract(papers.zipped({"word/document.xml": bomb}), Task())
    assert made.status == "failed"


LOCKED = {
    "zip": papers.locked_zip({"a.txt": b"secret words"}, "hirake"),
    "7z": sevened({"a.txt": b"secret words"}, "hirake"),
}


@pytest.mark.parametrize("kind", LOCKED)
def test_a_password_opens_an_archive(kind: str) -> None:
    shut, opened = extract(LOCKED[kind], Task(("wrong",))), extract(LOCKED[kind], Task(("wrong", "hirake")))
    assert (shut.status, [reason for reason, _ in shut.problems]) == ("encrypted", ["attachment_encrypted"])
    assert (opened.status, opened.text) == ("read", "a.txt\nsecret words")


def test_names_in_an_encrypted_zip_are_read() -> None:
    assert extract(LOCKED["zip"], Task()).text == "a.txt"


@pytest.mark.parametrize(
    "data",
    [papers.doc("x", encrypted=True), papers.compound({"EncryptionInfo": b"x", "EncryptedPackage": b"y"})],
)
def test_office_files_with_a_password_are_told(data: bytes) -> None:
    assert extract(data, Task()).status == "encrypted"


def test_what_has_no_words_is_told_apart() -> None:
    assert extract(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, Task()).status == "image"
    assert extract(papers.scan(), Task()).status == "image"
    assert extract(b"MZ\x90\0\x03\0\0\0" + bytes(range(256)), Task()).status == "no_text"
    assert extract(b"Rar!\x1a\x07\x01\0" + b"\0" * 50, Task()).status == "failed"


def test_archives_in_archives_stop() -> None:
    data = b"the core"
    for _ in range(300):
        data = papers.zipped({"in.zip": data}, method=0)
    made = extract(data, Task())
    assert made.status == "failed"
    assert "5 deep" in made.problems[0][1]


def test_a_bomb_stops_and_the_rest_of_the_archive_is_named() -> None:
    made = extract(papers.bomb(10), Task())
    assert (made.status, made.text) == ("too_large", "zeros.txt")


def test_long_text_is_cut_and_told() -> None:
    made = extract(b"word " * (MAX_TEXT // 4), Task())
    assert (made.status, len(made.text or "")) == ("too_large", MAX_TEXT)
    assert [reason for reason, _ in made.problems] == ["attachment_too_large"]


@given(st.binary(max_size=300), st.sampled_from(sorted(READ)))
def test_no_bytes_raise(noise: bytes, name: str) -> None:
    data = bytearray(READ[name][0])
    place = (noise[0] * 257) % len(data) if noise else 0
    data[place : place + len(noise)] = noise
    made = extract(bytes(data[:60_000]), Task())
    assert made.status in {"read", "encrypted", "image", "no_text", "too_large", "failed"}
    assert (made.text or "").encode("utf-8") is not None


@given(
    st.text(
        alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="<>&\ufeff"), min_size=1
    )
)
def test_text_in_utf16_is_known_by_its_mark(text: str) -> None:
    assert plain.decoded(text.encode("utf-16")) == text


def test_a_kind_is_known_by_its_bytes() -> None:
    assert kinds.kind(b"\n\n%PDF-1.7 ") == "pdf"
    assert kinds.kind("日本語".encode("utf-16-le") * 3 + "abc def ghi".encode("utf-16-le")) in {"text", "binary"}
    assert kinds.kind(b"plain words") == "text"
    assert kinds.kind(b"-----BEGIN PGP MESSAGE-----\n") == "pgp"
    assert documents.MAX_DEPTH == 5
