"""An account is at two places between which nobody travels in that time, and did not do so before.

Where coordinates are known: more than 500 km apart, at more than 900 km/h, an airliner's speed. Where only countries
are: two of them within an hour. Who went back and forth between two places on 3 days before uses a relay (a VPN, a
mobile operator's gateway), and is left out from then on. https://attack.mitre.org/techniques/T1078/
"""

from unsealed.hunt.actor import HOUR
from unsealed.hunt.behaviour import Behaviour
from unsealed.query import Engine

KILOMETRES = 500
SPEED = 900
MINUTES = 60
HABIT_DAYS = 3


def _find(db: Engine) -> str:
    del db
    return f"""
        WITH placed AS (
                SELECT who, us, day, event_id, ip, country, latitude, longitude,
                       lag(ip) OVER before AS from_ip, lag(us) OVER before AS from_us, lag(country) OVER before AS from_country,
                       lag(latitude) OVER before AS from_latitude, lag(longitude) OVER before AS from_longitude
                FROM visit WHERE ip IS NOT NULL AND (country IS NOT NULL OR latitude IS NOT NULL)
                WINDOW before AS (PARTITION BY who ORDER BY us, event_id)),
             moved AS (
                SELECT *, pow(sin(radians(latitude - from_latitude) / 2), 2) + cos(radians(latitude))
                              * cos(radians(from_latitude)) * pow(sin(radians(longitude - from_longitude) / 2), 2) AS arc,
                       CASE WHEN arc IS NOT NULL THEN 2 * 6371 * asin(least(1, sqrt(arc))) END AS km,
                       (us - from_us) / {HOUR} AS hours FROM placed WHERE ip <> from_ip),
             jumps AS (
                SELECT *, least(country, from_country) || ' ' || greatest(country, from_country) AS pair,
                       round(latitude) || ' ' || round(longitude) AS here,
                       round(from_latitude) || ' ' || round(from_longitude) AS there FROM moved
                WHERE CASE WHEN km IS NULL THEN country <> from_country AND hours * 60 < {MINUTES}
                           ELSE km > {KILOMETRES} AND km > hours * {SPEED} END),
             firsts AS (
                SELECT *, coalesce(least(here, there) || ' ' || greatest(here, there), pair) AS way,
                       dense_rank() OVER (PARTITION BY who, way ORDER BY day) AS nth,
                       row_number() OVER (PARTITION BY who, way, day ORDER BY us, event_id) AS within FROM jumps)
        SELECT event_id, us, format('At {{}} ({{}}) {{:.0f}} minutes after {{}} ({{}})', coalesce(country, here), ip,
                   hours * 60, coalesce(from_country, there), from_ip)
               || CASE WHEN km IS NULL THEN '' ELSE format(': {{:,.0f}} km', km) END
               || format('; this account made such a jump between the two on {{:,}} days before', nth - 1) AS title
        FROM firsts WHERE nth <= {HABIT_DAYS} AND within = 1"""


BEHAVIOUR = Behaviour(
    title="At two places within too short a time",
    severity="medium",
    techniques=("T1078",),
    find=_find,
    needs_places=True,
)
