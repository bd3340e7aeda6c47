"""User agents: any part of a record's client, in any case; one pass over the distinct clients however many are listed."""

from collections.abc import Sequence

import pyarrow as pa

from unsealed.hunt.indicators import Indicator
from unsealed.query import Engine

FEW = 300
"""Up to so many are looked for by the engine, one by one; more in one pass."""
_CHUNK = 5_000


def listed(db: Engine, indicators: Sequence[Indicator]) -> None:
    """Make the temporary table `listed_clients`: (client, number) of every client that holds a listed user agent."""
    wanted = {number: item.value.lower() for number, item in enumerate(indicators) if item.kind == "user_agent"}
    clients = "SELECT DISTINCT client FROM events WHERE client IS NOT NULL"
    if len(wanted) <= FEW:
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE listed_clients AS
            SELECT client, number FROM ({clients}) JOIN known k ON contains(lower(client), lower(k.value))
            WHERE k.kind = 'user_agent'""")
        return
    found: list[tuple[str, int]] = []
    names = [str(row["client"]) for row in db.rows(clients)]
    numbers = list(wanted)
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        found += _scan(names, {number: wanted[number] for number in part})
    columns = {
        "client": pa.array([name for name, _ in found], pa.string()),
        "number": pa.array([number for _, number in found], pa.int64()),
    }
    db.register("listed_clients", pa.table(columns))


def _scan(names: list[str], wanted: dict[int, str]) -> list[tuple[str, int]]:
    try:
        import hyperscan
    except ImportError:
        return _plain(names, wanted)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_SINGLEMATCH
    database.compile(
        expressions=[text.encode("utf-8", "replace") for text in wanted.values()],
        ids=list(range(len(wanted))),
        flags=[flags] * len(wanted),
        literal=True,
    )
    numbers = list(wanted)
    places: list[int] = []

    def hit(place: int, start: int, end: int, flags: int, context: object) -> bool | None:
        del start, end, flags, context
        places.append(place)
        return None

    found: list[tuple[str, int]] = []
    for name in names:
        places.clear()
        database.scan(name.lower().encode("utf-8", "replace"), match_event_handler=hit)
        found += [(name, numbers[place]) for place in places]
    return found


def _plain(names: list[str], wanted: dict[int, str]) -> list[tuple[str, int]]:
    return [(name, number) for name in names for number, text in wanted.items() if text in name.lower()]
