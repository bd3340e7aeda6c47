"""Conversations: messages joined by References, In-Reply-To, Outlook's Thread-Index, then subject and participants.

A union-find over message ids, as in Jamie Zawinski's description (https://www.jwz.org/doc/threading.html), but with
one name a thread that does not depend on the order in which messages are met.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

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
MAX_REFERENCES = 200


@dataclass(frozen=True)
class Letter:
    """What threading needs to know of a message copy."""

    own: str
    message_id: str | None
    replies_to: str | None
    references: tuple[str, ...]
    thread_index: str | None
    subject: str
    date: int | None
    people: frozenset[str]


def base_subject(subject: str) -> str:
    """Give a subject without its reply and forward prefixes and list tags, in one case."""
    while True:
        match = _PREFIX.match(subject)
        if not match or match.end() >= len(subject):
            return _SPACE.sub(" ", subject).strip().casefold()
        subject = subject[match.end() :]


class Threads:
    """Takes letters one by one, then names their conversations."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._keys: list[str] = []
        self._subjects: dict[str, list[tuple[int, str, frozenset[str], bool]]] = {}

    def add(self, letter: Letter) -> None:
        """Take one letter; order does not matter."""
        key = (letter.message_id or letter.own).lower()
        self._keys.append(key)
        self._find(key)
        links = [reference.lower() for reference in letter.references[-MAX_REFERENCES:]]
        if letter.replies_to:
            links.append(letter.replies_to.lower())
        if letter.thread_index:
            links.append(f"thread-index:{letter.thread_index}")
        for link in links:
            self._union(key, link)
        subject = base_subject(letter.subject)
        if letter.date is not None and len(subject) > 3:
            lonely = not links and bool(_REPLY.search(letter.subject))
            self._subjects.setdefault(subject, []).append((letter.date, key, letter.people, lonely))

    def names(self) -> list[str]:
        """Give the key of each letter's conversation, in the order in which letters were added."""
        for group in self._subjects.values():
            if len(group) > 1:
                self._by_subject(sorted(group, key=lambda entry: entry[:2]))
        self._subjects.clear()
        first: dict[str, str] = {}
        for key in self._parent:
            root = self._find(key)
            if root not in first or key < first[root]:
                first[root] = key
        return [first[self._find(key)] for key in self._keys]

    def _by_subject(self, group: list[tuple[int, str, frozenset[str], bool]]) -> None:
        """Join a reply that names no letter to the newest earlier one of its subject that shares a person."""
        for index, (date, key, people, lonely) in enumerate(group):
            if not lonely:
                continue
            for earlier, other, others, _ in reversed(group[max(0, index - 50) : index]):
                if date - earlier > WINDOW:
                    break
                if other != key and people & others:
                    self._union(key, other)
                    break

    def _find(self, key: str) -> str:
        parent = self._parent
        root = parent.setdefault(key, key)
        while root != parent[root]:
            parent[root] = parent[parent[root]]
            root = parent[root]
        parent[key] = root
        return root

    def _union(self, one: str, other: str) -> None:
        a, b = self._find(one), self._find(other)
        if a != b:
            self._parent[max(a, b)] = min(a, b)


def participants(sender: str | None, *lists: Iterable[dict[str, str]]) -> frozenset[str]:
    """Give the addresses of a letter's sender and recipients."""
    people = {person["address"] for people in lists for person in people or () if person["address"]}
    return frozenset(people | {sender} if sender else people)
