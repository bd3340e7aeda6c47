"""When they were in: the first and the last trace, between which bounds the truth lies, and what would narrow them.

The bounds are looked for from the first trace backwards, and from the last one forwards. While a log that would have shown
the intruder (`streams`) has a dark part within the time that they may stay away, they may have been there in it: the
bound moves to its far side. Where a log begins or ends within that time, nothing bounds it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from unsealed import schema
from unsealed.config import Config
from unsealed.hunt import streams
from unsealed.hunt.coverage import ITEMS
from unsealed.query import Engine

CLEAN = timedelta(days=7)
"""So long, at least, must whole logs precede the first trace, or follow the last, to say that nobody was there."""
RHYTHM = 2
"""And so many times as long as the longest pause between two traces of the intruder."""
LONE = timedelta(days=14)
"""So long where there is but one visit, which shows no pause."""
VISIT = timedelta(hours=12)
SKEW = timedelta(minutes=10)
"""So far may the clocks of two servers lie apart."""
ZONE = timedelta(hours=14)
"""And so far a log that names no time zone, in a case whose zone nobody has told."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Need:
    """Something that would narrow the bounds or the verdicts, if it could be had.

    Kinds: `earlier` and `later` (records of a log before it begins, after it ends), `gap` (records of a dark part),
    `throttled` (the same; it can't be had, but the mailbox's own traces may tell), `items` (the item log of a mailbox while
    the intruder was in it), `zone` (the time zone of a log that names none), `contained` (when it was contained),
    `reach_from` and `reach_to` (since when, until when something was reachable).
    """

    kind: str
    source: str = ""
    scope: str = "*"
    """A mailbox, `*` for all, or the name of what was reachable."""
    start: datetime | None = None
    end: datetime | None = None


@dataclass
class Measured:
    """The row of `intrusion`, or None where nothing is known of an intruder; and what would narrow it."""

    row: dict[str, Any] | None = None
    needs: list[Need] = field(default_factory=list)


@dataclass(frozen=True)
class _Traces:
    """The first and the last trace inside, how long they may stay away unseen, and how far clocks may be wrong."""

    first: datetime
    last: datetime
    clean: timedelta
    skew: timedelta


def bounds(db: Engine, config: Config) -> dict[str, Any] | None:
    """Give the one row of `intrusion`; None where nothing is known of an intruder. See `measure`."""
    return measure(db, config).row


def measure(db: Engine, config: Config) -> Measured:
    """Give the one row of `intrusion`, and what would narrow it.

    Bounds are inclusive. `began_after` is the last moment that whole logs show clean, or the beginning of what
    responders say was reachable; null where neither is known. `ended_before` is when it was contained, or the end of
    whole logs that show nothing more.

    Args:
        db: the case; relations `act` and `cov` hold the activity and what the logs can see.
        config: what responders know.
    """
    told = Measured()
    traces = _traces(db, config, told.needs)
    if traces is None and not config.reach:
        return told
    row: dict[str, Any] = dict.fromkeys(schema.TABLES["intrusion"].schema.names)
    first, last = (traces.first, traces.last) if traces else (None, None)
    if traces:
        logs = streams.required(db)
        row |= {
            "first_evidence": first,
            "last_evidence": last,
            "began_before": first,
            "ended_after": last,
            "began_after": _clean_before(db, traces, logs, told.needs),
            "ended_before": _clean_after(traces, logs, told.needs, contained=_contained(config, last)),
        }
        told.needs += _items(db)
    if config.reach:
        row["began_after"] = _began([reach.start for reach in config.reach], first, row["began_after"])
    row["ended_before"] = _ended([reach.end for reach in config.reach], last, row["ended_before"], config.contained)
    row["dwell_days_min"] = _days(row["began_before"], row["ended_after"])
    row["dwell_days_max"] = _days(row["began_after"], row["ended_before"])
    told.needs += [Need("reach_from", scope=reach.name) for reach in config.reach if reach.start is None]
    if not _contained(config, last):
        told.needs += [Need("reach_to", scope=reach.name) for reach in config.reach if reach.end is None]
        told.needs += [Need("contained")] if row["ended_before"] is None else []
    told.row, told.needs = row, list(dict.fromkeys(told.needs))
    return told


