"""How far two records speak for one person: a score with its reason in words, and what speaks against it."""

from functools import lru_cache
from typing import NamedTuple

from unsealed.identify.persons import nicknames
from unsealed.identify.persons.kana import loose
from unsealed.identify.persons.likeness import WORDS, Level, compare
from unsealed.identify.persons.record import Record
from unsealed.identify.persons.wordlist import words

SINGLE = words(
    "jp_my_number us_ssn us_itin kr_rrn cn_id tw_id in_aadhaar in_pan uk_nino uk_nhs_number de_tax_id fr_nir date_of_birth"
)
"""Kinds of which a person has one: two different ones are two persons'."""
HEADER = "header"
"""The scope of a name in a header that has no address."""
ALONE_SCORE = 0.82
"""Of a pair that nothing but a rare name joins: it is taken only where there is no other of that name, in conflict or not."""
BESIDE = 5
"""Two addresses of which every fifth letter of one is the other's, too, are two people's, if the names leave it open."""
CERTAIN = 0.9
"""From here on a pair is joined at once; below, only where nobody else could be meant."""
_COMMON = words("""
    smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas
    taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king
    wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter roberts muller schmidt
    schneider fischer weber meyer wagner becker schulz hoffmann patel singh kumar sharma khan wang li zhang liu chen yang huang
    zhao wu zhou kim park choi tran dubois bernard rossi ferrari silva santos sato suzuki takahashi tanaka ito watanabe yamamoto
    nakamura kobayashi kato yoshida yamada sasaki yamaguchi matsumoto inoe kimura hayashi shimizu saito""")
"""Family names that many have, in the form in which names are compared."""


class Together(NamedTuple):
    """Where two addresses stand together."""

    sent: int = 0
    """Letters from one to the other."""
    beside: int = 0
    """Letters that both got, or one wrote and the other got."""
    threads: int = 0
    """Conversations in which both wrote."""


ALONE = Together()


class Lore(NamedTuple):
    """What all records together tell."""

    phones: frozenset[str] = frozenset()
    """Phones that are no switchboard's."""
    givens: frozenset[str] = frozenset()
    """Words that stand as given names before several family names."""

    def given(self, word: str) -> bool:
        """Tell whether a word is a given name."""
        return word in self.givens or nicknames.known(word)


NO_LORE = Lore()


class Agreement(NamedTuple):
    """How far two records agree, and by what."""

    level: Level
    words: str


@lru_cache(500_000)
def agree(a: Record, b: Record) -> Agreement:
    """Tell how far the names of two records agree, those that only their local parts tell included."""
    best, words, against, whole = Level.UNKNOWN, "", False, None
    for one in a.spelled:
        for other in b.spelled:
            level = compare(one, other)
            against |= level is Level.DIFFERENT
            if one.full and other.full:
                whole = max(level, whole or level)
            if level > best:
                first, second = sorted((one.written, other.written))
                best, words = level, f'{WORDS[level]} ("{first}", "{second}")'
    if whole is Level.DIFFERENT:
        return Agreement(Level.DIFFERENT, "different names")  # whatever their initials say
    if best < Level.INITIAL:
        for asked, named in ((a, b), (b, a)):
            level, told = _by_local(asked, named)
            if level > best:
                best, words = level, told
    if best is Level.UNKNOWN and against and not (a.middle or b.middle):
        return Agreement(Level.DIFFERENT, "different names")
    return Agreement(best, words)


def _by_local(one: Record, other: Record) -> tuple[Level, str]:
    """Tell how far a local part that is one word fits a name."""
    if one.middle:
        return _by_middle(one, other)
    word = one.word
    if not word or (one.spelled and any(name.full for name in one.spelled)):
        return Level.UNKNOWN, ""
    how, written = other.locals.get(word) or other.locals.get(loose(word), ("", ""))
    if how == "name":
        return Level.SAME, f'"{word}" is the name "{written}"'
    if how == "initial" and not one.numbered:
        return Level.INITIAL, f'"{word}" is initial and family name of "{written}"'
    for name in other.spelled:
        if word in name.raw and len(word) > 2 and name.full:
            return Level.PARTIAL, f'"{word}" is part of the name "{name.written}"'
    if other.word and other.word == word and len(word) > 5:
        return Level.PARTIAL, f'the same local part "{word}"'
    return Level.UNKNOWN, ""


