"""How sensitive each kind of personal data is, and the rules that give a person's exposure its tier of harm.

Both are data, in `harm.toml`, each with the source that it rests on. A rule's words stand in `persons` in English; reports
tell them in the reader's language.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from unsealed.query import literal
from unsealed.schema import TOLD

FILE = Path(__file__).with_name("harm.toml")
TIERS = ("high", "medium", "low")
"""Worst first."""
FALLBACK = "private"
"""The sensitivity of a kind that `harm.toml` does not name; a test sees to it that there is none of ours."""


@dataclass(frozen=True)
class Sensitivity:
    """Kinds of data that weigh the same."""

    name: str
    kinds: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Rule:
    """What must be known of a person's exposure for a tier."""

    tier: str
    words: str
    any: tuple[str, ...]
    """Sensitivities of which theirs must be one; all persons where empty."""
    beside: tuple[str, ...]
    """Sensitivities of which theirs must be one besides."""
    least: int
    """So many different ones of `any`."""
    verdict: str
    """In letters of at least this verdict."""
    flagged: bool
    """Only of children and of people who need protection."""
    source: str

    def condition(self, sensitivity: str, rank: str, flagged: str) -> str:
        """Give it in SQL over the rows of one person, given the SQL for a row's sensitivity, its verdict's rank and flags."""
        reached = f"{rank} <= {TOLD.index(self.verdict) + 1}"
        parts = [f"coalesce(bool_or({flagged}), FALSE)"] if self.flagged else []
        if self.any:
            found = f"{sensitivity} IN ({', '.join(map(literal, self.any))}) AND {reached}"
            parts.append(f"count(DISTINCT {sensitivity}) FILTER ({found}) >= {self.least}")
        if self.beside:
            parts.append(
                f"count(*) FILTER ({sensitivity} IN ({', '.join(map(literal, self.beside))}) AND {reached}) > 0"
            )
        return " AND ".join(parts) or "TRUE"


@dataclass(frozen=True)
class Harm:
    """All of `harm.toml`: sensitivities, the most sensitive first, and rules, the first that fits counts."""

    sensitivities: tuple[Sensitivity, ...]
    rules: tuple[Rule, ...]

    def of(self, kind: str) -> str:
        """Give the sensitivity of a kind of data."""
        return next((one.name for one in self.sensitivities if kind in one.kinds), FALLBACK)


@cache
def harm() -> Harm:
    """Read `harm.toml`."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Harm(
        tuple(Sensitivity(row["name"], tuple(row["kinds"]), row["source"]) for row in told["sensitivity"]),
        tuple(map(_rule, told["rule"])),
    )


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        tier=row["tier"],
        words=row["words"],
        any=tuple(row["any"]),
        beside=tuple(row.get("with", ())),
        least=row.get("least", 1),
        verdict=row["verdict"],
        flagged=row.get("flagged", False),
        source=row["source"],
    )
