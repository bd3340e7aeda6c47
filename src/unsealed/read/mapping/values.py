"""One column of `events` out of a record, as a mapping file says."""

import re
from dataclasses import dataclass
from typing import Any

from unsealed.read.csv_rows import fold
from unsealed.read.structured import word

_LONGEST = 10_000
"""Characters of a field that a pattern is tried on."""


@dataclass(frozen=True)
class Value:
    """Where a column's value comes from, and what is made of it."""

    names: tuple[str, ...] = ()
    constant: str | None = None
    pattern: re.Pattern[str] | None = None
    separator: str = ""
    formats: tuple[str, ...] = ()
    timezone: str = ""
    outcomes: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None

    def of(self, fields: dict[str, Any]) -> object:
        """Give the value in a record; None where it has none."""
        if self.constant is not None:
            return self.constant
        held = next((found for name in self.names if (found := look(fields, name)) not in (None, "")), None)
        if self.pattern and held is not None:
            match = self.pattern.search(str(held)[:_LONGEST])
            held = (match[1] if self.pattern.groups else match[0]) if match else None
        return held

    def text(self, fields: dict[str, Any]) -> str | None:
        """Give the value as text."""
        held = self.of(fields)
        return ", ".join(str(one) for one in held) or None if isinstance(held, list) else word(held)

    def several(self, fields: dict[str, Any]) -> list[str]:
        """Give the values of a list."""
        held = self.of(fields)
        if isinstance(held, list):
            return [text for one in held if (text := word(one))]
        text = word(held) or ""
        return [
            one.strip()
            for one in re.split(re.escape(self.separator) if self.separator else r"[;,]", text)
            if one.strip()
        ]

    def outcome(self, fields: dict[str, Any]) -> str | None:
        """Give `success`, `failure` or `partial`."""
        told = (self.text(fields) or "").strip().lower()
        if not self.outcomes:
            return told if told in {"success", "failure", "partial"} else self.otherwise
        return dict(self.outcomes).get(told, self.otherwise)


def look(fields: dict[str, Any], name: str) -> object:
    """Find a field by its name, else by its path (`a.b.c`, a number for a place in a list), else whatever its case."""
    if name in fields:
        return fields[name]
    place: object = fields
    for step in name.split("."):
        if isinstance(place, dict) and step in place:
            place = place[step]
        elif isinstance(place, list) and step.isdigit() and int(step) < len(place):
            place = place[int(step)]
        else:
            place = None
            break
    if place is not None:
        return place
    wanted = fold(name)
    return next((value for key, value in fields.items() if fold(key) == wanted), None)
