"""When did they get in, when were they out? Events and mail to `findings`, `activity`, `coverage` and `intrusion`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from unsealed import schema
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
        ConfigError: if an `[[intruder]]` line of case.toml can't be used.
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
        match.find(db, case.config, list(known.values()))
        activity.grow(db, case.journal.decisions())
        told.left_out = activity.left_out(db)
        coverage.look(db)
        row = intrusion.bounds(db, case.config)
        db.write("findings", "SELECT * FROM found ORDER BY time NULLS LAST, finding_id")
        db.write("activity", "SELECT * FROM act ORDER BY time, event_id")
        db.write("coverage", "SELECT * EXCLUDE (n) FROM cov ORDER BY n")
    replace(case, "intrusion", pa.Table.from_pylist([row] if row else [], schema.TABLES["intrusion"].schema))
    return told
