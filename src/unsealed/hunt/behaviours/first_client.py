"""An account uses a client that it never used; versions do not count, programs and systems do.

https://attack.mitre.org/techniques/T1078/
"""

from unsealed.hunt.behaviour import Behaviour
from unsealed.hunt.history import first_seen

_TITLE = """'First time with the client ' || left(value, 120)
    || format(': {:,} sign-ins and accesses on {:,} days over the {:,} days before came from {:,} other {}', visits::BIGINT,
              days, span, known, CASE known WHEN 1 THEN 'client' ELSE 'clients' END)"""

BEHAVIOUR = Behaviour(
    title="First time with this client",
    severity="low",
    techniques=("T1078",),
    find=lambda _: first_seen("agent", _TITLE),
)
