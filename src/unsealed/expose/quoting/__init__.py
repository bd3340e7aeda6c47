"""Letters whose words stand in a letter that was opened: quoted in it, forwarded in it, pasted into it.

What counts is a letter's own words: quotations in it, which may stand in its siblings too, signatures, and lines that
many conversations share are told apart (`words.py`). A sample of all runs of words is joined in SQL to find which
letters come into question (`fingerprints.py`); these are then compared word by word (`measure.py`).
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from unsealed.expose.copies import LETTER, bare
from unsealed.expose.quoting import short, words
from unsealed.expose.quoting.attached import attached, told
from unsealed.expose.quoting.fingerprints import Fingerprints
from unsealed.expose.quoting.heap import Heap
from unsealed.expose.quoting.measure import ENOUGH, ENOUGH_UNMARKED, Measure
from unsealed.query import Engine

__all__ = ["ENOUGH", "ENOUGH_UNMARKED", "quoted"]

MAX_TEXT = 200_000
"""Characters of a letter that are compared."""
BATCH = 2_048
"""Letters that are taken apart at a time."""
COMMON = 3
"""A line that stands in so many conversations is nobody's own words; so is a run of words."""
MAX_HOLDERS = 16
"""So many opened letters, the oldest, are looked at for one run of words."""
MAX_OTHERS = 5
"""So many opened letters, those with most of its runs, are compared with a letter word by word."""
MAX_OLDER = 6
"""So many older letters are looked at for words that a letter repeats."""
MAX_ABOVE = 500
"""So many letters are followed up from one that answers them."""
LATE = 300_000_000
"""Microseconds by which the clocks of two servers may differ."""

Found = tuple[int, int, float]
"""The letter, the opened letter that it stands in, how much of it."""


def quoted(db: Engine) -> None:
    """Find the letters that stand in opened ones, or hang on them; every copy of such a letter gets the ground."""
    attached(db)
    _letters(db)
    if not db.value("SELECT EXISTS (FROM opened) AND EXISTS (FROM wanted)"):
        return
    best: dict[int, tuple[float, int]] = {}
    for k, other, share in _found(db):
        best[k] = max(best.get(k, (0.0, 0)), (share, -other))
    rows = [(k, -other, f"{share:.0%} of its words stand in ") for k, (share, other) in sorted(best.items())]
    db.register(
        "quotes",
        pa.table(
            {
                "k": pa.array([row[0] for row in rows], pa.int64()),
                "other": pa.array([row[1] for row in rows], pa.int64()),
                "note": pa.array([row[2] for row in rows], pa.string()),
            }
        ),
    )
    db.execute(f"""
        INSERT INTO grounds
        SELECT c.n, 'quoted', 'quoted', NULL,
               q.note || {told("o.letter")} || coalesce(', which is attached whole to ' || {told("o.holder")}, ''),
               o.message_id, NULL
        FROM quotes q JOIN letters l USING (k) JOIN opened o ON o.k = q.other JOIN copies c ON l.letter = {LETTER}
        WHERE c.n NOT IN (SELECT n FROM grounds WHERE verdict IN ('accessed', 'copied'))""")


def _letters(db: Engine) -> None:
    """Make `letters`, numbered by date, the longest copy of each, and what is known of them.

    `opened`, and those that hang on opened ones; `wanted`, those of which a copy was not opened; `ties`, which letter answers which.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE texts AS
        SELECT coalesce({bare("internet_message_id")}, content_hash, message_id) AS letter, message_id,
               length(text) AS size, epoch_us(date) AS us, conversation_id
        FROM messages""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE letters AS
        SELECT row_number() OVER (ORDER BY us, letter) - 1 AS k, * FROM (
            SELECT letter, arg_max(message_id, (size, message_id)) AS message_id, coalesce(min(us), 0) AS us,
                   min(us) IS NOT NULL AS dated, min(conversation_id) AS conversation_id
            FROM texts GROUP BY letter)""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE opened AS
        WITH taken AS (
                SELECT {LETTER} AS letter, min(c.message_id) AS message_id, NULL AS holder FROM copies c
                WHERE c.n IN (SELECT n FROM grounds WHERE verdict IN ('accessed', 'copied')) GROUP BY letter),
             held AS (
                SELECT * FROM taken
                UNION ALL SELECT letter, message_id, holder FROM attached ANTI JOIN taken USING (letter))
        SELECT k, letter, held.message_id, holder FROM held JOIN letters USING (letter)""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE wanted AS
        SELECT DISTINCT l.k FROM copies c JOIN letters l ON l.letter = {LETTER}
        WHERE c.n NOT IN (SELECT n FROM grounds WHERE verdict IN ('accessed', 'copied'))
          AND l.letter NOT IN (SELECT letter FROM attached)""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE ties AS
        WITH links AS (
            SELECT coalesce({bare("internet_message_id")}, content_hash, message_id) AS letter,
                   unnest(list_append("references", in_reply_to)) AS link
            FROM messages)
        SELECT DISTINCT a.k AS answer, b.k AS k
        FROM links JOIN letters a USING (letter) JOIN letters b ON b.letter = {bare("links.link")} WHERE a.k <> b.k""")


