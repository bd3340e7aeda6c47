"""Letters too short for runs of words: they count only whole, and in a letter that answers them."""

from collections.abc import Iterator

from unsealed.expose.quoting import words
from unsealed.query import Engine

SHORTEST_WORDS, SHORTEST_CHARACTERS = 3, 5
"""A letter of fewer says too little to be found again."""
LONGEST = 200
"""Characters of a letter that is looked at here."""
MAX_ANSWERS = 8
"""So many answers of a letter are looked at."""
ROWS = 2_048


def whole(db: Engine, most: int) -> Iterator[tuple[int, int, float]]:
    """Give the short letters that stand whole where an opened answer quotes: letter, answer, share.

    Args:
        db: the engine, with `letters`, `opened` and `ties`.
        most: characters of an answer that are looked at.
    """
    query = f"""
        WITH asked AS (
            SELECT t.k, t.answer FROM ties t SEMI JOIN opened o ON o.k = t.answer
            QUALIFY row_number() OVER (PARTITION BY t.k ORDER BY t.answer) <= {MAX_ANSWERS})
        SELECT asked.k, asked.answer, m.text, left(a.text, {most}) AS held
        FROM asked JOIN letters l ON l.k = asked.k JOIN messages m ON m.message_id = l.message_id
        JOIN letters la ON la.k = asked.answer JOIN messages a ON a.message_id = la.message_id
        WHERE length(m.text) <= {LONGEST}"""
    for batch in db.batches(query, rows=ROWS):
        columns = (batch[name].to_pylist() for name in ("k", "answer", "text", "held"))
        for k, answer, text, held in zip(*columns, strict=True):
            if _stands(text, held or ""):
                yield k, answer, 1.0


def _stands(text: str, held: str) -> bool:
    said, signs = _in_one(piece for kind, piece in words.split(text) if kind >= words.SHARED)
    count = said.count(" ") - 1
    length = signs.count(" ") - 1
    if count >= words.WORDS or length >= words.CHARACTERS:
        return False
    if count < SHORTEST_WORDS and length < SHORTEST_CHARACTERS:
        return False
    pieces = list(words.split(held))
    if any(kind == words.QUOTED and piece.strip() for kind, piece in pieces):
        pieces = [pair for pair in pieces if pair[0] == words.QUOTED]
    spoken, held_signs = _in_one(piece for _, piece in pieces)
    return said in spoken and signs in held_signs


def _in_one(pieces: Iterator[str]) -> tuple[str, str]:
    """Give the words of some pieces in one string, and their characters: a part of a text is part of both."""
    found = words.tokens("\n".join(pieces))
    return f" {' '.join(found[0])} ", f" {' '.join(found[1])} "
