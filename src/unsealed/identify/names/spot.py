"""A name in a text, and the record that it heads."""

from collections.abc import Iterable
from typing import NamedTuple


class Spot(NamedTuple):
    """A name: from where to where, how it was known, and from where to where its record goes."""

    start: int
    end: int
    how: str
    """`correspondent`, `header`, `salutation`, `signature`, `title`, `field`, `row` or `japanese`."""
    record: tuple[int, int] | None = None
    name: str = ""
    """The name, where it is not what stands there: in two cells of a row."""


_RANK = {
    "row": 0,
    "field": 1,
    "signature": 2,
    "header": 3,
    "salutation": 4,
    "title": 5,
    "correspondent": 6,
    "japanese": 7,
}


def apart(found: Iterable[Spot]) -> list[Spot]:
    """Give the names in order, none over another: the longer one stays, then the one that heads a record."""
    kept: list[Spot] = []
    for spot in sorted(set(found), key=lambda one: (one.start, -one.end, _RANK[one.how])):
        if not kept or spot.start >= kept[-1].end:
            kept.append(spot)
        elif spot.end - spot.start > kept[-1].end - kept[-1].start and _RANK[kept[-1].how] > 0:
            kept[-1] = spot._replace(record=spot.record or kept[-1].record)
        elif spot.record and not kept[-1].record:
            whole = spot.end - spot.start == kept[-1].end - kept[-1].start or spot.name
            kept[-1] = spot if whole else kept[-1]._replace(record=spot.record, how=spot.how)
    return kept
