"""What a `[[reach]]` line of case.toml or a record says, as SQL conditions and words."""

from collections.abc import Iterable

from unsealed.config import Reach
from unsealed.query import literal

_FIRST, _LAST = -(1 << 62), 1 << 62


def bounds(reach: Reach) -> tuple[int, int]:
    """Give the time for which the line holds, microseconds; as wide as can be where it names no end."""
    return (
        int(reach.start.timestamp() * 1e6) if reach.start else _FIRST,
        int(reach.end.timestamp() * 1e6) if reach.end else _LAST,
    )


def since(reach: Reach) -> int | None:
    """Give its beginning, microseconds, for the first time of a verdict; None where it names none."""
    return bounds(reach)[0] if reach.start else None


def note(reach: Reach, what: str) -> str:
    """Say in a ground's words what the line tells and how responders know."""
    start = f"{reach.start:%Y-%m-%d}" if reach.start else ""
    end = f"{reach.end:%Y-%m-%d}" if reach.end else ""
    if reach.kind == "export":
        when = f"between {start} and {end}" if start and end else f"after {start}" if start else f"by {end}"
        what += f", taken {when}" if start or end else ""
    else:
        what += ", open to the intruder" + (f" from {start}" if start else "") + (f" to {end}" if end else "")
    return what + (f" ({reach.basis})" if reach.basis else "")


def boxes(named: Iterable[str], column: str = "c.mailbox") -> str:
    """Give the condition that a mailbox is one of those named: an address, `@domain`, or `*`; all where none is."""
    parts = []
    for name in named:
        if name == "*":
            return "TRUE"
        parts.append(f"suffix({column}, {literal(name)})" if name.startswith("@") else f"{column} = {literal(name)}")
    return f"coalesce({' OR '.join(parts)}, FALSE)" if parts else "TRUE"


def field(name: str, e: str = "e") -> str:
    """Give SQL for a field of a record as its log has it, as text; null where it has none."""
    path = literal('$."' + name + '"')
    return f"try(json_extract_string({e}.raw, {path}))"
