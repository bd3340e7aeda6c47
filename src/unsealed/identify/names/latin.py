"""Names in Latin letters (Greek and Cyrillic, too): what a case knows, and what stands where only names stand.

One pass over the words that begin with a capital: each is looked up among the words of names and among the words behind
which names stand (`Dear`, `Regards`, `From:`, `Mr.`). For thousands of short words a look-up is as fast as a multi-pattern
scan, needs no minute to get ready, and gives the same answers on every machine.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from unsealed.identify.names.forms import LETTER, UPPER, WORD
from unsealed.identify.names.lexicon import DOUBTFUL, FAMILY_NAME, GIVEN_NAME, LEARNED, PROVEN, SHORTEST, Lexicon
from unsealed.identify.names.spot import Spot, apart
from unsealed.identify.names.standing import TRIGGERS, attributions, standing
from unsealed.identify.names.words import COMMON, NO_NAME, ORGANISATION, PARTICLES, PLACES, STARTERS, SURE

_CAPITAL = re.compile(WORD)
_PARTICLES = "|".join(sorted(PARTICLES, key=len, reverse=True))
_INITIALS = rf"(?:[ ]{{1,2}}[{UPPER}]\.?(?:[ ]?[{UPPER}]\.)?(?![{LETTER}]))?"
_FULL = re.compile(
    rf"{_INITIALS}(?:[ ]{{1,2}}|[ ]?\n(?P<broken>))((?:(?:{_PARTICLES})[ ]){{0,2}})(?P<family>{WORD})(?:[ ]-[ ](?P<double>{WORD}))?"
)
_TURNED = re.compile(
    rf"(?:[ ](?:Jr|Sr|II|III|IV)\.?)?[ ]?,[ ]?({WORD})(?:[ ]{WORD}(?<![ ].))?(?:[ ][{UPPER}]\.?){{0,2}}(?![{LETTER}])"
)
_BEFORE = re.compile(rf"({WORD})(?:[ ][{UPPER}]\.?)?[ ]$")
_NEXT = re.compile(rf"[ ]{{1,2}}(&[ ])?({WORD})")
_PLACE_BEFORE = re.compile(r"(?:\b(?:San|Santa|Saint|St|Port|Fort|Lake|Mount|Mt|El|Los|Las|New)\.?|&)[ ]$")
_COMMA = re.compile(rf"[ ]?,[ ]({WORD})")
_LINE_END = re.compile(r"[ \t]*[,:;.!-]{0,2}[ \t]*(?:\n|$)")
_LINE_START = frozenset("\n>")
_SENTENCE_END = frozenset('.!?:\n>*-|"“•\t')
_GLUED_BEFORE = frozenset("@._/\\=+#%&~-'’")
_TURNS, _GAPS, _GLUES = frozenset(", "), frozenset(" \n"), frozenset("@_=\\+%.-/0123456789")
_NO_FAMILY = NO_NAME | COMMON - SURE
TAUGHT = 200
"""Words that a text teaches, at most."""
_REACH = 48
"""So far back a name may have begun."""


@dataclass
class Latin:
    """A lexicon, ready to find names with."""

    lexicon: Lexicon
    _hot: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._hot = frozenset(self.lexicon.words) | frozenset(TRIGGERS)

    def find(self, text: str, near: Collection[str] = ()) -> list[Spot]:
        """Give the names in a text, in order, none over another.

        Args:
            text: any text.
            near: words of names, in lower case, of those who are in the text's conversation: what is doubtful elsewhere
                counts there in the middle of a sentence.
        """
        known = self.lexicon.words.get
        hot, found = self._hot, list(attributions(text, known))
        done = -1
        for match in _CAPITAL.finditer(text):
            word = match[0]
            if word not in hot or match.start() < done:
                continue
            what = TRIGGERS.get(word)
            spots = standing(text, match, what, known) if what else []
            if not spots and (kind := known(word)):
                one = _name(text, match, kind, known, near)
                spots = [one] if one else []
            if spots:
                found += spots
                done = max(spot.end for spot in spots)
        if taught := self._taught(text, found):
            found += _again(text, taught, known, near)
        return apart(found)

    def _taught(self, text: str, found: Collection[Spot]) -> dict[str, int]:
        """Give the words of names that this text alone teaches."""
        words = dict[str, int]()
        for name in {text[spot.start : spot.end] for spot in found if spot.how != "correspondent"}:
            turned = "," in name
            for place, word in enumerate(_CAPITAL.findall(name)):
                kind = self.lexicon.words.get(word, 0)
                if kind & PROVEN and not kind & DOUBTFUL:
                    continue
                lower = word.casefold()
                if len(word) >= SHORTEST and lower not in _NO_FAMILY and lower not in self.lexicon.doubted:
                    first = place == (1 if turned else 0)
                    words[word] = words.get(word, 0) | (GIVEN_NAME if first else FAMILY_NAME) | LEARNED | PROVEN
        return words


Known = Callable[[str], int | None]


def _again(text: str, taught: dict[str, int], known: Known, near: Collection[str]) -> Iterator[Spot]:
    """Give the names of which a word was taught by another place of the same text."""

    def both(word: str) -> int | None:
        return taught.get(word) or known(word)

    for word, kind in list(taught.items())[:TAUGHT]:
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            match = _CAPITAL.match(text, at)
            if match and match.end() == end and (one := _name(text, match, kind, both, near)):
                yield one
            at = text.find(word, end)


def _name(text: str, match: re.Match[str], kind: int, known: Known, near: Collection[str]) -> Spot | None:
    """Give the name that a word begins, ends or is."""
    start, end = match.span()
    if start and (text[start - 1] in _GLUED_BEFORE or text[start - 1].isalnum()) and not _after_initial(text, start):
        return None
    behind = text[end : end + 1]
    if (
        kind & FAMILY_NAME
        and behind in _TURNS
        and (turned := _TURNED.match(text, end))
        and _is_turned(turned, kind, known)
    ):
        return Spot(start, turned.end(), "correspondent")
    if (
        kind & GIVEN_NAME
        and behind in _GAPS
        and (full := _FULL.match(text, end))
        and _is_full(text, match, full, kind, known, near)
    ):
        last = full.end()
        return None if _organisation(text, last) else Spot(start, last, "correspondent")
    if (behind in _GLUES and _glued_behind(text, end)) or (behind == " " and _organisation(text, end)):
        return None
    if kind & FAMILY_NAME and (first := _first(text, start, kind, known)) is not None:
        return Spot(first, end, "correspondent")
    return Spot(start, end, "correspondent") if _alone(text, match, kind, known, near) else None


def _is_turned(turned: re.Match[str], kind: int, known: Known) -> bool:
    given = known(turned[1]) or 0
    return bool(given & GIVEN_NAME) and (bool(kind & LEARNED) or not kind & DOUBTFUL)


def _is_full(
    text: str, match: re.Match[str], full: re.Match[str], kind: int, known: Known, near: Collection[str]
) -> bool:
    """Tell whether a given name and what follows it are one name."""
    family, doubtful = full["family"], kind & DOUBTFUL
    other, lower = known(family) or 0, family.casefold()
    if _glued_behind(text, full.end()) and not text.startswith("@", full.end()):
        return False
    if other & FAMILY_NAME and (other & LEARNED or not doubtful):
        return not (doubtful and other & DOUBTFUL and _begins_sentence(text, match.start()))
    if (
        full["broken"] is not None
        or lower in NO_NAME
        or (family.isupper() and not match[0].isupper())
        or len(family) < SHORTEST
    ):
        return False
    if other & GIVEN_NAME:
        return not doubtful
    return not doubtful or match[0].casefold() in near or not _begins_sentence(text, match.start())


def _first(text: str, start: int, kind: int, known: Known) -> int | None:
    """Give where the unknown given name before a known family name begins."""
    if kind & DOUBTFUL or text[start - 1 : start] != " ":
        return None
    before = _BEFORE.search(text, max(0, start - _REACH), start)
    if not before or (before.start() and text[before.start() - 1] in _GLUED_BEFORE):
        return None
    word = before[1]
    usual = word.casefold() in NO_NAME or word.casefold() in COMMON or known(word) is not None
    if usual or word.isupper() or len(word) < SHORTEST or _begins_sentence(text, before.start()):
        return None
    return before.start()


def _alone(text: str, match: re.Match[str], kind: int, known: Known, near: Collection[str]) -> bool:
    """Tell whether one word is a name by itself."""
    word, (start, end) = match[0], match.span()
    line = (not start or text[start - 1] in _LINE_START or text[max(0, start - 2) : start] in ("> ", "\n ")) and bool(
        _LINE_END.match(text, end)
    )
    lower = word.casefold()
    if line and kind & (LEARNED | PROVEN) and lower not in NO_NAME and len(word) >= SHORTEST:
        return True
    if word.isupper() and len(word) < SHORTEST and kind & PROVEN:  # `TK`, as all call him
        return lower in near and lower not in NO_NAME and lower not in COMMON
    if word.isupper() or _PLACE_BEFORE.search(text, max(0, start - 8), start):
        return False
    following = _NEXT.match(text, end) if text[end : end + 1] == " " else None
    if following:
        after = known(following[2]) or 0
        if following[1] and not after & GIVEN_NAME:
            return False
        if not kind & GIVEN_NAME and not after and following[2].casefold() not in STARTERS:
            return False
    if (place := _COMMA.match(text, end)) and place[1].casefold() in PLACES:
        return False
    if kind & DOUBTFUL:
        return lower in near and lower not in NO_NAME and len(word) >= SHORTEST and not _begins_sentence(text, start)
    return True


def _organisation(text: str, end: int) -> bool:
    """Tell whether the words before are the beginning of an organisation's or a place's name."""
    following = _NEXT.match(text, end)
    return bool(following) and following[2].casefold() in _THINGS  # type: ignore[index]  # it matched


_THINGS = (ORGANISATION | PLACES) - STARTERS


def _after_initial(text: str, start: int) -> bool:
    """Tell whether an initial stands before: `J.Smith`."""
    return (
        text[start - 1] == "."
        and text[start - 2 : start - 1].isupper()
        and not text[max(0, start - 3) : start - 2].isalnum()
    )


def _glued_behind(text: str, end: int) -> bool:
    """Tell whether a word goes on as an address, a file name or the like."""
    behind = text[end : end + 2]
    if not behind:
        return False
    if behind[0] in "@_=\\+%0123456789":
        return True
    return behind[0] in ".-/" and behind[1:].isalnum() and not (behind[0] == "/" and behind[1:].isupper())


def _begins_sentence(text: str, start: int) -> bool:
    """Tell whether a capital need not mean anything: a sentence or a line begins."""
    back = start - 1
    while back >= 0 and text[back] == " " and start - back < 4:
        back -= 1
    return back < 0 or text[back] in _SENTENCE_END
