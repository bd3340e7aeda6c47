"""How well Japanese data is found: precision and recall on a set of our own, made by rule and by hand."""

from __future__ import annotations

from collections import Counter

import japanese_set
import pytest

from unsealed.identify.scan import Scanner

CHECKED = {"jp_my_number", "jp_drivers_licence", "jp_health_insurer", "payment_card"}
ALL = [*japanese_set.numbers(), *japanese_set.addresses(), *japanese_set.others(), *japanese_set.nothing()]


@pytest.fixture(scope="module")
def counts() -> Counter[tuple[str, str]]:
    """Count by kind what is right, what is too much and what is missing; a place counts only if it is exact."""
    scanner, counted = Scanner(), Counter[tuple[str, str]]()
    found: list[set[tuple[int, int, str]]] = [set() for _ in ALL]
    for one in scanner.scan([text for text, _ in ALL]):
        found[one.text].add((one.start, one.end, scanner.known[one.identifier].kind))
    for (_, spans), here in zip(ALL, found, strict=True):
        for way, some in (("right", here & {*spans}), ("much", here - {*spans}), ("missing", {*spans} - here)):
            counted.update((kind, way) for _, _, kind in some)
    return counted


def rates(counts: Counter[tuple[str, str]], kinds: set[str]) -> tuple[float, float]:
    right, much, missing = (sum(counts[kind, way] for kind in kinds) for way in ("right", "much", "missing"))
    return right / max(1, right + much), right / max(1, right + missing)


def test_the_set_is_large_and_half_of_it_is_near_misses() -> None:
    assert len(ALL) >= 400
    assert sum(not spans for _, spans in ALL) >= 130


def test_numbers_with_check_digits(counts: Counter[tuple[str, str]]) -> None:
    precision, recall = rates(counts, CHECKED)
    assert precision >= 0.95
    assert recall >= 0.95


def test_addresses(counts: Counter[tuple[str, str]]) -> None:
    precision, recall = rates(counts, {"postal_address"})
    assert precision >= 0.85
    assert recall >= 0.85


def test_the_other_kinds(counts: Counter[tuple[str, str]]) -> None:
    kinds = {kind for kind, _ in counts} - CHECKED - {"postal_address"}
    precision, recall = rates(counts, kinds)
    assert precision >= 0.9
    assert recall >= 0.9
