"""How much of a letter really stands in another, by longest common blocks: slow, and apart from the product's code."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}")
URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+")
BLOCK = 4
COPIED = 8
FEWEST = 6
LINE = 25
OFTEN = 3
MOST = 12
MOST_WORDS = 4_000
THEIRS = re.compile(
    r"(?im)^[ \t>]*(?:-{2,} ?original message|-{2,} ?forwarded|begin forwarded|----- ?元の|-{3,} ?転送"
    r"|from:.*\n(?:.*\n){0,3}[ \t>]*(?:sent|date):|差出人[:：].*\n(?:.*\n){0,3}.*件名[:：])"
)
SIGNED = re.compile(r"(?m)^(?:-- ?|_{5,}|-{3,}|\*{5,}|={5,})[ \t]*$")
ATTRIBUTION = re.compile(r"(?m)^.*(?:wrote|writes|said|のメール|schrieb.*)[:：][ \t]*$")


@dataclass(eq=False)
class Text:
    """One letter as the oracle sees it."""

    key: str
    talk: str
    date: int
    links: frozenset[str]
    text: str
    sender: str = ""
    footers: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def own(self) -> list[str]:
        """Its words but what it quotes, its signature, and lines that many conversations share."""
        text = self.text
        begun = THEIRS.search(text)
        if begun and text[: begun.start()].strip():
            text = text[: begun.start()]
        lines = [line for line in text.split("\n") if not re.match(r"\s*(?:[>|＞]|\w{1,4}>)", line)]
        text = "\n".join(lines)
        signed = [m.start() for m in SIGNED.finditer(text) if text[: m.start()].strip()]
        near = [at for at in signed if text[at:].count("\n") <= 13]
        if near:
            text = text[: near[0]]
        text = ATTRIBUTION.sub("", text)
        return tokens("\n".join(line for line in text.split("\n") if line.strip() not in self.footers))

    @cached_property
    def whole(self) -> list[str]:
        """All its words, marks taken away."""
        return tokens(re.sub(r"(?m)^[ \t>|＞]+", "", self.text))[:MOST_WORDS]

    @cached_property
    def lines(self) -> set[str]:
        """Its long lines, folded."""
        stripped = (re.sub(r"^[ \t>|＞]+", "", line).strip().lower() for line in self.text.split("\n"))
        return {line for line in stripped if len(line) >= LINE}


def tokens(text: str) -> list[str]:
    """Give words, and single characters of Japanese and Chinese; numbers and single letters prove nothing."""
    found = TOKEN.findall(URL.sub(_one, text.lower().replace("'", "")))
    return [token for token in found if not token.isdigit()]


def _one(match: re.Match[str]) -> str:
    return "url" + re.sub(r"\W", "", match[0])


def blocks(own: list[str], other: Text) -> list[int]:
    """Give how long the common blocks are, in order."""
    found = SequenceMatcher(None, own, other.whole, autojunk=False).get_matching_blocks()
    return [block.size for block in found if block.size >= min(BLOCK, len(own))]


class Library:
    """All letters of a case; which may stand in which."""

    def __init__(self, letters: Iterable[Text]) -> None:
        """Index them by conversation and by long lines."""
        self.letters = {letter.key: letter for letter in letters}
        self.talks: dict[str, list[Text]] = defaultdict(list)
        self.by_line: dict[str, list[Text]] = defaultdict(list)
        seen: dict[str, set[str]] = defaultdict(set)
        for letter in self.letters.values():
            self.talks[letter.talk].append(letter)
            for line in letter.lines:
                self.by_line[line].append(letter)
            for line in {line.strip() for line in letter.text.split("\n")}:
                if len(line) > 3:
                    seen[line].add(letter.talk)
        often = frozenset(line for line, talks in seen.items() if len(talks) >= OFTEN)
        for letter in self.letters.values():
            letter.footers = often

    def fresh(self, letter: Text) -> list[str]:
        """Give a letter's own words without long blocks that stand in older letters, marked or not."""
        own = letter.own
        older = {key: self.letters[key] for key in letter.links if key in self.letters}
        older |= {o.key: o for o in self._near(letter) if o.date < letter.date and letter.lines & o.lines}
        ranked = sorted(older.values(), key=lambda o: (o.key not in letter.links, -len(letter.lines & o.lines), o.key))
        for other in ranked[:8]:
            if other is not letter and own:
                for block in reversed(SequenceMatcher(None, own, other.whole, autojunk=False).get_matching_blocks()):
                    if block.size >= COPIED:
                        own = own[: block.a] + own[block.a + block.size :]
        return own

    def _near(self, letter: Text) -> list[Text]:
        """Give the letters of its conversation, and those that share a long line with it."""
        far = (
            other
            for line in letter.lines
            if len({t.talk for t in self.by_line[line]}) <= OFTEN
            for other in self.by_line[line]
        )
        return list({other.key: other for other in [*self.talks[letter.talk], *far]}.values())

    def above(self, letter: Text) -> set[str]:
        """Give what a letter answers, directly or not."""
        found: set[str] = set()
        waiting = list(letter.links)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.letters[key].links if key in self.letters else ()
        return found

    def best(self, letter: Text, opened: set[str], claimed: str = "") -> tuple[float, str, bool]:
        """Give how much of a letter stands in an opened one, in which, and whether that one answers it.

        -1 where all that it says was said in older letters: one letter sent twice, or a quotation without a mark.

        Args:
            letter: the letter.
            opened: the keys of those that were opened.
            claimed: one that must be looked at.
        """
        ranked = []
        hinted = [self.letters[claimed]] if claimed in self.letters else []
        for other in {other.key: other for other in [*hinted, *self._near(letter)] if other.key in opened}.values():
            if other.key == letter.key:
                continue
            linked = letter.key in self.above(other)
            if linked or letter.date <= other.date:
                ranked.append(
                    (other.key != claimed, not linked, -len(letter.lines & other.lines), other.date, other.key)
                )
        best = (0.0, "", False)
        own = self.fresh(letter)
        if len(own) < FEWEST:
            return (-1.0 if len(letter.own) >= FEWEST else 0.0), "", False
        for _, unlinked, _, _, key in sorted(ranked)[:MOST]:
            found = blocks(own, self.letters[key])
            if not unlinked or max(found, default=0) >= min(COPIED, len(own)):
                best = max(best, (sum(found) / len(own), key, not unlinked))
            if best[0] > 0.97:
                break
        return best
