"""Indicators and the `[[intruder]]` lines of case.toml against events and mail: rows of `findings`."""

import ipaddress
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from unsealed.config import Config, Intruder
from unsealed.errors import ConfigError
from unsealed.hunt.indicators import Indicator
from unsealed.query import Engine

RULE_OPERATIONS = (
    "New-InboxRule",
    "Set-InboxRule",
    "UpdateInboxRules",
    "Set-Mailbox",
    "New-TransportRule",
    "Set-TransportRule",
)
"""Records in which an address that mail is sent on to gives the intruder away."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAME = r"[a-z0-9._%+-]*@?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+"


def find(db: Engine, config: Config, indicators: list[Indicator]) -> None:
    """Make the temporary table `found`: the rows of `findings`.

    Raises:
        ConfigError: if an `[[intruder]]` line names a client address that is none.
    """
    _known(db, config, indicators)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE hits (
            number BIGINT, event_id VARCHAR, message_id VARCHAR, us BIGINT, what VARCHAR)""")
    _by_address(db, indicators)
    _by_column(db)
    _by_target(db)
    for number, intruder in enumerate(config.intruders, start=len(indicators)):
        _by_line(db, number, intruder)
    _in_mail(db)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE found AS
        SELECT left(sha256(concat_ws(chr(31), k.rule_id, k.value, coalesce(event_id, ''), coalesce(message_id, ''))), 32)
                   AS finding_id,
               k.class AS kind, k.rule_id, k.told || min(what) AS title,
               CASE WHEN event_id IS NULL THEN 'medium' ELSE 'high' END AS severity, []::VARCHAR[] AS techniques,
               make_timestamptz(min(us)) AS time, event_id, message_id, k.source
        FROM hits JOIN known k USING (number)
        GROUP BY k.rule_id, k.value, k.class, k.told, k.source, event_id, message_id""")


def _known(db: Engine, config: Config, indicators: list[Indicator]) -> None:
    """Make `known` of all that is looked for, and `ours` of the addresses and domains that are our own.

    Our own accounts are what the intruder came in by: their names point at victims, not at the intruder's doing.
    """
    rows = [("indicator", i.kind, i.value, i.rule_id, f"{i.kind} {i.value}: ", i.source) for i in indicators]
    for intruder in config.intruders:
        said = ", ".join(f"{key} {value}" for key, value in intruder.match.items())
        rule = f"case.toml intruder {intruder.number}"
        source = rule + (f" ({intruder.basis})" if intruder.basis else "")
        rows.append(("intruder", "intruder", said, rule, f"{said}: ", source))
    columns = {
        name: pa.array([row[i] for row in rows], pa.string())
        for i, name in enumerate(("class", "kind", "value", "rule_id", "told", "source"))
    }
    db.register("known", pa.table({"number": pa.array(range(len(rows)), pa.int64()), **columns}))
    db.register("domains", pa.table({"domain": pa.array(config.domains, pa.string())}))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE ours AS
        SELECT number FROM known k JOIN domains d
            ON (k.kind = 'email' AND (ends_with(k.value, '@' || d.domain) OR ends_with(k.value, '.' || d.domain)))
            OR (k.kind = 'domain' AND (k.value = d.domain OR ends_with(d.domain, '.' || k.value)))
        UNION SELECT number FROM known k WHERE k.kind = 'email' AND k.value IN (SELECT mailbox FROM messages)""")


# -- events ------------------------------------------------------------------------------------------------------


def addresses_in(db: Engine, networks: Iterable[tuple[Network, int]]) -> list[tuple[str, int]]:
    """Give (client address, number) for every client address in the events that lies in a numbered network."""
    numbered: dict[tuple[int, int], dict[int, list[int]]] = {}
    for network, number in networks:
        free = network.max_prefixlen - network.prefixlen
        at = numbered.setdefault((network.version, free), {})
        at.setdefault(int(network.network_address) >> free, []).append(number)
    hits = []
    for row in db.rows("SELECT DISTINCT client_ip FROM events WHERE client_ip IS NOT NULL ORDER BY client_ip"):
        try:
            address = ipaddress.ip_address(row["client_ip"])
        except ValueError:
            continue
        for (version, free), at in numbered.items():
            if version == address.version:
                hits += [(row["client_ip"], number) for number in at.get(int(address) >> free, ())]
    return hits


def _by_address(db: Engine, indicators: list[Indicator]) -> None:
    networks = [(ipaddress.ip_network(i.value), n) for n, i in enumerate(indicators) if i.kind in {"ip", "network"}]
    pairs = addresses_in(db, networks) if networks else []
    columns = {
        "client_ip": pa.array([address for address, _ in pairs], pa.string()),
        "number": pa.array([number for _, number in pairs], pa.int64()),
    }
    db.register("listed_addresses", pa.table(columns))
    db.execute("""
        INSERT INTO hits
        SELECT k.number, e.event_id, NULL, epoch_us(e.time), 'from ' || e.client_ip
        FROM events e JOIN listed_addresses k USING (client_ip)""")


def _by_column(db: Engine) -> None:
    """Compare what identifies a client, a session, an application or an account."""
    for column, kinds in (
        ("session_id", "'guid', 'session_id'"),
        ("app_id", "'guid', 'app_id'"),
        ("client_app_id", "'guid', 'app_id'"),
        ("user", "'email'"),
    ):
        db.execute(f"""
            INSERT INTO hits
            SELECT k.number, e.event_id, NULL, epoch_us(e.time), '{column} ' || e."{column}"
            FROM events e JOIN known k ON lower(e."{column}") = k.value
            WHERE k.kind IN ({kinds}) AND k.number NOT IN (SELECT number FROM ours)""")
    db.execute("""
        INSERT INTO hits
        WITH clients AS (SELECT DISTINCT client FROM events WHERE client IS NOT NULL),
             listed AS (SELECT client, number FROM clients JOIN known k ON contains(lower(client), lower(k.value))
                        WHERE k.kind = 'user_agent')
        SELECT number, e.event_id, NULL, epoch_us(e.time), 'by client ' || e.client
        FROM events e JOIN listed USING (client)""")


