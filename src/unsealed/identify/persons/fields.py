"""What a row of `persons` says of who somebody is: names, addresses, organisation, language, country."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from unsealed.identify.persons.addresses import Address
from unsealed.identify.persons.cluster import Person
from unsealed.identify.persons.headers import Domains, Seen
from unsealed.identify.persons.kana import has_han, has_kana
from unsealed.identify.persons.names import clean, parse
from unsealed.identify.persons.places import country, language_of_domain
from unsealed.identify.persons.record import Record
from unsealed.identify.persons.texts import Entry

MOST_NAMES = 30
"""Spellings of one person that are kept."""


def row(person: Person, seen: Mapping[str, Seen], entries: Mapping[str, Entry], domains: Domains) -> dict[str, Any]:
    """Give a person's row of `people`."""
    records = sorted(person.records, key=lambda record: (-record.letters, record.key))
    addresses = list(dict.fromkeys(one for record in records for one in (record.address, *sorted(record.mail)) if one))
    texts = [entries[record.key] for record in records if record.key in entries]
    organised = [record for record in records if record.address and not record.where.free]
    return {
        "person_id": person.person_id,
        "names": names(records),
        "addresses": addresses,
        "phones": _most(phone for record in records for phone in sorted(record.phones)),
        "organisation": _organisation(records, domains),
        "internal": any(domains.internal(record.where) for record in records if record.address),
        "language": _language(records, seen),
        "country": country(
            {phone for record in records for phone in record.phones},
            [record.where.domain for record in organised or records if record.address],
            {one for entry in texts for one in entry.countries},
        ),
        "partner": next((one for record in organised if (one := domains.partner(record.where))), None),
        "merges": [
            {"one": told(merge.one), "other": told(merge.other), "score": merge.score, "reason": merge.reason}
            for merge in person.merges
        ],
        "minor": any(entry.minor for entry in texts),
        "vulnerable": any(entry.vulnerable for entry in texts),
    }


def told(key: str) -> str:
    """Give a record's key as people know it: the address or the name."""
    return key[2:].split("|", maxsplit=1)[0] if key.startswith("n:") else key[2:]


def names(records: Iterable[Record]) -> list[str]:
    """Give names and spellings, the one most used first; where there are none, what the address spells out."""
    counted: Counter[str] = Counter()
    derived: Counter[str] = Counter()
    for record in records:
        for written, count in record.names.items():
            if parse(written):
                counted[clean(written)] += count
        for written in record.signed:
            counted[clean(written)] += 1
        for name in record.spelled[:1]:
            derived[name.written] += record.letters
    return by_use(counted) or by_use(derived)


def by_use(counted: Mapping[str, int]) -> list[str]:
    """Give names, the one most used first; of two that differ in case only the first."""
    kept: dict[str, str] = {}
    for name in sorted(counted, key=lambda one: (-counted[one], one)):
        kept.setdefault(name.casefold(), name)
    return list(kept.values())[:MOST_NAMES]


def _most(values: Iterable[str]) -> list[str]:
    counted = Counter(values)
    return sorted(counted, key=lambda one: (-counted[one], one))


def organisation_of(address: Address, domains: Domains) -> str | None:
    """Give the organisation of an address as the case names it, else its domain; None for mail for everybody."""
    if domains.internal(address):
        return domains.name
    return domains.partner(address) or (None if address.free else address.organisation or None)


def _organisation(records: Iterable[Record], domains: Domains) -> str | None:
    """Give our own name or a partner's, else what the signature says, else the domain, of the address most used."""
    first = None
    for record in records:
        if not record.address:
            continue
        found = organisation_of(record.where, domains)
        if found and (domains.internal(record.where) or domains.partner(record.where)):
            return found
        first = first or record.organisation or found
    return first


def _language(records: Iterable[Record], seen: Mapping[str, Seen]) -> str | None:
    """Give the language of what somebody wrote, of those that wrote the most; else what names and domains tell."""
    found: Counter[str] = Counter()
    some = list(records)
    for record in some:
        one = seen.get(record.address)
        if one and one.language:
            found[one.language] += one.wrote
    if found:
        return min(found, key=lambda language: (-found[language], language))
    if any(has_kana(name) or (has_han(name) and not _elsewhere(some)) for record in some for name in record.names):
        return "ja"
    told = {language_of_domain(record.where.domain) for record in some if record.address and not record.where.free}
    told.discard(None)
    return told.pop() if len(told) == 1 else None


def _elsewhere(records: Iterable[Record]) -> bool:
    """Tell whether addresses are of a country that writes Chinese characters, too."""
    return any(record.where.domain.rpartition(".")[2] in {"cn", "tw", "hk", "kr", "sg", "mo"} for record in records)
