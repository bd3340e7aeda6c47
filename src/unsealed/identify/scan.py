"""Find personal data in many texts at once: one pass for all anchors, then exact patterns and checks around them.

The texts are normalised and joined. Hyperscan tells where anchors and context words end; an identifier that needs context
has its words as anchors. What is found is by definition all that the exact patterns match, so without Hyperscan each
pattern is tried on the whole text: slower, and the answers are the same.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from unsealed.identify.identifier import AFTER_CONTEXT, Identifier
from unsealed.identify.identifiers import identifiers
from unsealed.identify.normalise import Normalised, normalise
from unsealed.identify.overlap import Candidate, resolve

try:
    import hyperscan
except ImportError:  # not to be had on this machine
    hyperscan = None  # type: ignore[assignment]  # asked before every use

BETWEEN = "\n\0\n"
"""Stands between two joined texts; no pattern crosses it."""
LOOK = 8
"""So many characters behind a match its pattern may look at."""
LONGEST_WORD = 40
"""A context word has at most so many characters."""


class Found(NamedTuple):
    """One piece of personal data: in which text, from where to where in it, by which identifier, as normalised."""

    text: int
    start: int
    end: int
    identifier: str
    value: str


class Scanner:
    """All identifiers, ready to scan."""

    def __init__(self, known: Mapping[str, Identifier] | None = None, *, plain: bool = False) -> None:
        """Compile the identifiers; all that there are if none are given.

        Args:
            known: identifiers by name.
            plain: do without Hyperscan.
        """
        self.known = dict(sorted((identifiers() if known is None else known).items()))
        self._names, self._all = list(self.known), list(self.known.values())
        self._values = [one.expression.groupindex.get("v", 0) for one in self._all]
        self._bases = [one.weight + (10 if one.proves else 0) for one in self._all]
        self._anchors: Anchors | None = None if plain or hyperscan is None else Anchors(self._all)

    def scan(self, texts: Sequence[str | None]) -> list[Found]:
        """Give what is found, in the order of the texts; places count characters of the text as it was given."""
        clean = [(number, normalise(text)) for number, text in enumerate(texts) if text]
        groups = ([one for one in clean if one[1].text.isascii()], [one for one in clean if not one[1].text.isascii()])
        return sorted(found for group in groups if group for found in self._group(group))

    def _group(self, group: list[tuple[int, Normalised]]) -> Iterator[Found]:
        joined = Joined([one.text for _, one in group])
        candidates = list(self._anchored(joined) if self._anchors else self._plainly(joined))

        def context(one: Candidate) -> int:
            known = self._all[one.number]
            near = known.needs_context or known.in_context(joined.text, one.start, one.end, *joined.bounds(one.start))
            return 20 if near else 0

        for start, end, number, _ in resolve(candidates, context):
            place = joined.place(start)
            base = joined.starts[place]
            text, clean = group[place]
            first, last = clean.original(start - base), clean.original(end - base, end=True)
            yield Found(text, first, last, self._names[number], joined.text[start:end])

    def _anchored(self, joined: "Joined") -> Iterator[Candidate]:
        assert self._anchors is not None  # noqa: S101 - the caller asked
        found = self._anchors.ends(joined.text)
        for number, one in enumerate(self._all):
            if ends := self._anchors.of(number, found):
                how = self._near_words if one.needs_context else self._leftwards if one.left else self._around
                for match in how(one, ends, joined.text):
                    yield from self._candidate(number, one, match, joined, ends)

    def _around(self, one: Identifier, ends: Sequence[int], text: str) -> Iterator[re.Match[str]]:
        """Give the matches in which an anchor ends."""
        search, count = one.expression.search, len(ends)
        for low, last in _windows(ends, one.before):
            high = min(len(text), last + one.after + LOOK)
            match = search(text, low, high)
            while match and match.start() < last:
                at = bisect_right(ends, match.start())
                if at < count and ends[at] <= match.end():
                    yield match
                match = search(text, match.start() + 1, high)

    def _leftwards(self, one: Identifier, ends: Sequence[int], text: str) -> Iterator[re.Match[str]]:
        """Give the matches in which an anchor ends, where what stands before it tells where they begin."""
        size, last = len(text), -1
        for end in ends:
            low = max(0, end - one.before)
            start = low + len(text[low : end - 1].rstrip(one.left))
            if start > last and (match := one.expression.match(text, start, min(size, end + one.after + LOOK))):
                last = start
                yield match

    def _near_words(self, one: Identifier, ends: Sequence[int], text: str) -> Iterator[re.Match[str]]:
        """Give the matches that may be near enough to a context word."""
        search, longest = one.expression.search, one.before + one.after
        for low, last in _windows(ends, longest + AFTER_CONTEXT + LONGEST_WORD, one.near):
            high = min(len(text), last + longest + LOOK)
            match = search(text, low, high)
            while match and match.start() <= last:
                yield match
                match = search(text, match.start() + 1, high)

    def _plainly(self, joined: "Joined") -> Iterator[Candidate]:
        for number, one in enumerate(self._all):
            words = sorted(one.word_ends(joined.text)) if one.needs_context else ()
            search = one.expression.search
            match = search(joined.text) if words or not one.needs_context else None
            while match:
                yield from self._candidate(number, one, match, joined, words)
                match = search(joined.text, match.start() + 1)

    def _candidate(
        self, number: int, one: Identifier, match: re.Match[str], joined: "Joined", words: Sequence[int]
    ) -> Iterator[Candidate]:
        start, end = match.span(self._values[number])
        if one.needs_context and not _has_near(words, start - one.near, end + AFTER_CONTEXT, joined, start):
            return
        if one.check is None or one.check(match.group(self._values[number])):
            yield Candidate(start, end, number, self._bases[number])


def _has_near(words: Sequence[int], low: int, high: int, joined: "Joined", at: int) -> bool:
    """Tell whether a word ends between two places, in the text that `at` is in."""
    place = bisect_right(words, low)
    if place == len(words) or words[place] > high:
        return False
    first, last = joined.bounds(at)
    place = bisect_right(words, max(low, first))
    return place < len(words) and words[place] <= min(high, last)


class Joined:
    """Some texts as one."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = BETWEEN.join(texts)
        self.starts, at = list[int](), 0
        for text in texts:
            self.starts.append(at)
            at += len(text) + len(BETWEEN)

    def place(self, at: int) -> int:
        """Give the number of the text at a place."""
        return bisect_right(self.starts, at) - 1

    def bounds(self, at: int) -> tuple[int, int]:
        """Give where the text at a place begins and ends."""
        place = self.place(at)
        after = self.starts[place + 1] - len(BETWEEN) if place + 1 < len(self.starts) else len(self.text)
        return self.starts[place], after


