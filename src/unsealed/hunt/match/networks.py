"""Client addresses in networks: arithmetic, in SQL for version 4, in Python over the distinct addresses of version 6."""

import ipaddress
from collections.abc import Iterable

import pyarrow as pa

from unsealed.query import Engine

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def addresses_in(db: Engine, networks: Iterable[tuple[Network, int]]) -> list[tuple[str, int]]:
    """Give (client address, number) for every client address in the events that lies in a numbered network."""
    listed(db, networks)
    rows = db.rows("SELECT client_ip, number FROM listed_addresses ORDER BY ALL")
    return [(row["client_ip"], row["number"]) for row in rows]


def listed(
    db: Engine, networks: Iterable[tuple[Network, int]], source: str = "", alone: Iterable[tuple[str, int]] = ()
) -> None:
    """Make the temporary table `listed_addresses`: (client_ip, number) of every address that lies in a numbered network.

    Args:
        db: the case.
        networks: each with its number.
        source: a query that gives the addresses in a column `client_ip`; by default all of the events.
        alone: single addresses of version 4 in their canonical form, each with its number.
    """
    exact = list(alone)
    four: list[tuple[int, int, int]] = []
    six: dict[int, dict[int, list[int]]] = {}
    for network, number in networks:
        free = network.max_prefixlen - network.prefixlen
        start = int(network.network_address) >> free
        if network.version == 6:
            six.setdefault(free, {}).setdefault(start, []).append(number)
        elif free:
            four.append((free, start, number))
        else:
            exact.append((str(network.network_address), number))
    source = source or "SELECT DISTINCT client_ip FROM events WHERE client_ip IS NOT NULL"
    db.execute(f"CREATE OR REPLACE TEMP TABLE addresses AS {source}")
    columns = {"client_ip": [text for text, _ in exact], "number": [number for _, number in exact]}
    db.register("exact_v4", pa.table(columns, schema=pa.schema([("client_ip", pa.string()), ("number", pa.int64())])))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE listed_addresses AS
        SELECT client_ip, number FROM addresses JOIN exact_v4 USING (client_ip)""")
    if four:
        _four(db, four)
    if six:
        _six(db, six)


def _four(db: Engine, networks: list[tuple[int, int, int]]) -> None:
    names = ("free", "start", "number")
    arrays = {name: pa.array([row[place] for row in networks], pa.int64()) for place, name in enumerate(names)}
    db.register("networks_v4", pa.table(arrays))
    widths = sorted({free for free, _, _ in networks})
    db.execute(f"""
        INSERT INTO listed_addresses
        WITH texts AS (SELECT client_ip, [try_cast(o AS UTINYINT)::BIGINT FOR o IN string_split(client_ip, '.')] AS octets
                       FROM addresses WHERE NOT contains(client_ip, ':')),
             numbers AS (SELECT client_ip, ((octets[1] * 256 + octets[2]) * 256 + octets[3]) * 256 + octets[4] AS address
                         FROM texts WHERE len(octets) = 4),
             wide AS (SELECT client_ip, address, unnest({widths}::BIGINT[]) AS free FROM numbers WHERE address IS NOT NULL),
             keys AS MATERIALIZED (SELECT client_ip, free, address >> free::INTEGER AS start FROM wide)
        SELECT client_ip, number FROM keys JOIN networks_v4 USING (free, start)""")


def _six(db: Engine, networks: dict[int, dict[int, list[int]]]) -> None:
    found: list[tuple[str, int]] = []
    for row in db.rows("SELECT client_ip FROM addresses WHERE contains(client_ip, ':')"):
        try:
            address = ipaddress.ip_address(row["client_ip"])
        except ValueError:
            continue
        if address.version == 6:
            for free, starts in networks.items():
                found += [(row["client_ip"], number) for number in starts.get(int(address) >> free, ())]
    columns = {
        "client_ip": pa.array([text for text, _ in found], pa.string()),
        "number": pa.array([number for _, number in found], pa.int64()),
    }
    db.register("listed_v6", pa.table(columns))
    db.execute("INSERT INTO listed_addresses SELECT client_ip, number FROM listed_v6")
