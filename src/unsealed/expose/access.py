"""What a log that is whole, dark, throttled or absent says of all that it does not name.

A mailbox may be reached on several ways; each is judged by its own item log, and the strongest ground stands. Rules:
https://learn.microsoft.com/purview/audit-log-investigate-accounts. A record counts when it is in `activity`.
"""

from unsealed.expose.ways import taken, ways
from unsealed.query import Engine, literal


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
    """While the item log was off or lost, or before it begins and after it ends, anything that was there may have been opened."""
    db.execute("""
        CREATE OR REPLACE TEMP TABLE dark AS
        WITH extent AS (
                SELECT source, scope, min("from") AS low, max("to") AS high FROM coverage WHERE state <> 'absent'
                GROUP BY source, scope),
             here AS (
                SELECT e.*, make_timestamptz(p.first) AS first, make_timestamptz(p.last) AS last
                FROM extent e JOIN presence p ON p.items = e.source AND p.mailbox = e.scope),
             kept AS (SELECT source, nullif(regexp_extract(note, 'it begins .*'), '') AS why FROM coverage WHERE scope = '*'),
             why AS (SELECT 'm365_mail_items' AS source, min(why) AS why FROM kept WHERE source = 'm365_audit')
        SELECT source, scope, "from", "to", state, note, event_id FROM coverage WHERE state = 'gap'
        UNION ALL
        SELECT DISTINCT h.source, scope, least(first, low), low, 'gap',
               'the log that we have begins only then' || coalesce('; ' || w.why, ''), NULL
        FROM here h LEFT JOIN why w ON w.source = h.source WHERE first < low
        UNION ALL
        SELECT DISTINCT source, scope, high, last, 'gap', 'the log that we have ends then', NULL FROM here WHERE last > high""")
    _dark(
        db,
        "gap",
        "log_gap",
        "least(d.high, d.last)",
        "'no item log from ' || strftime(d.\"from\", '%Y-%m-%d') || ' to ' || strftime(d.\"to\", '%Y-%m-%d')"
        " || ': ' || d.note",
        "dark",
    )


def _dark(db: Engine, state: str, how: str, limit: str, note: str, rows: str = "coverage") -> None:
    """Find what lay in a mailbox in stretches that its item log can't see, while the intruder was about.

    A stretch counts where it overlaps the time from the intruder's first to last trace in that mailbox. What came
    after the stretch, or after the intruder was gone, was not there; nor was what was deleted before both began.
    """
    db.execute(
        f"""
        INSERT INTO grounds
        WITH d AS (
            SELECT cov.*, cov.scope AS mailbox, epoch_us(cov."from") AS low, epoch_us(cov."to") AS high, p.first, p.last
            FROM {rows} cov JOIN presence p ON p.mailbox = cov.scope AND p.items = cov.source
            WHERE cov.state = '{state}'
              AND epoch_us(cov."from") <= p.last AND epoch_us(cov."to") >= p.first)
        SELECT c.n, 'in_reach', '{how}', d.event_id, {note}, NULL, greatest(d.low, d.first)
        FROM d JOIN copies c USING (mailbox)
        WHERE coalesce(c.arrived <= {limit}, TRUE) AND coalesce(c.gone >= greatest(d.low, d.first), TRUE)"""
    )


def unlogged(db: Engine) -> None:
    """The intruder was in a mailbox by a way whose log does not name what is read, or has no records of this mailbox."""
    own = [name for name, way in taken(db).items() if way.could]
    for name in own:
        for step in ways()[name].could:
            step(db)
    others = ", ".join(map(literal, own)) or "''"
    db.execute(f"""
        INSERT INTO grounds
        WITH seen AS (SELECT DISTINCT source, scope FROM coverage WHERE state <> 'absent')
        SELECT c.n, 'in_reach', 'no_item_log', NULL,
               'the intruder was in this mailbox until ' || strftime(make_timestamptz(p.last), '%Y-%m-%d %H:%M')
               || CASE WHEN p.items IS NOT NULL THEN ', and no item log of it exists'
                       ELSE ' by a way (' || p.source || ') whose log does not name what was read' END, NULL, p.first
        FROM presence p JOIN copies c USING (mailbox) LEFT JOIN seen ON seen.source = p.items AND seen.scope = p.mailbox
        WHERE seen.source IS NULL AND p.way NOT IN ({others})
          AND coalesce(c.arrived <= p.last, TRUE) AND coalesce(c.gone >= p.first, TRUE)""")


def logged(db: Engine) -> None:
    """The intruder was in the mailbox, the item log was on and whole, and does not name the letter."""
    db.execute("""
        INSERT INTO grounds
        SELECT c.n, 'not_accessed', 'log_whole', any_value(t.event_id),
               'the item log of this mailbox is whole from ' || strftime(make_timestamptz(min(p.first)), '%Y-%m-%d %H:%M')
               || ' to ' || strftime(make_timestamptz(max(p.last)), '%Y-%m-%d %H:%M')
               || ', while the intruder was in it, and does not name the letter',
               NULL, min(p.first)
        FROM presence p JOIN copies c USING (mailbox) LEFT JOIN traces t USING (mailbox) ANTI JOIN grounds g USING (n)
        WHERE coalesce(c.arrived <= p.last, TRUE) AND coalesce(c.gone >= p.first, TRUE) GROUP BY c.n""")


def unreached(db: Engine) -> None:
    """Everything else: never where the intruder was."""
    db.execute("""
        INSERT INTO grounds
        WITH p AS (SELECT mailbox, min(first) AS first, max(last) AS last FROM presence GROUP BY mailbox)
        SELECT c.n, 'out_of_reach', 'not_reached', NULL,
               CASE WHEN p.mailbox IS NULL THEN 'no trace of the intruder in this mailbox'
                    WHEN c.gone < p.first THEN 'it was deleted before the intruder was first seen in this mailbox'
                    WHEN c.arrived > p.last THEN 'it came after the intruder was last seen in this mailbox'
                    ELSE 'it was not there while the intruder was' END, NULL, NULL
        FROM copies c ANTI JOIN grounds g USING (n) LEFT JOIN p USING (mailbox)""")