def _found(db: Engine) -> Iterator[Found]:
    ties: dict[int, list[int]] = defaultdict(list)
    for batch in db.batches("SELECT answer, k FROM ties ORDER BY answer, k"):
        for answer, k in zip(batch["answer"].to_pylist(), batch["k"].to_pylist(), strict=True):
            ties[answer].append(k)
    with tempfile.TemporaryDirectory(prefix=".quoting-", dir=db.case.folder) as folder:
        prints = Fingerprints(Path(folder), db.value("SELECT count(*) FROM letters"))
        try:
            _take_in(db, prints, Path(folder))
            prints.ready(db)
            yield from _compared(db, Measure(prints), ties)
        finally:
            prints.close()
    yield from short.whole(db, MAX_TEXT)


def _take_in(db: Engine, prints: Fingerprints, folder: Path) -> None:
    """Take all letters apart that are not newer than the last opened one, or that it answers."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE asked AS
        SELECT k, k IN (SELECT k FROM opened) AS opened, message_id FROM letters
        WHERE us <= (SELECT max(us) FROM letters SEMI JOIN opened USING (k)) + {LATE} OR NOT dated
              OR k IN (SELECT k FROM ties SEMI JOIN opened ON opened.k = ties.answer)""")
    common = _common_lines(db, folder)
    query = (
        f"SELECT k, opened, left(text, {MAX_TEXT}) AS text FROM messages JOIN asked USING (message_id) WHERE text <> ''"
    )
    for batch in db.batches(query, rows=BATCH):
        columns = (batch[name].to_pylist() for name in ("k", "text", "opened"))
        prints.add(((k, text or "", was) for k, text, was in zip(*columns, strict=True)), common)


def _common_lines(db: Engine, folder: Path) -> set[int]:
    """Give hashes of the lines that stand in several conversations: greetings, footers, disclaimers."""
    schema = pa.schema([("line", pa.int64()), ("talk", pa.uint64())])
    heap = Heap(folder / "lines", schema)
    query = f"""
        SELECT hash(coalesce(l.conversation_id, l.letter)) AS talk, left(text, {MAX_TEXT}) AS text
        FROM messages JOIN asked USING (message_id) JOIN letters l USING (k) WHERE text <> ''"""
    for batch in db.batches(query, rows=BATCH):
        lines, talks = list[int](), list[int]()
        for talk, text in zip(batch["talk"].to_pylist(), batch["text"].to_pylist(), strict=True):
            found = words.line_hashes(text or "")
            lines.extend(found)
            talks.extend([talk] * len(found))
        columns = [pa.array(lines, pa.int64()), pa.array(talks, pa.uint64())]
        heap.add(pa.RecordBatch.from_arrays(columns, schema=schema))
    heap.close(db, "spoken")
    found = db.table(f"""
        SELECT line FROM spoken SEMI JOIN (SELECT line FROM spoken GROUP BY line HAVING count(*) >= {COMMON}) USING (line)
        GROUP BY line HAVING count(DISTINCT talk) >= {COMMON}""")
    return set(found["line"].to_pylist())


