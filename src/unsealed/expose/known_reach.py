"""What responders know was reachable, whatever the logs say: the `[[reach]]` lines of case.toml."""

from unsealed.config import Reach
from unsealed.query import Engine

_FIRST, _LAST = -(1 << 62), 1 << 62


def gateway(db: Engine, reach: Reach) -> None:
    """Every letter that passed a host, in or out, by its Received hops, while the host was open to the intruder."""
    db.execute(
        """
        INSERT INTO grounds
        WITH hops AS (SELECT message_id, unnest(received) AS hop, date FROM messages)
        SELECT c.n, 'in_reach', 'gateway', NULL, ?, NULL, min(coalesce(epoch_us(h.hop.time), epoch_us(h.date)))
        FROM hops h JOIN copies c USING (message_id)
        WHERE (lower(h.hop.by) = ? OR lower(h.hop."from") = ?)
          AND coalesce(epoch_us(h.hop.time), epoch_us(h.date), c.arrived) BETWEEN ? AND ?
        GROUP BY c.n""",
        [_note(reach, f"it passed {reach.name}"), reach.name, reach.name, *_bounds(reach)],
    )


def mailbox(db: Engine, reach: Reach) -> None:
    """Every letter that was in a mailbox by the end of the time in which it was open to the intruder."""
    db.execute(
        """
        INSERT INTO grounds
        SELECT c.n, 'in_reach', 'no_item_log', NULL, ?, NULL, CASE WHEN ? > ? THEN ? END
        FROM copies c WHERE c.mailbox = ? AND coalesce(c.arrived <= ?, TRUE)""",
        [
            _note(reach, "the mailbox was open"),
            _bounds(reach)[0],
            _FIRST,
            _bounds(reach)[0],
            reach.name,
            _bounds(reach)[1],
        ],
    )


def _bounds(reach: Reach) -> tuple[int, int]:
    return (
        int(reach.start.timestamp() * 1e6) if reach.start else _FIRST,
        int(reach.end.timestamp() * 1e6) if reach.end else _LAST,
    )


def _note(reach: Reach, what: str) -> str:
    when = " ".join(
        filter(
            None,
            (f"from {reach.start:%Y-%m-%d}" if reach.start else "", f"to {reach.end:%Y-%m-%d}" if reach.end else ""),
        )
    )
    return f"{what}, open to the intruder {when}".strip() + (f" ({reach.basis})" if reach.basis else "")


KINDS = {"gateway": gateway, "mailbox": mailbox}
