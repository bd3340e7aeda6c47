"""The scan: the same answers with Hyperscan and without, places in the original text, and no reach beyond a text."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.identify import scan
from unsealed.identify.identifiers import identifiers
from unsealed.identify.normalise import normalise
from unsealed.identify.overlap import Candidate, resolve
from unsealed.identify.scan import Scanner

if TYPE_CHECKING:
    from pathlib import Path

FAST, PLAIN = Scanner(), Scanner(plain=True)
EXAMPLES = [
    example.replace("⟦", "").replace("⟧", "") for one in identifiers().values() for example in (*one.hits, *one.misses)
]
WORDS = sorted({word for one in identifiers().values() for word in one.context if word.isalnum()})
PIECES = st.sampled_from(
    [*EXAMPLES, *WORDS, " ", "\n", "-", ": ", "。", "12", "3", "４", "番", "x", "@", "\u200b", "😀", "é", "a.b", "_", "1"]
)


def kinds(scanner: Scanner, text: str) -> list[tuple[str, str]]:
    return [(scanner.known[one.identifier].kind, text[one.start : one.end]) for one in scanner.scan([text])]


def test_hyperscan_is_what_the_tests_compare_with() -> None:
    assert scan.hyperscan is None or FAST._anchors is not None
    assert PLAIN._anchors is None


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=8).map("".join), min_size=1, max_size=3))
def test_both_ways_to_scan_give_the_same(texts: list[str]) -> None:
    assert FAST.scan(texts) == PLAIN.scan(texts)


def test_both_ways_give_the_same_on_real_mail(shared: Path) -> None:
    mail = b"".join(path.read_bytes()[:60_000] for path in sorted((shared / "mail" / "threads_r_lists").glob("*.txt")))
    texts = [mail.decode("utf-8", "replace")[:150_000]]
    found = FAST.scan(texts)
    assert len(found) > 50
    assert found == PLAIN.scan(texts)


def test_texts_scanned_together_are_as_scanned_alone() -> None:
    mixed = EXAMPLES[:]
    random.Random(5).shuffle(mixed)
    alone = [(number, one[1:]) for number, text in enumerate(mixed) for one in FAST.scan([text])]
    assert [(one.text, one[1:]) for one in FAST.scan(mixed)] == alone


def test_a_word_in_one_text_is_no_context_in_the_next() -> None:
    number = "1234-5678-9018"
    assert kinds(FAST, f"マイナンバー {number}") == [("jp_my_number", number)]
    for scanner in (FAST, PLAIN):
        assert not scanner.scan(["マイナンバー", number])
        assert not scanner.scan([number, "マイナンバー"])


def test_places_count_characters_of_the_text_as_it_was_given() -> None:
    text = "😀 カード\u200b番号： ４１１１\u200b－１１１１－１１１１－\u00ad１１１１\u200b です"
    (found,) = [one for one in FAST.scan([text]) if one.identifier == "payment_card"]
    assert text[found.start : found.end] == "４１１１\u200b－１１１１－１１１１－\u00ad１１１１"
    assert found.value == "4111-1111-1111-1111"


@given(st.text(st.sampled_from("a1ー－１ \u200b\u00ad\u3000😀é"), max_size=30))
def test_normalising_keeps_the_way_back(text: str) -> None:
    clean = normalise(text)
    for place, letter in enumerate(clean.text):
        there = text[clean.original(place)]
        assert normalise(there).text == letter or (letter == "-" and there == "ー")
        assert clean.original(place) < clean.original(place + 1, end=True) <= len(text)


@pytest.mark.parametrize("hyphen", "-‐‑‒–—―−－ー")
def test_hyphens_of_every_kind_are_hyphens(hyphen: str) -> None:
    assert kinds(FAST, f"電話 ０９０{hyphen}１２３４{hyphen}５６７８")[0][0] == "phone_number"


def test_what_the_text_says_it_is_decides_between_two_kinds() -> None:
    # twelve digits that are right by Verhoeff's scheme and by the rule of the My Number alike
    rule = identifiers()
    both = next(
        value
        for value in (f"{number:012d}" for number in range(234_123_400_000, 234_123_500_000))
        if all(one.check and one.check(value) for one in (rule["jp_my_number"], rule["in_aadhaar"]))
    )
    assert kinds(FAST, f"マイナンバー {both}") == [("jp_my_number", both)]
    assert kinds(FAST, f"Aadhaar {both}") == [("in_aadhaar", both)]


def test_the_heavier_stays_then_the_longer() -> None:
    light, heavy, longer = Candidate(0, 10, 1, 10), Candidate(5, 9, 2, 50), Candidate(4, 9, 3, 50)
    apart = Candidate(20, 22, 4, 1)
    assert resolve([light, heavy, longer, apart, light], lambda _: 0) == [longer, apart]
    assert resolve([apart, longer, light], lambda one: 50 if one == light else 0) == [light, apart]


def test_a_hardware_address_is_no_network_address_and_an_address_of_a_page_is_its_own() -> None:
    assert kinds(FAST, "at 00:1a:2b:3c:4d:5e now") == [("mac_address", "00:1a:2b:3c:4d:5e")]
    assert kinds(FAST, "ftp://jo:s3cr3t@files.example.org/x") == [
        ("connection_string", "ftp://jo:s3cr3t@files.example.org/x")
    ]


def test_what_stands_apart_within_something_longer_is_in_its_way() -> None:
    around, first, second = Candidate(0, 20, 1, 10), Candidate(2, 5, 2, 5), Candidate(10, 15, 3, 5)
    assert resolve([second, first, around], lambda _: 0) == [around]


def test_a_word_counts_as_far_as_the_identifier_says_and_no_farther() -> None:
    near = FAST.known["pl_pesel"].near
    found = []
    for distance in range(near + 10):
        for text in (f"PESEL{' ' * distance} 44051401359", f"44051401359 {' ' * distance}PESEL"):
            assert FAST.scan([text]) == PLAIN.scan([text])
            found += [distance] if FAST.scan([text]) and text.startswith("PESEL") else []
    assert found == list(range(near - 1))


@pytest.mark.parametrize(
    "filler", ["1", "1-", "a@", "@", "Aa1 ", "(", "1 (", "東京都", "市1-", "eyJ", "password ", "+1 ", "tel 1 ", "a at b.c"]
)
def test_what_is_tried_does_not_grow_faster_than_the_text(filler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    original = Scanner._candidate

    def counted(*given: Any) -> Any:
        tried[-1] += 1
        return original(*given)

    monkeypatch.setattr(Scanner, "_candidate", counted)
    for size in (2_000, 8_000):
        tried.append(1)
        FAST.scan([filler * (size // len(filler))])
    assert tried[1] <= 5 * tried[0]
