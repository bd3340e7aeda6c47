"""What a terminal is shown of evidence."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.cli.base import Output
from unsealed.read.locate import spot
from unsealed.report.plain import shown
from unsealed.terminal import harmless

STEERS = [
    *map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\ud800", "\udfff", "\u061c", "\u200e", "\u200f", "\u2028",
    "\u2029", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)),
]  # fmt: skip


@pytest.mark.parametrize("char", STEERS, ids=lambda char: f"U+{ord(char):04X}")
def test_what_steers_becomes_a_question_mark(char: str) -> None:
    assert harmless(f"a{char}b") == "a?b"
    assert harmless(f"a{char}b", breaks=True) == (f"a{char}b" if char in "\n\t" else "a?b")


@pytest.mark.parametrize(
    "text",
    ["件名\u3000全角の空き", "1\u00a0000\u202f€", "\U0001f469\u200d\U0001f4bb", "日本語\u200bの文", "שלום", "❤\ufe0f", "क्\u200dष"],
)
def test_spaces_of_all_widths_joined_emoji_and_all_scripts_stay(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert harmless(text) == shown(text) == spot.printable(text) == text
    Output(as_json=False, quiet=False).answer({}, [text])
    assert capsys.readouterr().out == f"{text}\n"


def test_each_way_to_the_terminal_is_guarded(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\x1b]0;x\x07\u202eb\u2028c\rd"
    assert shown(hostile) == "a?]0;x??b?c?d"
    assert shown("two\nlines\tand a tab") == "two?lines?and a tab"
    assert spot.printable(hostile + "\r\ne\tf") == "a?]0;x??b?c?d\ne\tf"
    Output(as_json=False, quiet=False).answer({}, [hostile])
    assert capsys.readouterr().out == "a?]0;x??b?c?d\n"


@given(st.text(st.characters(), max_size=60), st.booleans())
def test_nothing_that_steers_is_left_and_nothing_else_is_touched(text: str, breaks: bool) -> None:
    told = harmless(text, breaks=breaks)
    assert len(told) == len(text)
    for before, after in zip(text, told, strict=True):
        kept = breaks and before in "\n\t"
        kind, turn = unicodedata.category(before), unicodedata.bidirectional(before)
        bad = kind in {"Cc", "Cs", "Zl", "Zp"} or turn in _TURNS or before in "\u061c\u200e\u200f"
        assert after == ("?" if bad and not kept else before)


_TURNS = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
