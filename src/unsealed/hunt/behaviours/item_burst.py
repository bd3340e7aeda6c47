"""An account opens or copies far more in an hour than in any hour before.

Items are those that item-level records name; folders those that were synchronised.
https://learn.microsoft.com/purview/audit-log-investigate-accounts, https://attack.mitre.org/techniques/T1114/002/
"""

from unsealed.hunt.actor import DAY, HOUR
from unsealed.hunt.behaviour import LEARN_ACTIVE, LEARN_DAYS, Behaviour
from unsealed.query import Engine

ITEMS, FOLDERS = 60, 8
"""Fewer than that in an hour are no burst of anybody's."""
TIMES = 3
"""So many times the most that the account did in an hour before."""


def _find(db: Engine) -> str:
    del db
    return f"""
        WITH touched AS (
                SELECT v.who, v.us, v.day, v.event_id, CASE WHEN a.internet_message_id IS NULL THEN 'folders' ELSE 'items' END
                       AS what, coalesce(a.internet_message_id, a.folder, '') AS which, a.mailbox
                FROM visit v JOIN accesses a USING (event_id) WHERE a.access IN ('bind', 'sync', 'fetch', 'attachment')),
             hourly AS (SELECT who, what, us // {HOUR} AS hour, min(us) AS us, min(day) AS day,
                               arg_min(event_id, (us, event_id)) AS event_id, count(DISTINCT (mailbox, which)) AS n
                        FROM touched GROUP BY ALL),
             past AS (SELECT *, max(n) OVER earlier AS most, min(us) OVER earlier AS begun, count(*) OVER earlier AS hours
                      FROM hourly WINDOW earlier AS (PARTITION BY who, what ORDER BY hour
                                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
        SELECT event_id, us, format('{{:,}} {{}} opened or copied within an hour: in {{:,}} active hours over the {{:,}} days '
                   'before, this account never reached more than {{:,}}', n, what, hours, (us - begun) // {DAY}, most) AS title
        FROM past WHERE n >= CASE what WHEN 'items' THEN {ITEMS} ELSE {FOLDERS} END AND n >= {TIMES} * most
                    AND us >= begun + {LEARN_DAYS * DAY} AND hours >= {LEARN_ACTIVE}"""


BEHAVIOUR = Behaviour(
    title="Far more opened within an hour than ever before", severity="medium", techniques=("T1114.002",), find=_find
)
