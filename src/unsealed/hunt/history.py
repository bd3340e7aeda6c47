"""SQL that compares an account with its own past: what it does for the first time, and what it did before, in numbers."""

from unsealed.hunt.actor import DAY
from unsealed.hunt.behaviour import LEARN_ACTIVE, LEARN_DAYS

MOST_NEW = 2
"""An account that had more new ones than that within `RECENT_DAYS` roams: another new one says nothing."""
RECENT_DAYS = 30
SHARED = 0.25
"""What so great a share of all accounts (and at least `SHARED_LEAST`) uses on several days is the organisation's."""
SHARED_LEAST = 3
HABIT_DAYS = 3


def first_seen(column: str, title: str, *, broader: str | None = None, shared: bool = True, where: str = "TRUE") -> str:
    """Give the SELECT that finds the first use of a value of a column of `visit` by an account with a history.

    No finding where the account roams (more than `MOST_NEW` new values in `RECENT_DAYS` days), where the value lies in
    something broader that the account used on `HABIT_DAYS` days before, or where it is the organisation's own.

    Args:
        column: what may be new.
        title: SQL text that may use `value`, `known` (how many values were known), `visits` and `days` (how many
            records and active days came before) and `span` (days since the account's first record).
        broader: a column in which the value lies.
        shared: whether a value that many accounts use is no news.
        where: a condition on the records that count.
    """
    broad = "FALSE"
    if broader:
        broad = f"""EXISTS (FROM broad b WHERE b.who = c.who AND b.value = c.wider AND b.days >= {HABIT_DAYS}
                            AND b.us < c.us - {HABIT_DAYS * DAY})"""
    ours = f"c.users >= greatest({SHARED_LEAST}, {SHARED} * (SELECT count(*) FROM begun))" if shared else "FALSE"
    return f"""
        WITH begun AS (SELECT who, min(us) AS us FROM visit GROUP BY who),
             past AS (SELECT who, day, sum(count(*)) OVER (PARTITION BY who ORDER BY day) AS visits,
                             row_number() OVER (PARTITION BY who ORDER BY day) AS days FROM visit GROUP BY who, day),
             broad AS (SELECT who, {broader or column} AS value, min(us) AS us, count(DISTINCT day) AS days
                       FROM visit WHERE {broader or column} IS NOT NULL GROUP BY ALL),
             seen AS (SELECT who, {column} AS value, min(us) AS us, arg_min(event_id, (us, event_id)) AS event_id,
                             any_value({broader or "NULL"}) AS wider, count(DISTINCT day) AS days
                      FROM visit WHERE {column} IS NOT NULL AND {where} GROUP BY who, value),
             counted AS (SELECT s.*, row_number() OVER (PARTITION BY who ORDER BY us, value) - 1 AS known,
                                count(*) FILTER (days >= {HABIT_DAYS}) OVER (PARTITION BY value ORDER BY us
                                    RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS users FROM seen s),
             learnt AS (SELECT c.*, c.us - b.us AS since FROM counted c JOIN begun b USING (who)
                        WHERE c.us >= b.us + {LEARN_DAYS * DAY} AND c.known > 0 AND NOT {broad} AND NOT {ours}),
             rate AS (SELECT *, count(*) OVER (PARTITION BY who ORDER BY us
                          RANGE BETWEEN {RECENT_DAYS * DAY} PRECEDING AND 1 PRECEDING) AS new FROM learnt),
             told AS (SELECT r.*, p.visits, p.days AS active, r.since // {DAY} AS span
                      FROM rate r ASOF JOIN past p ON p.who = r.who AND p.day < r.us // {DAY}
                      WHERE r.new <= {MOST_NEW} AND p.days >= {LEARN_ACTIVE})
        SELECT event_id, us, {title} AS title FROM (SELECT * EXCLUDE (days), active AS days FROM told)"""
