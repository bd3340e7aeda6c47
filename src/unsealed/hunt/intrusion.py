"""When they were in: the first and the last trace, and between which bounds the truth lies."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from unsealed import schema
from unsealed.config import Config
from unsealed.query import Engine

CLEAN = timedelta(days=7)
"""So long must a whole log precede the first trace, or follow the last, to say that the intruder was not there."""


def intrusion(db: Engine, config: Config) -> pa.Table:
    """Give the one row of `intrusion`: empty where nothing is known of an intruder.

    Bounds are inclusive. `began_after` is the last moment that a whole log shows clean, or the beginning of what
    responders say was reachable; null where neither is known. `ended_before` is when it was contained, or the end of
    a whole log that shows nothing more.
    """
    seen = db.rows("SELECT min(time) AS first, max(time) AS last FROM act WHERE inside AND state <> 'rejected'")[0]
    starts = [reach.start for reach in config.reach]
    ends = [reach.end for reach in config.reach]
    row: dict[str, Any] = dict.fromkeys(schema.TABLES["intrusion"].schema.names)
    first, last = seen["first"], seen["last"]
    if first is not None:
        row |= {
            "first_evidence": first,
            "last_evidence": last,
            "began_before": first,
            "ended_after": last,
            "began_after": _clean_before(db, first),
            "ended_before": _clean_after(db, last),
        }
    if config.reach:
        row["began_after"] = _began(row, starts)
        row["ended_before"] = _ended(row, ends, config.contained)
    if config.contained and (last is None or config.contained >= last):
        row["ended_before"] = (
            max(filter(None, (config.contained, *(e for e in ends if e)))) if ends else config.contained
        )
    row["dwell_days_min"] = _days(row["began_before"], row["ended_after"])
    row["dwell_days_max"] = _days(row["began_after"], row["ended_before"])
    empty = first is None and not config.reach
    return pa.Table.from_pylist([] if empty else [row], schema.TABLES["intrusion"].schema)


def _began(row: dict[str, Any], starts: list[datetime | None]) -> datetime | None:
    """What was reachable may have been reached from its first moment on."""
    if any(start is None for start in starts):
        return None
    earliest = min(start for start in starts if start)
    if row["first_evidence"] is None:
        return earliest
    clean: datetime | None = row["began_after"]
    return min(earliest, clean) if clean else (earliest if earliest <= row["first_evidence"] else None)


def _ended(row: dict[str, Any], ends: list[datetime | None], contained: datetime | None) -> datetime | None:
    known = [end for end in (*ends, contained, row["ended_before"]) if end]
    if not known or (any(end is None for end in ends) and not contained):
        return None
    latest = max(known)
    return latest if row["last_evidence"] is None or latest >= row["last_evidence"] else None


def _clean_before(db: Engine, first: datetime) -> datetime | None:
    """Give the last record before the first trace, if the log around it is whole and began well before."""
    rows = db.rows(
        """SELECT 1 FROM cov WHERE scope = '*' AND state = 'whole' AND "from" <= ? AND "to" >= ?""",
        [first - CLEAN, first],
    )
    if not rows:
        return None
    time: datetime | None = db.value("SELECT max(time) FROM events WHERE time < ?", [first])
    return time


def _clean_after(db: Engine, last: datetime) -> datetime | None:
    """Give the end of the whole log that goes on well after the last trace."""
    time: datetime | None = db.value(
        """SELECT max("to") FROM cov WHERE scope = '*' AND state = 'whole' AND "from" <= ? AND "to" >= ?""",
        [last, last + CLEAN],
    )
    return time


def _days(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds() / 86400, 3)
