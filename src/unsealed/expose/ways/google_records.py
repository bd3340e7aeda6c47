"""What a record of Google Workspace says beside its columns: parameters by name, whatever export it came in.

https://developers.google.com/workspace/admin/reports/reference/rest/v1/activities
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from unsealed.query import Engine, literal

_DEPTH = 12
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")


class Said(NamedTuple):
    """One event, with its parameters: lower-case names, all values as texts."""

    event_id: str
    operation: str
    user: str | None
    us: int
    app_id: str | None
    told: dict[str, list[str]]
    theirs: bool

    def first(self, *names: str) -> str | None:
        """Give the first value of the first of these parameters that has one."""
        return next((value for name in names for value in self.told.get(name, []) if value), None)

    def addresses(self, *names: str) -> list[str]:
        """Give the mail addresses in these parameters."""
        return sorted(
            {one.lower() for name in names for value in self.told.get(name, []) for one in _ADDRESS.findall(value)}
        )


def said(db: Engine, source: str, expression: str) -> list[Said]:
    """Give the events of one of Google's logs whose operation matches an expression, oldest first; anybody's.

    `theirs` tells those that the intruder did. What failed is left out.
    """
    rows = db.rows(f"""
        SELECT e.event_id, lower(e.operation) AS operation, e."user", epoch_us(e.time) AS us, e.app_id, e.raw,
               e.event_id IN (SELECT event_id FROM act WHERE inside) AS theirs
        FROM events e WHERE e.source = {literal(source)} AND e.outcome IS DISTINCT FROM 'failure'
          AND regexp_matches(lower(e.operation), {literal(expression)}) ORDER BY e.time, e.event_id""")
    return [Said(**{key: row[key] for key in row if key != "raw"}, told=parameters(row["raw"])) for row in rows]


def parameters(raw: str | None) -> dict[str, list[str]]:
    """Give all names and values of a record, however deep."""
    try:
        value = json.loads(raw or "{}")
    except (ValueError, RecursionError):
        return {}
    told: dict[str, list[str]] = {}
    for name, text in _pairs(value, "", 0):
        told.setdefault(name.lower().rpartition(".")[2], []).append(text)
    return told


def _pairs(value: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        own = value.get("name")
        inner = own if isinstance(own, str) and len(value) > 1 and "parameters" not in value else None
        for key, one in value.items():
            if not (inner and key == "name"):
                yield from _pairs(one, inner if inner and key.lower().endswith("value") else key, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _pairs(one, name, depth + 1)
    elif value is not None and name:
        yield name, str(value)
