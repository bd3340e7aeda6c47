"""Findings laid by hand, and what behaviours find in a scene."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unsealed import schema
from unsealed.hunt import activity, behaviour
from unsealed.query import Engine, engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scene import Scene

Row = dict[str, Any]


def finding(event_id: str, severity: str, rule: str, kind: str = "sigma") -> Row:
    """Lay a finding of a rule on an event."""
    row = {
        "finding_id": f"{rule}-{event_id}",
        "kind": kind,
        "rule_id": rule,
        "title": f"rule {rule}",
        "severity": severity,
    }
    return row | {"techniques": [], "time": None, "event_id": event_id, "message_id": None, "source": "rules.yml:1"}


@contextmanager
def hunted(scene: Scene, rows: Sequence[Row] = ()) -> Iterator[Engine]:
    """Open a scene's case with these rows in `found`."""
    scene.write()
    with engine(scene.case) as db:
        names = [(f.name, f.type) for f in schema.TABLES["findings"].schema]
        db.register("laid", pa.Table.from_pylist(list(rows), pa.schema(names)))
        db.execute("CREATE TEMP TABLE found AS SELECT * FROM laid")
        yield db


def unusual(scene: Scene, places: Sequence[Path] = ()) -> list[tuple[str, str, str]]:
    """Give (behaviour, event, title) of all that behaviours find."""
    with hunted(scene) as db:
        behaviour.watch(db, places)
        rows = db.rows("SELECT rule_id, event_id, title FROM found ORDER BY time, rule_id, event_id")
    return [(row["rule_id"], row["event_id"], row["title"]) for row in rows]


def act(scene: Scene, rows: Sequence[Row]) -> dict[str, Row]:
    """Give the activity that grows from these findings, by event."""
    with hunted(scene, rows) as db:
        activity.grow(db, scene.case.journal.decisions())
        return {row["event_id"]: row for row in db.rows("SELECT * FROM act")}
