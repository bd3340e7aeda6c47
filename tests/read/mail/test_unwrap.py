"""What is wrapped in a letter: S/MIME, PGP, uuencode, yEnc, letters in letters."""

from __future__ import annotations

import base64
import binascii
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import read

from unsealed.read.mail import cms, inlined, unwrap
from unsealed.read.mail.parts import Leaf

if TYPE_CHECKING:
    from pathlib import Path

HEAD = b"From: b@example.com\nTo: a@example.org\nSubject: s\nDate: Mon, 01 Mar 2021 10:00:00 +0900\nMIME-Version: 1.0\n"
INNER = (
    b'Content-Type: multipart/mixed; boundary="q"\r\n\r\n--q\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
    + "the secret 警察\r\n".encode()
    + b'--q\r\nContent-Type: application/pdf; name="inner.pdf"\r\n\r\n%PDF\r\n--q--\r\n'
)
SIGNED, ENVELOPED = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010703")
DATA = bytes.fromhex("06092a864886f70d010701")


def tlv(tag: int, content: bytes) -> bytes:
    """Write an element of DER."""
    size = len(content).to_bytes(4, "big").lstrip(b"\0")
    length = bytes((len(content),)) if len(content) < 128 else bytes((0x80 | len(size),)) + size
    return bytes((tag,)) + length + content


def endless(tag: int, content: bytes) -> bytes:
    """Write an element of BER whose length is not told."""
    return bytes((tag, 0x80)) + content + b"\0\0"


def signed(content: bytes, *, streamed: bool = False) -> bytes:
    """Write a signed wrapper without signatures, which nobody checks here."""
    pack = endless if streamed else tlv
    octets = endless(0x24, b"".join(tlv(4, content[i : i + 50]) for i in range(0, len(content), 50)))
    capsule = pack(0x30, DATA + pack(0xA0, octets if streamed else tlv(4, content)))
    return pack(0x30, SIGNED + pack(0xA0, pack(0x30, b"\x02\x01\x01" + tlv(0x31, b"") + capsule + tlv(0x31, b""))))


def smime(wrapper: bytes, kind: bytes = b'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"') -> bytes:
    """Write a letter around a wrapper."""
    return HEAD + b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(wrapper)


@pytest.mark.parametrize("streamed", [False, True])
def test_an_opaque_signed_letter_is_opened(streamed: bool) -> None:
    row, attached, skipped = read(smime(signed(INNER, streamed=streamed)))
    assert row["text"] == "the secret 警察"
    assert [a["filename"] for a in attached] == ["smime.p7m", "inner.pdf"]
    assert skipped == []


def test_a_wrapper_without_its_media_type_is_known_by_its_name() -> None:
    row, _, _ = read(smime(signed(INNER), b'application/octet-stream; name="smime.p7m"'))
    assert row["text"] == "the secret 警察"


def test_a_signed_letter_that_was_cut_gives_what_is_there() -> None:
    row, _, _ = read(smime(signed(INNER)[:150]))
    assert row["text"] == "the secret 警察"[: len(row["text"])]
    assert row["attachment_count"] >= 1


def test_encrypted_letters_are_told_once_and_kept() -> None:
    row, attached, skipped = read(smime(tlv(0x30, ENVELOPED + tlv(0xA0, tlv(0x30, b"\x02\x01\x00")))))
    assert (row["text"], row["notes"]) == ("", ["encrypted"])
    assert [a["filename"] for a in attached] == ["smime.p7m"]
    assert [(s["reason"], s["detail"]) for s in skipped] == [unwrap.ENCRYPTED]


def test_a_broken_wrapper_is_an_attachment_and_told() -> None:
    _, attached, skipped = read(smime(b"no asn.1 at all"))
    assert [s["reason"] for s in skipped] == ["smime_broken"]
    assert len(attached) == 1


def test_wrappers_in_wrappers_are_bounded() -> None:
    inner = INNER
    for _ in range(20):
        inner = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + signed(inner)
    _, _, skipped = read(smime(signed(inner)))
    assert [s["reason"] for s in skipped] == ["mime_too_deep"]


@given(st.binary(max_size=300))
def test_any_bytes_are_some_wrapper(data: bytes) -> None:
    for wrapped in (data, signed(data)[:-3], signed(data, streamed=True)[:-5], tlv(0x30, SIGNED + data)):
        assert cms.opened(wrapped)[0] in {"signed", "compressed", "encrypted", "other", "broken"}


