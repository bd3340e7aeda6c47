"""Give tests of matching a way to match alone: without rules, behaviours and what else a hunt does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from unsealed.hunt import match
from unsealed.hunt.indicators import Indicator, load
from unsealed.query import engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from scene import Scene

    from unsealed.hunt.allow import Allow
    from unsealed.hunt.match import Matched


class Found:
    """What matching found."""

    def __init__(self, rows: list[dict[str, Any]], told: Matched) -> None:
        self.rows, self.told = rows, told

    def places(self, rule: str = "") -> set[str]:
        """Give the events and letters that were found, by one indicator or by any."""
        return {row["event_id"] or row["message_id"] for row in self.rows if row["rule_id"].startswith(rule)}

    def severity(self, place: str) -> str:
        """Give the severity of the one finding at a place."""
        (row,) = [row for row in self.rows if place in {row["event_id"], row["message_id"]}]
        return str(row["severity"])

    def title(self, place: str) -> str:
        """Give the title of the one finding at a place."""
        (row,) = [row for row in self.rows if place in {row["event_id"], row["message_id"]}]
        return str(row["title"])


@pytest.fixture
def matched(scene: Scene) -> Callable[..., Found]:
    """Give a matcher of the scene's evidence with indicators as objects or as lines of text."""

    def run(*indicators: Indicator | str, allow: tuple[Allow, ...] = ()) -> Found:
        scene.write()
        lines = [item for item in indicators if isinstance(item, str)]
        known = [item for item in indicators if isinstance(item, Indicator)]
        if lines:
            path = scene.case.folder / "leads.txt"
            path.write_text("\n".join(lines), "utf-8")
            known += load(path)[0]
        with engine(scene.case) as db:
            told = match.find(db, scene.case.config, known, allow)
            return Found(db.rows("SELECT * FROM found ORDER BY finding_id"), told)

    return run
