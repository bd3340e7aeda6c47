"""Charts as inline SVG: no script, no network, the same picture on paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

WIDTH, LEFT, RIGHT = 1000, 190, 16
LANE, BAR_LANE = 22, 90


_DARK = (
    '<defs><pattern id="dark" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="dark-ground"/><line x1="0" y1="0" x2="0" y2="6" class="dark-line"/></pattern></defs>'
)


@dataclass(frozen=True)
class Span:
    """A stretch of time in a lane."""

    start: datetime
    end: datetime
    style: str
    title: str


@dataclass
class Lane:
    """One line of the time line: its name and what it shows."""

    name: str
    spans: list[Span] = field(default_factory=list)


def timeline(
    start: datetime,
    end: datetime,
    lanes: Sequence[Lane],
    counts: dict[str, int],
    count_name: str,
    title: str,
) -> str:
    """Draw lanes of stretches over a bar chart of counts by day.

    Args:
        start: the left edge.
        end: the right edge.
        lanes: from top to bottom.
        counts: number of events by day (ISO date).
        count_name: what the bars count.
        title: what the picture shows, for readers that can't see it.
    """
    seconds = max((end - start).total_seconds(), 86400.0)

    def x(moment: datetime) -> float:
        share = (moment - start).total_seconds() / seconds
        return round(LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)

    height = LANE * len(lanes) + BAR_LANE + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">',
        _DARK,
    ]
    bottom = LANE * len(lanes) + BAR_LANE + 12
    for moment, label in _ticks(start, end):
        parts.append(f'<line x1="{x(moment)}" y1="4" x2="{x(moment)}" y2="{bottom}" class="grid"/>')
        parts.append(f'<text x="{x(moment)}" y="{bottom + 18}" class="tick" text-anchor="middle">{label}</text>')
    for number, lane in enumerate(lanes):
        top = LANE * number + 8
        parts.append(
            f'<text x="{LEFT - 8}" y="{top + 11}" class="lane" text-anchor="end">{escape(_short(lane.name))}</text>'
        )
        for span in lane.spans:
            left, right = x(span.start), x(span.end)
            parts.append(
                f'<rect x="{left}" y="{top}" width="{max(right - left, 2):.1f}" height="{LANE - 8}" class="{span.style}">'
                f"<title>{escape(span.title)}</title></rect>"
            )
    parts += _bars(counts, count_name, x, LANE * len(lanes) + 12)
    return "".join([*parts, "</svg>"])


def _bars(counts: dict[str, int], name: str, x: object, top: int) -> list[str]:
    from collections.abc import Callable
    from typing import cast

    place = cast("Callable[[datetime], float]", x)
    if not counts:
        return []
    largest = max(counts.values())
    parts = [
        f'<text x="{LEFT - 8}" y="{top + 12}" class="lane" text-anchor="end">{escape(_short(name))}</text>',
        f'<text x="{LEFT - 8}" y="{top + 28}" class="tick" text-anchor="end">{largest:,}</text>',
    ]
    for day, count in sorted(counts.items()):
        begin = datetime.fromisoformat(day).replace(tzinfo=UTC)
        left, right = place(begin), place(begin + timedelta(days=1))
        tall = max(round((BAR_LANE - 14) * count / largest, 1), 2)
        parts.append(
            f'<rect x="{left}" y="{top + BAR_LANE - 14 - tall}" width="{max(right - left, 1.6):.1f}" height="{tall}" class="bar">'
            f"<title>{day}: {count:,}</title></rect>"
        )
    return parts


def _ticks(start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """Give month starts, thinned to about a dozen; days where the time is short."""
    days = (end - start).days
    if days <= 45:
        step = max(days // 8, 1)
        first = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=1)
        return [
            (moment, f"{moment:%m-%d}") for n in range(0, days + 1, step) if (moment := first + timedelta(days=n)) < end
        ]
    ticks, month = [], datetime(start.year, start.month, 1, tzinfo=UTC)
    while month < end:
        if month >= start:
            ticks.append((month, f"{month:%Y-%m}"))
        month = (month + timedelta(days=32)).replace(day=1)
    return ticks[:: max(1, -(-len(ticks) // 12))]


def _short(name: str) -> str:
    return name if len(name) <= 26 else name[:25] + "…"
