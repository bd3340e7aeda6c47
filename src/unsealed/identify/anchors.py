"""One pass of Hyperscan over many texts: where in each of them the anchors and context words of identifiers end.

It only says where to look. The texts lie in one block of bytes, and an anchor that reaches from one into the next costs
a look in vain: exact patterns never see more than one text.
"""

from bisect import bisect_right
from collections.abc import Sequence

from unsealed.identify.identifier import Identifier

try:
    import hyperscan
except ImportError:  # not to be had on this machine
    hyperscan = None  # type: ignore[assignment]  # asked before every use

FAST = hyperscan is not None
"""Whether there is Hyperscan on this machine."""
BETWEEN = "\n\0\n"
"""Stands between two texts."""

_INNER = bytes(range(0x80, 0xC0))
"""In UTF-8 all bytes of a character but its first."""

Ends = dict[int, list[int]]
"""By number of an identifier, where its anchors end in one text, or its words where it needs one; rising."""


class Anchors:
    """The anchors and context words of all identifiers, compiled into one database."""

    def __init__(self, known: Sequence[Identifier]) -> None:
        numbers: dict[str, int] = {}
        users: list[list[int]] = []
        for number, one in enumerate(known):
            for expression in dict.fromkeys(one.words if one.needs_context else one.anchors):
                if numbers.setdefault(expression, len(numbers)) == len(users):
                    users.append([])
                users[numbers[expression]].append(number)
        self._users = users
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[expression.encode() for expression in numbers],
            ids=list(numbers.values()),
            flags=[0] * len(numbers),
        )

    def ends(self, texts: Sequence[str]) -> list[Ends]:
        """Give for each text where anchors end in it.

        Args:
            texts: normalised. Those in ASCII alone cost least when they come without others.
        """
        joined = BETWEEN.join(texts)
        data = joined.encode("utf-8", "surrogatepass")
        found: list[list[int]] = [[] for _ in self._users]

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found[number].append(end)

        self._database.scan(data, match_event_handler=on_match)
        return self._by_text(found if len(data) == len(joined) else _in_characters(data, found), texts)

    def _by_text(self, found: list[list[int]], texts: Sequence[str]) -> list[Ends]:
        starts, at = list[int](), 0
        for text in texts:
            starts.append(at)
            at += len(text) + len(BETWEEN)
        by_text: list[Ends] = [{} for _ in texts]
        for users, ends in zip(self._users, found, strict=True):
            for end in ends:
                place = bisect_right(starts, end) - 1
                for number in users:
                    by_text[place].setdefault(number, []).append(end - starts[place])
        for here in by_text:
            for some in here.values():
                some.sort()
        return by_text


def _in_characters(data: bytes, found: list[list[int]]) -> list[list[int]]:
    """Turn places in the bytes of a text into places in its characters."""
    places, characters, last = dict[int, int](), 0, 0
    for end in sorted({end for some in found for end in some}):
        characters += len(data[last:end].translate(None, _INNER))
        places[end] = characters
        last = end
    return [[places[end] for end in some] for some in found]
