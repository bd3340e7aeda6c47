"""An account comes from a country that it never came from.

https://attack.mitre.org/techniques/T1078/
"""

from unsealed.hunt.behaviour import Behaviour
from unsealed.hunt.history import first_seen

_TITLE = """'First time from the country ' || value
    || format(': {:,} sign-ins and accesses on {:,} days over the {:,} days before came from {:,} other {}', visits::BIGINT,
              days, span, known, CASE known WHEN 1 THEN 'country' ELSE 'countries' END)"""

BEHAVIOUR = Behaviour(
    title="First time from this country",
    severity="medium",
    techniques=("T1078",),
    find=lambda _: first_seen("country", _TITLE, shared=False),
    needs_places=True,
)