@given(st.binary(min_size=1, max_size=2000), st.booleans())
def test_what_is_signed_comes_back_byte_for_byte(data: bytes, streamed: bool) -> None:
    assert cms.opened(signed(data, streamed=streamed)) == ("signed", data)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed: its own S/MIME is not compared")
@pytest.mark.parametrize("how", [["-sign", "-nodetach"], ["-sign", "-nodetach", "-stream"], ["-sign"], ["-encrypt"]])
def test_what_openssl_writes(how: list[str], tmp_path: Path) -> None:
    key, cert, text = tmp_path / "k", tmp_path / "c", tmp_path / "t"
    text.write_bytes(INNER)
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*made, "-days", "2", "-subj", "/CN=b"], check=True, capture_output=True)
    signer = [str(cert)] if "-encrypt" in how else ["-signer", str(cert), "-inkey", str(key)]
    command = ["openssl", "cms", *how, "-in", str(text), "-subject", "s", "-from", "b@example.com", *signer]
    row, _, _ = read(subprocess.run(command, check=True, capture_output=True).stdout)
    assert row["text"] == ("" if "-encrypt" in how else "the secret 警察")
    assert ("encrypted" in row["notes"]) == ("-encrypt" in how)


# -- PGP -------------------------------------------------------------------------------------------------------------


def test_clear_signed_text_is_read_without_its_armour() -> None:
    body = (
        b"before\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nthe words\n- -- \n- From Bob\n"
        b"-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\nafter\n"
    )
    row, _, _ = read(HEAD + b"\n" + body)
    assert row["text"].split() == ["before", "the", "words", "--", "From", "Bob", "after"]


def test_encrypted_stretches_are_told_and_the_words_around_them_kept() -> None:
    armour = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA7\n=aaaa\n-----END PGP MESSAGE-----\n"
    row, _, skipped = read(HEAD + b"\nHello,\n" + armour + b"Bob\n")
    assert row["text"].split() == ["Hello,", "Bob"]
    assert (row["notes"], [s["reason"] for s in skipped]) == (["encrypted"], ["encrypted"])


def test_pgp_mime() -> None:
    sealed = (
        b"Content-Type: multipart/encrypted; protocol=application/pgp-encrypted; boundary=b\n\n"
        b"--b\nContent-Type: application/pgp-encrypted\n\n"
        b"Version: 1\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n--b--\n"
    )
    row, attached, skipped = read(HEAD + sealed)
    assert (row["notes"], len(attached), [s["reason"] for s in skipped]) == (["encrypted"], 2, ["encrypted"])
    clear = (
        b"Content-Type: multipart/signed; boundary=b\n\n--b\n\nthe words\n--b\nContent-Type: application/pgp-signature; "
        b'name="signature.asc"\n\n-----BEGIN PGP SIGNATURE-----\n--b--\n'
    )
    row, attached, skipped = read(HEAD + clear)
    assert (row["text"], [a["filename"] for a in attached], skipped) == ("the words", ["signature.asc"], [])


# -- files in the text -----------------------------------------------------------------------------------------------


def uuencoded(data: bytes, name: str = "a.bin") -> bytes:
    """Write a file as uuencode does."""
    lines = b"".join(binascii.b2a_uu(data[i : i + 45], backtick=True) for i in range(0, len(data), 45))
    return b"begin 644 " + name.encode() + b"\n" + lines + b"`\nend\n"


def yenc(data: bytes, name: str = "y.bin") -> bytes:
    """Write a file as yEnc does."""
    coded = b"".join(
        b"=" + bytes(((byte + 106) & 255,))
        if (byte + 42) & 255 in {0, 9, 10, 13, 61, 46}
        else bytes(((byte + 42) & 255,))
        for byte in data
    )
    rows = (
        b"".join(coded[i : i + 128] + b"\r\n" for i in range(0, len(coded), 128))
        if b"=" not in coded
        else coded + b"\r\n"
    )
    return f"=ybegin line=128 size={len(data)} name={name}\r\n".encode() + rows + f"=yend size={len(data)}\r\n".encode()


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=3))
def test_uuencoded_files_come_back(files: list[bytes]) -> None:
    found = inlined.take_out(b"before\n" + b"between\n".join(map(uuencoded, files)) + b"after\n")
    assert [data for _, data in found.files] == files
    assert found.rest == b"before\n" + b"between\n" * (len(files) - 1) + b"after\n"


