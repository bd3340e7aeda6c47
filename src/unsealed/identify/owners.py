"""Whose is a piece of personal data? Mentions, names and persons to an owner and a reason for it; nobody's rather than a guess.

A mention is somebody's by the first of these that holds, and only where it points to one person:

1. `own_address`, `own_phone`: it is that person's address or phone.
2. `own_name`: it is the name of one of those who stand in the letter, or the whole name of one person of the case.
3. `same_row`, `same_fields`, `signature`: it stands in the line of a table, in the block of fields or in the signature that
   the person's name heads.
4. `near_name`: of all names on its line there is one person's; or on the line before, where it belongs to the same paragraph.
5. `only_person`: the attachment's file name, or the letter's subject, names one person, and its own paragraph nobody else.

Secrets and classification markings say nothing of a person who is named beside them: they are somebody's by 3 alone, and not
by a signature.
"""

from collections.abc import Callable, Iterator

import pyarrow as pa

from unsealed.identify.key import keyed_hash
from unsealed.identify.names.forms import canonical
from unsealed.query import Engine, literal

__all__ = ["NOBODYS", "attribute"]

NOBODYS = (
    "password",
    "api_key",
    "private_key",
    "connection_string",
    "json_web_token",
    "session_cookie",
    "ip_address",
    "mac_address",
    "classification_marking",
)
"""Kinds that are a person's only in a row or a block of fields."""
CONTACTS = ("email_address", "phone_number", "postal_address", "person_name")
"""Kinds that are not told of the one whom a subject or a file name names: they may be anybody's."""
_KEYS = pa.schema([("person_id", pa.string()), ("kind", pa.string()), ("value_hash", pa.string())])
_WORDS = pa.schema([("key", pa.string()), ("word", pa.string())])
_NAMES = pa.schema(
    [("name", pa.string()), ("key", pa.string()), ("word", pa.string()), ("words", pa.list_(pa.string()))]
)
_PLACE = "message_id, coalesce(attachment_id, '') AS attachment_id, part, start, \"end\""


_NOBODY = """(SELECT '' AS person_id, '' AS message_id, '' AS attachment_id, '' AS part, 0 AS grp WHERE false)"""
_ONE = "CASE WHEN count(DISTINCT h.bearer) = 1 THEN min(h.person_id) END AS person_id"
"""The person, where all names are that one's."""


