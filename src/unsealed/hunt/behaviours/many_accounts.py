"""One client at one address is inside several accounts within a day, and never was before.

An address from which many accounts always come, an office, is left out. https://attack.mitre.org/techniques/T1078/
"""

from unsealed.hunt.behaviour import LEARN_DAYS, Behaviour
from unsealed.hunt.history import SHARED, SHARED_LEAST
from unsealed.query import Engine

ACCOUNTS = 3
TIMES = 2
"""More than so many times the most accounts that it was inside on a day before."""


def _find(db: Engine) -> str:
    del db
    return f"""
        WITH whole AS (SELECT min(day) AS first, count(DISTINCT who) AS accounts FROM visit),
             touched AS (SELECT ip, agent, who, day, min(us) AS us, arg_min(event_id, (us, event_id)) AS event_id
                         FROM visit WHERE net IS NOT NULL AND agent IS NOT NULL GROUP BY ALL),
             daily AS (SELECT ip, agent, day, count(*) AS n, max(us) AS us, arg_max(event_id, (us, event_id)) AS event_id
                       FROM touched GROUP BY ALL),
             past AS (SELECT *, coalesce(max(n) OVER earlier, 0) AS most, count(*) OVER earlier AS days
                      FROM daily WINDOW earlier AS (PARTITION BY ip, agent ORDER BY day
                                                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
             homes AS (SELECT ip, who, min(day) AS day FROM touched GROUP BY ip, who),
             odd AS (SELECT p.*, (SELECT count(*) FROM homes h WHERE h.ip = p.ip AND h.day < p.day) AS known
                     FROM past p, whole WHERE n >= {ACCOUNTS} AND n > {TIMES} * most AND day >= whole.first + {LEARN_DAYS})
        SELECT event_id, us, format('One client, {{}}, at {{}} was inside {{:,}} accounts on one day: on {{:,}} days before it was '
                   'inside at most {{:,}}, and {{:,}} of {{:,}} accounts had come from that address', left(agent, 80), ip, n,
                   days, most, known, accounts) AS title
        FROM odd, whole WHERE known < greatest({SHARED_LEAST}, {SHARED} * accounts)"""


BEHAVIOUR = Behaviour(title="One client inside many accounts", severity="medium", techniques=("T1078",), find=_find)
