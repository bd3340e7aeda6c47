"""Until when a permission that nobody took away lets somebody read without a trace."""

from unsealed.query import Engine

_DAY = 86_400_000_000


def last(db: Engine) -> int:
    """Give the intruder's last trace in any mailbox, in microseconds."""
    found: int = db.value("SELECT max(us) FROM act WHERE inside") or 0
    return found


def stands(db: Engine) -> int:
    """Give until when a permission stands unseen where no item log is, in microseconds: containment, or as far as the evidence goes.

    A trace of the intruder's after containment shows that it was none yet. Mailboxes are exported within a day of their
    log: the hours between are no time in which somebody could read unseen.
    """
    seen = last(db)
    contained = db.case.config.contained
    if contained:
        return max(seen, int(contained.timestamp() * 1e6))
    ends = "SELECT epoch_us(max(time)) AS us FROM events UNION ALL SELECT epoch_us(max(arrived)) FROM messages"
    end: int = db.value(f"SELECT max(us) FROM ({ends})") or 0
    logged: int = db.value("SELECT epoch_us(max(time)) FROM events WHERE source = 'm365_audit'") or 0
    return max(seen, logged if end - logged < _DAY else end)


def until(db: Engine, log: str) -> dict[str, int]:
    """Give the same for each mailbox that has an item log: the last trace, or the end of the last stretch after it that is dark.

    Args:
        db: the case, with `act`.
        log: the item log, as `coverage` names it.
    """
    seen, end = last(db), stands(db)
    rows = db.rows(
        """
        SELECT scope, max(epoch_us("to")) FILTER (state IN ('gap', 'throttled')) AS dark FROM coverage
        WHERE source = ? AND scope IS NOT NULL GROUP BY scope HAVING bool_or(state <> 'absent')""",
        [log],
    )
    return {row["scope"]: max(seen, min(end, row["dark"] or 0)) for row in rows}
