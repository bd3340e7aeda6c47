"""Every identifier finds what its examples say, and nothing in its near misses, with Hyperscan and without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unsealed.identify.identifiers import identifiers
from unsealed.identify.normalise import normalise
from unsealed.identify.scan import Scanner

KNOWN = identifiers()
FOLDER = Path(__file__).parents[2] / "src" / "unsealed" / "identify" / "identifiers"
ENGINES = {"anchored": Scanner(), "plain": Scanner(plain=True)}


def marked(example: str) -> tuple[str, list[tuple[int, int]]]:
    """Give an example without its brackets, and where the values between them stand."""
    text, spans, start = "", [], 0
    for piece in re.split("([⟦⟧])", example):
        if piece == "⟦":
            start = len(text)
        elif piece == "⟧":
            spans.append((start, len(text)))
        else:
            text += piece
    return text, spans


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", KNOWN)
def test_examples_are_found_and_near_misses_are_not(name: str, engine: str) -> None:
    one, scanner = KNOWN[name], ENGINES[engine]
    assert one.hits
    assert one.misses
    for example in one.hits:
        text, spans = marked(example)
        assert spans
        found = [(found.start, found.end) for found in scanner.scan([text]) if found.identifier == name]
        assert found == spans, example
    for text in one.misses:
        assert [found for found in scanner.scan([text]) if found.identifier == name] == [], text


@pytest.mark.parametrize("name", KNOWN)
def test_a_mask_leaves_too_little_to_make_the_value_up_from(name: str) -> None:
    one = KNOWN[name]
    if one.kind in {"health_term", "classification_marking", "salary_term"}:
        pytest.skip("a word of a list says nothing of who somebody is")
    for example in one.hits:
        text, spans = marked(example)
        for start, end in spans:
            value = normalise(text[start:end]).text
            masked = one.mask(value)
            kept = sum(map(str.isalnum, masked))
            assert value not in masked
            if one.kind == "email_address":  # its domain stays
                assert value.partition("@")[0].lower() not in masked.lower() or len(value.partition("@")[0]) < 2
            elif one.kind in {"password", "private_key", "connection_string", "session_cookie"}:
                assert not set(re.findall("[0-9A-Za-z]{3,}", masked)) & set(re.findall("[0-9A-Za-z]{3,}", value)) - {
                    "postgres"
                }
            elif one.kind != "api_key":  # of those the prefix that all share
                assert kept <= max(4, len(value) // 3), masked


@pytest.mark.parametrize("name", KNOWN)
def test_spellings_of_one_value_are_joined_and_others_are_not(name: str) -> None:
    one = KNOWN[name]
    values = []
    for example in one.hits:
        text, spans = marked(example)
        values += [normalise(text[start:end]).text for start, end in spans]
    for value in values:
        assert one.canonical(value)
        assert one.canonical(value) == one.canonical(value)
    spaced = [value for value in values if "-" in value and value.replace("-", "").isdigit()]
    for value in spaced:
        assert one.canonical(value) == one.canonical(value.replace("-", " ")) or one.kind == "ip_address"


def test_identifiers_are_files_of_their_own_and_say_where_their_rules_come_from() -> None:
    assert len(KNOWN) >= 70
    assert len({one.kind for one in KNOWN.values()}) >= 45
    for name, one in KNOWN.items():
        source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
        assert len(source.splitlines()) < 200
        assert one.law
        assert bool(one.anchors) != one.needs_context
        assert all(one.context)
        assert one.context or not one.needs_context
        if one.proves:
            assert one.check is not None


def test_every_identifier_has_its_row_and_rule_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "identifiers.md").read_text(encoding="utf-8")
    for name, one in KNOWN.items():
        assert f"| [{name}](#{name}) | `{one.kind}` |" in page
        assert f"\n### {name}\n" in page


@pytest.mark.parametrize("name", [name for name, one in KNOWN.items() if one.proves])
def test_one_digit_mistyped_is_no_hit(name: str) -> None:
    """Of all ways to mistype one digit of an example, nearly all are caught: a check digit is there for that."""
    one = KNOWN[name]
    assert one.check is not None
    tried = caught = 0
    for example in one.hits:
        text, spans = marked(example)
        for start, end in spans:
            value = normalise(text[start:end]).text
            assert one.check(value)
            for place, letter in enumerate(value):
                for digit in "0123456789" if letter.isdigit() else "":
                    if digit != letter:
                        wrong = value[:place] + digit + value[place + 1 :]
                        tried += 1
                        caught += not one.expression.search(wrong) or not one.check(wrong)
    assert caught >= 0.84 * tried