def _by_target(db: Engine) -> None:
    """Look for mail addresses and domains in records of rules and settings."""
    operations = ", ".join(f"'{name}'" for name in RULE_OPERATIONS)
    db.execute(f"""
        INSERT INTO hits
        WITH names AS (
                SELECT DISTINCT event_id, epoch_us(time) AS us, operation,
                       unnest(regexp_extract_all(replace(lower(raw), '\\u003c', '<'), '{_NAME}')) AS name
                FROM events WHERE operation IN ({operations})),
             hosts AS (SELECT DISTINCT name, split_part(name, '@', -1) AS host FROM names),
             ends AS (SELECT name, {_suffix("host")} AS value, 'domain' AS kind FROM hosts
                      UNION ALL SELECT DISTINCT name, name, 'email' FROM names)
        SELECT k.number, n.event_id, NULL, n.us, 'named in ' || n.operation
        FROM names n JOIN ends USING (name) JOIN known k ON k.value = ends.value AND k.kind = ends.kind
        WHERE k.number NOT IN (SELECT number FROM ours)""")


def _suffix(host: str) -> str:
    """Unnest a host name into itself and the domains that it lies in."""
    return f"""unnest(list_transform(range(1, len(string_split({host}, '.')) + 1),
                      lambda i: array_to_string(string_split({host}, '.')[i:], '.')))"""


def _by_line(db: Engine, number: int, intruder: Intruder) -> None:
    """Find the events that meet all that one `[[intruder]]` line gives."""
    conditions, values = ["TRUE"], list[Any]()
    for key, value in intruder.match.items():
        if key == "client_ip":
            db.register("line_addresses", pa.table({"ip": pa.array(_addresses(db, intruder, value), pa.string())}))
            conditions.append("client_ip IN (SELECT ip FROM line_addresses)")
            continue
        if key == "client":
            conditions.append("contains(lower(client), ?)")
        elif key == "app_id":
            conditions.append("(coalesce(lower(app_id), '') = ? OR coalesce(lower(client_app_id), '') = ?)")
            values.append(value.strip().lower())
        else:
            conditions.append(f'lower("{key}") = ?')
        values.append(value.strip().lower())
    for bound, sign in ((intruder.start, ">="), (intruder.end, "<=")):
        if bound:
            conditions.append(f"time {sign} ?")
            values.append(bound)
    db.execute(
        f"""INSERT INTO hits
            SELECT {number}, event_id, NULL, epoch_us(time), 'known to be the intruder''s'
            FROM events WHERE {" AND ".join(conditions)}""",
        values,
    )


def _addresses(db: Engine, intruder: Intruder, text: str) -> list[str]:
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise ConfigError(
            f"case.toml: intruder {intruder.number}.client_ip should be an address or a network, not {text!r}."
        ) from error
    return [address for address, _ in addresses_in(db, [(network, 0)])]


# -- mail --------------------------------------------------------------------------------------------------------


def _in_mail(db: Engine) -> None:
    """Look for senders, for hosts on the way, and for attachments."""
    if not db.value("SELECT count(*) FROM known WHERE kind IN ('email', 'domain', 'sha256', 'sha1', 'md5')"):
        return
    db.execute("""
        INSERT INTO hits
        SELECT k.number, NULL, m.message_id, epoch_us(m.date), 'sender ' || m.from_address
        FROM messages m JOIN known k ON m.from_address = k.value WHERE k.kind = 'email'""")
    db.execute(f"""
        INSERT INTO hits
        WITH hosts AS (SELECT DISTINCT split_part(from_address, '@', -1) AS host FROM messages),
             ends AS (SELECT host, {_suffix("host")} AS value FROM hosts),
             listed AS (SELECT host, number FROM ends JOIN known k USING (value) WHERE k.kind = 'domain')
        SELECT number, NULL, m.message_id, epoch_us(m.date), 'sender ' || m.from_address
        FROM messages m JOIN listed ON listed.host = split_part(m.from_address, '@', -1)""")
    db.execute(f"""
        INSERT INTO hits
        WITH hops AS (SELECT message_id, date, unnest(received) AS hop FROM messages),
             places AS (SELECT message_id, date, unnest([lower(hop.by), lower(hop."from")]) AS host FROM hops),
             ends AS (SELECT host, {_suffix("host")} AS value
                      FROM (SELECT DISTINCT host FROM places WHERE host IS NOT NULL)),
             listed AS (SELECT host, number FROM ends JOIN known k USING (value) WHERE k.kind = 'domain'
                          AND k.number NOT IN (SELECT number FROM ours))
        SELECT DISTINCT number, NULL, message_id, epoch_us(date), 'a hop of its way' FROM places JOIN listed USING (host)""")
    db.execute("""
        INSERT INTO hits
        SELECT k.number, NULL, a.message_id, epoch_us(m.date), 'attachment ' || coalesce(a.filename, 'without a name')
        FROM (SELECT message_id, filename, unnest([sha256, sha1, md5]) AS hash FROM attachments) a
        JOIN known k ON a.hash = k.value LEFT JOIN messages m USING (message_id)
        WHERE k.kind IN ('sha256', 'sha1', 'md5')""")
