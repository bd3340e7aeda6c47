"""Charts as inline SVG: no script, no network, the same picture on paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

WIDTH, LEFT, RIGHT = 1000, 190, 16
LANE, BAR_LANE = 22, 90
GROWTH = 150


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
    x = _scale(start, end)
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


def growth(series: Sequence[tuple[str, Sequence[tuple[str, int]]]], title: str) -> str:
    """Draw how counts grew, one on top of another.

    Args:
        series: name and (ISO date, count so far) of each, the lowest first.
        title: what the picture shows, for readers that can't see it.
    """
    days = sorted({day for _, points in series for day, _ in points})
    if not days:
        return ""
    start = datetime.fromisoformat(days[0]).replace(tzinfo=UTC)
    end = datetime.fromisoformat(days[-1]).replace(tzinfo=UTC) + timedelta(days=1)
    margin = max((end - start) / 40, timedelta(hours=12))
    place = _scale(start - margin, end + margin)
    moments = [*(datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days), end + margin]
    total = sum(points[-1][1] for _, points in series)
    bottom = GROWTH + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 26}" role="img" aria-label="{escape(title)}">'
    ]
    for moment, label in _ticks(start - margin, end + margin):
        parts.append(f'<line x1="{place(moment)}" y1="8" x2="{place(moment)}" y2="{bottom}" class="grid"/>')
        parts.append(f'<text x="{place(moment)}" y="{bottom + 18}" class="tick" text-anchor="middle">{label}</text>')
    parts.append(f'<text x="{LEFT - 8}" y="18" class="tick" text-anchor="end">{total:,}</text>')
    floor = [0] * len(days)
    for number, (name, points) in enumerate(series):
        known = dict(points)
        top, last = list[int](), 0
        for day in days:
            last = known.get(day, last)
            top.append(last)
        roof = [low + high for low, high in zip(floor, top, strict=True)]
        edge = [*_steps(moments, roof, total, place), *reversed(_steps(moments, floor, total, place))]
        shape = " ".join(f"{x},{y}" for x, y in edge)
        parts.append(
            f'<polygon points="{shape}" class="series s{number}"><title>{escape(name)}: {last:,}</title></polygon>'
        )
        floor = roof
    return "".join([*parts, "</svg>"])


def _steps(
    moments: Sequence[datetime], counts: Sequence[int], total: int, place: Callable[[datetime], float]
) -> list[tuple[float, float]]:
    """Give the corners of a staircase: each count holds until the next moment."""
    corners = []
    for number, count in enumerate(counts):
        height = round(GROWTH + 8 - GROWTH * count / max(total, 1), 1)
        corners += [(place(moments[number]), height), (place(moments[number + 1]), height)]
    return corners


def _scale(start: datetime, end: datetime) -> Callable[[datetime], float]:
    """Give the function that places a moment between the left and the right edge."""
    seconds = max((end - start).total_seconds(), 86400.0)

    def x(moment: datetime) -> float:
        share = (moment - start).total_seconds() / seconds
        return round(LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)

    return x


def _bars(counts: dict[str, int], name: str, place: Callable[[datetime], float], top: int) -> list[str]:
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
