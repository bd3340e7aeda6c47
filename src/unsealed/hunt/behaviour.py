"""What a behaviour is: something that an account's own history makes unusual, with what is usual for it in numbers.

A behaviour is one file in `behaviours/` with an object `BEHAVIOUR` of this class; its id is the file's name. Its `find`
gives SQL over the temporary table `visit`, which `watch` makes of all logs: a row for every record that shows an
account inside, whatever the log.

    event_id  the record
    us, day   when, in microseconds and in days since 1970, UTC
    who       the account, lower case
    mailbox   whose mailbox was touched, or null
    ip        address of the client
    net       its network (/24, or /48 of IPv6); null within our own walls (RFC 1918, RFC 4193, loopback)
    wide      the wider network: the AS, where places are given, else /16 (/32 of IPv6)
    agent     the client without its version numbers
    app       the application's id
    sign_in   whether it is a sign-in
    country, latitude, longitude   where the address is, where the log or the places tell
"""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from unsealed import plugins
from unsealed.hunt import actor, signins
from unsealed.hunt import places as known_places
from unsealed.hunt.actor import DAY
from unsealed.query import Engine

LEARN_DAYS = 14
"""An account's own first so many days are no novelty: they are what later days are compared with."""
LEARN_ACTIVE = 5
"""And so many of them, at least, the account must have been active on."""
_OURS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
        "::1",
    )
)


@dataclass(frozen=True)
class Behaviour:
    """One kind of unusual: what it says, how much it weighs, and the SQL that finds it."""

    title: str
    """In words, without numbers; what a finding says more, `find` gives."""
    severity: str
    """`low` or `medium`: a behaviour is context and never a verdict."""
    techniques: tuple[str, ...]
    find: Callable[[Engine], str]
    """Give a SELECT of `event_id`, `us` and `title`; it may make temporary tables before."""
    needs_places: bool = False
    """It says nothing where neither the log nor the user tells where an address is."""


def known() -> dict[str, Behaviour]:
    """Give all behaviours by id."""
    return plugins.discover("unsealed.hunt.behaviours", "BEHAVIOUR")


def watch(db: Engine, places: Sequence[Path] = ()) -> None:
    """Add what is unusual for an account to the findings.

    Args:
        db: the case; a relation `found` holds the findings so far.
        places: files that tell where addresses are (see `unsealed.hunt.places`).

    Raises:
        UsageError: if such a file can't be read.
    """
    visits(db, places)
    for name, behaviour in known().items():
        select = behaviour.find(db)
        techniques = ", ".join(f"'{technique}'" for technique in behaviour.techniques)
        db.execute(f"""
            INSERT INTO found BY NAME
            SELECT left(sha256(concat_ws(chr(31), 'behaviour', '{name}', event_id)), 32) AS finding_id,
                   'behaviour' AS kind, '{name}' AS rule_id, any_value(title) AS title,
                   '{behaviour.severity}' AS severity, [{techniques}]::VARCHAR[] AS techniques,
                   make_timestamptz(min(us)) AS time, event_id, NULL::VARCHAR AS message_id,
                   'behaviour {name}' AS source
            FROM ({select}) GROUP BY event_id""")
    db.execute("DROP TABLE visit")


def visits(db: Engine, places: Sequence[Path] = ()) -> None:
    """Make the temporary table `visit`; see the head of this file."""
    _addresses(db, places)
    inside, service, sign_in = signins.inside("e"), signins.by_service("e"), signins.signed_in("e")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE visit AS
        WITH clients AS (SELECT DISTINCT client FROM events WHERE client IS NOT NULL),
             families AS (
                SELECT client, regexp_replace(
                           {actor.agent()},
                           '[0-9]+(?:[._][0-9]+)*', '#', 'g') AS agent FROM clients),
             told AS (
                SELECT e.*, CASE WHEN e.source = 'entra_signin' THEN try(json_extract(e.raw, '$.location')) END AS spot
                FROM events e WHERE e.time IS NOT NULL AND e."user" IS NOT NULL AND {inside} AND NOT {service})
        SELECT e.event_id, epoch_us(e.time) AS us, epoch_us(e.time) // {DAY} AS day, lower(e."user") AS who, e.mailbox,
               e.client_ip AS ip, a.net, a.wide, f.agent, e.app_id AS app, {sign_in} AS sign_in,
               coalesce(nullif(upper(json_extract_string(spot, '$.countryOrRegion')), ''), a.country) AS country,
               coalesce(try_cast(json_extract_string(spot, '$.geoCoordinates.latitude') AS DOUBLE), a.latitude) AS latitude,
               coalesce(try_cast(json_extract_string(spot, '$.geoCoordinates.longitude') AS DOUBLE), a.longitude)
                   AS longitude, e.bytes_out
        FROM told e LEFT JOIN address a ON a.ip = e.client_ip LEFT JOIN families f USING (client)""")


def _addresses(db: Engine, places: Sequence[Path]) -> None:
    """Make `address` of every client address: its networks, and where it is."""
    rows = db.rows("SELECT DISTINCT client_ip AS ip FROM events WHERE client_ip IS NOT NULL ORDER BY 1")
    ips = [row["ip"] for row in rows]
    found = known_places.find(places, ips) if places else {}
    nowhere = known_places.Place()
    at = [found.get(ip, nowhere) for ip in ips]
    nets = [networks(ip) for ip in ips]
    columns = {
        "ip": pa.array(ips, pa.string()),
        "net": pa.array([net for net, _ in nets], pa.string()),
        "wide": pa.array(
            [place.network or wide for place, (_, wide) in zip(at, nets, strict=True)],
            pa.string(),
        ),
        "country": pa.array([place.country for place in at], pa.string()),
        "latitude": pa.array([place.latitude for place in at], pa.float64()),
        "longitude": pa.array([place.longitude for place in at], pa.float64()),
    }
    db.register("address", pa.table(columns))


@lru_cache(maxsize=100_000)
def networks(ip: str) -> tuple[str | None, str | None]:
    """Give an address's network (/24 or /48) and the wider one (/16 or /32); nothing of addresses of our own walls."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return None, None
    if any(address.version == ours.version and address in ours for ours in _OURS):
        return None, None
    narrow, wide = (24, 16) if address.version == 4 else (48, 32)
    return tuple(str(ipaddress.ip_network((address, bits), strict=False)) for bits in (narrow, wide))  # type: ignore[return-value]  # two
