"""How well quotations are found: `python tests/acceptance/quoting_exam.py made|real ...` prints precision and recall.

`made` takes real words from text files and quotes them in every way (`quoting_made.py`); `real` takes a case that was
read from real mail, opens every so many letters, and asks a slow oracle (`quoting_oracle.py`).
"""

from __future__ import annotations

import argparse
import mailbox
import random
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from quoting_made import Maker, Pair
from quoting_oracle import Library, Text

from unsealed.case import Case
from unsealed.expose import copies, quoting
from unsealed.expose.copies import LETTER
from unsealed.query import Engine, engine
from unsealed.read import read

ENOUGH, LITTLE = 0.3, 0.2
LONGEST = 1_000
"""Words of a letter that the oracle, which is slow, is asked about."""
SEED = 11


@dataclass
class Score:
    """Answers beside the truth."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, truth: bool, answer: bool, told: str) -> None:
        """Count one letter."""
        self.counts[
            ("right" if truth == answer else "missed" if truth else "wrong") + (" yes" if answer else " no")
        ] += 1
        if truth != answer:
            self.wrong.append(f"{'missed' if truth else 'wrong'}: {told}")

    @property
    def precision(self) -> float:
        """How many of the answers "quoted" are right."""
        yes = self.counts["right yes"] + self.counts["wrong yes"]
        return self.counts["right yes"] / yes if yes else 1.0

    @property
    def recall(self) -> float:
        """How many of the quoted letters are found."""
        there = self.counts["right yes"] + self.counts["missed no"]
        return self.counts["right yes"] / there if there else 1.0

    def __str__(self) -> str:
        """Give the figures in a line."""
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f} ({self.counts['right yes']} found, "
            f"{self.counts['missed no']} missed, {self.counts['wrong yes']} wrong, {self.counts['right no']} rightly not)"
        )


def answers(db: Engine, opened: str) -> dict[str, tuple[str, str]]:
    """Open letters and ask the product: of each quoted letter its note and our id of the opened one.

    Args:
        db: the case.
        opened: SQL that says of a row of `copies` whether it was opened.
    """
    copies.prepare(db, [])
    db.execute(f"INSERT INTO grounds SELECT n, 'accessed', 'bind', NULL, '', NULL, NULL FROM copies c WHERE {opened}")
    quoting.quoted(db)
    rows = db.rows(f"""
        SELECT {LETTER} AS letter, any_value(g.note) AS note, any_value(g.message_id) AS message_id
        FROM grounds g JOIN copies c USING (n) WHERE verdict = 'quoted' GROUP BY letter""")
    return {row["letter"]: (row["note"], row["message_id"]) for row in rows}


def made(folder: Path, texts: list[str], replies: list[str]) -> Score:
    """Score pairs that are made of these words; they are read as mail is."""
    rng = random.Random(SEED)
    maker = Maker(texts, replies, rng, datetime(2023, 3, 1, tzinfo=UTC), timedelta(minutes=7))
    pairs = list(maker.pairs())
    box = mailbox.mbox(folder / "made.mbox")
    for pair in pairs:
        for message in (pair.letter, pair.opened, *pair.beside):
            box.add(message)
    box.close()
    case = Case.create(folder / "case", "Test")
    read(case, [folder / "made.mbox"], workers=0)
    with engine(case) as db:
        ids = ", ".join(f"'{_bare(pair.opened)}'" for pair in pairs)
        found = answers(db, f"mid IN ({ids})")
    score = Score()
    for pair in pairs:
        if pair.share >= ENOUGH or pair.share <= LITTLE:
            name = f"{pair.name} ({pair.share:.0%}) {_bare(pair.letter)} {found.get(_bare(pair.letter), ('', ''))[0]}"
            score.add(pair.share >= ENOUGH, _bare(pair.letter) in found, name)
    return score


def _bare(pair: Pair | object) -> str:
    return str(pair["Message-ID"]).strip("<>")  # type: ignore[index]  # a message


def real(case: Case, every: int, most: int) -> Score:
    """Score a case of real mail in which every so many letters were opened, on so many others, chosen by lot."""
    with engine(case) as db:
        condition = f"hash({LETTER}) % {every} = 0"
        found = answers(db, condition)
        rows = db.rows(f"""
            SELECT {LETTER} AS letter, m.message_id, m.text, m.conversation_id, epoch_us(m.date) AS us, m.in_reply_to,
                   m."references", m.from_address, {condition} AS opened
            FROM messages m JOIN copies c USING (message_id) ORDER BY m.message_id""")
    letters: dict[str, Text] = {}
    for row in rows:
        links = {(link or "").strip(" <>\t\r\n").lower() for link in [*(row["references"] or ()), row["in_reply_to"]]}
        text = row["text"] or ""
        if row["letter"] not in letters or len(text) > len(letters[row["letter"]].text):
            talk, us = row["conversation_id"] or "", row["us"] or 0
            letters[row["letter"]] = Text(row["letter"], talk, us, frozenset(links - {"", row["letter"]}), text)
    opened = {row["letter"] for row in rows if row["opened"]}
    keys = {row["message_id"]: row["letter"] for row in rows}
    library = Library(letters.values())
    asked = sorted(letters.keys() - opened)
    random.Random(SEED).shuffle(asked)
    score = Score()
    for key in asked[:most]:
        if len(letters[key].own) > LONGEST:
            score.counts["too long"] += 1
            continue
        note, message_id = found.get(key, ("", ""))
        share, other, linked = library.best(letters[key], opened, keys.get(message_id, ""))
        if share < 0:
            score.counts["said before"] += 1
        elif len(letters[key].own) < 6:
            score.counts["too short"] += 1
        else:
            told = f"{share:.2f} {'linked' if linked else 'not linked'} {key} in {other}: {note}"
            score.add(share >= ENOUGH, key in found, told)
    return score


def paragraphs(paths: list[Path]) -> list[str]:
    """Give texts of a letter's length out of plain text files, none with a line of another.

    Prose only; of a file with Japanese, the Japanese.
    """
    found = []
    for path in paths:
        whole, held = path.read_text("utf-8", "replace"), ""
        japanese = "。" in whole
        for block in re.split(r"\n\s*\n|\n/{4,}\n", whole):
            if not re.match(r"[^\W\d_]", block) or ("。" in block) != japanese or re.search(r"(?m)^[-=/.|+$]", block):
                continue
            held += re.sub(r"[`*_]|https?://\S+|\(\(\(.*?\)\)\)", "", block).strip() + "\n"
            if len(held) >= (160 if japanese else 400):
                found.append(held[:1500])
                held = ""
    said: set[str] = set()
    apart = []
    for text in found:
        lines = {line.strip() for line in text.split("\n") if len(line) > 25}
        if not lines & said:
            apart.append(text)
        said |= lines
    return apart


def main() -> None:
    """Print the figures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    by_hand = commands.add_parser("made")
    by_hand.add_argument("files", nargs="+", type=Path)
    threads = commands.add_parser("real")
    threads.add_argument("case", type=Path)
    threads.add_argument("--every", type=int, default=3)
    threads.add_argument("--most", type=int, default=3000)
    asked = parser.parse_args()
    if asked.command == "made":
        texts = paragraphs(asked.files)
        random.Random(SEED).shuffle(texts)
        kept = len(texts) // 8
        replies = ["\n".join(text.split("\n")[:2])[:200] for text in texts[:kept]]
        with tempfile.TemporaryDirectory() as folder:
            score = made(Path(folder), texts[kept:], replies)
    else:
        score = real(Case.open(asked.case), asked.every, asked.most)
    sys.stdout.write("\n".join([*sorted(score.wrong), f"{dict(score.counts)}", str(score), ""]))


if __name__ == "__main__":
    main()
