"""What an identifier is: it knows one kind of personal data when it stands in a text, and says how sure that is.

An identifier is one file in `identify/identifiers/` with an object `IDENTIFIER` of this class; the file's docstring
says what is found, and where its rule comes from. Its examples are its tests, its row in the reference, and the text
that the bench repeats.

All patterns are tried on normalised text (`normalise.py`): full-width letters, digits and signs are ASCII there, every
hyphen is `-`, every space is a space, and invisible characters are gone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from unsealed.identify.mask import tail

LONGEST_WORD = 40
"""A context word has at most so many characters."""
AFTER_CONTEXT = 24
"""A context word may stand so many characters behind a value; how many before it, each identifier says."""

_LAST_TWO = tail(2)


@dataclass(frozen=True)
class Identifier:
    """One kind of personal data in one spelling or of one country."""

    kind: str
    """As it stands in `mentions`; several identifiers may find one kind."""
    what: str
    """What is found, in plain words."""
    pattern: str
    """Exactly how it is written; the group `v`, where there is one, is the value. It must fix its own left end: tried at
    every place, it may begin at few."""
    before: int
    """A match begins at most so many characters before the end of an anchor."""
    after: int
    """A match ends at most so many characters after the end of an anchor; both together are the longest match."""
    hits: tuple[str, ...]
    """Texts in which it is found: the value stands in ⟦ ⟧."""
    misses: tuple[str, ...]
    """Texts in which it must not be found."""
    law: str
    """The law that it matters to, or why it matters."""
    anchors: tuple[str, ...] = ()
    """Cheap expressions for Hyperscan, on the bytes of the text in UTF-8: one of them ends inside of every match, and ends
    with a whole character. What needs context has its words for anchors."""
    check: Callable[[str], bool] | None = None
    """Whether a value can be one; what fails is no hit."""
    proves: bool = False
    """`check` reckons a check digit: what passes is `validated`."""
    context: tuple[str, ...] = ()
    """Words near a value, as expressions; those in Latin letters stand alone, in any case."""
    needs_context: bool = False
    """Without one of these words near it, it is no hit."""
    near: int = 60
    """A context word may end so many characters before a value."""
    behind: int = AFTER_CONTEXT
    """So many characters behind a value context words are looked for; no more than `AFTER_CONTEXT`."""
    parted: str = ""
    """What must not stand between a context word and a value behind it: the word is another value's then."""
    weight: int = 50
    """Of two that overlap the heavier one stays; a context word adds 20, a check digit 10."""
    mask: Callable[[str], str] = _LAST_TWO
    """What of the value may be shown."""
    canonical: Callable[[str], str] = str
    """Make two spellings of one value the same, for the keyed hash."""
    same: tuple[tuple[str, str], ...] = ()
    """Pairs of spellings of one value: they have one hash."""
    different: tuple[tuple[str, str], ...] = ()
    """Pairs of values that look alike: they have two hashes."""
    regional: Callable[["Identifier", Sequence[str]], "Identifier"] | None = None
    """Read values as the countries of a case write them (ISO 3166-1 alpha-2, the likeliest first)."""
    left: str = ""
    """Characters of which all before an anchor of one character is made: where a match begins is then found without search."""

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """Give the pattern, compiled; letters and digits are those of ASCII."""
        return re.compile(self.pattern, re.ASCII)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Give the context words as expressions that match whole words in any case."""
        return tuple(_whole(word) if any(map(str.isascii, word)) else word for word in self.context)

    @cached_property
    def _words(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(word, re.ASCII) for word in self.words)

    def in_context(self, text: str, start: int, end: int) -> bool:
        """Tell whether a context word stands near `text[start:end]`: whether one ends near enough."""
        low, first, last = max(0, start - self.near + 1), max(0, start - self.near - LONGEST_WORD), end + self.behind
        for word in self._words:
            found = word.search(text, first, last + 1)  # one more character: whether the word ends there is seen by it
            while found:
                if low <= found.end() <= last and not self._apart(text, found.end(), start):
                    return True
                found = word.search(text, found.start() + 1, last + 1)
        return False

    def _apart(self, text: str, word: int, start: int) -> bool:
        return bool(self.parted) and word < start and bool(re.compile(self.parted).search(text, word, start))

    def names(self, text: str, start: int, end: int) -> bool:
        """Tell whether a context word stands inside of `text[start:end]`, such as the heading of a column."""
        return any(word.search(text, start, end) for word in self._words)


def _whole(word: str) -> str:
    """Let a word's Latin ends be ends of a word, and its letters be of any case."""
    return "(?i:" + (r"\b" if word[0].isascii() else "") + word + (r"\b)" if word[-1].isascii() else ")")
