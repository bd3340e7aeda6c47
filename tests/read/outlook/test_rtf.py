"""Rich text: unpacked, and brought back to what it was made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from work import growth

from unsealed.read.outlook import rtf

HTML = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset128 MS Gothic;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 {\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 \f1 \'93\'fa\'96\'7b"
    rb"{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 \f0  caf\'e9 \u8364?{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 }"
)


def packed(data: bytes, kind: bytes) -> bytes:
    body = data
    if kind == b"LZFu":  # every byte as it is, and the mark of the end
        body = b"".join(b"\0" + data[at : at + 8] for at in range(0, len(data), 8))
    return (len(body) + 12).to_bytes(4, "little") + len(data).to_bytes(4, "little") + kind + b"\0" * 4 + body


@pytest.mark.parametrize("kind", [b"MELA", b"LZFu"])
def test_both_forms_of_packing(kind: bytes) -> None:
    assert rtf.unpack(packed(HTML, kind)) == HTML


def test_the_example_of_the_specification() -> None:
    # MS-OXRTFCP 3.2.1
    data = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert rtf.unpack(data) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_html_is_brought_back() -> None:
    kind, text = rtf.to_text(HTML)
    assert kind == "text/html"
    assert text == "<p><b>日本</b> café €</p>"


def test_plain_text_is_brought_back() -> None:
    kind, text = rtf.to_text(
        rb"{\rtf1\ansi\fromtext {\fonttbl{\f0 x;}}one\par two \{x\}\tab three\line\u-10179?\u-8704?}"
    )
    assert (kind, text) == ("text/plain", "one\ntwo {x}\tthree\n\U0001f600")


def test_words_of_any_rich_text() -> None:
    data = rb"{\rtf1\ansi\ansicpg932{\info{\title no}}{\pict ffd8}{\*\unknown no}{\v hidden}\bin3 }}}\'93\'fa yes}"
    assert rtf.to_text(data)[1] == "日 yes"


@given(st.binary(max_size=400))
def test_nothing_raises(data: bytes) -> None:
    rtf.to_text(data)
    rtf.to_text(b"{\\rtf1\\fromhtml1 " + data)
    rtf.unpack(data)
    rtf.unpack(b"\xff\xff\0\0\xff\xff\0\0LZFu\0\0\0\0" + data)


@pytest.mark.parametrize(
    ("head", "unit"),
    [(b"", b"{"), (b"", b"\\"), (b"{\\fonttbl", b"\\f1 x"), (b"", b"\\u1"), (b"", b"\\bin-1 "), (b"", b"a"), (b"", b"{}")],
)
def test_work_grows_no_faster_than_rich_text(head: bytes, unit: bytes) -> None:
    assert growth(lambda size: head + unit * (size // len(unit)), rtf.to_text, 10_000) < 6
