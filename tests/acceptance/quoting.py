"""Which letters stand in letters that were opened: by reply links, and by words really there."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random

    from corpus import Letter

WORD = re.compile(r"\w+", re.UNICODE)
SPAN = 4
SURE = 0.5
NONE = 0.05
SHORT = 12
FOOTER = 6


class Quote(NamedTuple):
    """How much of a letter was opened: of all its words, of its own, of its own but the footer."""

    whole: float
    own: float
    bare: float


def is_quoted(line: str) -> bool:
    """Say whether a line is another's."""
    return line.lstrip().startswith((">", "|")) or line.rstrip().endswith("wrote:")


def words(lines: list[str]) -> list[str]:
    """Give the words of some lines, without the marks of quoting."""
    return [w.lower() for line in lines for w in WORD.findall(line.lstrip("> |"))]


class Book:
    """Every letter of a case, with its links."""

    def __init__(self, letters: list[Letter]) -> None:
        """Index the letters."""
        self.by_mid = {letter.mid: letter for letter in letters}
        seen = Counter(line.strip("> |\t") for letter in letters for line in set(letter.text.splitlines()))
        self.footers = {line for line, count in seen.items() if count >= FOOTER}
        self._bodies: dict[str, tuple[list[str], list[str], list[str]]] = {}
        self._spans: dict[str, set[tuple[str, ...]]] = {}

    def ancestors(self, letter: Letter) -> set[str]:
        """Give the ids that a letter answers, directly or by way of others."""
        found: set[str] = set()
        queue = list(letter.refs)
        while queue:
            mid = queue.pop()
            if mid not in found and mid != letter.mid:
                found.add(mid)
                queue += self.by_mid[mid].refs if mid in self.by_mid else []
        return found

    def spans(self, letter: Letter) -> set[tuple[str, ...]]:
        """Give every run of words in a letter."""
        if letter.mid not in self._spans:
            body = self.body(letter)[0]
            self._spans[letter.mid] = {tuple(body[i : i + SPAN]) for i in range(len(body) - SPAN + 1)}
        return self._spans[letter.mid]

    def body(self, letter: Letter) -> tuple[list[str], list[str], list[str]]:
        """Give a letter's words, those that it doesn't quote, and those that are no list's footer either."""
        if letter.mid not in self._bodies:
            lines = letter.text.splitlines()
            own = [line for line in lines if not is_quoted(line)]
            bare = [line for line in own if line.strip("> |\t") not in self.footers]
            self._bodies[letter.mid] = (words(lines), words(own), words(bare))
        return self._bodies[letter.mid]

    def quote(self, letter: Letter, spans: set[tuple[str, ...]]) -> Quote:
        """Measure a letter against what was opened."""
        whole, own, bare = self.body(letter)
        return Quote(share(whole, spans), share(own, spans), share(bare, spans))


def share(body: list[str], spans: set[tuple[str, ...]]) -> float:
    """Say what share of some words stands in an opened letter, in runs."""
    covered = [False] * len(body)
    for i in range(len(body) - SPAN + 1):
        if tuple(body[i : i + SPAN]) in spans:
            covered[i : i + SPAN] = [True] * SPAN
    return sum(covered) / len(body) if body else 0.0


class Opened:
    """The letters that were opened in one mailbox, or in all the others."""

    def __init__(self, book: Book, letters: list[Letter], *, same_box: bool) -> None:
        """Join their words and their links."""
        self.book, self.letters, self.same_box = book, letters, same_box
        self.mids = {letter.mid for letter in letters}
        self.links = {letter.mid: book.ancestors(letter) for letter in letters}
        self.all_spans = set().union(*(book.spans(letter) for letter in letters))

    def judge(self, letter: Letter) -> tuple[bool | None, str]:
        """Say whether a letter is quoted: yes, no, or None where the contract leaves it open."""
        unsure = ""
        key = subject_key(letter.subject)
        for other in self.letters:
            ancestor = letter.mid in self.links[other.mid]
            if other.mid == letter.mid or not (ancestor or key == subject_key(other.subject)):
                continue
            quote = self.book.quote(letter, self.book.spans(other))
            short = min(map(len, self.book.body(letter))) < SHORT
            if ancestor and min(quote) >= SURE and self.same_box and not short:
                return True, f"{min(quote):.0%} of it stands in {other.mid}"
            if quote.bare >= NONE or quote.whole >= SURE or (ancestor and (max(quote) >= NONE or short)):
                unsure = f"{max(quote):.0%} of it stands in {other.mid}"
        if not unsure and letter.mid not in self.mids:
            loose = self.book.quote(letter, self.all_spans)
            unsure = f"{loose.bare:.0%} of it stands in letters opened" if loose.bare >= SURE else ""
        return (None, unsure) if unsure else (False, "")


def subject_key(subject: str) -> str:
    """Reduce a subject to what a thread shares."""
    bare = re.sub(r"(?i)^((re|fwd?|aw|sv)(\[\d+\])?:|\[[^\]]*\]|\s)+", "", subject)
    return " ".join(bare.lower().split())


def threads(letters: list[Letter]) -> list[list[Letter]]:
    """Group letters by their links and their subjects, in the order of the first of each."""
    heads: dict[str, str] = {}

    def head(key: str) -> str:
        while heads.setdefault(key, key) != key:
            key = heads[key]
        return key

    for letter in letters:
        subject = subject_key(letter.subject)
        for key in [*letter.refs, *([f"subject {subject}"] if subject else [])]:
            heads[head(key)] = head(letter.mid)
    groups: dict[str, list[Letter]] = {}
    for letter in letters:
        groups.setdefault(head(letter.mid), []).append(letter)
    return list(groups.values())


def deal(
    letters: list[Letter],
    boxes: int,
    size: int,
    rng: random.Random,
    quoting: dict[str, str],
) -> list[list[Letter]]:
    """Deal whole threads to mailboxes, each about as many letters; no thread to two of them."""
    groups = [group for group in threads(letters) if len(group) <= size]
    begin = rng.randrange(len(groups))
    groups = groups[begin:] + groups[:begin]
    rich = [g for g in groups if any(letter.mid in quoting for letter in g)]
    hands: list[list[Letter]] = []
    for _ in range(boxes):
        hand: list[Letter] = []
        while groups and len(hand) < size:
            group = rich.pop(0) if rich and rng.random() < 0.7 else groups[0]
            groups.remove(group)
            rich = [g for g in rich if g is not group]
            hand += group
        hands.append(hand)
    return hands


def quoters(letters: list[Letter]) -> dict[str, str]:
    """Give the letters that quote most of one they answer, and which."""
    book = Book(letters)
    found: dict[str, str] = {}
    for letter in letters:
        for mid in letter.refs:
            parent = book.by_mid.get(mid)
            if (
                parent
                and min(map(len, book.body(parent))) >= SHORT
                and min(book.quote(parent, book.spans(letter))) >= SURE
            ):
                found[letter.mid] = mid
    return found
