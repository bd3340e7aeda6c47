"""By which record it is known that the intruder was in a mailbox: what no record names rests on that."""

from collections.abc import Collection

from unsealed.query import Engine, literal

RESTS = ("log_whole", "no_item_log", "log_gap", "throttled", "unnamed_folder")
"""Grounds that rest on the intruder's presence in the mailbox, where no record of their own is behind them."""


def did(db: Engine, operations: Collection[str]) -> bool:
    """Tell whether the intruder did any of these operations, by a record that counts: if not, none of them is looked for."""
    asked = "SELECT EXISTS (FROM act WHERE inside AND list_contains(?::VARCHAR[], operation))"
    return bool(db.value(asked, [list(operations)]))


def make(db: Engine) -> None:
    """Make `traces`: the first record that shows the intruder, or lets them, into each mailbox."""
    db.execute("""
        CREATE OR REPLACE TEMP TABLE traces AS
        SELECT mailbox, arg_min(event_id, (us, event_id)) AS event_id FROM came GROUP BY mailbox""")


def add(db: Engine) -> None:
    """Give the grounds found so far that rest on presence alone the record that shows it.

    What case.toml says is found afterwards, and has none.
    """
    db.execute(f"""
        UPDATE grounds SET event_id = t.event_id FROM copies c JOIN traces t USING (mailbox)
        WHERE grounds.n = c.n AND grounds.event_id IS NULL AND grounds.message_id IS NULL
          AND grounds.how IN ({", ".join(map(literal, RESTS))})""")
