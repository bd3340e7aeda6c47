"""Put records together to persons: every merge has its score and reason, what can't be one never becomes one.

What is certain is joined first. What is less certain is joined only where nobody else could be meant: `klay` is Kenneth
Lay as long as no other K. Lay is there. Two groups are joined only if none of one is in conflict with any of the other, so
that a chain of likenesses never joins two that differ. People's decisions come before all of it.

The order of the records does not matter: pairs are taken by score, then by key.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from unsealed.identify.persons.blocks import pairs
from unsealed.identify.persons.decisions import Links
from unsealed.identify.persons.likeness import Level
from unsealed.identify.persons.record import Record
from unsealed.identify.persons.score import ALONE, ALONE_SCORE, CERTAIN, Lore, Together, agree, conflict, score
from unsealed.schema import content_id

SWITCHBOARD = 3
"""A phone that so many different people have is no person's."""
LARGEST = 40
"""Records of one person; what has more is looked at no further."""
DOMINANT = 20
"""Somebody with so many times the letters of all others that would fit is the one who is meant."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Merge:
    """Two records that were joined, and why."""

    one: str
    other: str
    score: float
    reason: str


@dataclass
class Person:
    """One person: records, and how they were joined."""

    records: list[Record] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)

    @property
    def person_id(self) -> str:
        """Give an id that stays while evidence grows: of the smallest key, an address where there is one."""
        return content_id("person", min(record.key for record in self.records))


def nothing(_pairs: Sequence[Pair]) -> Mapping[Pair, Together]:
    """Know of no letters in which two addresses stand together."""
    return {}


def cluster(
    records: Sequence[Record],
    links: Links | None = None,
    together: Callable[[Sequence[Pair]], Mapping[Pair, Together]] = nothing,
) -> list[Person]:
    """Put records together to persons, in the order of their smallest keys.

    Args:
        records: each with a key of its own; in any order.
        links: what people decided.
        together: tells for pairs of addresses (the smaller first) where they stand together.
    """
    ordered = sorted(records, key=lambda record: record.key)
    work = _Work(ordered, links or Links())
    work.decided()
    scored = _scored(ordered, together, Lore(_personal(ordered), _givens(ordered)))
    work.certain([pair for pair in scored if pair[0] >= CERTAIN])
    work.likely([pair for pair in scored if pair[0] < CERTAIN])
    return work.people()


def _personal(records: Sequence[Record]) -> frozenset[str]:
    """Give the phones that are no switchboard's: few have them."""
    holders: dict[str, list[Record]] = {}
    for record in records:
        for phone in record.phones:
            holders.setdefault(phone, []).append(record)
    kept = set[str]()
    for phone, some in holders.items():
        different = list[Record]()
        for record in some[: SWITCHBOARD * 20]:
            if all(agree(record, one).level <= Level.UNKNOWN for one in different):
                different.append(record)
        if len(different) < SWITCHBOARD:
            kept.add(phone)
    return frozenset(kept)


def _givens(records: Sequence[Record]) -> frozenset[str]:
    """Give the words that stand first in full names with several different last words."""
    families: dict[str, set[str]] = {}
    for record in records:
        for name in record.spelled[:1]:
            if name.full and not name.han:
                families.setdefault(name.tokens[0], set()).add(name.tokens[-1])
    return frozenset(word for word, some in families.items() if len(some) > 2)


Scored = tuple[float, int, int, str]


def _scored(
    records: Sequence[Record], together: Callable[[Sequence[Pair]], Mapping[Pair, Together]], lore: Lore
) -> list[Scored]:
    """Give all pairs that something joins, the surest first."""
    worth = [
        (one, other)
        for one, other in pairs(records)
        if records[one].mailboxes & records[other].mailboxes
        or agree(records[one], records[other]).level > Level.UNKNOWN
    ]
    asked = {
        (one, other): (min(a, b), max(a, b))
        for one, other in worth
        if (a := records[one].address) and (b := records[other].address)
    }
    met = together(sorted(set(asked.values())))
    found = []
    for one, other in worth:
        value, reason = score(records[one], records[other], met.get(asked.get((one, other), ("", "")), ALONE), lore)
        if value:
            found.append((value, one, other, reason))
    return sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2]))


