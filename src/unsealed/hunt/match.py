"""Indicators and the `[[intruder]]` lines of case.toml against events and mail: rows of `findings`."""

import bisect
import ipaddress
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from unsealed import schema
from unsealed.config import Config, Intruder
from unsealed.hunt.indicators import Indicator
from unsealed.query import Engine
from unsealed.schema import content_id

RULE_OPERATIONS = (
    "New-InboxRule",
    "Set-InboxRule",
    "UpdateInboxRules",
    "Set-Mailbox",
    "New-TransportRule",
    "Set-TransportRule",
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def findings(db: Engine, config: Config, indicators: list[Indicator]) -> pa.Table:
    """Give all findings, ordered by time, then id."""
    own = set(config.domains)
    found: list[dict[str, Any]] = []
    for indicator, rows in _event_hits(db, indicators, own):
        found += [_finding(indicator, row) for row in rows]
    for indicator, rows in _mail_hits(db, indicators):
        found += [_finding(indicator, row) for row in rows]
    for intruder in config.intruders:
        found += [_intruder_finding(intruder, row) for row in _intruder_hits(db, intruder)]
    unique = {row["finding_id"]: row for row in found}
    ordered = sorted(unique.values(), key=lambda row: (row["time"] is None, row["time"] or 0, row["finding_id"]))
    times = pa.array([row.pop("time") for row in ordered], pa.int64()).cast(schema.TIME)
    table = pa.Table.from_pylist(ordered, pa.schema([f for f in schema.TABLES["findings"].schema if f.name != "time"]))
    return table.append_column("time", times).select(schema.TABLES["findings"].schema.names)


def _finding(indicator: Indicator, row: dict[str, Any]) -> dict[str, Any]:
    where = {"event_id": row.get("event_id"), "message_id": row.get("message_id")}
    return {
        "finding_id": content_id("indicator", indicator.rule_id, where["event_id"], where["message_id"]),
        "kind": "indicator",
        "rule_id": indicator.rule_id,
        "title": f"{indicator.kind} {indicator.value}: {row['what']}",
        "severity": "high" if where["event_id"] else "medium",
        "techniques": [],
        "time": row["us"],
        "source": indicator.source,
        **where,
    }


def _intruder_finding(intruder: Intruder, row: dict[str, Any]) -> dict[str, Any]:
    said = ", ".join(f"{key} {value}" for key, value in intruder.match.items())
    return {
        "finding_id": content_id("intruder", said, str(intruder.number), row["event_id"]),
        "kind": "intruder",
        "rule_id": f"case.toml intruder {intruder.number}",
        "title": f"{said}: known to be the intruder's",
        "severity": "high",
        "techniques": [],
        "time": row["us"],
        "event_id": row["event_id"],
        "message_id": None,
        "source": f"case.toml intruder {intruder.number}" + (f" ({intruder.basis})" if intruder.basis else ""),
    }


# -- events ------------------------------------------------------------------------------------------------------


def addresses_in(db: Engine, networks: Iterable[tuple[Network, int]]) -> list[tuple[str, int]]:
    """Give (client address, number) for every client address in the events that lies in a numbered network."""
    spans = sorted(
        (net.version, int(net.network_address), int(net.broadcast_address), number) for net, number in networks
    )
    starts = [span[:2] for span in spans]
    widest = max((span[2] - span[1] for span in spans), default=0)
    hits = []
    for row in db.rows("SELECT DISTINCT client_ip FROM events WHERE client_ip IS NOT NULL"):
        address = ipaddress.ip_address(row["client_ip"])
        key = (address.version, int(address))
        for version, low, high, number in spans[bisect.bisect_left(starts, (key[0], key[1] - widest)) :]:
            if (version, low) > key:
                break
            if version == key[0] and low <= key[1] <= high:
                hits.append((row["client_ip"], number))
    return hits


def _event_hits(
    db: Engine, indicators: list[Indicator], own: set[str]
) -> Iterator[tuple[Indicator, list[dict[str, Any]]]]:
    by_network = [(ipaddress.ip_network(i.value), n) for n, i in enumerate(indicators) if i.kind in {"ip", "network"}]
    pairs = addresses_in(db, by_network) if by_network else []
    yield from _joined(db, indicators, pairs, "e.client_ip = k.value", "'from ' || e.client_ip")
    agents = [(i.value.lower(), n) for n, i in enumerate(indicators) if i.kind == "user_agent"]
    yield from _joined(db, indicators, agents, "contains(lower(e.client), k.value)", "'by client ' || e.client")
    ids = [(i.value, n) for n, i in enumerate(indicators) if i.kind in {"guid", "app_id", "session_id"}]
    for column, kinds in (
        ("session_id", {"guid", "session_id"}),
        ("app_id", {"guid", "app_id"}),
        ("client_app_id", {"guid", "app_id"}),
    ):
        keys = [(value, n) for value, n in ids if indicators[n].kind in kinds]
        yield from _joined(db, indicators, keys, f"lower(e.{column}) = k.value", f"'{column} ' || e.{column}")
    mails = [
        (i.value, n) for n, i in enumerate(indicators) if i.kind == "email" and i.value.rpartition("@")[2] not in own
    ]
    yield from _joined(db, indicators, mails, "e.user = k.value", "'user ' || e.user")
    targets = [(i.value, n) for n, i in enumerate(indicators) if i.kind in {"email", "domain"}]
    operations = ", ".join(f"'{name}'" for name in RULE_OPERATIONS)
    condition = f"e.operation IN ({operations}) AND contains(lower(e.raw), k.value)"
    yield from _joined(db, indicators, targets, condition, "'named in ' || e.operation")


def _joined(
    db: Engine, indicators: list[Indicator], keys: list[tuple[str, int]], condition: str, what: str
) -> Iterator[tuple[Indicator, list[dict[str, Any]]]]:
    if not keys:
        return
    db.register("keys", pa.table({"value": [key for key, _ in keys], "number": [number for _, number in keys]}))
    rows = db.rows(
        f"SELECT k.number, e.event_id, epoch_us(e.time) AS us, {what} AS what "
        f"FROM events e JOIN keys k ON {condition} ORDER BY e.time, e.event_id"
    )
    yield from _by_indicator(indicators, rows)


def _by_indicator(
    indicators: list[Indicator], rows: list[dict[str, Any]]
) -> Iterator[tuple[Indicator, list[dict[str, Any]]]]:
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["number"], []).append(row)
    for number, group in groups.items():
        yield indicators[number], group