def _pairs(db: Engine) -> None:
    """Make `pairs`: which letters share runs with which opened ones; and `older`: with which older ones."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE said AS
        SELECT DISTINCT run, k FROM prints SEMI JOIN wanted USING (k) WHERE kind >= {words.SHARED}""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE shared AS
        WITH often AS (SELECT run FROM prints WHERE kind >= {words.SHARED} GROUP BY run HAVING count(*) >= {COMMON})
        SELECT run FROM prints JOIN often USING (run) JOIN letters USING (k) WHERE kind >= {words.SHARED}
        GROUP BY run HAVING count(DISTINCT coalesce(conversation_id, letter)) >= {COMMON}""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE held AS
        SELECT DISTINCT run, k FROM prints SEMI JOIN opened USING (k) WHERE run IN (SELECT run FROM said)""")
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE crowded AS SELECT run FROM held GROUP BY run HAVING count(*) > {MAX_HOLDERS}"
    )
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE pairs AS
        WITH few AS (
                SELECT run, k FROM held ANTI JOIN crowded USING (run)
                UNION ALL
                SELECT run, k FROM held SEMI JOIN crowded USING (run)
                QUALIFY row_number() OVER (PARTITION BY run ORDER BY k) <= {MAX_HOLDERS}),
             counted AS (
                SELECT said.k, few.k AS other, count(*) AS runs, count(*) FILTER (shared.run IS NULL) AS rare,
                       FALSE AS direct
                FROM said JOIN few USING (run) LEFT JOIN shared USING (run)
                WHERE said.k <> few.k GROUP BY said.k, few.k),
             direct AS (
                SELECT k, answer AS other, 0 AS runs, 0 AS rare, TRUE AS direct FROM ties SEMI JOIN opened ON opened.k = ties.answer
                SEMI JOIN wanted USING (k)
                QUALIFY row_number() OVER (PARTITION BY k ORDER BY answer) <= {MAX_OTHERS})
        SELECT k, other, max(2 * rare) >= max(runs) AS mostly
        FROM (SELECT * FROM counted UNION ALL SELECT * FROM direct) GROUP BY k, other
        QUALIFY row_number() OVER (
            PARTITION BY k ORDER BY max(rare) DESC, max(direct) DESC, max(runs) DESC, other) <= {MAX_OTHERS}""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE older AS
        WITH mine AS (SELECT run, said.k FROM said WHERE k IN (SELECT k FROM pairs)),
             first AS (
                SELECT run, min(k) AS other FROM prints
                WHERE kind >= {words.SHARED} AND run IN (SELECT run FROM mine) GROUP BY run HAVING count(*) > 1)
        SELECT mine.k, other FROM mine JOIN first USING (run) WHERE mine.k <> other
        GROUP BY mine.k, other HAVING count(*) >= 2
        QUALIFY row_number() OVER (PARTITION BY mine.k ORDER BY count(*) DESC, other) <= {MAX_OLDER}""")


def _compared(db: Engine, measure: Measure, ties: dict[int, list[int]]) -> Iterator[Found]:
    """Compare each letter word by word with the opened ones that it may stand in."""
    _pairs(db)
    older: dict[int, list[int]] = defaultdict(list)
    for batch in db.batches("SELECT k, other FROM older"):
        for k, other in zip(batch["k"].to_pylist(), batch["other"].to_pylist(), strict=True):
            older[k].append(other)
    above = Above(ties)
    rows = (
        pair
        for batch in db.batches(f"""
            SELECT k, other, mostly, coalesce(NOT (a.dated AND b.dated) OR a.us <= b.us + {LATE}, TRUE) AS later,
                   coalesce(a.conversation_id = b.conversation_id, FALSE) AS near
            FROM pairs JOIN letters a USING (k) JOIN letters b ON b.k = other ORDER BY k, other""")
        for pair in zip(*(column.to_pylist() for column in batch.columns), strict=True)
    )
    for k, pairs in groupby(rows, key=lambda pair: pair[0]):
        said = measure.said(k, [*older.get(k, ()), *ties.get(k, ())[:MAX_OLDER]])
        if not said.size:
            continue
        for _, other, mostly, later, near in pairs:
            share = 0.0
            if k in above(other):
                share = measure.linked(said, other)
            elif later and mostly:
                share = measure.unlinked(said, other, near=near) or float(measure.same(k, other))
            if share:
                yield k, other, share


class Above:
    """The letters that a letter answers, directly or by way of others in the evidence."""

    def __init__(self, ties: dict[int, list[int]]) -> None:
        """Remember the last ones asked for."""
        self._ties = ties
        self._last: dict[int, set[int]] = {}

    def __call__(self, k: int) -> set[int]:
        """Give them."""
        found = self._last.get(k)
        if found is None:
            found, waiting = set(), [k]
            while waiting and len(found) < MAX_ABOVE:
                more = [link for link in self._ties.get(waiting.pop(), ()) if link not in found]
                found.update(more)
                waiting += more
            if len(self._last) > BATCH:
                self._last.clear()
            self._last[k] = found
        return found
