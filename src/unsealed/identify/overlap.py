"""Where two findings overlap, keep one: the heavier, then the longer, then the one that comes first by name.

The weight says how specific an identifier is; a context word nearby and a check digit that fits add to it. So of the
same twelve digits a My Number stays where the text says so, and an Aadhaar number where it says that.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Candidate(NamedTuple):
    """Something found: where in the text, by which identifier, and what its weight is without context."""

    start: int
    end: int
    number: int
    """Of the identifier, in the order of their names."""
    weight: int


def resolve(found: Sequence[Candidate], context: Callable[[Candidate], int]) -> list[Candidate]:
    """Give those that stay, in the order of the text; the work grows as the findings and their lengths together do.

    Args:
        found: in any order.
        context: gives what context adds to one's weight; asked once of each, and only where something overlaps.
    """
    if len(found) < 2:
        return list(found)
    kept: list[Candidate] = []
    cluster: list[Candidate] = []
    reach = -1
    for one in sorted(set(found)):
        if one.start >= reach and cluster:
            kept += _heaviest(cluster, reach, context)
            cluster = []
        cluster.append(one)
        reach = max(reach, one.end)
    return kept + _heaviest(cluster, reach, context)


def _heaviest(cluster: list[Candidate], reach: int, context: Callable[[Candidate], int]) -> list[Candidate]:
    if len(cluster) < 2:
        return cluster
    first = cluster[0].start
    taken = bytearray(reach - first)  # a byte a character: one that somebody has is 1
    kept = []
    for one in sorted(cluster, key=lambda c: (-c.weight - context(c), c.start - c.end, c.number, c.start)):
        start, end = one.start - first, one.end - first
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(one)
    return sorted(kept)
