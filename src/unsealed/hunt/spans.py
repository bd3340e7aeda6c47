"""Stretches of time in which a log can't see, with the reason in words and the event behind it."""

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of time in microseconds, and why it is not whole."""

    low: int
    high: int
    why: str
    event_id: str | None = None


def merged(spans: Iterable[Span]) -> list[Span]:
    """Join spans that overlap; their reasons stand beside each other, each once, what an event shows first."""
    groups: list[list[Span]] = []
    high = 0
    for span in sorted(spans, key=lambda span: span[:3]):
        if groups and span.low <= high:
            groups[-1].append(span)
            high = max(high, span.high)
        else:
            groups.append([span])
            high = span.high
    return [_one(group) for group in groups]


def _one(group: list[Span]) -> Span:
    known = sorted(group, key=lambda span: span.event_id is None)
    why = "; ".join(dict.fromkeys(span.why for span in known if span.why))
    return Span(group[0].low, max(span.high for span in group), why, known[0].event_id)