def _by_middle(one: Record, other: Record) -> tuple[Level, str]:
    """Judge `d..steffes`, whose D is a middle initial."""
    letter, family = one.middle or ("", "")
    level, told = Level.UNKNOWN, ""
    for name in other.spelled:
        if len(name.raw) < 2 or name.raw[-1] != family:
            continue
        if letter in {token for token in name.tokens[1:-1] if len(token) == 1} or any(
            token[0] == letter for token in name.raw[1:-1]
        ):
            return Level.CLOSE, f'"{letter}" is the middle initial of "{name.written}"'
        if name.full:
            level, told = Level.PARTIAL, f'"{family}" is the family name of "{name.written}"'
    return level, told


def conflict(a: Record, b: Record) -> str | None:
    """Give the reason why two records can't be one person's; None where there is none."""
    if agree(a, b).level is Level.DIFFERENT:
        return "different names"
    if a.others and b.others:
        kinds_a, kinds_b = _single(a), _single(b)
        for kind in kinds_a.keys() & kinds_b.keys():
            if not kinds_a[kind] & kinds_b[kind]:
                return f"two different values of {kind}"
    if _numbered_apart(a, b) and not (a.phones & b.phones):
        return "the organisation told them apart by a number"
    return None


def _single(record: Record) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for other in record.others:
        kind, _, value = other.partition(":")
        if kind in SINGLE:
            found.setdefault(kind, set()).add(value)
    return found


def _numbered_apart(a: Record, b: Record) -> bool:
    """Tell whether two addresses of one organisation differ in nothing but a number."""
    if not a.organised or a.organised != b.organised or a.where.canonical == b.where.canonical:
        return False
    one, other = a.where.local, b.where.local
    return one != other and one.rstrip("0123456789") == other.rstrip("0123456789")


def rare(record: Record) -> bool:
    """Tell whether a record's full name is not made of a common given and a common family name."""
    for name in record.spelled:
        if name.full and not name.han:
            wholes = [token for token in name.tokens if len(token) > 1]
            common = [token in _COMMON or nicknames.known(token) for token in wholes]
            return not all(common)
    return any(len(name.han) > 3 for name in record.spelled)


def score(a: Record, b: Record, together: Together = ALONE, lore: Lore = NO_LORE) -> tuple[float, str]:
    """Score two records, and say why; 0 where nothing joins them."""
    if a.address and b.address and a.where.canonical == b.where.canonical:
        return 0.99, f"two spellings of one mailbox, {a.where.canonical}"
    level, words = agree(a, b)
    if level is Level.DIFFERENT:
        return 0.0, ""
    if a.mailboxes & b.mailboxes:
        return 0.985, "the mail address beside the name" + (f"; {words}" if words else "")
    shared = a.phones & b.phones & lore.phones
    if shared and level >= Level.PARTIAL:
        return (0.98 if level >= Level.INITIAL else 0.92), f"{words}; the same phone"
    values = sorted({other.split(":")[0] for other in a.others & b.others})
    if values and level >= Level.INITIAL:
        return 0.97, f"{words}; the same {', '.join(values)}"
    if not a.address or not b.address:
        return _in_text(a, b, level, words)
    if a.organised and a.organised == b.organised:
        return _same_organisation(a, b, level, words, together, lore)
    return _elsewhere(a, b, level, words, together)


