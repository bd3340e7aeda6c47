"""What the tables of a case say about names: who corresponds, and who is in the conversation of a text."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from unsealed.identify.names.forms import from_address, parse
from unsealed.identify.names.lexicon import DOUBTFUL, Lexicon, learn
from unsealed.query import Engine, literal

SAMPLED = 4_000
"""Texts that are looked through for words in lower case."""
HEAD = 4_000
"""Characters of each."""
_WORDS = pa.schema([("name", pa.string()), ("address", pa.string()), ("words", pa.list_(pa.string()))])

MENTIONS = """
    SELECT h.message_id, h.attachment_id, 'person_name' AS kind, n.value_masked, n.value_hash, n.start, n."end",
           NULL::VARCHAR AS person_id, false AS validated, h.part, 'person_name' AS identifier, NULL::VARCHAR AS basis
    FROM named n JOIN holders h USING (k)"""
"""The rows of `mentions` for names; run it after `spotted`."""


def acquaint(db: Engine) -> Lexicon:
    """Learn the names of a case's correspondents, and who is near which text.

    Makes `near(k, words)`: words of names of those who are in the conversation of text `k`, in lower case, that would be
    doubtful elsewhere. Needs the temporary tables `texts` and `holders` of the stage.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE corresponding AS
        SELECT DISTINCT conversation_id, name, lower(address) AS address FROM (
            SELECT coalesce(conversation_id, message_id) AS conversation_id, from_name AS name, from_address AS address FROM messages
            UNION ALL
            SELECT conversation_id, one.name, one.address FROM (
                SELECT coalesce(conversation_id, message_id) AS conversation_id,
                       unnest(list_concat(coalesce("to", []), coalesce(cc, []), coalesce(bcc, []))) AS one
                FROM messages)
        ) WHERE name IS NOT NULL OR address IS NOT NULL""")
    known = "SELECT DISTINCT name, address FROM corresponding ORDER BY name NULLS LAST, address NULLS LAST"
    lexicon = learn(_pairs(db, known), _sample(db))
    rows = [
        {"name": name, "address": address, "words": words}
        for name, address in _pairs(db, known)
        if (words := _doubtful(lexicon, name, address))
    ]
    db.register("doubtful_words", pa.Table.from_pylist(rows, _WORDS))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE near AS
        SELECT k, list_sort(list_distinct(flatten(list(words)))) AS words
        FROM (SELECT DISTINCT h.k, c.name, c.address
              FROM holders h JOIN messages m USING (message_id)
              JOIN corresponding c ON c.conversation_id = coalesce(m.conversation_id, m.message_id)
              WHERE h.part IN ('text', 'subject')) s
        JOIN doubtful_words d ON d.name IS NOT DISTINCT FROM s.name AND d.address IS NOT DISTINCT FROM s.address
        GROUP BY k""")
    return lexicon


def spotted(db: Engine, path: Path) -> None:
    """Make `named` from the rows that `Names` gave, and `spotted` and `groups`: a row a place in a letter or attachment."""
    db.execute(f"CREATE OR REPLACE TEMP VIEW named AS SELECT * FROM read_parquet({literal(str(path))})")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE spotted AS
        SELECT h.message_id, h.attachment_id, h.part, n.start, n."end", n.name, n.how, n.grp,
               n.line_start, n.line_end, n.reach_end, n.paragraph_start, n.paragraph_end
        FROM named n JOIN holders h USING (k)""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE groups AS
        SELECT DISTINCT h.message_id, h.attachment_id, h.part, n.grp, n.record_start AS start, n.record_end AS "end"
        FROM named n JOIN holders h USING (k) WHERE n.grp IS NOT NULL""")


def _pairs(db: Engine, query: str) -> Iterator[tuple[str | None, str | None]]:
    for batch in db.batches(query):
        yield from zip(batch.column("name").to_pylist(), batch.column("address").to_pylist(), strict=True)


def _sample(db: Engine) -> Iterator[str]:
    """Give the beginnings of some texts: those with the lowest digests, so that they are the same at every run."""
    query = f"""
        SELECT left(m.text, {HEAD}) AS text
        FROM messages m JOIN (SELECT message_id FROM texts WHERE part = 'text' ORDER BY digest LIMIT {SAMPLED}) USING (message_id)
        ORDER BY message_id"""
    for batch in db.batches(query, rows=1_024):
        yield from batch.column("text").to_pylist()


def _doubtful(lexicon: Lexicon, name: str | None, address: str | None) -> list[str]:
    person = (parse(name) if name else None) or (from_address(address) if address else None)
    if not person or person.japanese:
        return []
    words = {*person.given, *person.family}
    return sorted({word.casefold() for word in words if lexicon.words.get(word, DOUBTFUL) & DOUBTFUL and len(word) > 1})
