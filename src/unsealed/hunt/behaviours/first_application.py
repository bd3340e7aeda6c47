"""An account's mail or data is reached through an application that it never used.

https://attack.mitre.org/techniques/T1550/001/
"""

from unsealed.hunt.behaviour import Behaviour
from unsealed.hunt.history import first_seen

_TITLE = """'First time through the application ' || left(value, 80)
    || format(': {:,} sign-ins and accesses on {:,} days over the {:,} days before went through {:,} other {}',
              visits::BIGINT, days, span, known, CASE known WHEN 1 THEN 'application' ELSE 'applications' END)"""

BEHAVIOUR = Behaviour(
    title="First time through this application",
    severity="low",
    techniques=("T1078", "T1550.001"),
    find=lambda _: first_seen("app", _TITLE),
)