def _same_organisation(
    a: Record, b: Record, level: Level, words: str, together: Together, lore: Lore
) -> tuple[float, str]:
    told = f"{words}; both of {a.organised}"
    if level is Level.SAME:
        return 0.97, told
    if together.sent and level < Level.CLOSE:
        return 0.0, ""  # they write to each other
    if together.beside > 2 and together.beside * BESIDE >= min(a.letters, b.letters):
        return 0.0, ""  # who writes to one often writes to the other, too
    found = {Level.CLOSE: 0.88, Level.INITIAL: 0.85, Level.TYPO: 0.8, Level.PARTIAL: 0.75}.get(level, 0.0)
    if level is Level.TYPO and not _slip(a, b, lore):
        return 0.0, ""
    if level is Level.PARTIAL and not _partly(a, b, lore):
        return 0.0, ""
    return found, f"{told}, and nobody else there fits"


def _slip(a: Record, b: Record, lore: Lore) -> bool:
    """Tell whether one of two names a letter apart is likely a slip: it is much rarer, and is no name itself."""
    for one in a.spelled:
        for other in b.spelled:
            differing = set(one.tokens) ^ set(other.tokens)
            if compare(one, other) is Level.TYPO and sum(map(lore.given, differing)) > 1:
                return False
    few, many = sorted((a, b), key=lambda record: (record.letters, record.key))
    return few.letters * 5 <= many.letters


def _partly(a: Record, b: Record, lore: Lore) -> bool:
    """Tell whether a part of a name is enough: a family name that is no given name, of letters enough."""
    single, whole = (a, b) if not a.full else (b, a)
    if not whole.full or single.full:
        return a.word == b.word and len(a.word) > 5 and not a.full and not b.full
    word = (
        single.middle[1] if single.middle else single.word or "".join(single.spelled[0].raw if single.spelled else ())
    )
    return len(word) > 3 and not lore.given(word) and any(name.raw[-1] == word for name in whole.spelled if name.raw)


def _elsewhere(a: Record, b: Record, level: Level, words: str, together: Together) -> tuple[float, str]:
    """Score two addresses of different organisations, or of mail for everybody."""
    if level < Level.INITIAL or level is Level.TYPO:
        return 0.0, ""
    met = [f"{n} conversations" for n in (together.threads,) if n] + [f"{n} letters" for n in (together.beside,) if n]
    personal = a.where.free or b.where.free or not a.organised or not b.organised
    if (together.threads or together.beside) and (personal or (rare(a) and rare(b))):
        if level is Level.SAME:
            return 0.94, f"{words}; both in {' and '.join(met)}"
        if level is Level.CLOSE:
            return 0.85, f"{words}; both in {' and '.join(met)}"
        if personal and together.sent and rare_family(a, b):
            return 0.8, f"{words}; they wrote to each other, one from a private address"
    if level >= Level.CLOSE and personal and rare(a) and rare(b) and (a.full and b.full):
        if not a.organised and not b.organised and _letters(a) == _letters(b):
            return 0.83, f"{words}; the name is rare, and so are both private addresses but for the provider"
        return ALONE_SCORE, f"{words}; the name is rare, one address is private, and nobody else has the name"
    return 0.0, ""


def _letters(record: Record) -> str:
    """Give the local part without dots and their like."""
    return "".join(filter(str.isalnum, record.where.local))


def rare_family(a: Record, b: Record) -> bool:
    """Tell whether the family name that two records share is not a common one."""
    names = [name for record in (a, b) for name in record.spelled if name.full]
    return bool(names) and all(name.family not in _COMMON for name in names)


def _in_text(a: Record, b: Record, level: Level, words: str) -> tuple[float, str]:
    """Score a name in a text against another one, or against an address."""
    if level is not Level.SAME or not a.full or not b.full:
        return 0.0, ""
    if not a.address and not b.address:
        if a.scope and a.scope == b.scope:
            return 0.86, f"{words}; in texts of one sender"
        return 0.0, ""
    text, known = (a, b) if b.address else (b, a)
    if known.address == text.scope:
        return 0.92, f"{words}; in a letter of that address or to it"
    if text.owner and text.owner == known.organised and rare(text):
        return 0.85, f"{words}; in a text from {text.owner}, where nobody else has the name"
    if text.scope == HEADER:
        return 0.84, f"{words}; in a header without an address, and nobody else has the name"
    return 0.0, ""
