"""Find personal data in many texts at once: one pass for all anchors, then exact patterns and checks around them.

What is found is defined without anchors, text by text: of each identifier the matches of its pattern, tried at every
place from left to right, that pass its check and have the context that they need; where one was found, it is tried on
behind it. Of findings that overlap, one stays. Anchors only say which places are worth trying; without Hyperscan all
are, which is slower and gives the same. In a table the heading of a column is context for its cells (`columns.py`).
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import NamedTuple

from unsealed.identify.anchors import FAST, Anchors, Ends
from unsealed.identify.columns import Columns
from unsealed.identify.identifier import AFTER_CONTEXT, Identifier
from unsealed.identify.identifiers import identifiers
from unsealed.identify.normalise import Normalised, normalise_all
from unsealed.identify.overlap import Candidate, resolve
from unsealed.workers import alarm, rearm

LOOK = 8
"""So many characters behind a match its pattern may look at."""
TEXT_SECONDS = 30
"""Time for one text; no text that was ever seen takes a tenth of it."""
TOO_SLOW = "too_slow"


class Found(NamedTuple):
    """One piece of personal data: in which text, from where to where in it, by which identifier, as normalised."""

    text: int
    start: int
    end: int
    identifier: str
    value: str

    def __repr__(self) -> str:
        """Say all but the value: what is shown of an error or a failed test ends in logs."""
        return f"Found({self.text}, {self.start}, {self.end}, {self.identifier!r})"


class Lost(NamedTuple):
    """What could not be looked at: in which text, for which identifier (none where it is the rest of the text), why."""

    text: int
    identifier: str | None
    why: str
    """The name of an exception, whose words may hold the value; or `TOO_SLOW`."""


class _Late(BaseException):
    """Time is up for this text. No `Exception`, so that no identifier can catch it."""


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
        self._anchors = Anchors(self._all) if FAST and not plain else None
        self._armed, self._busy = 0.0, False

    def scan(self, texts: Sequence[str | None], lost: Counter[Lost] | None = None) -> list[Found]:
        """Give what is found, in the order of the texts; places count characters of the text as it was given.

        Args:
            texts: each is scanned by itself, whatever stands in the others.
            lost: takes what could not be looked at, and how often; no value is in it. An identifier that fails on a value
                loses that one; a text that takes too long loses what was not yet found in it.
        """
        there = [number for number, text in enumerate(texts) if text]
        clean = list(zip(there, normalise_all([texts[number] or "" for number in there]), strict=True))
        found: list[Found] = []
        lost = Counter() if lost is None else lost
        with alarm(self._late):
            for group in (
                [one for one in clean if one[1].text.isascii()],
                [one for one in clean if not one[1].text.isascii()],
            ):
                rearm(0)
                self._armed = 0.0
                around = self._anchors.ends([one.text for _, one in group]) if self._anchors else [None] * len(group)
                for (number, text), ends in zip(group, around, strict=True):
                    if ends or ends is None:
                        columns = Columns(self._all, texts[number] or "", text)
                        found += self._text(number, text, columns, ends, lost)
        return sorted(found)

    def _text(
        self, number: int, clean: Normalised, columns: Columns, ends: Ends | None, lost: Counter[Lost]
    ) -> Iterator[Found]:
        """Give what is found in one text."""
        candidates: list[Candidate] = []
        text = clean.text

        def context(one: Candidate) -> int:
            known = self._all[one.number]
            near = known.needs_context or known.in_context(text, one.start, one.end)
            return 20 if near or columns.head(one.number, one.start, one.start, one.end) else 0

        if (now := monotonic()) - self._armed > 1:
            rearm(TEXT_SECONDS)
            self._armed = now
        try:
            self._busy = True
            for which in range(len(self._all)) if ends is None else sorted(ends):
                candidates += self._of(which, number, text, columns, None if ends is None else ends[which], lost)
            kept = resolve(candidates, context)
            self._busy = False
        except _Late:
            self._armed = 0.0
            lost[Lost(number, None, TOO_SLOW)] += 1
            kept = resolve(candidates, lambda _: 0)
        for start, end, which, _ in kept:
            first, last = clean.original(start), clean.original(end, end=True)
            yield Found(number, first, last, self._names[which], text[start:end])

    def _late(self, *_: object) -> None:
        """End the text that is being worked on; between two there is nothing to end."""
        if self._busy:
            self._busy = False
            raise _Late

    def _of(
        self,
        which: int,
        number: int,
        text: str,
        columns: Columns,
        ends: Sequence[int] | None,
        lost: Counter[Lost],
    ) -> list[Candidate]:
        """Give what one identifier finds in one text."""
        one, size, behind, found = self._all[which], len(text), 0, list[Candidate]()
        search, match = one.expression.search, one.expression.match
        for low, high, limit in self._spans(which, text, columns, ends):
            behind, look = max(behind, low), match if high - low == 1 else search
            while behind < high and (seen := look(text, behind, limit)) and (start := seen.start()) < high:
                behind = start + 1
                # where the end of the search may have cut it short, it is matched again
                whole = seen if limit >= size else match(text, start)
                if whole and self._passes(which, number, whole, columns, ends, lost):
                    behind = max(behind, whole.end())
                    found.append(Candidate(*whole.span(self._values[which]), which, self._bases[which]))
        return found

    def _spans(
        self, which: int, text: str, columns: Columns, ends: Sequence[int] | None
    ) -> Iterable[tuple[int, int, int]]:
        """Give between which places matches may begin, and how far those reach that have to be found."""
        if ends is None:
            return ((0, len(text) + 1, len(text)),)
        one = self._all[which]
        longest = one.before + one.after
        if one.needs_context:
            near = _around(ends, longest + AFTER_CONTEXT, one.near, longest + LOOK)
            cells = [(low, high, high + longest + LOOK) for low, high in columns.spans(which, ends)]
            return sorted([*near, *cells]) if cells else near
        if one.left:
            return _leftwards(text, one.left, ends, one.before + one.after + LOOK)
        return _around(ends, one.before, 0, one.after + LOOK)

    def _passes(
        self,
        which: int,
        number: int,
        match: re.Match[str],
        columns: Columns,
        ends: Sequence[int] | None,
        lost: Counter[Lost],
    ) -> bool:
        """Tell whether a match is what it looks like."""
        one, group = self._all[which], self._values[which]
        if one.check is not None:
            try:
                if not one.check(match[group]):
                    return False
            except Exception as error:  # noqa: BLE001 - an identifier that fails costs this value, never the stage
                lost[Lost(number, self._names[which], type(error).__name__)] += 1
                return False
        start, end = match.span(group)
        return (
            not one.needs_context
            or _has_context(one, match.string, start, end, ends)
            or columns.head(which, match.start(), start, end, ends)
        )


def _has_context(one: Identifier, text: str, start: int, end: int, ends: Sequence[int] | None) -> bool:
    """Tell whether a word that the identifier needs is near; where words end, if that is known, spares most a look."""
    if ends is not None:
        place = bisect_right(ends, start - one.near)
        if place == len(ends) or ends[place] > end + AFTER_CONTEXT:
            return False
    return one.in_context(text, start, end)


def _around(ends: Sequence[int], back: int, ahead: int, reach: int) -> Iterator[tuple[int, int, int]]:
    """Give spans from `back` before an end to `ahead` behind it; those that overlap are one."""
    low = high = -1
    for end in ends:
        if end - back > high:
            if high >= 0:
                yield low, high, high + reach
            low = end - back if end > back else 0
        high = end + ahead
    yield low, high, high + reach


def _leftwards(text: str, left: str, ends: Sequence[int], reach: int) -> Iterator[tuple[int, int, int]]:
    """Give the places where what stands before an anchor, a character, is no more made of `left`."""
    before = 0
    for end in ends:
        # from one anchor to the next, so that however long it is, nothing is gone over twice
        start = before + len(text[before : end - 1].rstrip(left))
        yield start, start + 1, end + reach
        before = end
