"""When they were in: the first and the last trace, and between which bounds the truth lies."""

from datetime import datetime, timedelta
from typing import Any

from unsealed import schema
from unsealed.config import Config
from unsealed.query import Engine

CLEAN = timedelta(days=7)
"""So long, at least, must a whole log precede the first trace, or follow the last, to say that nobody was there."""
RHYTHM = 2
"""And so many times as long as the longest pause between two traces of the intruder."""

_TELLING = ", ".join(
    f"'{source}'"
    for source in (
        "m365_audit",
        "entra_signin",
        "google_login",
        "dovecot",
        "cyrus",
        "courier",
        "iis",
        "exchange_httpproxy",
        "exchange_imap",
        "exchange_pop",
    )
)
"""Logs that would show somebody who is in; others, of letters on their way say, tell nothing by their silence."""


def bounds(db: Engine, config: Config) -> dict[str, Any] | None:
    """Give the one row of `intrusion`; None where nothing is known of an intruder.

    Bounds are inclusive. `began_after` is the last moment that a whole log shows clean, or the beginning of what
    responders say was reachable; null where neither is known. `ended_before` is when it was contained, or the end of
    a whole log that shows nothing more.

    Args:
        db: the case; relations `act` and `cov` hold the activity and what the logs can see.
        config: what responders know.
    """
    first, last, pause = _traces(db)
    if first is None and not config.reach:
        return None
    row: dict[str, Any] = dict.fromkeys(schema.TABLES["intrusion"].schema.names)
    if first is not None and last is not None:
        clean = max(CLEAN, RHYTHM * pause)
        row |= {
            "first_evidence": first,
            "last_evidence": last,
            "began_before": first,
            "ended_after": last,
            "began_after": _clean_before(db, first, clean),
            "ended_before": _clean_after(db, last, clean),
        }
    if config.reach:
        row["began_after"] = _began([reach.start for reach in config.reach], first, row["began_after"])
    row["ended_before"] = _ended([reach.end for reach in config.reach], last, row["ended_before"], config.contained)
    row["dwell_days_min"] = _days(row["began_before"], row["ended_after"])
    row["dwell_days_max"] = _days(row["began_after"], row["ended_before"])
    return row


def _traces(db: Engine) -> tuple[datetime | None, datetime | None, timedelta]:
    """Give the first and the last trace inside, and the longest pause between two of them."""
    seen = db.rows("""
        WITH inside AS (SELECT time, epoch_us(time) - lag(epoch_us(time)) OVER (ORDER BY time) AS pause FROM act
                        WHERE inside AND state <> 'rejected')
        SELECT min(time) AS first, max(time) AS last, max(pause) AS pause FROM inside""")[0]
    return seen["first"], seen["last"], timedelta(microseconds=seen["pause"] or 0)


def _began(starts: list[datetime | None], first: datetime | None, clean: datetime | None) -> datetime | None:
    """What was reachable may have been reached from its first moment on."""
    known = [start for start in starts if start]
    if len(known) < len(starts):
        return None
    earliest = min(known)
    if first is None:
        return earliest
    if clean is not None:
        return min(earliest, clean)
    return earliest if earliest <= first else None


def _ended(
    ends: list[datetime | None], last: datetime | None, clean: datetime | None, contained: datetime | None
) -> datetime | None:
    """What was reachable may have been reached until its last moment, or until all was contained."""
    if contained is not None and (last is None or contained >= last):
        return max([contained, *(end for end in ends if end)])
    known = [end for end in ends if end]
    if len(known) < len(ends):
        return None
    if last is not None:
        if clean is None:
            return max(known) if known and max(known) >= last else None
        known.append(clean)
    return max(known, default=None)


def _clean_before(db: Engine, first: datetime, clean: timedelta) -> datetime | None:
    """Give the last record before the first trace, if the log around it is whole and began well before."""
    rows = db.rows(
        """SELECT source FROM cov WHERE scope = '*' AND state = 'whole' AND "from" <= ? AND "to" >= ?"""
        f" AND source IN ({_TELLING})",
        [first - clean, first],
    )
    if not rows:
        return None
    sources = ", ".join("'" + row["source"].replace("'", "''") + "'" for row in rows)
    time: datetime | None = db.value(f"SELECT max(time) FROM events WHERE time < ? AND source IN ({sources})", [first])
    return time


def _clean_after(db: Engine, last: datetime, clean: timedelta) -> datetime | None:
    """Give the end of the whole log that goes on well after the last trace."""
    time: datetime | None = db.value(
        """SELECT max("to") FROM cov WHERE scope = '*' AND state = 'whole' AND "from" <= ? AND "to" >= ?"""
        f" AND source IN ({_TELLING})",
        [last, last + clean],
    )
    return time


def _days(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds() / 86400, 3)
