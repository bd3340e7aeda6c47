"""Persons: one row a person out of headers, signatures and texts; no duplicates, no two people in one row.

`build` makes temporary tables in the engine: `people` (what `persons` says of who somebody is), `person_keys` (what a
person is known by), `stands` (where they stand in letters), `shared` (addresses that are no person's) and `headed` (whose
group of a text is whose). A person's id is made of the smallest key of the person's records, an address where there is
one: it stays while names, phones and later addresses are added, and changes where a smaller address joins.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from unsealed.case import Case
from unsealed.identify.persons import fields, headers, texts
from unsealed.identify.persons.cluster import Person, cluster
from unsealed.identify.persons.decide import remember
from unsealed.identify.persons.decisions import carved, links
from unsealed.identify.persons.likeness import compare
from unsealed.identify.persons.names import parse
from unsealed.identify.persons.record import ADDRESS, Record
from unsealed.identify.persons.score import HEADER, agree
from unsealed.query import Engine
from unsealed.schema import FLAG, MERGE, TEXT

__all__ = ["build", "name_key"]

_PEOPLE = pa.schema(
    [
        ("person_id", TEXT),
        ("names", pa.list_(TEXT)),
        ("addresses", pa.list_(TEXT)),
        ("phones", pa.list_(TEXT)),
        ("organisation", TEXT),
        ("internal", FLAG),
        ("language", TEXT),
        ("country", TEXT),
        ("partner", TEXT),
        ("merges", pa.list_(MERGE)),
        ("minor", FLAG),
        ("vulnerable", FLAG),
    ]
)
_KEYS = pa.schema([("person_id", TEXT), ("kind", TEXT), ("key", TEXT)])
_BEARERS = pa.schema([("address", TEXT), ("name", TEXT), ("person_id", TEXT)])
_PLACES = pa.schema(
    [("person_id", TEXT), ("message_id", TEXT), ("attachment_id", TEXT), ("part", TEXT), ("grp", pa.int64())]
)
_SHARED = pa.schema(
    [
        ("address", TEXT),
        ("names", pa.list_(TEXT)),
        ("organisation", TEXT),
        ("internal", FLAG),
        ("partner", TEXT),
        ("reason", TEXT),
    ]
)


def name_key(written: str) -> str:
    """Give what a name as it is written is looked up by in `person_keys`; empty where it is no full name of a person."""
    name = parse(written)
    return "" if name is None or not name.full else _without_initials(name.han, name.tokens)


def _without_initials(han: str, tokens: Sequence[str]) -> str:
    wholes = [token for token in tokens if len(token) > 1]
    return han or " ".join(sorted(wholes if len(wholes) > 1 else tokens))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep Python from looking for rings among many small objects that live to the end: that takes a third of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        agree.cache_clear()
        compare.cache_clear()
        if before:
            gc.enable()


@_undisturbed()
def build(db: Engine, case: Case, key: bytes) -> int:
    """Make the temporary tables of persons; give the number of persons.

    Letters are those of the temporary table `wanted` where it exists, else those to be told about. Texts are looked at
    where the temporary tables `spotted` and `groups` and the rows of `mentions` exist.

    Args:
        db: the case's tables.
        case: the case: its own domains, its partners, what people decided.
        key: the case's key for hashes of values.
    """
    domains = headers.Domains(case.config)
    decided = case.journal.decisions()
    headers.stood(db)
    everyone = headers.seen(db)
    shared = headers.shared(everyone)
    people = [one for one in everyone if one.address not in shared]
    headers.told_by_letters(db, people)
    entries = texts.entries(db, people) if texts.there(db) else []
    written = texts.written(db, (one.address for one in everyone)) if texts.there(db) else {}
    records = [
        *headers.records(people, domains, key, carved(decided)),
        *headers.nameless(db, domains),
        *texts.records(entries, domains),
        *texts.of_addresses(written, domains),
    ]
    found = cluster(records, links(decided), lambda pairs: headers.together(db, pairs))
    told = {one.address: one for one in people}
    by_key = {entry.key: entry for entry in reversed(entries)}
    _register(db, "people", _PEOPLE, (fields.row(person, told, by_key, domains) for person in found))
    _register(db, "person_keys", _KEYS, _keys(found))
    _register(db, "shared", _SHARED, _shared(everyone, shared, domains))
    _stands(db, found, entries, written)
    remember(case, ((person.person_id, record.key) for person in found for record in person.records))
    return len(found)


def _register(db: Engine, name: str, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> None:
    """Make a temporary table of rows."""
    db.register(f"_{name}", pa.Table.from_pylist(list(rows), schema))
    db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM _{name}")


def _keys(found: Iterable[Person]) -> Iterator[dict[str, str]]:
    for person in found:
        keys = set[tuple[str, str]]()
        for record in person.records:
            keys.add(("record", record.key))
            keys |= {("address", one) for one in (record.address, *record.mail) if one}
            keys |= {("phone", one) for one in record.phones}
            for name in record.spelled:
                if name.full:
                    keys.add(("name", _without_initials(name.han, name.tokens)))
        for kind, key in sorted(keys):
            yield {"person_id": person.person_id, "kind": kind, "key": key}


def _shared(
    everyone: Iterable[headers.Seen], reasons: Mapping[str, str], domains: headers.Domains
) -> Iterator[dict[str, Any]]:
    for one in everyone:
        if one.address in reasons:
            partner = domains.partner(one.where)
            yield {
                "address": one.address,
                "names": fields.by_use(one.names),
                "organisation": fields.organisation_of(one.where, domains),
                "internal": domains.internal(one.where),
                "partner": partner,
                "reason": reasons[one.address],
            }


def _stands(
    db: Engine,
    found: Sequence[Person],
    entries: Sequence[texts.Entry],
    written: Mapping[str, Sequence[tuple[str, str | None]]],
) -> None:
    """Make `stands` and `headed`."""
    person_of = {record.key: person.person_id for person in found for record in person.records}
    _register(
        db, "bearers", _BEARERS, _bearers(record for person in found for record in person.records) if found else ()
    )
    headed = [
        {
            "person_id": person_of[entry.key],
            "message_id": message,
            "attachment_id": attachment,
            "part": part,
            "grp": group,
        }
        for entry in entries
        for message, attachment, part, group in entry.places
    ]
    _register(db, "headed", _PLACES, headed)
    named = [
        {
            "person_id": person_of[ADDRESS + address],
            "message_id": message,
            "attachment_id": attachment,
            "part": None,
            "grp": None,
        }
        for address, places in written.items()
        for message, attachment in places
    ]
    _register(db, "addressed", _PLACES, named)
    db.register("owned", pa.table({"key": list(person_of), "person_id": list(person_of.values())}))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE stands AS
        SELECT DISTINCT o.person_id, s.message_id, NULL::VARCHAR AS attachment_id, s.role
        FROM stood s JOIN bearers b ON b.address = s.address AND (b.name = s.name OR (b.name IS NULL AND NOT EXISTS (
            SELECT 1 FROM bearers c WHERE c.address = s.address AND c.name = s.name)))
        JOIN owned o ON o.key = b.person_id
        UNION
        SELECT person_id, message_id, attachment_id, 'named' FROM headed
        UNION
        SELECT person_id, message_id, attachment_id, 'named' FROM addressed""")


def _bearers(records: Iterable[Record]) -> Iterator[dict[str, str | None]]:
    """Give which address, or which name in front of it, stands for which record; `person_id` holds the record's key.

    No name stands for all that no other record of the address has.
    """
    for record in records:
        if record.address and not ("|" in record.key and record.key.startswith(ADDRESS)):
            yield {"address": record.address, "name": None, "person_id": record.key}
        elif record.address:
            for name in record.names:
                yield {"address": record.address, "name": name, "person_id": record.key}
        elif record.scope == HEADER:
            for name in record.names:
                yield {"address": "", "name": name, "person_id": record.key}
