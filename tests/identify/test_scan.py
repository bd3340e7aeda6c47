"""The scan: the same answers with Hyperscan and without, places in the original text, and no reach beyond a text."""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from dataclasses import replace as changed
from itertools import pairwise
from re import _parser as parser  # type: ignore[attr-defined]  # the only way to see what a pattern is made of
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.identify import anchors
from unsealed.identify.identifier import AFTER_CONTEXT, LONGEST_WORD, Identifier
from unsealed.identify.identifiers import identifiers
from unsealed.identify.normalise import normalise, normalise_all
from unsealed.identify.overlap import Candidate, resolve
from unsealed.identify.scan import Lost, Scanner

if TYPE_CHECKING:
    from pathlib import Path

FAST, PLAIN = Scanner(), Scanner(plain=True)
EXAMPLES = [
    example.replace("⟦", "").replace("⟧", "") for one in identifiers().values() for example in (*one.hits, *one.misses)
]
WORDS = sorted({word for one in identifiers().values() for word in one.context if word.isalnum()})
PIECES = st.sampled_from(
    [
        *EXAMPLES,
        *WORDS,
        " ",
        "\n",
        "-",
        ": ",
        "。",
        "12",
        "3",
        "４",
        "番",
        "x",
        "@",
        "\u200b",
        "😀",
        "é",
        "a.b",
        "_",
        "1",
    ]
)


def kinds(scanner: Scanner, text: str) -> list[tuple[str, str]]:
    return [(scanner.known[one.identifier].kind, text[one.start : one.end]) for one in scanner.scan([text])]


def test_hyperscan_is_what_the_tests_compare_with() -> None:
    assert (FAST._anchors is not None) == anchors.FAST
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


@given(st.lists(st.text(st.sampled_from("1ー－ \u200b\u3000😀é"), max_size=5), max_size=5))
def test_texts_normalised_together_are_as_normalised_alone(texts: list[str]) -> None:
    assert normalise_all(texts) == [normalise(text) for text in texts]


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


# -- what is found is defined without anchors -------------------------------------------------------------------------

LOOSE = {name: changed(one, check=None) for name, one in identifiers().items()}
"""Check digits would refuse nearly all that is drawn; whether anchors lead to what a pattern matches is the question here."""
NEIGHBOURS = [
    "",
    " ",
    "\n",
    "a",
    "1",
    "-",
    "@",
    ":",
    ".",
    "=",
    "é",
    "。",
    "電",
    "-" * 70,
    "a-" * 40,
    "1 " * 30,
    "x" * 300,
    "://",
]


def drawn(one: Identifier, chance: random.Random) -> str:
    """Write something that the pattern matches, or nearly: every repeat at its least or its most, context at any distance."""
    word = word_of(one, chance)
    far = " " * chance.choice([0, 1, 2, 8, AFTER_CONTEXT - 1, AFTER_CONTEXT, one.near - 2, one.near - 1, one.near])
    value = _written(one.pattern, chance)
    before, after = chance.choice(NEIGHBOURS), chance.choice(NEIGHBOURS)
    return chance.choice(
        [
            f"{word}: {value}.",
            f"{value} {word}",
            f"{word}{far}{value}",
            f"{value}{far}{word}",
            f"{word}{before}{value}{after}",
        ]
    )


def word_of(one: Identifier, chance: random.Random) -> str:
    """Give a context word of an identifier, if it has any."""
    return _written(chance.choice(one.words or ("",)), chance)


def _written(pattern: str, chance: random.Random) -> str:
    out: list[str] = []
    _write(list(parser.parse(pattern, re.ASCII)), chance, out, {})
    return "".join(out)


