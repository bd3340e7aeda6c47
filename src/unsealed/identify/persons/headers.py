"""Who stands in the headers of letters: a record for each address, and what their own letters tell of them.

`stood` is made in the engine: a row for each address of each letter. Only what is distinct comes to Python.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from unsealed.config import Config
from unsealed.identify.key import keyed_hash
from unsealed.identify.persons import places, signatures
from unsealed.identify.persons.addresses import Address, take_apart
from unsealed.identify.persons.names import parse
from unsealed.identify.persons.record import ADDRESS, TEXT, Record
from unsealed.identify.persons.roles import different_people, list_because, looks_shared, shared_because
from unsealed.identify.persons.score import HEADER, Together
from unsealed.query import Engine, literal
from unsealed.schema import TOLD

LETTERS = 4
"""So many letters of a sender are read for a signature and a language."""
ROWS = 2_000
MASS = 30
"""A letter to more addresses than this says nothing of who knows whom."""


@dataclass
class Seen:
    """One address in headers."""

    address: str
    names: dict[str, int] = field(default_factory=dict)
    senders: dict[str, int] = field(default_factory=dict)
    letters: int = 0
    wrote: int = 0
    written_by: int = 0
    """How many different addresses wrote to it."""
    signed: signatures.Signed = field(default_factory=signatures.Signed)
    language: str | None = None

    @property
    def where(self) -> Address:
        """Give the address, taken apart."""
        return take_apart(self.address)


class Domains:
    """Whose domains are whose, as `case.toml` says."""

    def __init__(self, config: Config) -> None:
        self._own = tuple(domain.lower().lstrip("@.") for domain in config.domains)
        self._partners = [(domain.lstrip("@."), one.name) for one in config.partners for domain in one.domains]
        self.name = config.name

    def internal(self, address: Address) -> bool:
        """Tell whether an address is of one of the case's own domains, or of a domain below one."""
        return any(_below(address.domain, domain) for domain in self._own)

    def partner(self, address: Address) -> str | None:
        """Give the partner whose domain it is."""
        return next((name for domain, name in sorted(self._partners) if _below(address.domain, domain)), None)

    def owner(self, address: Address) -> str:
        """Give one word for all domains of one organisation that the case names; empty for others."""
        return self.name if self.internal(address) else self.partner(address) or self._renamed(address)

    def _renamed(self, address: Address) -> str:
        """Give our name where a directory's or a tenant's name is the first label of a domain of ours."""
        first = address.organisation.split(".")[0] if "." not in address.domain else ""
        if address.domain.endswith(".onmicrosoft.com"):
            first = address.domain.split(".")[0]
        return self.name if first and any(domain.split(".")[0] == first for domain in self._own) else ""


def _below(domain: str, above: str) -> bool:
    return domain == above or domain.endswith("." + above)


def stood(db: Engine) -> None:
    """Make `stood`: message, letter, role, address and name for each address of each letter to be told about."""
    known = db.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'wanted' AND temporary")
    told = ", ".join(map(literal, TOLD))
    chosen = (
        "SEMI JOIN wanted USING (message_id)"
        if known
        else f"WHERE message_id IN (SELECT message_id FROM exposures WHERE content_verdict IN ({told}))"
    )
    lists = " UNION ALL ".join(
        f"""SELECT message_id, letter, talk, '{role}' AS role, unnest("{role}").address AS address, unnest("{role}").name AS name
            FROM chosen"""
        for role in ("to", "cc", "bcc")
    )
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE chosen AS
        SELECT message_id, coalesce(content_hash, message_id) AS letter, conversation_id AS talk, from_address, from_name, "to", cc,
               bcc, reply_to
        FROM messages {chosen}""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE stood AS
        SELECT message_id, letter, talk, role, lower(trim(coalesce(address, ''))) AS address, trim(coalesce(name, '')) AS name
        FROM (SELECT message_id, letter, talk, 'from' AS role, from_address AS address, from_name AS name FROM chosen
              UNION ALL {lists}
              UNION ALL SELECT message_id, letter, talk, 'reply_to', reply_to, NULL FROM chosen)
        WHERE coalesce(address, '') <> '' OR coalesce(name, '') <> ''""")


def seen(db: Engine) -> list[Seen]:
    """Give all that stand in headers, by address; one without an address by its name, as the address `=NAME`."""
    found: dict[str, Seen] = {}
    for row in db.rows("""
        SELECT address, name, count(DISTINCT letter) AS letters, count(DISTINCT letter) FILTER (role = 'from') AS wrote
        FROM stood WHERE address <> '' GROUP BY address, name ORDER BY address, name"""):
        one = found.setdefault(row["address"], Seen(row["address"]))
        one.letters += row["letters"]
        one.wrote += row["wrote"]
        if row["name"] and "@" not in row["name"]:
            one.names[row["name"]] = row["letters"]
            if row["wrote"]:
                one.senders[row["name"]] = row["wrote"]
    for row in db.rows("""
        WITH wrote AS (SELECT DISTINCT message_id, address FROM stood WHERE role = 'from' AND address <> '')
        SELECT s.address, count(DISTINCT w.address) AS n FROM stood s JOIN wrote w USING (message_id)
        WHERE s.role IN ('to', 'cc') AND s.address <> '' AND s.address <> w.address GROUP BY s.address"""):
        found[row["address"]].written_by = row["n"]
    return list(found.values())


def nameless(db: Engine, domains: Domains) -> list[Record]:
    """Give a record for each name in a header that has no address: entries of the organisation's own directory."""
    counted: dict[str, dict[str, int]] = {}
    for row in db.rows("""
        SELECT name, count(DISTINCT letter) AS letters FROM stood WHERE address = '' AND name <> '' GROUP BY name ORDER BY name"""):
        name = parse(row["name"])
        if name and name.full and not looks_shared(row["name"]):
            counted.setdefault(name.key, {})[row["name"]] = row["letters"]
    return [
        Record(f"{TEXT}{key}|{HEADER}", names, letters=sum(names.values()), scope=HEADER, owner=domains.name)
        for key, names in counted.items()
    ]


