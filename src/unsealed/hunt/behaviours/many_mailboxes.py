"""One account opens the mailboxes of many others within a day, and never did before.

https://attack.mitre.org/techniques/T1098/002/
"""

from unsealed.hunt.behaviour import LEARN_DAYS, Behaviour
from unsealed.query import Engine

MAILBOXES = 5
TIMES = 2


def _find(db: Engine) -> str:
    del db
    return f"""
        WITH begun AS (SELECT who, min(day) AS first FROM visit GROUP BY who),
             touched AS (SELECT who, mailbox, day, min(us) AS us, arg_min(event_id, (us, event_id)) AS event_id
                         FROM visit WHERE mailbox LIKE '%@%' AND lower(mailbox) <> who GROUP BY ALL),
             daily AS (SELECT who, day, count(*) AS n, max(us) AS us, arg_max(event_id, (us, event_id)) AS event_id
                       FROM touched GROUP BY ALL),
             past AS (SELECT *, coalesce(max(n) OVER earlier, 0) AS most, count(*) OVER earlier AS days
                      FROM daily WINDOW earlier AS (PARTITION BY who ORDER BY day
                                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
        SELECT event_id, us, format('Opened {{:,}} mailboxes of others on one day: on {{:,}} days before this account opened at '
                   'most {{:,}}', n, days, most) AS title
        FROM past JOIN begun USING (who)
        WHERE n >= {MAILBOXES} AND n > {TIMES} * most AND day >= first + {LEARN_DAYS}"""


BEHAVIOUR = Behaviour(
    title="One account in many mailboxes", severity="medium", techniques=("T1098.002", "T1114.002"), find=_find
)