def attribute(
    db: Engine,
    key: bytes,
    *,
    source: str = "mentions",
    key_of: Callable[[str], str] = canonical,
    headed: str | None = None,
) -> None:
    """Make `owners`: a row a mention that is somebody's, with `person_id` and `basis`.

    Its other columns are those that tell a mention from all others: `message_id`, `attachment_id` (empty, not null, where there
    is none), `part`, `start`, `end`, `kind`, `identifier`. Needs `spotted` and `groups` (`names.spotted`), `person_keys` and
    `stands`.

    Args:
        db: the case's tables.
        key: the case's key.
        source: the table or view of mentions.
        key_of: makes of a name as it is written what `person_keys` has of kind `name`.
        headed: a table of `person_id`, `message_id`, `attachment_id`, `part` and `grp`: whose a group is, where that is known
            better than by the name at its head, such as of two people of one name in two rows.
    """
    _own(db, key)
    _named(db, key_of)
    _placed(db, source, headed)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE owners AS
        WITH reasons AS (
            {_OWN}
            UNION ALL {_OWN_NAME}
            UNION ALL {_RECORDS}
            UNION ALL {_NEAR}
            UNION ALL {_ONLY}
        ), first AS (
            SELECT n, min(rank) AS rank FROM reasons GROUP BY n
        ), one AS (
            SELECT n, rank, min(person_id) AS person_id, min(basis) AS basis FROM reasons JOIN first USING (n, rank)
            GROUP BY n, rank HAVING count(DISTINCT coalesce(person_id, '?')) = 1
        )
        SELECT m.message_id, m.attachment_id, m.part, m.start, m."end", m.kind, m.identifier, one.person_id, one.basis
        FROM one JOIN placed m USING (n) WHERE one.person_id IS NOT NULL""")


def _own(db: Engine, key: bytes) -> None:
    """Make `own_hashes`: the keyed hashes of addresses and phones that are one person's alone."""

    def rows() -> Iterator[dict[str, str]]:
        for row in db.rows("SELECT DISTINCT person_id, kind, key FROM person_keys WHERE kind IN ('address', 'phone')"):
            bare = "".join(filter(str.isdigit, row["key"]))
            phone = row["kind"] == "phone"
            kind = "phone_number" if phone else "email_address"
            for value in [bare, f"+{bare}"] if phone else [row["key"].lower()]:
                yield {"person_id": row["person_id"], "kind": kind, "value_hash": keyed_hash(key, kind, value)}

    db.register("_own_hashes", pa.Table.from_pylist(list(rows()), _KEYS))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE own_hashes AS
        SELECT kind, value_hash, min(person_id) AS person_id FROM _own_hashes
        GROUP BY kind, value_hash HAVING count(DISTINCT person_id) = 1""")


def _named(db: Engine, key_of: Callable[[str], str]) -> None:
    """Make `named_people`: each name in a text, and the one person whose it is; null where it is nobody's or may be several's."""
    keys = [row["key"] for row in db.rows("SELECT DISTINCT key FROM person_keys WHERE kind = 'name'")]
    db.register(
        "_name_words",
        pa.Table.from_pylist([{"key": key, "word": word} for key in keys for word in _parts(key)], _WORDS),
    )
    written = [row["name"] for row in db.rows("SELECT DISTINCT name FROM spotted")]
    rows = [
        {"name": name, "key": key, "word": word, "words": words}
        for name in written
        if (key := key_of(name)) and (words := key.split()) and (word := max(words, key=len))
    ]
    db.register("_names", pa.Table.from_pylist(rows, _NAMES))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE called AS
        SELECT person_id, key FROM person_keys WHERE kind = 'name'""")
    # Who stands in a letter is looked for first; then, for a whole name, in the whole case.
    db.execute("""
        CREATE OR REPLACE TEMP TABLE named_people AS
        WITH asked AS (SELECT DISTINCT message_id, name FROM spotted),
        whole AS (
            SELECT a.message_id, a.name, count(DISTINCT c.person_id) AS people, min(c.person_id) AS person_id
            FROM asked a JOIN _names n USING (name) JOIN called c USING (key)
            JOIN (SELECT DISTINCT person_id, message_id FROM stands) s USING (person_id, message_id)
            GROUP BY a.message_id, a.name
        ), partly AS (
            SELECT a.message_id, a.name, count(DISTINCT c.person_id) AS people, min(c.person_id) AS person_id
            FROM asked a JOIN _names n USING (name) JOIN _name_words w USING (word) JOIN called c ON c.key = w.key
            JOIN (SELECT DISTINCT person_id, message_id FROM stands) s USING (person_id, message_id)
            WHERE len(n.words) = 1 OR list_has_all(string_split(c.key, ' '), n.words)
            GROUP BY a.message_id, a.name
        ), everywhere AS (
            SELECT n.name, count(DISTINCT c.person_id) AS people, min(c.person_id) AS person_id
            FROM _names n JOIN called c USING (key)
            WHERE len(n.words) > 1 OR (length(n.key) > 2 AND NOT regexp_matches(n.key, '^[a-z]+$'))
            GROUP BY n.name
        )
        SELECT a.message_id, a.name,
               CASE WHEN w.people IS NOT NULL THEN (CASE WHEN w.people = 1 THEN w.person_id END)
                    WHEN p.people IS NOT NULL THEN (CASE WHEN p.people = 1 THEN p.person_id END)
                    WHEN e.people = 1 THEN e.person_id END AS person_id
        FROM asked a LEFT JOIN whole w USING (message_id, name) LEFT JOIN partly p USING (message_id, name)
        LEFT JOIN everywhere e USING (name)""")


def _parts(key: str) -> Iterator[str]:
    """Give what a person may be called for short: each word of the name; of a Japanese one its beginnings and ends."""
    if " " in key or key.isascii():
        yield from set(key.split())
        return
    short = {key[:size] for size in range(2, len(key))} | {key[-size:] for size in range(2, len(key))}
    yield from short or {key}


