"""Keep what a person decides about persons: `decide merge` and `decide split`, turned into decisions about records.

Which records a person is made of lies beside the table `persons`, in a file that is no part of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from unsealed.case import Case
from unsealed.custody import who
from unsealed.errors import UsageError
from unsealed.identify.persons.decisions import MERGED, SPLIT
from unsealed.identify.persons.names import parse
from unsealed.identify.persons.record import ADDRESS, TEXT

RECORDS = ".records.parquet"
FEWEST = 6
"""So many characters of a person's id have to be given."""


def find(people: Sequence[Mapping[str, Any]], word: str) -> Mapping[str, Any]:
    """Give the one person meant by an id, the beginning of one, an address or a name.

    Args:
        people: rows of `persons`.
        word: as a person typed it.

    Raises:
        UsageError: if nobody or several are meant.
    """
    low = word.strip().lower()
    found = [one for one in people if len(low) >= FEWEST and one["person_id"].startswith(low)]
    found = found or [one for one in people if low in (one["addresses"] or ())]
    if not found and (name := parse(word)):
        found = [one for one in people if any((n := parse(each)) and n.key == name.key for each in one["names"] or ())]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"{word}: no such person. Give a person_id, an address or a name as in the table `persons`.")
    several = ", ".join(one["person_id"][:12] for one in found[:5])
    raise UsageError(f"{word}: {len(found):,} persons have it ({several}). Give the person_id.")


def remember(case: Case, rows: Iterable[tuple[str, str]]) -> None:
    """Write down which records each person is made of: (person_id, key)."""
    found = list(rows)
    path = _path(case)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    table = pa.table({"person_id": [one for one, _ in found], "key": [key for _, key in found]}, schema=_SCHEMA)
    pq.write_table(table, temporary, compression="zstd")
    temporary.replace(path)


_SCHEMA = pa.schema([("person_id", pa.string()), ("key", pa.string())])


def _path(case: Case) -> Path:
    return case.tables / "persons" / RECORDS


def _keys(case: Case, ids: Iterable[str]) -> dict[str, list[str]]:
    """Give the keys of the records of some persons."""
    path, wanted = _path(case), list(ids)
    found: dict[str, list[str]] = {one: [] for one in wanted}
    if path.exists():
        for row in pq.read_table(path, filters=[("person_id", "in", wanted)]).to_pylist():
            found[row["person_id"]].append(row["key"])
    return {one: sorted(keys) for one, keys in found.items()}


def merge(case: Case, people: Sequence[Mapping[str, Any]], words: Sequence[str]) -> list[str]:
    """Keep that several persons are one; give their ids. The case is locked by the caller.

    Args:
        case: the case.
        people: the rows of `persons`.
        words: an id, an address or a name for each of them.

    Raises:
        UsageError: if somebody can't be told from others, or only one is named.
    """
    ids = list(dict.fromkeys(find(people, word)["person_id"] for word in words))
    if len(ids) < 2:
        raise UsageError("These are one person already. Name two or more.")
    _keep(case, MERGED, list(_keys(case, ids).values()), ids)
    return ids


def split(case: Case, people: Sequence[Mapping[str, Any]], words: Sequence[str]) -> list[str]:
    """Keep that addresses or names are not a person's; give the keys that are split off. The case is locked by the caller.

    Args:
        case: the case.
        people: the rows of `persons`.
        words: an id, an address or a name of the person, then what is to be split off.

    Raises:
        UsageError: if the person can't be told from others, has nothing of the kind, or nothing would stay.
    """
    if len(words) < 2:
        raise UsageError("Name the person, then the addresses or names that are somebody else's.")
    person = find(people, words[0])
    off, stay = split_off(_keys(case, [person["person_id"]])[person["person_id"]], person, words[1:])
    _keep(case, SPLIT, [off, stay], [person["person_id"]])
    return off


def _keep(case: Case, state: str, sides: list[list[str]], ids: Sequence[str]) -> None:
    case.journal.decide(who(), [(json.dumps(sides, ensure_ascii=False), state, [])])
    case.log({"action": "decide", "state": state, "subjects": sorted(ids)})


def split_off(keys: Sequence[str], person: Mapping[str, Any], words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give the keys that are split off a person, and those that stay.

    An address is split off as it is. A name is split off all that it stands for: the records of texts that have it, and
    every address in front of which it stands.

    Raises:
        UsageError: if the person has no such address or name, or nothing would stay.
    """
    known = {name.key for each in person["names"] or () if (name := parse(each))}
    off, stay = list[str](), list(keys)
    for word in words:
        address, name = ADDRESS + word.strip().lower(), parse(word)
        if address in stay:
            taken = [key for key in stay if key == address or key.startswith(address + "|")]
        elif name and name.key in known:
            taken = [key for key in stay if key.startswith(f"{TEXT}{name.key}|")]
            off += [f"{key}|{name.key}" for key in stay if key.startswith(ADDRESS) and "|" not in key]
            taken += [key for key in stay if key.startswith(ADDRESS) and key.endswith(f"|{name.key}")]
        else:
            raise UsageError(f"{word}: no address or name of that person. `persons` lists both.")
        off += taken
        stay = [key for key in stay if key not in taken]
    if not stay:
        raise UsageError("Nothing would stay with that person. Split off less.")
    return sorted(set(off)), stay