class Anchors:
    """The anchors and context words of all identifiers, for one pass of Hyperscan."""

    def __init__(self, known: Sequence[Identifier]) -> None:
        numbers: dict[str, int] = {}

        def of(expressions: Sequence[str]) -> list[int]:
            return [numbers.setdefault(expression, len(numbers)) for expression in expressions]

        self._of = [of(one.words if one.needs_context else one.anchors) for one in known]
        self._count = len(numbers)
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[expression.encode() for expression in numbers],
            ids=list(numbers.values()),
            flags=[0] * self._count,
        )

    def ends(self, text: str) -> list[list[int]]:
        """Give for each expression where it ends in the text, rising."""
        ends: list[list[int]] = [[] for _ in range(self._count)]

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            ends[number].append(end)

        data = text.encode("utf-8", "surrogatepass")
        self._database.scan(data, match_event_handler=on_match)
        return ends if len(data) == len(text) else _in_characters(data, ends)

    def of(self, number: int, ends: list[list[int]]) -> Sequence[int]:
        """Give where the anchors of an identifier end, or its context words where it needs one; rising."""
        return _merged([ends[one] for one in self._of[number]])


def _merged(lists: list[list[int]]) -> Sequence[int]:
    some = [one for one in lists if one]
    return some[0] if len(some) == 1 else sorted(chain(*some)) if some else ()


def _in_characters(data: bytes, ends: list[list[int]]) -> list[list[int]]:
    """Turn places in the bytes of a text into places in its characters."""
    places, characters, last = dict[int, int](), 0, 0
    for end in sorted({end for some in ends for end in some}):
        characters += len(data[last:end].decode("utf-8", "surrogatepass"))
        places[end] = characters
        last = end
    return [[places[end] for end in some] for some in ends]


def _windows(ends: Sequence[int], back: int, ahead: int = 0) -> Iterator[tuple[int, int]]:
    """Give from where to where matches may begin, around these ends; what overlaps is one."""
    low, last = -1, -1
    for end in ends:
        if end - back > last:
            if last >= 0:
                yield low, last
            low = max(0, end - back)
        last = end + ahead
    if last >= 0:
        yield low, last
