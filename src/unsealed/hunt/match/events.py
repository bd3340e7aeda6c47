"""Indicators against log records: addresses, clients, sessions, applications, accounts, and what mail went where."""

import ipaddress
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from unsealed.config import Intruder
from unsealed.errors import ConfigError
from unsealed.hunt.allow import Allow
from unsealed.hunt.indicators import Indicator
from unsealed.hunt.match import agents
from unsealed.hunt.match.networks import addresses_in, listed
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
_NAME = r"[a-z0-9._%+-]*@?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+"
_HOST = r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+"


def look(db: Engine, indicators: Sequence[Indicator], kinds: set[str], allow: Sequence[Allow]) -> None:
    """Add to `hits` every record that an indicator is of."""
    if kinds & {"ip", "network"}:
        _by_address(db, indicators, allow)
    for column, wanted in (
        ("session_id", {"guid", "session_id"}),
        ("app_id", {"guid", "app_id"}),
        ("client_app_id", {"guid", "app_id"}),
        ("user", {"email"}),
    ):
        if kinds & wanted:
            _by_column(db, column, wanted)
    if "user_agent" in kinds:
        agents.listed(db, indicators)
        db.execute("""
            INSERT INTO hits
            SELECT number, e.event_id, NULL, epoch_us(e.time), 'by client ' || e.client, TRUE
            FROM events e JOIN listed_clients USING (client)""")
    if kinds & {"email", "domain"}:
        _by_target(db)
        _by_transport(db)
    if "domain" in kinds:
        _by_host(db)


def _by_address(db: Engine, indicators: Sequence[Indicator], allow: Sequence[Allow]) -> None:
    numbered = [(n, i) for n, i in enumerate(indicators) if i.kind in {"ip", "network"}]
    alone = ((i.value, n) for n, i in numbered if i.kind == "ip" and ":" not in i.value)
    wide = ((ipaddress.ip_network(i.value), n) for n, i in numbered if i.kind == "network" or ":" in i.value)
    listed(db, wide, alone=alone)
    if allow:
        rows = db.rows("SELECT DISTINCT client_ip FROM listed_addresses")
        texts = [row["client_ip"] for row in rows]
        free = [text for text in texts if any((why := entry.why("ip", text)) and why.out for entry in allow)]
        db.register("allowed_addresses", pa.table({"ip": pa.array(free, pa.string())}))
        db.execute("DELETE FROM listed_addresses WHERE client_ip IN (SELECT ip FROM allowed_addresses)")
    db.execute("""
        INSERT INTO hits
        SELECT k.number, e.event_id, NULL, epoch_us(e.time), 'from ' || e.client_ip, TRUE
        FROM events e JOIN listed_addresses k USING (client_ip)""")


def _by_column(db: Engine, column: str, wanted: set[str]) -> None:
    """Compare what identifies a client, a session, an application or an account: its distinct values first."""
    kinds = ", ".join(f"'{kind}'" for kind in sorted(wanted))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE listed_values AS
        WITH texts AS (SELECT DISTINCT "{column}" AS text FROM events WHERE "{column}" IS NOT NULL)
        SELECT text, k.number FROM texts JOIN known k ON lower(text) = k.value
        WHERE k.kind IN ({kinds}) AND k.number NOT IN (SELECT number FROM ours)""")
    db.execute(f"""
        INSERT INTO hits
        SELECT k.number, e.event_id, NULL, epoch_us(e.time), '{column} ' || k.text, TRUE
        FROM events e JOIN listed_values k ON e."{column}" = k.text""")


def _by_target(db: Engine) -> None:
    """Look for mail addresses and domains in records of rules and settings."""
    # A condition on a word in lower case is tried before the records themselves are read; a plain IN is not.
    operations = ", ".join(f"'{name.lower()}'" for name in RULE_OPERATIONS)
    named = f"""SELECT event_id, epoch_us(time) AS us, operation,
                       unnest(regexp_extract_all(replace(lower(raw), '\\u003c', '<'), '{_NAME}')) AS name
                FROM events WHERE lower(operation) IN ({operations})"""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE listed_names AS
        WITH names AS MATERIALIZED (SELECT DISTINCT name FROM ({named})),
             hosts AS (SELECT name, split_part(name, '@', -1) AS host FROM names),
             ends AS (SELECT name, {suffix("host")} AS value, 'domain' AS kind FROM hosts
                      UNION ALL SELECT name, name, 'email' FROM names)
        SELECT name, k.number FROM ends JOIN known k ON k.value = ends.value AND k.kind = ends.kind
        WHERE k.number NOT IN (SELECT number FROM ours)""")
    if not db.value("SELECT count(*) FROM listed_names"):
        return
    db.execute(f"""
        INSERT INTO hits
        SELECT DISTINCT number, event_id, NULL, us, 'named in ' || operation, TRUE
        FROM ({named}) JOIN listed_names USING (name)""")


def _by_transport(db: Engine) -> None:
    """Look for listed senders and receivers in what mail servers log of the mail that they carried."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE listed_parties AS
        WITH parties AS (SELECT DISTINCT sender AS party FROM events WHERE sender IS NOT NULL
                         UNION SELECT DISTINCT unnest(recipients) FROM events WHERE recipients IS NOT NULL),
             hosts AS (SELECT party, split_part(party, '@', -1) AS host FROM parties WHERE contains(party, '@')),
             ends AS (SELECT party, {suffix("host")} AS value, 'domain' AS kind FROM hosts
                      UNION ALL SELECT party, party, 'email' FROM parties)
        SELECT party, k.number FROM ends JOIN known k ON k.value = ends.value AND k.kind = ends.kind
        WHERE k.number NOT IN (SELECT number FROM ours)""")
    if not db.value("SELECT count(*) FROM listed_parties"):
        return
    db.execute("""
        INSERT INTO hits
        SELECT number, event_id, NULL, epoch_us(time), 'mail from ' || party, FALSE
        FROM events e JOIN listed_parties p ON e.sender = p.party
        UNION ALL
        SELECT number, event_id, NULL, us, 'mail to ' || party, FALSE
        FROM (SELECT event_id, epoch_us(time) AS us, unnest(recipients) AS party FROM events
              WHERE recipients IS NOT NULL) JOIN listed_parties USING (party)""")


def _by_host(db: Engine) -> None:
    """Look for host names of clients, as mail servers log them; a client may claim any."""
    db.execute(f"""
        INSERT INTO hits
        WITH every AS MATERIALIZED (SELECT DISTINCT client FROM events WHERE client IS NOT NULL),
             clients AS (SELECT client FROM every
                         WHERE length(client) < 255 AND regexp_full_match(lower(client), '{_HOST}')),
             ends AS (SELECT client, {suffix("lower(client)")} AS value FROM clients),
             named AS (SELECT client, k.number FROM ends JOIN known k USING (value)
                       WHERE k.kind = 'domain' AND k.number NOT IN (SELECT number FROM ours))
        SELECT number, event_id, NULL, epoch_us(time), 'by host ' || client, FALSE FROM events JOIN named USING (client)""")


def suffix(host: str) -> str:
    """Write SQL that unnests a host name into itself and the domains that it lies in."""
    return f"""unnest(list_transform(range(1, len(string_split({host}, '.')) + 1),
                      lambda i: array_to_string(string_split({host}, '.')[i:], '.')))"""


def by_line(db: Engine, number: int, intruder: Intruder) -> None:
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
            SELECT {number}, event_id, NULL, epoch_us(time), 'known to be the intruder''s', TRUE
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
