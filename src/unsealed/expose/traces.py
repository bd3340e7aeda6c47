"""By which record it is known that the intruder was in a mailbox: what no record names rests on that."""

from unsealed.query import Engine, literal

RESTS = ("log_whole", "no_item_log", "log_gap", "throttled", "unnamed_folder")
"""Grounds that rest on the intruder's presence in the mailbox, where no record of their own is behind them."""


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
