"""Letters that hang whole on a letter that was opened."""

from unsealed.expose.copies import LETTER, bare
from unsealed.query import Engine


def attached(db: Engine) -> None:
    """Give the ground to every copy of a letter that is attached to an opened one; make `attached`.

    Which letter it is, its Message-ID tells, and where it has none, its content hash. `attached` has the letter, the
    opened letter on which it hangs, and our id of that one's opened copy.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE attached AS
        WITH held AS (
                SELECT DISTINCT {bare("a.embedded_message_id")} AS mid, a.embedded_content_hash AS content_hash,
                       c.message_id, {LETTER} AS holder
                FROM attachments a JOIN copies c USING (message_id)
                WHERE (a.embedded_message_id IS NOT NULL OR a.embedded_content_hash IS NOT NULL)
                  AND c.n IN (SELECT n FROM grounds WHERE verdict IN ('accessed', 'copied'))),
             known AS (SELECT DISTINCT mid, content_hash, {LETTER} AS letter FROM copies c WHERE message_id IS NOT NULL),
             found AS (
                SELECT letter, holder, held.message_id FROM held JOIN known ON known.mid = held.mid
                UNION ALL
                SELECT letter, holder, held.message_id FROM held JOIN known ON known.content_hash = held.content_hash
                WHERE held.mid IS NULL OR known.mid IS NULL)
        SELECT letter, min(holder) AS holder, arg_min(message_id, (holder, message_id)) AS message_id
        FROM found WHERE letter <> holder GROUP BY letter""")
    db.execute(f"""
        INSERT INTO grounds
        SELECT c.n, 'quoted', 'quoted', NULL, 'attached whole to ' || {told("a.holder")}, a.message_id, NULL
        FROM attached a JOIN copies c ON a.letter = {LETTER}
        WHERE c.n NOT IN (SELECT n FROM grounds WHERE verdict IN ('accessed', 'copied'))""")


def told(letter: str) -> str:
    """Give SQL for a letter as a note names it: its Message-ID in angle brackets, or our own id."""
    return f"CASE WHEN contains({letter}, '@') THEN '<' || {letter} || '>' ELSE {letter} END"
