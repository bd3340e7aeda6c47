"""Which records are compared at all: those that share a block, and no block grows with the square of its size.

A block is all that shares a key: a full name, a family name within an organisation, a local part that a name may have, a
phone, a value. A block that is too large is left to its finer keys.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, product

from unsealed.identify.persons import nicknames
from unsealed.identify.persons.addresses import take_apart
from unsealed.identify.persons.kana import loose
from unsealed.identify.persons.names import Name
from unsealed.identify.persons.record import Record

LARGEST = 60
"""Records of a block that are compared each with each; of a larger one each only with its next `NEXT` in order of names."""
NEXT = 6

Key = tuple[str, ...]


def pairs(records: Sequence[Record]) -> Iterator[tuple[int, int]]:
    """Give the pairs of records (by their places, the lower first) that are worth a look, each once."""
    blocks: dict[Key, list[int]] = defaultdict(list)
    waiting: dict[Key, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        for key in set(keys(record)):
            blocks[key].append(place)
        for key in set(_asks(record)):
            waiting[key].append(place)
    seen: set[int] = set()
    size = len(records)
    for one, other in chain(_each(records, blocks), _asked(blocks, waiting)):
        pair = one * size + other if one < other else other * size + one
        if one != other and pair not in seen:
            seen.add(pair)
            yield (one, other) if one < other else (other, one)


def _each(records: Sequence[Record], blocks: Mapping[Key, list[int]]) -> Iterator[tuple[int, int]]:
    """Give the pairs within each block."""
    for block in blocks.values():
        yield from _within(records, block)


def _asked(blocks: Mapping[Key, list[int]], waiting: Mapping[Key, list[int]]) -> Iterator[tuple[int, int]]:
    """Give each full name with those whose one word it may be."""
    for key in waiting.keys() & blocks.keys():
        if len(waiting[key]) * len(blocks[key]) <= LARGEST * LARGEST:
            yield from product(waiting[key], blocks[key])


def _within(records: Sequence[Record], block: list[int]) -> Iterable[tuple[int, int]]:
    if len(block) < 2:
        return ()
    if len(block) <= LARGEST:
        return combinations(block, 2)
    ordered = sorted(block, key=lambda place: (records[place].spelled[:1], records[place].key))
    near = (
        (ordered[i], ordered[j]) for i in range(len(ordered)) for j in range(i + 1, min(i + 1 + NEXT, len(ordered)))
    )
    return [(one, other) if one < other else (other, one) for one, other in near]


def keys(record: Record) -> Iterator[Key]:
    """Give the keys of the blocks that a record is in."""
    where = record.organised
    if record.address:
        yield "mailbox", record.where.canonical
    for mail in record.mail:
        yield "mailbox", take_apart(mail).canonical
    for phone in record.phones:
        yield "phone", phone
    for other in record.others:
        yield "value", other
    for name in record.spelled:
        yield from _of_name(name, where)
    if not record.full:
        yield from _of_word(record, where)


def _of_word(record: Record, where: str) -> Iterator[Key]:
    """Give the keys of a record of which no more than one word is known."""
    for word in {record.word, loose(record.word)} - {""}:
        yield "word", where, word
    if record.where.free or len(record.word) > 5:
        yield "word", "*", record.word
    if where:
        for word in _single(record):
            yield "single", where, word


def _single(record: Record) -> list[str]:
    """Give the one word that is known of somebody's name, as it may stand in a full name."""
    if record.middle:
        return [record.middle[1]]
    return [word for word in {record.word, *(name.raw[-1] for name in record.spelled if name.raw)} if len(word) > 2]


def _of_name(name: Name, where: str) -> Iterator[Key]:
    wholes = sorted({token for token in name.tokens if len(token) > 1})
    if name.han:
        yield "name", name.han
    if len(wholes) > 1:
        yield "name", " ".join(wholes)
        joined = [token for token in name.tokens if len(token) > 1]
        yield "joined", "".join(joined)
        yield "joined", "".join([joined[-1], *joined[:-1]])
    elif wholes and len(wholes[0]) > 7:
        yield "joined", wholes[0]
    if not wholes or len(name.tokens) < 2:
        return
    for family, others in ((name.tokens[-1], name.tokens[:-1]), (name.tokens[0], name.tokens[1:])):
        if len(family) < 2:
            continue
        for other in others:
            for short in (other[0], *map(str, sorted(nicknames.groups(other)))):
                yield "family", where, family, short
    if where and len(wholes) > 1:
        yield from _slips(name, where)


def _slips(name: Name, where: str) -> Iterator[Key]:
    """Give what a name has in common with one that has a letter too many, too few, wrong or swapped in its family name."""
    first, last = name.tokens[0], name.tokens[-1]
    for one, other in ((first, last), (last, first)):
        if len(other) > 4:
            for at in range(len(other)):
                yield "slip", where, one, other[:at] + other[at + 1 :]


def _asks(record: Record) -> Iterator[Key]:
    """Give what a record with a full name would be called by its local part, or by one word alone."""
    for word in record.locals:
        if record.organised:
            yield "word", record.organised, word
        if len(word) > 5:
            yield "word", "*", word
    if record.organised and record.full:
        for name in record.spelled:
            for token in name.raw:
                if len(token) > 2:
                    yield "single", record.organised, token
