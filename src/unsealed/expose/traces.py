"""By which record it is known that the intruder was in a mailbox: what no record names rests on that."""

from unsealed.query import Engine, literal

RESTS = ("log_whole", "no_item_log", "log_gap", "throttled", "unnamed_folder")
"""Grounds that rest on the intruder's presence in the mailbox, where no record of their own is behind them."""


def make(db: Engine) -> None:
    """Make `traces`: the first record of the intruder in each mailbox; the permission, where there is nothing else."""
    db.execute("""
        CREATE OR REPLACE TEMP TABLE traces AS
        WITH seen AS (SELECT box AS mailbox, arg_min(event_id, (us, event_id)) AS event_id FROM seats
                      WHERE inside AND box IS NOT NULL GROUP BY box),
             given AS (SELECT p.mailbox, arg_min(w.event_id, (w.first, w.event_id)) AS event_id
                       FROM (SELECT DISTINCT mailbox FROM presence) p JOIN widened w ON coalesce(w.mailbox = p.mailbox, TRUE)
                       WHERE p.mailbox NOT IN (SELECT mailbox FROM seen) GROUP BY p.mailbox)
        SELECT * FROM seen UNION ALL SELECT * FROM given""")


def add(db: Engine) -> None:
    """Give the grounds that rest on presence alone the record that shows it; what case.toml says comes after and has none."""
    db.execute(f"""
        UPDATE grounds SET event_id = t.event_id FROM copies c JOIN traces t USING (mailbox)
        WHERE grounds.n = c.n AND grounds.event_id IS NULL AND grounds.message_id IS NULL
          AND grounds.how IN ({", ".join(map(literal, RESTS))})""")