def _intruder_hits(db: Engine, intruder: Intruder) -> list[dict[str, Any]]:
    conditions, values = ["TRUE"], []
    for key, value in intruder.match.items():
        if key == "client_ip":
            try:
                network = ipaddress.ip_network(value.strip(), strict=False)
            except ValueError:
                return []
            addresses = [address for address, _ in addresses_in(db, [(network, 0)])]
            conditions.append("client_ip IN (SELECT unnest(?))")
            values.append(addresses)
        elif key == "client":
            conditions.append("contains(lower(client), ?)")
            values.append(value.lower())
        elif key == "app_id":
            conditions.append("? IN (lower(app_id), lower(client_app_id))")
            values.append(value.lower())
        else:
            conditions.append(f'lower("{key}") = ?')
            values.append(value.lower())
    for bound, sign in ((intruder.start, ">="), (intruder.end, "<=")):
        if bound:
            conditions.append(f"time {sign} ?")
            values.append(bound)
    return db.rows(
        f"SELECT event_id, epoch_us(time) AS us FROM events WHERE {' AND '.join(conditions)} ORDER BY time, event_id",
        values,
    )


# -- mail --------------------------------------------------------------------------------------------------------


def _mail_hits(db: Engine, indicators: list[Indicator]) -> Iterator[tuple[Indicator, list[dict[str, Any]]]]:
    mails = [(i.value, n) for n, i in enumerate(indicators) if i.kind == "email"]
    domains = [(i.value, n) for n, i in enumerate(indicators) if i.kind == "domain"]
    hashes = [(i.value, n) for n, i in enumerate(indicators) if i.kind == "sha256"]
    for keys, relation, condition, what in (
        (mails, "messages m", "m.from_address = k.value", "'sender ' || m.from_address"),
        (
            domains,
            "messages m",
            "(ends_with(m.from_address, '@' || k.value) OR ends_with(m.from_address, '.' || k.value))",
            "'sender ' || m.from_address",
        ),
        (
            domains,
            "(SELECT message_id, date, unnest(received) AS hop FROM messages) m",
            '(m.hop.by = k.value OR m.hop."from" = k.value OR ends_with(m.hop."from", \'.\' || k.value))',
            "'a hop of its way'",
        ),
        (
            hashes,
            "(SELECT a.message_id, m.date, a.sha256, a.filename FROM attachments a JOIN messages m USING (message_id)) m",
            "m.sha256 = k.value",
            "'attachment ' || m.filename",
        ),
    ):
        if not keys:
            continue
        db.register("keys", pa.table({"value": [key for key, _ in keys], "number": [number for _, number in keys]}))
        rows = db.rows(
            f"SELECT DISTINCT k.number, m.message_id, epoch_us(m.date) AS us, {what} AS what "
            f"FROM {relation} JOIN keys k ON {condition} ORDER BY us, m.message_id"
        )
        yield from _by_indicator(indicators, rows)
