"""What persons are put together from: a record for each address, and for each name with data that stands in a text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from unsealed.identify.persons.addresses import Address, middle_only, name_in, spellings, take_apart, word_of
from unsealed.identify.persons.likeness import Level, compare
from unsealed.identify.persons.names import Name, parse

MOST_NAMES = 8
"""So many names of one address are compared."""
SHARE = 0.1
"""A display name that fewer of an address's letters have is somebody's slip, unless it fits the others."""
ADDRESS, TEXT = "a:", "n:"
"""What a record's key begins with."""


V = TypeVar("V")


class once(Generic[V]):  # noqa: N801 - it stands where `property` would
    """A property that is reckoned once; without the lock that `functools.cached_property` takes each time in Python 3.11."""

    def __init__(self, reckon: Callable[[Any], V]) -> None:
        self._reckon = reckon

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, record: object, owner: type | None = None) -> V:
        value = record.__dict__[self._name] = self._reckon(record)
        return value


@dataclass(frozen=True, eq=False)
class Record:
    """One address, or one name with data in a text, with all that is told of it."""

    key: str
    """`a:` and the address, or `n:` and the normalised name and what keeps it apart; the same at every run."""
    names: Mapping[str, int] = field(default_factory=dict)
    """Display names as written, and how many letters have each."""
    signed: tuple[str, ...] = ()
    """Names in signatures of letters that the address wrote."""
    address: str = ""
    """As the headers have it, lower case; empty for a name in a text."""
    phones: frozenset[str] = frozenset()
    """E.164, of signatures and of the group that the name heads."""
    others: frozenset[str] = frozenset()
    """`kind:hash` of identifying values of the group."""
    letters: int = 0
    """Different letters it stands in."""
    wrote: int = 0
    """Different letters it wrote."""
    organisation: str = ""
    """As the signature names it."""
    scope: str = ""
    """Of a name in a text: the address in the letter's headers that has the name, else the one that sent the text."""
    mail: frozenset[str] = frozenset()
    """Of a name in a text: the mail address in its group."""
    owner: str = ""
    """Whose domain: the case's own domains are one organisation, and so are those of a partner."""

    @once
    def where(self) -> Address:
        """Give the address, taken apart."""
        return take_apart(self.address)

    @once
    def mailboxes(self) -> frozenset[str]:
        """Give the mailboxes that its addresses lead to."""
        return frozenset(take_apart(one).canonical for one in (self.address, *self.mail) if one)

    @once
    def organised(self) -> str:
        """Give the organisation that its address belongs to; of mail for everybody none."""
        return "" if not self.address or self.where.free else self.owner or self.where.organisation

    @once
    def spelled(self) -> tuple[Name, ...]:
        """Give the names that the record is compared by; the first is what it is mostly called.

        Where an organisation's address spells a full name, that is the person's: what others write in front of it, and what
        a secretary signs with, counts only where it fits.
        """
        counted: dict[Name, int] = {}
        for written, count in self.names.items():
            if name := parse(written):
                counted[name] = counted.get(name, 0) + count
        total = sum(counted.values())
        shown = sorted(counted, key=lambda name: (-counted[name], name))
        told = name_in(self.where.local) if self.address and not self.middle else None
        base = told if told and told.full and self.organised else None
        if base is None or any(compare(base, name) > Level.UNKNOWN for name in shown[:1]):
            base = shown[0] if shown else told
        if base is None:
            signed = sorted({name for written in self.signed if (name := parse(written))})
            base = signed[0] if len(signed) == 1 and signed[0].full else None
        if base is None:
            return ()
        more = [name for name in shown if counted[name] >= SHARE * total or compare(name, base) > Level.PARTIAL]
        more += sorted(name for written in self.signed if (name := parse(written)))
        more += [told] if told else []
        kept = [base]
        for name in more:
            if name not in kept and compare(name, base) > Level.UNKNOWN:
                kept.append(name)
        return tuple(kept[:MOST_NAMES])

    @once
    def middle(self) -> tuple[str, str] | None:
        """Give (initial, family name) of an address like `d..steffes`."""
        return middle_only(self.where.local) if self.address else None

    @once
    def word(self) -> str:
        """Give the local part as one word, where it is one."""
        return word_of(self.where.local) if self.address and self.middle is None else ""

    @once
    def numbered(self) -> bool:
        """Tell whether the local part ends with a number: there are several of that name."""
        return self.where.local[-1:].isdigit()

    @once
    def full(self) -> bool:
        """Tell whether a full name is known."""
        return any(name.full for name in self.spelled)

    @once
    def locals(self) -> Mapping[str, tuple[str, str]]:
        """Give the words that its full names would have for a local part: how each is made, and of which name."""
        found: dict[str, tuple[str, str]] = {}
        for name in self.spelled:
            if name.full:
                for word, how in spellings(name).items():
                    if found.get(word, ("", ""))[0] != "name":
                        found[word] = (how, name.written)
        return found