def _write(tree: Any, chance: random.Random, out: list[str], groups: dict[int, str]) -> None:
    for what, inner in tree:
        if what in {parser.LITERAL, parser.NOT_LITERAL, parser.ANY, parser.IN}:
            out.append(_letter(what, inner, chance))
        elif what is parser.BRANCH:
            _write(list(chance.choice(inner[1])), chance, out, groups)
        elif what is parser.SUBPATTERN:
            first = len(out)
            _write(list(inner[3]), chance, out, groups)
            groups[inner[0] or 0] = "".join(out[first:])
        elif what is parser.GROUPREF:
            out.append(groups[inner])
        elif what in {parser.MAX_REPEAT, parser.MIN_REPEAT}:
            least, most = inner[0], inner[0] + 90 if inner[1] == parser.MAXREPEAT else inner[1]
            for _ in range(chance.choice([least, min(most, least + 1), most, most, chance.randint(least, most)])):
                _write(list(inner[2]), chance, out, groups)
        elif what is parser.ASSERT and inner[0] < 0:
            _write(list(inner[1]), chance, out, groups)


def _letter(what: Any, given_: Any, chance: random.Random) -> str:
    if what is parser.LITERAL:
        return chr(given_)
    if what is parser.IN:
        return _one_of(given_, chance)
    return chance.choice([letter for letter in "aZ0 -é電" if what is parser.ANY or ord(letter) != given_])


def _one_of(members: Any, chance: random.Random) -> str:
    wanted = "[" + "".join(_member(*one) for one in members) + "]"
    some = re.compile(wanted, re.ASCII)
    fits = [letter for letter in _LETTERS if some.match(letter)]
    what, given_ = members[-1] if members[0][0] is parser.NEGATE else chance.choice(members)
    own = [chr(given_)] if what is parser.LITERAL else [chr(n) for n in given_] if what is parser.RANGE else []
    return chance.choice([letter for letter in own if some.match(letter)] or fits)


_LETTERS = [chr(n) for n in range(32, 127)] + list("\n\té電あ円😀")


def _member(what: Any, given_: Any) -> str:
    if what is parser.NEGATE:
        return "^"
    if what is parser.LITERAL:
        return re.escape(chr(given_))
    if what is parser.RANGE:
        return f"{re.escape(chr(given_[0]))}-{re.escape(chr(given_[1]))}"
    return {parser.CATEGORY_SPACE: r"\s", parser.CATEGORY_DIGIT: r"\d", parser.CATEGORY_WORD: r"\w"}[given_]


@pytest.mark.parametrize("name", LOOSE)
def test_anchors_lead_to_all_that_a_pattern_matches(name: str) -> None:
    fast, plain = Scanner({name: LOOSE[name]}), Scanner({name: LOOSE[name]}, plain=True)
    reached = []

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 1 << 32), st.none() | st.from_regex(LOOSE[name].expression))
    def same(seed: int, value: str | None) -> None:
        chance = random.Random(seed)
        text = drawn(LOOSE[name], chance) if value is None else f"{word_of(LOOSE[name], chance)} {value}"
        found = plain.scan([text])
        assert fast.scan([text]) == found, text
        reached.append(bool(found))

    same()
    assert sum(reached) >= 5


@pytest.mark.parametrize("name", LOOSE)
def test_no_match_is_longer_than_an_identifier_says(name: str) -> None:
    one = LOOSE[name]
    _, longest = parser.parse(one.pattern, re.ASCII).getwidth()
    assert one.before + one.after >= longest or one.left
    assert all(parser.parse(word, re.ASCII).getwidth()[1] <= LONGEST_WORD for word in one.words)


# -- texts keep apart -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scanner", [FAST, PLAIN], ids=["fast", "plain"])
def test_nothing_begins_in_one_text_and_ends_in_the_next(scanner: Scanner) -> None:
    both = ["-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9", "AbCd\n-----END RSA PRIVATE KEY-----", "x"]
    for texts in ([*EXAMPLES[:30], *both], [f"{text}é" for text in both]):
        together = scanner.scan(texts)
        assert together == [one._replace(text=n) for n, text in enumerate(texts) for one in scanner.scan([text])]


@pytest.mark.parametrize("scanner", [FAST, PLAIN], ids=["fast", "plain"])
def test_a_text_cut_in_two_is_two_texts(scanner: Scanner) -> None:
    chance = random.Random(7)
    for text in EXAMPLES:
        at = chance.randint(0, len(text))
        halves = [text[:at], text[at:]]
        assert scanner.scan(halves) == [
            one._replace(text=n) for n, half in enumerate(halves) for one in scanner.scan([half])
        ]


