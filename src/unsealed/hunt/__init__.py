"""When did they get in, when were they out? Events and mail to `findings`, `activity`, `coverage`, `clocks` and `intrusion`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from unsealed import schema
from unsealed.case import Case
from unsealed.hunt import activity, allow, behaviour, clocks, coverage, detections, indicators, intrusion, match
from unsealed.hunt.sigma import Loaded
from unsealed.query import engine, replace

__all__ = ["Hunted", "hunt"]
MOST_TOLD = 1_000
"""Unusable indicators and rules that are told by name; beyond that they are counted."""


@dataclass
class Hunted:
    """What a hunt wants told beyond its tables."""

    known: int = 0
    """Indicators that were looked for."""
    unusable: list[indicators.Unusable] = field(default_factory=list)
    unusable_count: int = 0
    allowed: int = 0
    """Indicators that an allow list took out."""
    prevalence: list[dict[str, Any]] = field(default_factory=list)
    """For indicators that were found, the most common first: in how many records, accounts, mailboxes, on how many days."""
    left_out: int = 0
    """Events at listed addresses that look like the owner's own and were left out."""
    rules: int = 0
    """Sigma rules and correlations that were tried."""
    unusable_rules: list[dict[str, str]] = field(default_factory=list)
    unusable_rules_count: int = 0
    needs: list[dict[str, Any]] = field(default_factory=list)
    """What would narrow the bounds or the verdicts: `kind`, `source`, `scope`, `start`, `end`."""


def hunt(
    case: Case,
    files: Sequence[Path] = (),
    *,
    rules: Sequence[Path] = (),
    allowed: Sequence[Path] = (),
    places: Sequence[Path] = (),
    default_rules: bool = True,
) -> Hunted:
    """Find the intruder's activity, and say what the logs cannot see.

    Args:
        case: the case, locked by the caller.
        files: indicators, a file, folder or archive each.
        rules: Sigma rules, a file or folder each.
        allowed: lists of what is known to be harmless.
        places: files that tell where addresses are.
        default_rules: whether to use our own rules.

    Raises:
        IndicatorError: if an indicator file can't be read.
        ConfigError: if an `[[intruder]]` line of case.toml can't be used.
        UsageError: if a file of places can't be read.
    """
    told = Hunted()
    known = _indicators(files, told)
    loaded = detections.load(rules, own=default_rules)
    _tell_rules(loaded, told)
    with engine(case) as db:
        matched = match.find(db, case.config, known, allow=_allowed(allowed, told))
        told.allowed = len(matched.left_out)
        common = sorted(matched.prevalence, key=lambda one: (-one.accounts, -one.events, one.rule_id))
        told.prevalence = [asdict(one) for one in common[:MOST_TOLD]]
        detections.detect(db, loaded)
        behaviour.watch(db, places)
        activity.grow(db, case.journal.decisions())
        told.left_out = activity.left_out(db)
        coverage.look(db)
        clocks.look(db)
        measured = intrusion.measure(db, case.config)
        told.needs = [asdict(need) for need in measured.needs]
        db.write("findings", "SELECT * FROM found ORDER BY time NULLS LAST, finding_id")
        db.write("activity", "SELECT * FROM act ORDER BY time, event_id")
        db.write("coverage", "SELECT * EXCLUDE (n) FROM cov ORDER BY n")
        db.write("clocks", clocks.told())
    rows = [measured.row] if measured.row else []
    replace(case, "intrusion", pa.Table.from_pylist(rows, schema.TABLES["intrusion"].schema))
    return told


def _indicators(files: Sequence[Path], told: Hunted) -> list[indicators.Indicator]:
    found: list[indicators.Indicator] = []
    for file in files:
        usable, unusable = indicators.load(file)
        found += usable
        told.unusable += unusable[: MOST_TOLD - len(told.unusable)]
        told.unusable_count += len(unusable)
    known = indicators.merge(found)
    told.known = len(known)
    return known


def _allowed(files: Sequence[Path], told: Hunted) -> list[allow.Allow]:
    lists = [allow.load(file) for file in files]
    for one in lists:
        told.unusable += one.unusable[: MOST_TOLD - len(told.unusable)]
        told.unusable_count += len(one.unusable)
    return lists


def _tell_rules(loaded: Loaded, told: Hunted) -> None:
    told.rules = len(loaded.rules) + len(loaded.correlations)
    told.unusable_rules = [{"source": one.source, "reason": one.reason} for one in loaded.unusable[:MOST_TOLD]]
    told.unusable_rules_count = len(loaded.unusable)
