"""What a case teaches about names: the words in its correspondents' names, and which of them are other words, too."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from unsealed.identify.names.forms import Person, canonical, from_address, parse
from unsealed.identify.names.words import COMMON, DAYS, GIVEN, ORGANISATION, PARTICLES, PLACES, ROLES, STARTERS, SURE

GIVEN_NAME, FAMILY_NAME, LEARNED, PROVEN, DOUBTFUL = 1, 2, 4, 8, 16
"""What a word is known as. `LEARNED`: it stands in a correspondent's name; `PROVEN`: that one's address bears the name;
`DOUBTFUL`: alone it may well be something else."""
SHORTEST = 3
"""Letters of a name that counts alone."""
SAMPLE = 8 << 20
"""Characters of texts that are looked through for words in lower case."""
OFTEN = 3
"""A word that stands in lower case so many times is no name alone."""
_LOWER = re.compile(r"(?<![\w.@/-])[a-z]{3,20}(?![\w@-]|\.\w| at \w)")
_NEVER_ALONE = DAYS | ORGANISATION | ROLES | PLACES | STARTERS


@dataclass
class Lexicon:
    """Words of names, as they are written in texts, with what they are known as; and Japanese names."""

    words: dict[str, int] = field(default_factory=dict)
    japanese: dict[str, str] = field(default_factory=dict)
    """Written name to `full`, `family` or `given`."""
    doubted: set[str] = field(default_factory=set)
    """In lower case."""

    def __post_init__(self) -> None:
        for word in GIVEN:
            self._add(word, GIVEN_NAME | PROVEN)
        self.settle()

    def add(self, person: Person, *, sure: bool) -> None:
        """Learn a name.

        Args:
            person: its parts.
            sure: the address bears the name, too: its words count alone. Otherwise they count together.
        """
        if person.japanese:
            self._add_japanese(person)
            return
        for part, kind in ((person.given, GIVEN_NAME), (person.family, FAMILY_NAME)):
            for word in part:
                if len(word) > 1 and word.casefold() not in PARTICLES:
                    self._add(word, kind | LEARNED | (PROVEN if sure else 0))

    def _add(self, word: str, kind: int) -> None:
        plain = word.title() if word.isupper() or word.islower() else word
        for form in {plain, word, word.upper()}:
            self.words[form] = self.words.get(form, 0) | kind

    def _add_japanese(self, person: Person) -> None:
        family, given = "".join(person.family), "".join(person.given)
        if not given:
            self.japanese[family] = "full"
            return
        self.japanese[family + given] = "full"
        for part, kind in ((family, "family"), (given, "given")):
            if len(part) > 1:
                self.japanese.setdefault(part, kind)

    def settle(self) -> None:
        """Mark the words that are doubtful alone."""
        for form, kind in self.words.items():
            lower = form.casefold()
            doubtful = not kind & PROVEN or lower in _NEVER_ALONE or len(form) < SHORTEST
            if lower in SURE and kind & LEARNED:
                doubtful = doubtful and not kind & PROVEN
            else:
                doubtful = doubtful or lower in COMMON or lower in self.doubted
            self.words[form] = kind | DOUBTFUL if doubtful else kind & ~DOUBTFUL


def learn(known: Iterable[tuple[str | None, str | None]], texts: Iterable[str] = ()) -> Lexicon:
    """Make a lexicon of correspondents' names and addresses.

    Words that the texts write in lower case, and what domains are called, are doubtful alone.
    """
    lexicon, counts, size = Lexicon(), Counter[str](), 0
    for name, address in known:
        local, _, domain = (address or "").casefold().partition("@")
        lexicon.doubted.update(label for label in domain.split(".")[:-1] if len(label) >= SHORTEST)
        person = parse(name) if name else None
        if person:
            lexicon.add(person, sure=_bears(local, person))
        elif address and (not name or "@" in name) and (spelled := from_address(address)):
            lexicon.add(spelled, sure=all(len(word) >= SHORTEST for word in (*spelled.given, *spelled.family)))
    for text in texts:
        counts.update(_LOWER.findall(text))
        size += len(text)
        if size > SAMPLE:
            break
    lexicon.doubted.update(word for word, count in counts.items() if count >= OFTEN)
    lexicon.settle()
    return lexicon


def _bears(local: str, person: Person) -> bool:
    """Tell whether the local part of an address bears a name."""
    flat = re.sub(r"[^a-z]", "", local)
    return any(len(word) >= SHORTEST and word[:6] in flat for word in canonical(person.written).split())