# -- hostile texts: what is done is counted, not timed ------------------------------------------------------------------


def work(text: str) -> tuple[int, int]:
    """Give how many matches were looked at in a scan, and how many lines of ours ran."""
    looked = lines = 0
    passes = Scanner._passes

    def counted(*what: Any) -> bool:
        nonlocal looked
        looked += 1
        return passes(*what)

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal lines
        if "unsealed/identify" not in frame.f_code.co_filename:
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scanner, "_passes", counted)
        sys.settrace(trace)
        try:
            FAST.scan([text])
        finally:
            sys.settrace(before)
    return looked, lines


FILLERS = {
    "4242 ": "payment_card",
    "090-1234-5678 ": "phone_jp",
    "1-": "address_jp",
    "a@b.cc": "email_address",
    "jo at x.org": "email_obfuscated",
    "東京都港区芝1-2-3": "address_jp",
    "eyJhbGciOiJIUzI1": "json_web_token",
    "sessionid=a1b2c3d4e5": "session_cookie",
    "a://b:c@": "connection_string",
    "192.0.2.1 ": "ip_address",
    "::1:2": "ip_address_v6",
    "00:1a:": "mac_address",
}
"""Besides the identifiers' own examples again and again, what may overlap with itself."""


@pytest.mark.parametrize(
    "filler",
    [*FILLERS, *(one.hits[0].replace("⟦", "").replace("⟧", "") + " " for one in identifiers().values())],
)
def test_work_grows_as_the_text_does(filler: str) -> None:
    small, large = (work(filler * max(4, size // len(filler))) for size in (1_500, 6_000))
    assert small[0] or filler in FILLERS
    assert large[0] <= 4.6 * small[0] + 20
    assert large[1] <= 4.6 * small[1] + 200


@pytest.mark.parametrize("letter", "1-@ .:a(+電")
def test_one_letter_without_end_is_hardly_looked_at(letter: str) -> None:
    looked, lines = work(letter * 20_000)
    assert looked <= 20
    assert lines <= 20_000 * 16


def test_overlaps_are_resolved_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Candidate] = []
    chain = [Candidate(n, n + 7, n % 5, 50 + n % 3) for n in range(5_000)]
    kept = resolve(chain, lambda one: asked.append(one) or 0)
    assert len(asked) == len(chain)
    assert all(one.end <= other.start for one, other in pairwise(kept))
    compared = 0

    class Counted(int):
        def __lt__(self, other: int) -> bool:
            nonlocal compared
            compared += 1
            return int(self) < other

    del monkeypatch
    resolve([Candidate(Counted(one.start), one.end, one.number, one.weight) for one in chain], lambda _: 0)
    assert compared <= 40 * len(chain)


@given(
    st.lists(
        st.builds(
            lambda start, size, number, weight: Candidate(start, start + size, number, weight),
            st.integers(0, 40),
            st.integers(1, 9),
            st.integers(0, 3),
            st.integers(0, 2),
        ),
        max_size=14,
    )
)
def test_what_stays_is_what_the_rule_says(some: list[Candidate]) -> None:
    kept: list[Candidate] = []
    for one in sorted(set(some), key=lambda c: (-c.weight, c.start - c.end, c.number, c.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    assert resolve(some, lambda _: 0) == sorted(kept)


def test_an_identifier_that_fails_is_counted_and_the_rest_is_found() -> None:
    def broken(value: str) -> bool:
        raise KeyError(value)

    known = {**identifiers(), "zz_broken": changed(identifiers()["email_address"], check=broken)}
    for plain in (False, True):
        lost: Counter[Lost] = Counter()
        found = Scanner(known, plain=plain).scan(["x", "jo@example.org, al@example.org"], lost)
        assert [one.identifier for one in found] == ["email_address"] * 2
        assert lost == {Lost(1, "zz_broken", "KeyError"): 2}
        assert "example" not in repr(lost)
