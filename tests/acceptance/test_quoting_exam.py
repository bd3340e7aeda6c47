"""Quotations on real threads and on letters quoted in every way, against a truth that the product knows nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import corpus
import pytest
import quoting_exam
from quoting_oracle import Library, Text

from unsealed.case import Case
from unsealed.read import read

if TYPE_CHECKING:
    from pathlib import Path

THREADS = corpus.DATA / "mail" / "threads_r_lists"
here = pytest.mark.skipif(not THREADS.is_dir(), reason=f"the real threads are not here: {THREADS}")


@here
def test_quotations_in_real_threads(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", "Test")
    read(case, [THREADS], workers=0)
    score = quoting_exam.real(case, every=3, most=600)
    assert score.counts["right yes"] > 50
    assert score.precision >= 0.95, score.wrong
    assert score.recall >= 0.95, score.wrong


@here
def test_letters_quoted_in_every_way(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "threads", "Test")
    read(case, [THREADS], workers=0)
    from unsealed.query import engine

    with engine(case) as db:
        rows = db.rows("""
            SELECT text FROM messages WHERE length(text) BETWEEN 400 AND 2500 AND NOT regexp_matches(text, '[>|]|wrote:')
            ORDER BY message_id""")
    for number, row in enumerate(rows):
        said = row["text"].split("\n--")[0].split("\n__")[0]
        (tmp_path / f"{number}.txt").write_text("\n".join(line for line in said.split("\n") if line.strip()), "utf-8")
    texts = quoting_exam.paragraphs(sorted(tmp_path.glob("*.txt")))
    replies = ["\n".join(text.split("\n")[:2])[:200] for text in texts[:10]]
    score = quoting_exam.made(tmp_path, texts[10:140], replies)
    assert score.counts["right yes"] > 10
    assert score.precision >= 0.98, score.wrong
    assert score.recall >= 0.92, score.wrong


def test_the_oracle_itself() -> None:
    words = "the figures of the northern plant are wrong since march and nobody dares to tell the auditors about it"
    asked = Text("a", "t", 1, frozenset(), words)
    half = "\n".join(f"> {line}" for line in (words[:50], "nobody knows"))
    answer = Text("b", "t", 2, frozenset({"a"}), f"Indeed.\n{half}")
    other = Text("c", "u", 3, frozenset(), "something else entirely was written in this letter of another day")
    library = Library([asked, answer, other])
    share, key, linked = library.best(asked, {"b", "c"})
    assert (key, linked) == ("b", True)
    assert 0.3 < share < 0.6
    assert library.best(asked, {"c"})[0] == 0
    assert library.best(other, {"a", "b"})[0] == 0