@given(st.binary(max_size=600))
def test_yenc_files_come_back(data: bytes) -> None:
    found = inlined.take_out(b"before begin \n" + yenc(data) + b"after\n")
    assert found.files == [("y.bin", data)]
    assert found.rest == b"before begin \nafter\n"


def test_a_letter_with_a_uuencoded_file() -> None:
    row, attached, _ = read(HEAD + b"\nsee file\n\n" + uuencoded(b"MZ\x90\x00", "bill.exe") + b"\nBob\n")
    assert row["text"].split() == ["see", "file", "Bob"]
    assert [(a["filename"], a["size_bytes"]) for a in attached] == [("bill.exe", 4)]


@pytest.mark.parametrize(
    "text", [b"begin 644 is how it starts\nand goes on\n", b"begin 600 x\n", b"we begin 644 a\nM\n"]
)
def test_words_that_look_like_uuencode_stay_words(text: bytes) -> None:
    assert inlined.take_out(text) == inlined.Found(text)


@given(st.binary(max_size=200))
def test_any_bytes_after_a_mark_are_kept_or_taken(data: bytes) -> None:
    for mark in (b"begin 644 x\n", b"=ybegin line=1 size=1 name=x\n", b"-----BEGIN PGP SIGNED MESSAGE-----\n"):
        inlined.take_out(b"begin \n" + mark + data)


# -- letters in letters ----------------------------------------------------------------------------------------------


def test_what_hangs_on_an_embedded_letter_is_a_row_too() -> None:
    inner = HEAD.replace(b"Subject: s", b"Subject: inner") + INNER.replace(b"\r\n", b"\n")
    outer = (
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\n\nfyi\n--o\nContent-Type: message/rfc822\n\n"
        + inner
        + b"--o--\n"
    )
    row, attached, _ = read(HEAD + outer)
    assert row["text"] == "fyi"
    assert [(a["media_type"], a["filename"]) for a in attached] == [
        ("message/rfc822", ""),
        ("application/pdf", "inner.pdf"),
    ]
    assert "inner" in attached[0]["text"]
    assert "the secret 警察" in attached[0]["text"]


def test_a_piece_of_a_letter_and_a_report_hang_on_with_their_words() -> None:
    for kind in (
        b"message/partial; id=x; number=1; total=2",
        b"message/delivery-status",
        b"message/global-delivery-status",
    ):
        body = (
            b"Content-Type: multipart/mixed; boundary=o\n\n--o\n\nfyi\n--o\nContent-Type: "
            + kind
            + b"\n\nStatus: 5.1.1\n--o--\n"
        )
        row, attached, _ = read(HEAD + body)
        assert (row["text"], [a["text"] for a in attached]) == ("fyi", ["Status: 5.1.1"])


def test_a_multipart_whose_parts_cannot_be_found_keeps_its_words() -> None:
    for body in (b"no boundary at all", b"--other\nContent-Type: text/plain\n\nno boundary at all\n--other--"):
        row, _, _ = read(HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + body)
        assert "no boundary at all" in row["text"]
        nested = (
            b"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=b\n\n"
            + body
            + b"\n--o--\n"
        )
        assert "no boundary at all" in read(HEAD + nested)[0]["text"]


def test_raw_bytes_in_quoted_printable_are_kept() -> None:
    body = b"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nDon\x92t fa\xe7a caf=E9\n"
    assert read(HEAD + body)[0]["text"] == "Don\u2019t faça café"


def test_a_wrapper_may_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [
        Leaf.of_bytes("text/plain", "", "", False, b"from tnef"),
        Leaf.of_bytes("image/png", "x.png", "", True, b"1"),
    ]
    monkeypatch.setitem(unwrap.OPENERS, "application/ms-tnef", lambda *_: inside)
    row, attached, _ = read(HEAD + b'Content-Type: application/octet-stream; name="WINMAIL.DAT"\n\nxx')
    assert (row["text"], [a["filename"] for a in attached]) == ("from tnef", ["WINMAIL.DAT", "x.png"])
