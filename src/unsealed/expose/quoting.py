"""Letters whose words stand in a letter that was opened: by reply links, and by text that really stands there.

What counts is a letter's own words: quotations in it, which may stand in its siblings too, signatures, and lines
that many conversations share are told apart (`words.py`). A run of words is the own of the first letter of the
conversation that has it.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import pyarrow as pa

from unsealed.expose import words
from unsealed.expose.copies import LETTER, bare
from unsealed.query import Engine

ENOUGH = 0.3
"""So much of an ancestor's own words must stand in the opened letter."""
ENOUGH_UNLINKED = 0.6
"""So much of a letter's own words, where no reply link leads to it."""
FEWEST_UNLINKED = 4
"""So many runs must a letter have of its own, where no reply link leads to it."""
SHORTEST_WORDS, SHORTEST_CHARACTERS = 3, 5
"""A letter of fewer says too little to be found again."""
MAX_TEXT = 200_000
MAX_LETTERS, MAX_SIZE, OVERLAP = 2_000, 4_000_000, 4
"""A conversation with more letters or characters is looked at in stretches of time, each of which begins with the last
quarter of the one before."""
ROWS = 1_000
MAX_POSTINGS = 16
"""So many opened letters, the oldest, are remembered to hold a run."""
COMMON = 3
"""A line that stands in so many conversations is nobody's own words."""


@dataclass(frozen=True)
class Letter:
    """One letter of a conversation, whatever copies of it there are."""

    letter: str
    links: frozenset[str]
    opened: str | None
    """Our id of the opened copy, or None."""
    text: str
    date: int

    @cached_property
    def runs(self) -> set[words.Run]:
        """All its runs, quotations included."""
        return words.runs(words.unmarked(self.text))

    @cached_property
    def whole(self) -> tuple[str, str]:
        """All its words in one string, and all its characters."""
        return words.in_one(words.unmarked(self.text))


def quoted(db: Engine) -> None:
    """Find the letters that stand in opened ones of their conversation; every copy of such a letter gets the ground."""
    found: dict[str, tuple[float, str, str]] = {}
    _taken(db)
    common = _common_lines(db)
    for group in _conversations(db):
        for letter, message_id, other, part in in_conversation(group, common):
            found[letter] = max(found.get(letter, (0.0, "", "")), (part, message_id, other))
    rows = sorted((letter, message_id, other, part) for letter, (part, message_id, other) in found.items())
    notes = [f"{row[3]:.0%} of its words stand in {'<' + row[2] + '>' if '@' in row[2] else row[2]}" for row in rows]
    columns = {
        "letter": pa.array([row[0] for row in rows], pa.string()),
        "message_id": pa.array([row[1] for row in rows], pa.string()),
        "note": pa.array(notes, pa.string()),
    }
    db.register("quotes", pa.table(columns))
    db.execute(f"""
        INSERT INTO grounds
        SELECT c.n, 'quoted', 'quoted', NULL, q.note, q.message_id, NULL
        FROM quotes q JOIN copies c ON q.letter = {LETTER}
        WHERE c.n NOT IN (SELECT n FROM grounds WHERE verdict IN ('accessed', 'copied'))""")


def _taken(db: Engine) -> None:
    """Make `taken`, the letters that were opened, and `talks`, the conversations that they are in."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE taken AS
        SELECT DISTINCT {LETTER} AS letter FROM copies c
        WHERE n IN (SELECT n FROM grounds WHERE verdict IN ('accessed', 'copied'))""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE talks AS
        SELECT DISTINCT c.conversation_id FROM copies c
        WHERE {LETTER} IN (SELECT letter FROM taken) AND c.conversation_id IS NOT NULL""")


def _common_lines(db: Engine) -> set[str]:
    """Give the lines that stand in several of the conversations: greetings, footers, disclaimers."""
    return {
        row["line"]
        for row in db.rows(
            f"""
            WITH lines AS (
                SELECT DISTINCT conversation_id, unnest(string_split(left(text, {MAX_TEXT}), chr(10))) AS line
                FROM messages SEMI JOIN talks USING (conversation_id))
            SELECT trim(line, ' ' || chr(9) || chr(13)) AS line FROM lines WHERE length(trim(line)) > 3
            GROUP BY 1 HAVING count(DISTINCT conversation_id) >= {COMMON}"""
        )
    }


