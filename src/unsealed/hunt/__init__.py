"""When did they get in, when were they out? Events and mail to `findings`, `activity`, `coverage` and `intrusion`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from unsealed.case import Case
from unsealed.hunt import activity, coverage, indicators, intrusion, match
from unsealed.query import engine, replace

__all__ = ["Hunted", "hunt"]


@dataclass
class Hunted:
    """What a hunt wants told beyond its tables."""

    known: int = 0
    unusable: list[indicators.Unusable] = field(default_factory=list)
    left_out: int = 0
    """Events at listed addresses that look like the owner's own and were left out."""


def hunt(case: Case, files: Sequence[Path] = ()) -> Hunted:
    """Find the intruder's activity from indicator files and case.toml, and say what the logs cannot see.

    Args:
        case: the case, locked by the caller.
        files: indicator files.

    Raises:
        IndicatorError: if an indicator file can't be read.
    """
    known: dict[tuple[str, str], indicators.Indicator] = {}
    told = Hunted()
    for file in files:
        found, unusable = indicators.load(file)
        told.unusable += unusable
        for item in found:
            known.setdefault((item.kind, item.value), item)
    told.known = len(known)
    with engine(case) as db:
        findings = match.findings(db, case.config, list(known.values()))
        db.register("found", findings)
        drawn = activity.grow(db, case.journal.decisions())
        told.left_out = activity.left_out(db)
        db.register("act", drawn)
        seen = coverage.coverage(db)
        db.register("cov", seen)
        bounds = intrusion.intrusion(db, case.config)
    for name, table in (("findings", findings), ("activity", drawn), ("coverage", seen), ("intrusion", bounds)):
        replace(case, name, table)
    return told
