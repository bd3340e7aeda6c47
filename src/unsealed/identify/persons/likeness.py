"""Whether two names may be one person's, and how far: a level with its words."""

from enum import IntEnum
from functools import lru_cache

from unsealed.identify.persons import nicknames
from unsealed.identify.persons.names import Name


class Level(IntEnum):
    """How far two names agree."""

    DIFFERENT = -1
    """They can't be one person's: two full names that disagree."""
    UNKNOWN = 0
    """Nothing speaks for or against."""
    PARTIAL = 1
    """One is a part of the other: a given or a family name alone."""
    TYPO = 2
    """One letter is different, missing, too much, or two are swapped."""
    INITIAL = 3
    """The family name, and a given name against its initial."""
    CLOSE = 4
    """The family name, and a short form or one more given name."""
    SAME = 5
    """The same words, whatever their order, script and spelling."""


WORDS = {
    Level.SAME: "same name",
    Level.CLOSE: "same family name, given name short or longer",
    Level.INITIAL: "same family name, initial of the given name",
    Level.TYPO: "names one letter apart",
    Level.PARTIAL: "one name is part of the other",
}


@lru_cache(100_000)
def compare(one: Name, other: Name) -> Level:
    """Tell how far two names agree; the same whichever comes first."""
    if one.han and other.han:
        return _han(one.han, other.han)
    a, b = (one, other) if one[1:] <= other[1:] else (other, one)
    level = _latin(a, b)
    if level is Level.DIFFERENT and (one.han or other.han):
        return Level.UNKNOWN  # a kanji name has other readings
    return level


def _han(one: str, other: str) -> Level:
    if one == other:
        return Level.SAME
    short, long = sorted((one, other), key=len)
    if len(short) < len(long) and (long.startswith(short) or (len(short) > 1 and long.endswith(short))):
        return Level.PARTIAL if len(short) < 3 else Level.UNKNOWN
    return Level.DIFFERENT


def _latin(a: Name, b: Name) -> Level:
    wholes_a = [token for token in a.tokens if len(token) > 1]
    wholes_b = [token for token in b.tokens if len(token) > 1]
    if not wholes_a or not wholes_b:
        return Level.UNKNOWN
    initials = [{token for token in name.tokens if len(token) == 1} for name in (a, b)]
    if sorted(wholes_a) == sorted(wholes_b) or _together(wholes_a, wholes_b):
        if initials[0] and initials[1] and not initials[0] & initials[1]:
            return Level.DIFFERENT
        if len(wholes_a) > 1 or len(wholes_b) > 1:
            return Level.SAME if initials[0] == initials[1] else Level.CLOSE
        if initials[0] and initials[1]:
            return Level.SAME if len(a.tokens) > 2 else Level.INITIAL  # `K. Lay` and `K. Lay` may be two
        return Level.PARTIAL
    common = set(wholes_a) & set(wholes_b)
    if not common:
        return _nothing_common(wholes_a, wholes_b, full=a.full and b.full)
    rest_a = [token for token in a.tokens if token not in common]
    rest_b = [token for token in b.tokens if token not in common]
    return _rest(a, b, common, rest_a, rest_b)


def _together(one: list[str], other: list[str]) -> bool:
    """Tell whether one name is the other written without a space, in either order."""
    if len(one) == len(other) or len(one) + len(other) > 5:
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return short[0] in {
            "".join(long),
            "".join(reversed(long)),
            "".join([*long[1:], long[0]]),
            "".join([long[-1], *long[:-1]]),
        }
    joined = "".join(sorted("".join(long)))
    return joined == "".join(sorted("".join(short))) and any(
        token not in long and token in "".join(long) for token in short
    )


def _nothing_common(one: list[str], other: list[str], *, full: bool) -> Level:
    if full:
        if len(one) == len(other) == 2:
            for x, y in ((one[0], one[1]), (one[1], one[0])):
                if near(x, other[0]) and near(y, other[1]):
                    return Level.TYPO
        return Level.DIFFERENT
    short, long = sorted((one, other), key=len)
    if any(nicknames.same(x, y) for x in short for y in long):
        return Level.PARTIAL
    return Level.UNKNOWN if any(near(x, y) for x in short for y in long) else Level.DIFFERENT


def _rest(a: Name, b: Name, common: set[str], rest_a: list[str], rest_b: list[str]) -> Level:
    """Judge what two names with a word in common have besides it."""
    whole_a, whole_b = [t for t in rest_a if len(t) > 1], [t for t in rest_b if len(t) > 1]
    if not rest_a or not rest_b:
        more = len(a.tokens) > 1 and len(b.tokens) > 1
        return Level.CLOSE if more and len(common) > 1 else Level.PARTIAL
    family = a.family in common and b.family in common
    if len(common) > 1 and (not whole_a or not whole_b):
        return Level.CLOSE
    if whole_a and whole_b:
        # both have another whole word: a short form, a slip of the keys, or another person
        if any(nicknames.same(x, y) for x in whole_a for y in whole_b) and (
            family or not any(map(nicknames.known, common))
        ):
            return Level.CLOSE
        if family and any(_shorter(x, y) for x in whole_a for y in whole_b):
            return Level.CLOSE
        written_a, written_b = dict(zip(a.tokens, a.raw, strict=True)), dict(zip(b.tokens, b.raw, strict=True))
        if any(near(written_a[x], written_b[y]) for x in whole_a for y in whole_b):
            return Level.TYPO
        return Level.DIFFERENT
    letters, words = (rest_a, rest_b) if whole_b else (rest_b, rest_a)
    if whole_a or whole_b:
        if not family and not (a.family in common or b.family in common):
            return Level.UNKNOWN
        starts = {word[0] for word in words}
        if letters[0] in starts or any(letter in starts for letter in letters):
            return Level.INITIAL if len(common) == 1 else Level.CLOSE
        return Level.DIFFERENT
    return Level.PARTIAL if set(rest_a) & set(rest_b) else Level.DIFFERENT


def _shorter(one: str, other: str) -> bool:
    """Tell whether one given name is the beginning of the other, as `chris` of `christopher`."""
    short, long = sorted((one, other), key=len)
    if nicknames.known(short) and nicknames.known(long):
        return False  # both are names of their own: `eric` and `erica`, `carol` and `caroline`
    return len(short) >= 3 and long.startswith(short) and len(long) - len(short) > 1


@lru_cache(20_000)
def near(one: str, other: str) -> bool:
    """Tell whether two words of four letters or more are one letter apart, or have two neighbours swapped."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 4 or len(long) - len(short) > 1:
        return False
    if nicknames.known(one) and nicknames.known(other):
        return False
    if short[0] != long[0] and short != long[1:]:
        return False  # nobody slips on the first letter but to leave it out
    at = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped
