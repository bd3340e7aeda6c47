"""Bytes to text, whatever the label says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.read.mail import charsets

LABELS = [
    "",
    "utf-8",
    "us-ascii",
    "iso-2022-jp",
    "shift_jis",
    "cp932",
    "euc-jp",
    "gb2312",
    "big5",
    "ks_c_5601-1987",
    "utf-7",
    "utf-16",
    "hz-gb-2312",
    "unknown-8bit",
    "punycode",
    "idna",
    "undefined",
    "unicode_escape",
    "hex",
    "zip",
    "iso-2022-kr",
    "x-user-defined",
    "\x00",
    "utf-8\ud800",
    "windows-1252",
    "cp437",
]
JAPANESE = st.text(
    st.characters(whitelist_categories=(), whitelist_characters="日本語の手紙カタカナ、。漢字東京都ー亜腕"), min_size=1
)


@given(st.binary(max_size=400), st.sampled_from(LABELS) | st.text(max_size=20))
def test_any_bytes_under_any_label_give_text(data: bytes, label: str) -> None:
    charsets.clean(charsets.decode(data, label)).encode("utf-8")


@settings(max_examples=60)
@given(JAPANESE, st.sampled_from(["iso-2022-jp", "shift_jis", "euc-jp", "utf-8"]))
def test_japanese_text_comes_back_under_its_label(text: str, label: str) -> None:
    assert charsets.decode(text.encode(label), label) == text


@pytest.mark.parametrize("label", ["cp932", "windows-31j", "x-sjis", "Shift-JIS", '"MS_Kanji"', "cp932*ja"])
def test_vendor_labels_of_shift_jis(label: str) -> None:
    assert charsets.decode("①㈱髙﨑".encode("cp932"), label) == "①㈱髙﨑"


@pytest.mark.parametrize("label", ["iso-2022-jp", "cp50220", "cp50221", "iso-2022-jp-ms", "", "us-ascii", "utf-8"])
def test_nec_row_13_in_iso_2022_jp(label: str) -> None:
    # Python's own iso-2022-jp refuses this row; WHATWG and every mail program in Japan read it.
    assert charsets.decode(b"\x1b$B-!-j\x1b(B!", label) == "①㈱!"


def test_half_width_katakana_in_iso_2022_jp() -> None:
    assert charsets.decode(b"\x1b(I1234\x1b(B", "iso-2022-jp") == "ｱｲｳｴ"


def test_an_unclosed_double_byte_run_ends_with_its_line() -> None:
    assert (
        charsets.decode("日本".encode("iso-2022-jp").removesuffix(b"\x1b(B") + b"\nplain", "iso-2022-jp")
        == "日本\nplain"
    )


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("café €5".encode("cp1252"), "iso-8859-1", "café €5"),
        ("café".encode(), "us-ascii", "café"),
        ("это письмо".encode("koi8-r"), "koi8-r", "это письмо"),
        (
            "日本語の長い手紙です。よろしくお願いします。".encode("cp932"),
            "",
            "日本語の長い手紙です。よろしくお願いします。",
        ),
        (
            "日本語の長い手紙です。よろしくお願いします。".encode("euc-jp"),
            "unknown-8bit",
            "日本語の長い手紙です。よろしくお願いします。",
        ),
        ("汉字".encode("gb18030"), "gb2312", "汉字"),
        ("汉字".encode("hz"), "hz-gb-2312", "汉字"),
        ("Grüße".encode("utf-7"), "utf-7", "Grüße"),
        ("plain and wide".encode("utf-16"), "utf-16", "plain and wide"),
        ("plain and wide".encode("utf-16-le"), "utf-16le", "plain and wide"),
        ("안녕하세요".encode("iso2022_kr"), "iso-2022-kr", "안녕하세요"),
        (b"only ascii", "no-such-charset", "only ascii"),
    ],
)
def test_text_under_the_labels_of_the_wild(data: bytes, label: str, text: str) -> None:
    assert charsets.decode(data, label) == text


def test_control_characters_and_half_characters_are_dropped() -> None:
    assert charsets.clean("a\x00b\x1b[31mc\ud800d\n\te") == "a b [31mc?d\n\te"
