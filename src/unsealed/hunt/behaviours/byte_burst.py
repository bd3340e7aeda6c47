"""Far more is sent to an account's client in an hour than in any hour before, where the log counts bytes.

IMAP and POP servers, IIS and Exchange's front door count them. https://attack.mitre.org/techniques/T1114/002/
"""

from unsealed.hunt.actor import DAY, HOUR
from unsealed.hunt.behaviour import LEARN_ACTIVE, LEARN_DAYS, Behaviour
from unsealed.query import Engine

BYTES = 50 << 20
TIMES = 4


def _find(db: Engine) -> str:
    del db
    return f"""
        WITH hourly AS (SELECT who, us // {HOUR} AS hour, min(us) AS us, arg_max(event_id, (bytes_out, event_id)) AS event_id,
                               sum(bytes_out)::BIGINT AS n FROM visit WHERE bytes_out > 0 GROUP BY ALL),
             past AS (SELECT *, max(n) OVER earlier AS most, min(us) OVER earlier AS begun, count(*) OVER earlier AS hours
                      FROM hourly WINDOW earlier AS (PARTITION BY who ORDER BY hour
                                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
        SELECT event_id, us, format('{{:,}} MiB taken within an hour: in {{:,}} active hours over the {{:,}} days before, this '
                   'account never took more than {{:,}} MiB', n >> 20, hours, (us - begun) // {DAY}, most >> 20) AS title
        FROM past WHERE n >= {BYTES} AND n >= {TIMES} * most AND us >= begun + {LEARN_DAYS * DAY}
                    AND hours >= {LEARN_ACTIVE}"""


BEHAVIOUR = Behaviour(
    title="Far more taken within an hour than ever before", severity="medium", techniques=("T1114.002",), find=_find
)
