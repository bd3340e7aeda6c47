"""From records to reach: what each kind of audit record says that the intruder took, or could have taken.

Rules: https://learn.microsoft.com/purview/audit-log-investigate-accounts. A record counts when it is in `activity`.
"""

from collections.abc import Callable

import pyarrow as pa

from unsealed import folders
from unsealed.query import Engine

DAY = 86_400_000_000
_INSERT = "INSERT INTO grounds "


def items(db: Engine) -> None:
    """A record that names the item: opened, its attachment opened, or sent by the intruder."""
    db.execute(
        _INSERT
        + """
        SELECT DISTINCT c.n, 'accessed',
               CASE a.access WHEN 'attachment' THEN 'attachment' WHEN 'bind' THEN 'bind' ELSE 'sent_by_intruder' END,
               a.event_id, act.operation || coalesce(' from ' || act.client_ip, ''), NULL, act.us
        FROM accesses a JOIN act USING (event_id)
        JOIN copies c ON c.mailbox = a.mailbox AND c.mid = lower(trim(a.internet_message_id))
        WHERE a.access IN ('bind', 'attachment', 'send', 'create') AND act.inside"""
    )


def synced(db: Engine) -> None:
    """A folder that was synchronised: every letter in it at that time was copied.

    The record often has the folder's name alone ("Not Available" for its path). A letter whose folder is not known,
    or a record without any name, leaves "in reach".
    """
    syncs = db.rows("""
        SELECT DISTINCT a.mailbox, a.folder FROM accesses a JOIN act USING (event_id) WHERE a.access = 'sync' AND act.inside""")
    held = db.rows("SELECT DISTINCT mailbox, folder FROM copies WHERE message_id IS NOT NULL")
    matches: list[tuple[str | None, ...]] = []
    unsure: list[tuple[str | None, ...]] = []
    for sync in syncs:
        mine = [row["folder"] for row in held if row["mailbox"] == sync["mailbox"]]
        for folder in mine:
            if sync["folder"] and folder and same_folder(sync["folder"], folder):
                matches.append((sync["mailbox"], sync["folder"], folder))
            elif not sync["folder"] or not folder or _in_one_file(mine):
                unsure.append((sync["mailbox"], sync["folder"], folder))
    for name, rows in (("sync_match", matches), ("sync_unsure", unsure)):
        db.register(
            name,
            pa.table(
                {
                    column: pa.array([row[i] for row in rows], pa.string())
                    for i, column in enumerate(("mailbox", "named", "folder"))
                }
            ),
        )
    for name, verdict, how in (("sync_match", "copied", "sync"), ("sync_unsure", "in_reach", "unnamed_folder")):
        db.execute(
            _INSERT
            + f"""
            SELECT DISTINCT c.n, '{verdict}', '{how}', a.event_id,
                   'folder ' || coalesce(a.folder, '(not named)') || ' was synchronised', NULL, act.us
            FROM accesses a JOIN act USING (event_id)
            JOIN {name} s ON s.mailbox = a.mailbox AND s.named IS NOT DISTINCT FROM a.folder
            JOIN copies c ON c.mailbox = a.mailbox AND c.folder IS NOT DISTINCT FROM s.folder AND c.message_id IS NOT NULL
            WHERE a.access = 'sync' AND act.inside AND coalesce(c.arrived <= act.us, TRUE)"""
        )


def same_folder(named: str, held: str) -> bool:
    """Tell whether a folder in a log, by path or by name alone, is the folder of a letter.

    Levels are compared from the last one up, as far as both tell; names that every mailbox has match in any language.
    """
    one, other = folders.levels(named), folders.levels(held)
    if "/" not in named and len(other) > 1:
        return one == other[-1:]
    depth = min(len(one), len(other))
    return one[-depth:] == other[-depth:]


def _in_one_file(mine: list[str | None]) -> bool:
    """Tell a mailbox kept in one file whose name is no folder's: its letters may have been in any folder."""
    return len(mine) == 1 and mine[0] is not None and "/" not in mine[0] and folders.well_known(mine[0]) is None


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
        "'no item log from ' || strftime(d.\"from\", '%Y-%m-%d') || ' to ' || strftime(d.\"to\", '%Y-%m-%d') || ': ' || d.note",
    )


def _dark(db: Engine, state: str, how: str, limit: str, note: str) -> None:
    """Find what lay in a mailbox in stretches that its item log can't see, while the intruder was about."""
    db.execute(
        _INSERT
        + f"""
        WITH d AS (
            SELECT cov.*, cov.scope AS mailbox, epoch_us(cov."from") AS low, epoch_us(cov."to") AS high, p.last
            FROM coverage cov JOIN presence p ON p.mailbox = cov.scope
            WHERE cov.source = 'm365_mail_items' AND cov.state = '{state}'
              AND epoch_us(cov."from") <= p.last AND epoch_us(cov."to") >= p.first)
        SELECT c.n, 'in_reach', '{how}', NULL, {note}, NULL, d.low
        FROM d JOIN copies c USING (mailbox) WHERE coalesce(c.arrived <= {limit}, TRUE)"""
    )


def unlogged(db: Engine) -> None:
    """The intruder was in a mailbox that has no item log at all."""
    db.execute(
        _INSERT
        + """
        SELECT c.n, 'in_reach', 'no_item_log', NULL,
               'the intruder was in this mailbox until ' || strftime(to_timestamp(p.last / 1e6), '%Y-%m-%d %H:%M')
               || ', and no item log of it exists', NULL, p.first
        FROM presence p JOIN copies c USING (mailbox)
        WHERE p.mailbox NOT IN (SELECT scope FROM coverage WHERE source = 'm365_mail_items' AND state <> 'absent')
          AND coalesce(c.arrived <= p.last, TRUE)"""
    )


def logged(db: Engine) -> None:
    """The intruder was in the mailbox, the item log was on and whole, and does not name the letter."""
    db.execute(
        _INSERT
        + """
        SELECT c.n, 'not_accessed', 'log_whole', NULL,
               'the item log of this mailbox is whole while the intruder was in it, and does not name the letter', NULL, p.first
        FROM presence p JOIN copies c USING (mailbox)
        WHERE coalesce(c.arrived <= p.last, TRUE) AND c.n NOT IN (SELECT n FROM grounds)"""
    )


def unreached(db: Engine) -> None:
    """Everything else: never where the intruder was."""
    db.execute(
        _INSERT
        + """
        SELECT c.n, 'out_of_reach', 'not_reached', NULL,
               CASE WHEN p.mailbox IS NULL THEN 'no trace of the intruder in this mailbox'
                    ELSE 'it came after the intruder was last seen in this mailbox' END, NULL, NULL
        FROM copies c LEFT JOIN presence p USING (mailbox) WHERE c.n NOT IN (SELECT n FROM grounds)"""
    )


DIRECT: tuple[Callable[[Engine], None], ...] = (items, synced, throttled, dark_days, unlogged)
"""In any order: each finds its own grounds."""
