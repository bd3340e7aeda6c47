"""Conversations: messages joined by References, In-Reply-To, Outlook's Thread-Index, then subject and participants.

A union-find, as in Jamie Zawinski's description (https://www.jwz.org/doc/threading.html), but with one name a thread
that does not depend on the order in which messages are met.
"""

import re
from array import array
from collections import deque
from collections.abc import Iterable

_PREFIX = re.compile(
    r"^\s*(?:(?:re|fwd?|fw|aw|wg|antw|sv|vs|tr|rv|enc|res|ynt|odp|回复|答复|转发|返信|転送|回覆|轉寄|답장|전달)\s*"
    r"(?:\[\d+\]|\(\d+\))?\s*[:：]|\[[^\]]{1,40}\])\s*",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"(?:^|\]\s*)(?:re|fwd?|fw|aw|wg|antw|sv|tr|回复|答复|返信|転送)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_SPACE = re.compile(r"\s+")
WINDOW = 60 * 86400 * 1_000_000
"""How long after a letter a reply by subject alone is believed, in microseconds."""
NEARBY = 50
"""How many earlier letters of a subject are looked at."""
MAX_REFERENCES = 200
MAX_SUBJECT = 500

Titled = tuple[str, int, int, bool, list[str]]
"""A letter's base subject, date, number, whether it is a reply that names no letter, and its people."""


def base_subject(subject: str) -> str:
    """Give a subject without its reply and forward prefixes and list tags, in one case."""
    subject = subject[:MAX_SUBJECT]
    while True:
        match = _PREFIX.match(subject)
        if not match or match.end() >= len(subject):
            return _SPACE.sub(" ", subject).strip().casefold()
        subject = subject[match.end() :]


def is_reply(subject: str) -> bool:
    """Tell whether a subject says that it answers or passes on another letter."""
    return bool(_REPLY.search(subject[:MAX_SUBJECT]))


class Threads:
    """Joins letters, known by number; a thread's name is the smallest number in it."""

    def __init__(self, count: int) -> None:
        self._parent = array("q", range(count))

    def join(self, one: int, other: int) -> None:
        """Say that two letters are of one conversation."""
        a, b = self._find(one), self._find(other)
        if a != b:
            self._parent[max(a, b)] = min(a, b)

    def join_by_subject(self, letters: Iterable[Titled]) -> None:
        """Join a reply that names no letter to the newest earlier one of its subject that shares a person.

        Args:
            letters: ordered by subject, then date, then number.
        """
        subject: str | None = None
        earlier: deque[tuple[int, int, frozenset[str]]] = deque(maxlen=NEARBY)
        for base, date, number, lonely, names in letters:
            if base != subject:
                subject = base
                earlier.clear()
            people = frozenset(names)
            if lonely:
                for when, other, others in reversed(earlier):
                    if date - when > WINDOW:
                        break
                    if other != number and people & others:
                        self.join(number, other)
                        break
            earlier.append((date, number, people))

    def names(self) -> "array[int]":
        """Give the name of each number's thread."""
        parent = self._parent
        for number, above in enumerate(parent):
            parent[number] = parent[above]
        return parent

    def _find(self, number: int) -> int:
        parent = self._parent
        while number != parent[number]:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number