def _conversations(db: Engine) -> Iterator[list[Letter]]:
    """Give the letters of every conversation with an opened one in it, in stretches of bounded size."""
    query = f"""
        WITH marked AS (
            SELECT conversation_id, coalesce({bare("internet_message_id")}, content_hash, message_id) AS letter, message_id,
                   in_reply_to, "references", left(text, {MAX_TEXT}) AS text, epoch_us(date) AS date
            FROM messages SEMI JOIN talks USING (conversation_id))
        SELECT conversation_id, letter, min(message_id) AS message_id, min(in_reply_to) AS in_reply_to,
               max("references") AS "references", arg_max(text, (length(text), text)) AS text,
               coalesce(min(date), 0) AS date, letter IN (SELECT letter FROM taken) AS opened
        FROM marked GROUP BY conversation_id, letter ORDER BY conversation_id, min(date) NULLS LAST, letter"""
    group: list[Letter] = []
    current, size = None, 0
    for row in _rows(db, query):
        same = row["conversation_id"] == current
        if not same or len(group) >= MAX_LETTERS or size >= MAX_SIZE:
            if len(group) > 1:
                yield group
            group = group[-(len(group) // OVERLAP) :] if same and len(group) >= OVERLAP else []
            current, size = row["conversation_id"], sum(len(letter.text) for letter in group)
        group.append(_letter(row))
        size += len(group[-1].text)
    if len(group) > 1:
        yield group


def _rows(db: Engine, query: str) -> Iterator[dict[str, Any]]:
    for batch in db.batches(query):
        for start in range(0, batch.num_rows, ROWS):
            yield from batch.slice(start, ROWS).to_pylist()


def _letter(row: dict[str, Any]) -> Letter:
    links = (*(row["references"] or ()), row["in_reply_to"] or "")
    named = frozenset(link.strip(" <>\t\r\n").lower() for link in links) - {"", row["letter"]}
    return Letter(row["letter"], named, row["message_id"] if row["opened"] else None, row["text"] or "", row["date"])


def in_conversation(group: list[Letter], common: Collection[str] = ()) -> Iterator[tuple[str, str, str, float]]:
    """Give (letter, opened message's id, opened letter, share) of the best quotation of each letter.

    Args:
        group: the letters of one conversation, oldest first.
        common: lines that are nobody's own words.
    """
    opened = [letter for letter in group if letter.opened]
    if not opened:
        return
    by_name = {letter.letter: letter for letter in group}
    postings: dict[words.Run, list[int]] = {}
    for number, other in enumerate(opened):
        for run in other.runs:
            holders = postings.setdefault(run, [])
            if len(holders) < MAX_POSTINGS:
                holders.append(number)
    below = _below(opened, by_name)
    claimed: set[words.Run] = set()
    end = max(other.date for other in opened)
    for letter in group:
        if letter.date > end and letter.letter not in below:
            continue
        said = words.own(letter.text, common)
        own = words.runs(*said.pieces)
        mine = own - claimed
        for name in letter.links & by_name.keys():
            mine -= by_name[name].runs
        claimed |= own & postings.keys()
        answers = below.get(letter.letter, set())
        if own:
            unlinked = bool(mine) and len(own) >= FEWEST_UNLINKED
            best = _best(letter, mine or own, said.rare if unlinked else None, opened, postings, answers)
        else:
            best = _short(letter, said, opened, answers)
        if best:
            share, number = best
            yield letter.letter, opened[number].opened or "", opened[number].letter, share


def _best(
    letter: Letter,
    own: set[words.Run],
    rare: list[str] | None,
    opened: list[Letter],
    postings: dict[words.Run, list[int]],
    answers: set[int],
) -> tuple[float, int] | None:
    """Find the opened letter that holds most of a letter's own words, and enough of them.

    Where no reply link leads to it, lines that many conversations share (`rare` is without them) do not count at all;
    without `rare`, only letters that answer it come into question.
    """
    held = Counter(chain.from_iterable(postings[run] for run in own & postings.keys()))
    best: tuple[float, int] | None = None
    for number in sorted(held):
        other, share = opened[number], held[number] / len(own)
        if other.letter == letter.letter or share <= (best[0] if best else 0):
            continue
        if number in answers:
            enough = share >= ENOUGH
        else:
            later = rare is not None and share >= ENOUGH_UNLINKED and other.date >= letter.date
            enough = later and _share(words.runs(*(rare or ())), other) >= ENOUGH_UNLINKED
        if enough:
            best = share, number
    return best


def _share(own: set[words.Run], other: Letter) -> float:
    return len(own & other.runs) / len(own) if own else 0.0


def _short(letter: Letter, said: words.Own, opened: list[Letter], answers: set[int]) -> tuple[float, int] | None:
    """Look for a letter too short for runs, whole, in the opened letters that answer it.

    It must say something; where it is its footer that says it, enough of that must stand there, too.
    """
    text, characters = words.in_one("\n".join(said.pieces))
    whole = words.runs(*said.whole)
    if not whole and text.count(" ") <= SHORTEST_WORDS and len(characters) < SHORTEST_CHARACTERS:
        return None
    for number in sorted(answers):
        other = opened[number]
        spoken, signs = other.whole
        share = _share(whole, other) if whole else 1.0
        if other.letter != letter.letter and text in spoken and characters in signs and share >= ENOUGH:
            return share, number
    return None


def _below(opened: list[Letter], by_name: dict[str, Letter]) -> dict[str, set[int]]:
    """Give for each letter the opened ones that answer it, directly or by way of others in the evidence."""
    below: dict[str, set[int]] = {}
    for number, letter in enumerate(opened):
        waiting = list(letter.links)
        while waiting:
            name = waiting.pop()
            holders = below.setdefault(name, set())
            if number not in holders:
                holders.add(number)
                waiting.extend(by_name[name].links if name in by_name else ())
    return below