def _placed(db: Engine, source: str, headed: str | None) -> None:
    """Make `placed`, the mentions with a number each, and `heads`, the names with their person and what they head."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE placed AS
        SELECT row_number() OVER () AS n, {_PLACE}, kind, identifier, value_hash,
               kind IN ({", ".join(map(literal, NOBODYS))}) AS nobodys, kind IN ({", ".join(map(literal, CONTACTS))}) AS contact
        FROM {source}""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE heads AS
        SELECT {_PLACE}, how, grp, line_start, line_end, reach_end, paragraph_start, paragraph_end, name,
               coalesce(t.person_id, b.person_id, '?' || name) AS bearer, coalesce(t.person_id, b.person_id) AS person_id
        FROM spotted s LEFT JOIN named_people b USING (message_id, name)
        LEFT JOIN (SELECT message_id AS message, attachment_id AS attachment, part AS told, grp AS number, min(person_id) AS person_id
                   FROM {headed or _NOBODY} GROUP BY ALL HAVING count(DISTINCT person_id) = 1) t
        ON t.message = s.message_id AND t.attachment IS NOT DISTINCT FROM s.attachment_id AND t.told = s.part AND t.number = s.grp""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE records AS
        SELECT g.message_id, g.attachment_id, g.part, g.start, max(g."end") AS "end", min(h.how) AS how, {_ONE}
        FROM (SELECT {_PLACE}, grp FROM groups) g
        JOIN heads h USING (message_id, attachment_id, part, grp) GROUP BY ALL""")
    # A name in a table says nothing of the next row.
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE lines AS
        SELECT message_id, attachment_id, part, line_start AS start, max(line_end) AS line_end,
               max(CASE how WHEN 'row' THEN line_end ELSE reach_end END) AS "end", {_ONE}
        FROM heads h GROUP BY ALL""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE paragraphs AS
        SELECT message_id, attachment_id, part, paragraph_start AS start, max(paragraph_end) AS "end", {_ONE},
               min(h.bearer) AS bearer, count(DISTINCT h.bearer) AS bearers
        FROM heads h GROUP BY ALL""")


_SAME = "m.message_id = h.message_id AND m.attachment_id = h.attachment_id AND m.part = h.part"
_OWN = """
    SELECT n, 1 AS rank, o.person_id, CASE kind WHEN 'email_address' THEN 'own_address' ELSE 'own_phone' END AS basis
    FROM placed JOIN own_hashes o USING (kind, value_hash)"""
_OWN_NAME = f"""
    SELECT n, 2, h.person_id, 'own_name' FROM placed m JOIN heads h ON {_SAME} AND m.start = h.start AND m."end" = h."end"
    WHERE m.kind = 'person_name'"""
# Records, lines and paragraphs lie side by side: the last that begins before a mention is the only one it can be in.
_RECORDS = f"""
    SELECT n, 3, h.person_id, CASE h.how WHEN 'row' THEN 'same_row' WHEN 'signature' THEN 'signature' ELSE 'same_fields' END
    FROM placed m ASOF JOIN records h ON {_SAME} AND m.start >= h.start
    WHERE m."end" <= h."end" AND m.kind <> 'person_name' AND NOT (m.nobodys AND h.how = 'signature')"""
_NEAR = f"""
    SELECT n, 4, h.person_id, 'near_name' FROM placed m ASOF JOIN lines h ON {_SAME} AND m.start >= h.start
    WHERE m."end" <= h."end" AND m.kind <> 'person_name' AND NOT m.nobodys"""
_ONLY = f"""
    SELECT m.n, 5, t.person_id, 'only_person'
    FROM placed m
    JOIN (SELECT message_id, CASE part WHEN 'subject' THEN '' ELSE attachment_id END AS attachment_id,
                 CASE part WHEN 'subject' THEN 'text' ELSE 'attachment' END AS part, min(bearer) AS bearer, {_ONE}
          FROM heads h WHERE part IN ('subject', 'filename') GROUP BY ALL) t
    ON m.message_id = t.message_id AND m.attachment_id = t.attachment_id AND m.part = t.part
    ASOF LEFT JOIN paragraphs h ON {_SAME} AND m.start >= h.start
    WHERE NOT m.nobodys AND NOT m.contact AND t.person_id IS NOT NULL
      AND (h.start IS NULL OR m.start >= h."end" OR (h.bearers = 1 AND h.bearer = t.bearer))"""