class _Work:
    """Groups of records that grow."""

    def __init__(self, records: Sequence[Record], links: Links) -> None:
        self.records, self.links = records, links
        self.group = list(range(len(records)))
        self.members = {place: [place] for place in self.group}
        self.merges: dict[int, list[Merge]] = {}
        self.place = {record.key: place for place, record in enumerate(records)}
        self.fixed: set[int] = set()

    def join(self, one: int, other: int, value: float, reason: str) -> None:
        a, b = sorted((self.group[one], self.group[other]))
        first, second = sorted((self.records[one].key, self.records[other].key))
        if a == b:
            return
        for place in self.members[b]:
            self.group[place] = a
        self.members[a] += self.members.pop(b)
        self.merges.setdefault(a, []).extend(self.merges.pop(b, []))
        self.merges[a].append(Merge(first, second, value, reason))

    def decided(self) -> None:
        """Join what people joined; what they split is kept apart from here on."""
        for one, other, reason in self.links.joined:
            if one in self.place and other in self.place:
                self.join(self.place[one], self.place[other], 1.0, reason)

    def certain(self, scored: Sequence[Scored]) -> None:
        for value, one, other, reason in scored:
            if self._may(self.group[one], self.group[other]):
                self.join(one, other, value, reason)

    def likely(self, scored: Sequence[Scored]) -> None:
        """Join what is likely, surest first, where nobody else fits."""
        at = 0
        while at < len(scored):
            end = at
            while end < len(scored) and scored[end][0] == scored[at][0]:
                end += 1
            self._step(scored[at:end])
            at = end

    def _step(self, scored: Sequence[Scored]) -> None:
        """Take the pairs of one score together: what each group could be joined to, before any of them is."""
        fits: dict[int, set[int]] = {}
        for _, one, other, _ in scored:
            a, b = self.group[one], self.group[other]
            if a != b and self._may(a, b):
                fits.setdefault(a, set()).add(b)
                fits.setdefault(b, set()).add(a)
        if scored[0][0] == ALONE_SCORE:
            alone = {(a, b) for a, some in fits.items() for b in some if len(some) == len(fits[b]) == 1}
            alone = {(a, b) for a, b in alone if not (self._organised(a) and self._organised(b))}
        else:
            alone = {(a, b) for a, some in fits.items() for b in some if self._only(b, some) and self._only(a, fits[b])}
        before = list(self.group)
        for value, one, other, reason in scored:
            a, b = before[one], before[other]
            if (a, b) in alone and self._may(self.group[one], self.group[other]):
                self.join(one, other, value, reason)

    def _only(self, meant: int, others: set[int]) -> bool:
        """Tell whether one group is the only one meant among those that fit: the others are no other person's."""
        rivals = [group for group in others if group != meant and not self._may(meant, group)]
        return not rivals or self._letters(meant) >= DOMINANT * sum(map(self._letters, rivals))

    def _organised(self, group: int) -> bool:
        return any(self.records[place].organised for place in self.members[group])

    def _letters(self, group: int) -> int:
        return sum(self.records[place].letters for place in self.members[group])

    def _may(self, a: int, b: int) -> bool:
        """Tell whether two groups may be one person's: no two of their records are in conflict."""
        if a == b:
            return True
        ours, theirs = self.members[a], self.members[b]
        if len(ours) + len(theirs) > LARGEST:
            return False
        for one in ours:
            for other in theirs:
                first, second = self.records[one], self.records[other]
                if self.links.apart(first.key, second.key) or conflict(first, second):
                    return False
        return True

    def people(self) -> list[Person]:
        found = []
        for group in sorted(self.members):
            places = sorted(self.members[group])
            merges = sorted(self.merges.get(group, []), key=lambda merge: (-merge.score, merge.one, merge.other))
            found.append(Person([self.records[place] for place in places], merges))
        return found


def conflicts(person: Person) -> list[Pair]:
    """Give the pairs of a person's records that could not be one person's; none but those that people joined."""
    return [(a.key, b.key) for a, b in combinations(person.records, 2) if conflict(a, b)]
