"""An account comes from a network that it never came from.

https://attack.mitre.org/techniques/T1078/
"""

from unsealed.hunt.behaviour import Behaviour
from unsealed.hunt.history import first_seen

_TITLE = """'First time from ' || value || CASE WHEN starts_with(wider, 'AS') THEN ' (' || wider || ')' ELSE '' END
    || format(': {:,} sign-ins and accesses on {:,} days over the {:,} days before came from {:,} {}', visits::BIGINT, days,
              span, known, CASE known WHEN 1 THEN 'network' ELSE 'networks' END)"""

BEHAVIOUR = Behaviour(
    title="First time from this network",
    severity="low",
    techniques=("T1078",),
    find=lambda _: first_seen("net", _TITLE, broader="wide"),
)