def told_by_letters(db: Engine, people: Sequence[Seen]) -> None:
    """Read signatures and languages out of a few letters of each sender; into `people`."""
    writers = {one.address: one for one in people if one.wrote}
    db.register("writers", pa.table({"address": pa.array(list(writers), pa.string())}))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE sampled AS
        SELECT message_id, from_address FROM (
            SELECT any_value(message_id ORDER BY message_id) AS message_id, from_address,
                   row_number() OVER (PARTITION BY from_address ORDER BY letter) AS number
            FROM chosen SEMI JOIN writers ON writers.address = chosen.from_address GROUP BY from_address, letter)
        WHERE number <= {LETTERS}""")
    texts: dict[str, list[str]] = {}
    query = f"""
        SELECT s.from_address, substring(m.text, 1, {signatures.LOOKED_AT}) AS text
        FROM sampled s JOIN messages m USING (message_id) WHERE m.text <> '' ORDER BY s.from_address, s.message_id"""
    for batch in db.batches(query, rows=ROWS):
        for address, text in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
            texts.setdefault(address, []).append(text)
        done = sorted(texts)[:-1]  # the last sender may go on in the next batch
        for address in done:
            _told(writers[address], texts.pop(address))
    for address, some in texts.items():
        _told(writers[address], some)


def _told(one: Seen, texts: Sequence[str]) -> None:
    one.signed = signatures.signed(one.where, texts, one.names)
    one.language = places.language([signatures.own_words(text) for text in texts])


def shared(people: Sequence[Seen]) -> dict[str, str]:
    """Give the addresses that are no person's, with the reason."""
    found = {}
    for one in people:
        reason = shared_because(one.where, one.names, senders=different_people(one.senders))
        if not reason and not one.wrote:
            reason = list_because(one.where, one.names, one.written_by)
        if reason:
            found[one.address] = reason
    return found


def records(people: Sequence[Seen], domains: Domains, key: bytes, carved: frozenset[str] = frozenset()) -> list[Record]:
    """Give a record for each address; and one for each name in front of it that people told apart (`carved`)."""
    made = []
    for one in people:
        own = ADDRESS + one.address
        apart: dict[str, dict[str, int]] = {}
        for written, count in one.names.items():
            name = parse(written)
            if name and f"{own}|{name.key}" in carved:
                apart.setdefault(f"{own}|{name.key}", {})[written] = count
        for other, names in apart.items():
            letters = sum(names.values())
            wrote = sum(one.senders.get(name, 0) for name in names)
            made.append(
                Record(other, names, (), one.address, letters=letters, wrote=wrote, owner=domains.owner(one.where))
            )
        taken = {written for names in apart.values() for written in names}
        made.append(
            Record(
                own,
                {written: count for written, count in one.names.items() if written not in taken},
                one.signed.names,
                one.address,
                one.signed.phones,
                frozenset({f"email_address:{keyed_hash(key, 'email_address', one.address)}"}),
                one.letters,
                one.wrote,
                one.signed.organisation,
                owner=domains.owner(one.where),
            )
        )
    return made


def together(db: Engine, pairs: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Together]:
    """Tell for pairs of addresses in how many letters and conversations they stand together."""
    if not pairs:
        return {}
    db.register("pairs", pa.table({"one": [one for one, _ in pairs], "other": [other for _, other in pairs]}))
    rows = db.rows(f"""
        WITH named AS (SELECT one AS address FROM pairs UNION SELECT other FROM pairs),
        few AS (SELECT letter FROM stood GROUP BY letter HAVING count(DISTINCT address) <= {MASS}),
        spot AS (SELECT DISTINCT s.address, s.letter, s.talk, s.role = 'from' AS wrote FROM stood s SEMI JOIN named USING (address)
               SEMI JOIN few USING (letter) WHERE s.role <> 'reply_to'),
        met AS (
            SELECT p.one, p.other, count(DISTINCT a.letter) AS beside,
                   count(DISTINCT a.letter) FILTER (a.wrote <> b.wrote) AS sent
            FROM pairs p JOIN spot a ON a.address = p.one JOIN spot b ON b.address = p.other AND b.letter = a.letter
            GROUP BY p.one, p.other),
        talked AS (
            SELECT p.one, p.other, count(DISTINCT a.talk) AS threads
            FROM pairs p JOIN spot a ON a.address = p.one AND a.wrote JOIN spot b ON b.address = p.other AND b.talk = a.talk AND b.wrote
            GROUP BY p.one, p.other)
        SELECT one, other, coalesce(sent, 0) AS sent, coalesce(beside, 0) AS beside, coalesce(threads, 0) AS threads
        FROM met FULL JOIN talked USING (one, other)""")
    return {(row["one"], row["other"]): Together(row["sent"], row["beside"], row["threads"]) for row in rows}
