"""An account is active at an hour of the day at which, give or take two, it has hardly ever been.

Hours are UTC, so a change to summer time shifts them by one. https://attack.mitre.org/techniques/T1078/
"""

from unsealed.hunt.actor import HOUR
from unsealed.hunt.behaviour import Behaviour
from unsealed.hunt.history import MOST_NEW, RECENT_DAYS
from unsealed.query import Engine

ACTIVE_DAYS = 20
"""So many active days must lie before, to say what the owner's hours are."""
RARE = 0.02
"""On no more than this share of them was the account active at about that hour."""
AROUND = 2


def _find(db: Engine) -> str:
    del db
    return f"""
        WITH hourly AS (
                SELECT who, day, us // {HOUR} % 24 AS hour, min(us) AS us, arg_min(event_id, (us, event_id)) AS event_id,
                       count(*) AS n FROM visit GROUP BY ALL),
             active AS (SELECT who, day, row_number() OVER (PARTITION BY who ORDER BY day) - 1 AS days
                        FROM (SELECT DISTINCT who, day FROM hourly)),
             rare AS (SELECT h.*, a.days AS active FROM
                          (SELECT *, row_number() OVER (PARTITION BY who, hour ORDER BY day) - 1 AS same FROM hourly) h
                      JOIN active a USING (who, day) WHERE a.days >= {ACTIVE_DAYS} AND h.same <= {RARE} * a.days),
             about AS (SELECT r.who, r.day, r.hour, count(DISTINCT b.day) AS about FROM rare r LEFT JOIN hourly b
                       ON b.who = r.who AND b.day < r.day AND (b.hour - r.hour + 36) % 24 - 12 BETWEEN -{AROUND} AND {AROUND}
                       GROUP BY ALL),
             odd AS (FROM rare JOIN about USING (who, day, hour) WHERE about <= {RARE} * active),
             nights AS (SELECT who, day, arg_min(hour, us) AS hour, arg_min(event_id, us) AS event_id, min(us) AS us,
                               sum(n)::BIGINT AS n, any_value(active) AS active, min(about) AS about
                        FROM odd GROUP BY who, day),
             rate AS (SELECT *, count(*) OVER (PARTITION BY who ORDER BY day
                                RANGE BETWEEN {RECENT_DAYS} PRECEDING AND 1 PRECEDING) AS new FROM nights)
        SELECT event_id, us, format('Active at {{:02d}} h UTC ({{:,}} records): on {{:,}} of {{:,}} active days before was this '
                   'account active within {AROUND} hours of that hour', hour, n, about, active) AS title
        FROM rate WHERE new <= {MOST_NEW}"""


BEHAVIOUR = Behaviour(title="Active outside the owner's hours", severity="low", techniques=("T1078",), find=_find)
