"""How much of a letter stands in another: word by word, with what was somebody else's before told apart."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, compress

from unsealed.expose.quoting.fingerprints import Fingerprints, Stream
from unsealed.expose.quoting.words import FOOTER, OWN, QUOTED, SHARED

ENOUGH = 0.3
"""So much of a letter's own words must stand in the opened letter."""
ENOUGH_UNMARKED = 0.6
"""So much, where no reply link leads to it and nothing marks the words as quoted there. And so much of all that it says,
where most of that stands in other letters, too, and the opened one is of another conversation: turns of phrase."""
FEWEST = 12
"""So many words must stand there, where no reply link leads to the letter."""
FEWEST_NEAR = 6
"""The same, where it is of the same conversation, and quoted."""
FEWEST_WHOLE = 8
"""The same, where all of it is quoted."""
FEW = 10
"""A letter of fewer words must stand where the opened letter quotes."""
ALIKE = 0.7
"""A letter that says nearly nothing else than an older one, and not all of it, is made after the same pattern."""
NEARLY_ALL = 0.9
"""So much of a letter must be quoted that says nothing new, where no reply link leads to it: it was sent twice."""
CACHED = 4_000
_KINDS = range(256)
_IS_SAID = bytes(kind >= SHARED for kind in _KINDS)
_IS_OWN = bytes(kind == OWN for kind in _KINDS)
_IS_QUOTED = bytes(kind == QUOTED for kind in _KINDS)
_IS_TEXT = bytes(kind > FOOTER for kind in _KINDS)


class Other:
    """A letter that others may stand in: its runs."""

    def __init__(self, streams: list[Stream]) -> None:
        self._streams = streams

    def _runs(self, table: bytes) -> set[int]:
        return set(chain.from_iterable(compress(s.runs, s.least.translate(table)) for s in self._streams))

    @cached_property
    def whole(self) -> set[int]:
        """All of them."""
        return set(chain.from_iterable(stream.runs for stream in self._streams))

    @cached_property
    def text(self) -> set[int]:
        """All but its signature and footer."""
        return self._runs(_IS_TEXT)

    @cached_property
    def quoted(self) -> set[int]:
        """Those that it quotes."""
        return self._runs(_IS_QUOTED)

    @cached_property
    def said(self) -> set[int]:
        """Those that it says itself."""
        return self._runs(_IS_SAID)


class Words:
    """A letter's words, or its characters: where each of its own runs stands."""

    def __init__(self, stream: Stream) -> None:
        self.length = stream.length
        self.own = int.from_bytes(stream.kinds.translate(_IS_SAID), "little")
        """For each word a byte: 1 where it is the letter's own."""
        self.rare = int.from_bytes(stream.kinds.translate(_IS_OWN), "little")
        """The same without lines that many conversations share."""
        self._count = len(stream.kinds)
        self._ones = b"\1" * stream.length
        mine = stream.least.translate(_IS_SAID)
        runs, stand = list(compress(stream.runs, mine)), list(compress(range(len(stream.runs)), mine))
        self.places = dict(zip(runs, stand, strict=True))
        """Where each run stands; the last place of one that stands several times."""
        self._again: dict[int, list[int]] = {}
        if len(self.places) < len(runs):
            for place, run in zip(stand, runs, strict=True):
                if self.places[run] != place:
                    self._again.setdefault(run, []).append(place)

    def covered(self, runs: set[int]) -> int:
        """Give for each word a byte: 1 where one of these runs goes over it."""
        found = self.places.keys() & runs
        if not found:
            return 0
        covered = bytearray(self._count)
        length, ones, places = self.length, self._ones, self.places
        for run in found:
            place = places[run]
            covered[place : place + length] = ones
        for run in found & self._again.keys() if self._again else ():
            for place in self._again[run]:
                covered[place : place + length] = ones
        return int.from_bytes(covered, "little")


@dataclass(frozen=True)
class Said:
    """What a letter says itself."""

    parts: list[Words]
    own: list[int]
    """For each part, the words that count."""
    size: int
    fresh: bool
    """Something of it was not said before."""
    whole: int
    """How many words it says itself, those that older letters or many conversations have included."""


class Measure:
    """Measures letters of one case against each other."""

    def __init__(self, prints: Fingerprints) -> None:
        """Keep the letters last used at hand."""
        self._prints = prints
        self.other: Callable[[int], Other] = lru_cache(CACHED)(self._other)

    def _other(self, k: int) -> Other:
        return Other(self._prints.letter(k))

    def said(self, k: int, before: Iterable[int]) -> Said:
        """Tell what a letter says itself; lines that many conversations share are left out where it says anything else.

        Args:
            k: the letter.
            before: older letters that may have said the same.
        """
        parts = [Words(stream) for stream in self._prints.letter(k)]
        own = [part.rare for part in parts]
        if _size(own) < FEW:
            own = [part.own for part in parts]
        size, whole = _size(own), _size(part.own for part in parts)
        mine = own
        for other in before if size else ():
            runs = self.other(other).whole
            mine = [left & ~part.covered(runs) for left, part in zip(mine, parts, strict=True)]
        left = _size(mine)
        if left >= min(size, max(FEW, size * (1 - ALIKE))):
            return Said(parts, mine, left, fresh=True, whole=whole)
        return Said(parts, own, size, fresh=False, whole=whole)

    def same(self, k: int, other: int) -> bool:
        """Tell whether two letters say the same: one letter, sent twice."""
        one, two = self.other(k).said, self.other(other).said
        return len(one) > FEWEST and one == two

    def linked(self, said: Said, k: int) -> float:
        """Give the share of a letter that stands in one that answers it; 0 where it is not enough.

        Lines that many conversations share count only where they are quoted.
        """
        other = self.other(k)
        found = [part.covered(other.quoted) for part in said.parts]
        if said.size >= FEW:
            more = [part.covered(other.whole) & part.rare for part in said.parts]
            found = [a | b for a, b in zip(found, more, strict=True)]
        share = _size(a & b for a, b in zip(found, said.own, strict=True)) / said.size
        return share if share >= ENOUGH else 0.0

    def unlinked(self, said: Said, k: int, *, near: bool) -> float:
        """Give the share of a letter that stands in a later one that is not known to answer it; 0 if not enough.

        Args:
            said: the letter.
            k: the later one.
            near: both are of one conversation.
        """
        rare = [own & part.rare for own, part in zip(said.own, said.parts, strict=True)]
        size = _size(rare)
        fewest = FEWEST_NEAR if near else FEWEST if size >= FEWEST else max(FEWEST_WHOLE, size)
        if size < fewest:
            return 0.0
        other = self.other(k)
        quoted = _size(own & part.covered(other.quoted) for own, part in zip(rare, said.parts, strict=True))
        least = 0.0 if near or size >= ALIKE * said.whole else ENOUGH_UNMARKED * said.whole
        if quoted >= max(fewest, least, (ENOUGH if said.fresh else NEARLY_ALL) * size):
            return quoted / size
        if not said.fresh:
            return 0.0
        every = _size(own & part.covered(other.text) for own, part in zip(rare, said.parts, strict=True))
        if every < max(FEWEST, least, ENOUGH_UNMARKED * size):
            return 0.0
        if every < size and other.said:  # a pasted letter stands among other words, or whole
            same = sum(len(part.places.keys() & other.said) for part in said.parts)
            if same >= ALIKE * len(other.said):
                return 0.0
        return every / size


def _size(own: Iterable[int]) -> int:
    return sum(map(int.bit_count, own))
