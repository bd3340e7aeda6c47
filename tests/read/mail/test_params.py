"""Parameters of MIME headers, and names of attachments, as the wild writes them."""

from __future__ import annotations

from email.message import EmailMessage
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import read

from unsealed.read.mail import params


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="a b.txt"', "a b.txt"),
        ("attachment; filename=a.txt; size=3", "a.txt"),
        (r'attachment; filename="a\"b.txt"', 'a"b.txt'),
        ("attachment; filename*=utf-8''%E8%A6%8B%E7%A9%8D.pdf", "見積.pdf"),
        ("attachment; filename*=iso-2022-jp'ja'%1B%24B8%2B%40Q%1B%28B.pdf", "見積.pdf"),
        ("attachment; filename*0*=cp932''%8C%A9; filename*1*=%90%CF; filename*2=.pdf", "見積.pdf"),
        ("attachment; filename*1=b.txt; filename*0=a", "ab.txt"),
        ("attachment; filename*0*=utf-8''%E8%A6; filename*1*=%8B.pdf", "見.pdf"),
        ("attachment; filename=fallback.pdf; filename*=utf-8''%E8%A6%8B.pdf", "見.pdf"),
        ('attachment; filename="=?utf-8?B?6KaL56mN?=.pdf"', "見積.pdf"),
        ("attachment; filename==?utf-8?Q?=E8=A6=8B_x?=", "見 x"),
        ("attachment; filename*=%41.txt", "A.txt"),
    ],
)
def test_file_names(value: str, name: str) -> None:
    assert params.parameters(value)["filename"] == name
    head = b"Subject: s\nContent-Type: application/pdf\nContent-Disposition: "
    assert read(head + value.encode() + b"\n\nx")[1][0]["filename"] == name


@pytest.mark.parametrize("charset", ["utf-8", "cp932", "euc-jp", "iso-2022-jp"])
def test_raw_bytes_in_a_file_name(charset: str) -> None:
    raw = b'Subject: s\nContent-Type: application/pdf; name="' + "見積書の件について.pdf".encode(charset) + b'"\n\nx'
    assert read(raw)[1][0]["filename"] == "見積書の件について.pdf"


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc", "Z")), min_size=1, max_size=80))
def test_names_that_the_standard_library_writes_come_back(name: str) -> None:
    made = EmailMessage()
    made.add_attachment(b"x", "application", "pdf", filename=name)
    assert read(b"Subject: s\n" + made.as_bytes())[1][0]["filename"] == name


@given(st.text("ab*=0123456789';\"%\\ =?", max_size=120))
def test_any_parameters_are_read(value: str) -> None:
    params.parameters("attachment; " + value)


@given(st.text(max_size=60))
def test_percent_escapes_come_back(name: str) -> None:
    name = name.replace("\x00", "").encode("utf-8", "ignore").decode()
    found = params.parameters("attachment; filename*=utf-8''" + quote(name, safe=""))["filename"]
    assert found == params.charsets.clean(name) or "=?" in name or "\x1b" in name