def _traces(db: Engine, config: Config, needs: list[Need]) -> _Traces | None:
    seen = db.rows(f"""
        WITH inside AS (SELECT time, epoch_us(time) - lag(epoch_us(time)) OVER (ORDER BY time) AS pause FROM act
                        WHERE inside AND state <> 'rejected' AND time IS NOT NULL)
        SELECT min(time) AS first, max(time) AS last, max(pause) AS pause,
               count(*) FILTER (pause > {VISIT // timedelta(microseconds=1)}) AS pauses FROM inside""")[0]
    if seen["first"] is None:
        return None
    clean = max(CLEAN, RHYTHM * timedelta(microseconds=seen["pause"] or 0)) if seen["pauses"] else LONE
    skew = SKEW
    if config.timezone == "UTC":
        rows = db.rows("""
            SELECT DISTINCT e.source FROM act a JOIN events e USING (event_id)
            WHERE a.inside AND a.state <> 'rejected' AND contains(e.time_basis, 'zone') ORDER BY 1""")
        skew = ZONE if rows else SKEW
        needs += [Need("zone", row["source"]) for row in rows]
    return _Traces(seen["first"], seen["last"], clean, skew)


def _clean_before(db: Engine, traces: _Traces, logs: list[streams.Stream], needs: list[Need]) -> datetime | None:
    """Give the last record before the first trace, or before the dark parts that precede it, that whole logs show clean."""
    bound, clean = _micros(traces.first - traces.skew), traces.clean // timedelta(microseconds=1)
    moved = True
    while moved:
        dark = [(d.low, log, d) for log in logs for d in log.dark if bound - clean < d.high and d.low < bound]
        needs += [Need(d.state, log.source, log.scope, _time(d.low), _time(d.high)) for _, log, d in dark]
        lowest = min((low for low, _, _ in dark), default=bound)
        moved, bound = lowest < bound, lowest
    late = [log for log in logs if log.low > bound - clean]
    needs += [Need("earlier", log.source, log.scope, None, _time(log.low)) for log in late]
    if late or not logs:
        return None
    last = streams.last_before(db, logs, bound)
    return None if last is None else _time(last)


def _clean_after(traces: _Traces, logs: list[streams.Stream], needs: list[Need], *, contained: bool) -> datetime | None:
    """Give the end of the whole logs that go on well after the last trace, or after the dark parts that follow it."""
    bound, clean = _micros(traces.last + traces.skew), traces.clean // timedelta(microseconds=1)
    wanted: list[Need] = []
    moved = True
    while moved:
        dark = [(d.high, log, d) for log in logs for d in log.dark if d.low < bound + clean and d.high > bound]
        wanted += [Need(d.state, log.source, log.scope, _time(d.low), _time(d.high)) for _, log, d in dark]
        highest = max((high for high, _, _ in dark), default=bound)
        moved, bound = highest > bound, highest
    early = [log for log in logs if log.high < bound + clean]
    wanted += [Need("later", log.source, log.scope, _time(log.high), None) for log in early]
    needs += [] if contained else wanted
    if early or not logs:
        return None
    return _time(max(min((d.low for d in log.dark if d.low >= bound), default=log.high) for log in logs))


def _items(db: Engine) -> list[Need]:
    """Give the mailboxes that the intruder was in while their item log was off, lost or throttled."""
    rows = db.rows(f"""
        WITH boxes AS (SELECT unnest([mailbox, "user"]) AS box, time FROM act WHERE inside AND state <> 'rejected'),
             stays AS (SELECT lower(box) AS box, min(time) AS first, max(time) AS last FROM boxes GROUP BY 1)
        SELECT c.scope, greatest(c."from", s.first) AS low, least(c."to", s.last) AS high FROM cov c
        JOIN stays s ON s.box = c.scope WHERE c.source = '{ITEMS}' AND c.state IN ('gap', 'absent')
          AND c."from" <= s.last AND c."to" >= s.first ORDER BY c.scope, low""")
    return [Need("items", ITEMS, row["scope"], row["low"], row["high"]) for row in rows]


def _contained(config: Config, last: datetime | None) -> bool:
    return config.contained is not None and (last is None or config.contained >= last)


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


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)


def _time(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _days(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds() / 86400, 3)
