"""Letters whose words stand in a letter that was opened: by reply links, and by text that really stands there.

Words are compared in runs of five, Japanese, Chinese and Korean text in runs of eight characters, without regard to
line breaks, quote marks, case and punctuation. What counts is a letter's own words: quotations in it, which may
stand in its siblings too, and what follows an "Original Message" line, are told apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from unsealed.query import Engine

WORDS, CHARACTERS = 5, 8
ENOUGH = 0.3
"""So much of an ancestor's words must stand in the opened letter."""
ENOUGH_UNLINKED = 0.6
"""So much of a letter's own words, where no reply link leads to it."""
MAX_TEXT = 200_000
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
_ASIAN = re.compile(f"[{_CJK}]")
_WORD = re.compile(rf"[^\W_{_CJK}]+(?:['’][^\W_]+)?")
_MARKED = re.compile(r"^[ \t]*(?:[>|＞]|\w{1,4}>)[^\n]*$", re.MULTILINE)
_MARKS = re.compile(r"^(?:[ \t]*[>|＞])+[ \t]?", re.MULTILINE)
_DIVIDER = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|元のメッセージ|転送メッセージ|ursprüngliche nachricht|"
    r"message d'origine|原始邮件|原始郵件|원본 메시지)\s*-{2,}|_{20,}|begin forwarded message:)\s*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Letter:
    """One letter of a conversation, whatever copies of it there are."""

    letter: str
    links: frozenset[str]
    opened: str | None
    """Our id of the opened copy, or None."""
    text: str
    date: int


def runs(text: str) -> dict[str, int]:
    """Give the runs of a text, each with its weight: a word of a run weighs as five characters."""
    text = _MARKS.sub("", text)
    characters = "".join(_ASIAN.findall(text))
    found = {characters[i : i + CHARACTERS]: 1 for i in range(len(characters) - CHARACTERS + 1)}
    words = [word.casefold() for word in _WORD.findall(text)]
    found |= {" ".join(words[i : i + WORDS]): 5 for i in range(len(words) - WORDS + 1)}
    if not found and (len(words) >= 3 or len(characters) >= 5):
        found = {" ".join(words) + characters: 1}
    return found


def own_words(text: str) -> str:
    """Give a letter without what it quotes."""
    divider = _DIVIDER.search(text)
    if divider and text[: divider.start()].strip():
        text = text[: divider.start()]
    return _MARKED.sub("", text)


def share(part: dict[str, int], whole: dict[str, int], whole_text: str) -> float:
    """Tell how much of one text's runs stand in another, 0 to 1."""
    total = sum(part.values())
    if not total:
        return 0.0
    if len(part) == 1:
        # a letter too short for runs: its words must stand together
        return float(next(iter(part)) in whole_text)
    return sum(weight for run, weight in part.items() if run in whole) / total


def quoted(db: Engine) -> None:
    """Find the letters that stand in opened ones of their conversation; every copy of such a letter gets the ground."""
    found: list[tuple[str, str, str, float]] = []
    for group in _conversations(db):
        found += _in_conversation(group)
    db.register(
        "quotes",
        pa.table(
            {
                "letter": pa.array([row[0] for row in found], pa.string()),
                "message_id": pa.array([row[1] for row in found], pa.string()),
                "note": pa.array([f"{row[3]:.0%} of its words stand in {row[2]}" for row in found], pa.string()),
            }
        ),
    )
    db.execute("""
        INSERT INTO grounds
        SELECT c.n, 'quoted', 'quoted', NULL, q.note, q.message_id, NULL
        FROM quotes q JOIN copies c ON q.letter = coalesce(c.mid, c.content_hash)
        WHERE c.n NOT IN (SELECT n FROM grounds WHERE verdict IN ('accessed', 'copied'))""")


def _conversations(db: Engine) -> Iterator[list[Letter]]:
    """Give the letters of every conversation with an opened one in it, one conversation at a time."""
    query = f"""
        WITH taken AS (SELECT DISTINCT coalesce(c.mid, c.content_hash) AS letter FROM copies c JOIN grounds g USING (n)
                       WHERE g.verdict IN ('accessed', 'copied')),
             marked AS (SELECT m.conversation_id, coalesce(lower(trim(m.internet_message_id)), m.content_hash) AS letter,
                               m.message_id, m.in_reply_to, m."references", left(m.text, {MAX_TEXT}) AS text,
                               coalesce(epoch_us(m.date), 0) AS date FROM messages m),
             talks AS (SELECT DISTINCT conversation_id FROM marked SEMI JOIN taken USING (letter))
        SELECT conversation_id, letter, min(message_id) AS message_id, any_value(in_reply_to) AS in_reply_to,
               any_value("references") AS "references", max_by(text, length(text)) AS text, min(date) AS date,
               letter IN (SELECT letter FROM taken) AS opened
        FROM marked SEMI JOIN talks USING (conversation_id)
        GROUP BY conversation_id, letter ORDER BY conversation_id, letter"""
    group: list[Letter] = []
    current = None
    for batch in db.batches(query):
        for row in batch.to_pylist():
            if row["conversation_id"] != current:
                if len(group) > 1:
                    yield group
                group, current = [], row["conversation_id"]
            group.append(_letter(row))
    if len(group) > 1:
        yield group


def _letter(row: dict[str, Any]) -> Letter:
    links = {link.lower() for link in row["references"] or ()} | (
        {row["in_reply_to"].lower()} if row["in_reply_to"] else set()
    )
    return Letter(
        row["letter"], frozenset(links), row["message_id"] if row["opened"] else None, row["text"] or "", row["date"]
    )


def _in_conversation(group: list[Letter]) -> Iterator[tuple[str, str, str, float]]:
    """Give (letter, opened message's id, opened letter, share) of the best quotation of each letter."""
    by_name = {letter.letter: letter for letter in group}
    opened = [letter for letter in group if letter.opened]
    whole = {letter.letter: (runs(letter.text), _flat(letter.text)) for letter in opened}
    above = {letter.letter: _ancestors(letter, by_name) for letter in opened}
    for letter in group:
        if not letter.text.strip():
            continue
        own = own_words(letter.text)
        own_runs, all_runs = runs(own), runs(letter.text)
        best: tuple[float, Letter] | None = None
        for other in opened:
            linked = letter.letter in above[other.letter]
            if other is letter:
                continue
            if not linked and letter.date > other.date:
                continue
            mine = share(own_runs, *whole[other.letter])
            if linked and own_runs != all_runs:
                mine = max(mine, share(all_runs, *whole[other.letter]))
            enough = ENOUGH if linked else ENOUGH_UNLINKED
            if mine >= enough and (linked or len(own_runs) > 3) and (best is None or mine > best[0]):
                best = mine, other
        if best and best[1].opened:
            yield letter.letter, best[1].opened, best[1].letter, best[0]


def _flat(text: str) -> str:
    text = _MARKS.sub("", text)
    return " ".join(word.casefold() for word in _WORD.findall(text)) + "".join(_ASIAN.findall(text))


def _ancestors(letter: Letter, by_name: dict[str, Letter]) -> set[str]:
    """Follow reply links upwards, through letters that are in the evidence."""
    found: set[str] = set()
    waiting = list(letter.links)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in by_name:
                waiting.extend(by_name[name].links)
    found.discard(letter.letter)
    return found
