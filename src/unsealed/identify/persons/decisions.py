"""What people decided: these two are one person, this address or name is somebody else. Kept by keys of records.

A decision names records, not persons: a person's id may change with the evidence, an address does not. All decisions are
read in their order, and of two that contradict each other the later one wins. They are counted before any rule of ours.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

MERGED, SPLIT = "merged", "split"
"""States of a decision in the journal."""


@dataclass(frozen=True)
class Links:
    """What is joined and what is apart, after all decisions."""

    joined: tuple[tuple[str, str, str], ...] = ()
    """(key, key, reason)."""
    divided: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """Pairs of keys, the smaller first."""

    def apart(self, one: str, other: str) -> bool:
        """Tell whether people said that two records are two persons'."""
        return ((one, other) if one < other else (other, one)) in self.divided


def links(decisions: Iterable[Mapping[str, Any]]) -> Links:
    """Give what holds after all decisions, the oldest first; decisions about anything else are left out."""
    held: dict[tuple[str, str], tuple[str, str]] = {}
    for decision in decisions:
        state = decision["state"]
        if state not in {MERGED, SPLIT}:
            continue
        sides = [list(side) for side in json.loads(decision["subject"])]
        reason = f"{decision['who']} {'joined' if state == MERGED else 'parted'} them on {str(decision['at'])[:10]}"
        for one, other in _pairs(sides):
            held[one, other] = (state, reason)
    joined = tuple((*pair, reason) for pair, (state, reason) in sorted(held.items()) if state == MERGED)
    divided = frozenset(pair for pair, (state, _) in held.items() if state == SPLIT)
    return Links(_consistent(joined, divided), divided)


def carved(decisions: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Give the keys of names that people told apart from the address that they stand in front of."""
    return frozenset(
        key
        for decision in decisions
        if decision["state"] in {MERGED, SPLIT}
        for side in json.loads(decision["subject"])
        for key in side
        if key.startswith("a:") and "|" in key
    )


def _pairs(sides: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Give each key of one side with each of another, the smaller first."""
    for one, other in combinations(sides, 2):
        for a in one:
            for b in other:
                if a != b:
                    yield (a, b) if a < b else (b, a)


def _consistent(
    joined: tuple[tuple[str, str, str], ...], divided: frozenset[tuple[str, str]]
) -> tuple[tuple[str, str, str], ...]:
    """Leave out merges that would join over a third record what is split."""
    group: dict[str, set[str]] = {}
    kept = []
    for one, other, reason in joined:
        a, b = group.setdefault(one, {one}), group.setdefault(other, {other})
        if a is not b and any(((x, y) if x < y else (y, x)) in divided for x in a for y in b):
            continue
        a |= b
        for key in b:
            group[key] = a
        kept.append((one, other, reason))
    return tuple(kept)
