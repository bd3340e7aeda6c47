"""From records to reach: what each kind of audit record says that the intruder took, or could have taken.

Rules: https://learn.microsoft.com/purview/audit-log-investigate-accounts. A record counts when it is in `activity`.
"""

from collections.abc import Callable

from unsealed.expose.copies import bare
from unsealed.expose.synced import synced
from unsealed.query import Engine

_INSERT = "INSERT INTO grounds "


def items(db: Engine) -> None:
    """A record that names the item: opened, its attachment opened, or sent by the intruder."""
    db.execute(
        _INSERT
        + f"""
        WITH met AS (
            SELECT a.mailbox, {bare("a.internet_message_id")} AS mid, a.event_id,
                   CASE a.access WHEN 'attachment' THEN 'attachment' WHEN 'bind' THEN 'bind' WHEN 'fetch' THEN 'fetch'
                        ELSE 'sent_by_intruder' END AS how,
                   act.operation || coalesce(' from ' || act.client_ip, '') AS note, act.us
            FROM accesses a JOIN act USING (event_id)
            WHERE a.access IN ('bind', 'fetch', 'attachment', 'send', 'create') AND act.inside)
        SELECT DISTINCT c.n, 'accessed', how, event_id, note, NULL, us
        FROM met JOIN copies c ON c.mid = met.mid AND c.mailbox IS NOT DISTINCT FROM met.mailbox"""
    )


def throttled(db: Engine) -> None:
    """While the item log was throttled, for 24 hours, anything that was there may have been opened."""
    _dark(
        db,
        "throttled",
        "throttled",
        "d.high",
        "'the item log was throttled for 24 hours from ' || strftime(d.\"from\", '%Y-%m-%d %H:%M')",
    )


def dark_days(db: Engine) -> None:
    """While the item log was off or lost, anything that was there may have been opened."""
    _dark(
        db,
        "gap",
        "log_gap",
        "least(d.high, d.last)",
        "'no item log from ' || strftime(d.\"from\", '%Y-%m-%d') || ' to ' || strftime(d.\"to\", '%Y-%m-%d')"
        " || ': ' || d.note",
    )


def _dark(db: Engine, state: str, how: str, limit: str, note: str) -> None:
    """Find what lay in a mailbox in stretches that its item log can't see, while the intruder was about.

    A stretch counts where it overlaps the time from the intruder's first to last trace in that mailbox. What came
    after the stretch, or after the intruder was gone, was not there; nor was what was deleted before both began.
    """
    db.execute(
        _INSERT
        + f"""
        WITH d AS (
            SELECT cov.*, cov.scope AS mailbox, epoch_us(cov."from") AS low, epoch_us(cov."to") AS high, p.first, p.last
            FROM coverage cov JOIN presence p ON p.mailbox = cov.scope
            WHERE cov.source = 'm365_mail_items' AND cov.state = '{state}'
              AND epoch_us(cov."from") <= p.last AND epoch_us(cov."to") >= p.first)
        SELECT c.n, 'in_reach', '{how}', NULL, {note}, NULL, greatest(d.low, d.first)
        FROM d JOIN copies c USING (mailbox)
        WHERE coalesce(c.arrived <= {limit}, TRUE) AND coalesce(c.gone >= greatest(d.low, d.first), TRUE)"""
    )


def unlogged(db: Engine) -> None:
    """The intruder was in a mailbox that has no item log at all, or came by a way that its item log does not see."""
    db.execute(
        _INSERT
        + """
        SELECT c.n, 'in_reach', 'no_item_log', NULL,
               'the intruder was in this mailbox until ' || strftime(make_timestamptz(p.last), '%Y-%m-%d %H:%M')
               || ', and no item log of it exists', NULL, p.first
        FROM presence p JOIN copies c USING (mailbox)
        WHERE p.mailbox NOT IN (SELECT scope FROM coverage WHERE source = 'm365_mail_items' AND state <> 'absent')
          AND coalesce(c.arrived <= p.last, TRUE) AND coalesce(c.gone >= p.first, TRUE)
        UNION ALL
        SELECT c.n, 'in_reach', 'no_item_log', NULL,
               'the intruder was in this mailbox until ' || strftime(make_timestamptz(p.beside_last), '%Y-%m-%d %H:%M')
               || ' by a way (' || p.beside || ') whose log does not name what was read', NULL, p.beside_first
        FROM presence p JOIN copies c USING (mailbox)
        WHERE p.mailbox IN (SELECT scope FROM coverage WHERE source = 'm365_mail_items' AND state <> 'absent')
          AND coalesce(c.arrived <= p.beside_last, p.beside IS NOT NULL) AND coalesce(c.gone >= p.beside_first, TRUE)"""
    )


def logged(db: Engine) -> None:
    """The intruder was in the mailbox, the item log was on and whole, and does not name the letter."""
    db.execute(
        _INSERT
        + """
        SELECT c.n, 'not_accessed', 'log_whole', NULL,
               'the item log of this mailbox is whole while the intruder was in it, and does not name the letter',
               NULL, p.first
        FROM presence p JOIN copies c USING (mailbox) ANTI JOIN grounds g USING (n)
        WHERE coalesce(c.arrived <= p.last, TRUE) AND coalesce(c.gone >= p.first, TRUE)"""
    )


def unreached(db: Engine) -> None:
    """Everything else: never where the intruder was."""
    db.execute(
        _INSERT
        + """
        SELECT c.n, 'out_of_reach', 'not_reached', NULL,
               CASE WHEN p.mailbox IS NULL THEN 'no trace of the intruder in this mailbox'
                    WHEN c.gone < p.first THEN 'it was deleted before the intruder was first seen in this mailbox'
                    ELSE 'it came after the intruder was last seen in this mailbox' END, NULL, NULL
        FROM copies c ANTI JOIN grounds g USING (n) LEFT JOIN presence p USING (mailbox)"""
    )


DIRECT: tuple[Callable[[Engine], None], ...] = (items, synced, throttled, dark_days, unlogged)
"""In any order: each finds its own grounds."""
