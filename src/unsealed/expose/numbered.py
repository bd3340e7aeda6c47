"""Numbers for what records name again and again: joins of millions of rows then compare numbers and not texts.

Mailboxes, names of folders and Message-IDs have numbers in the order of the texts: the least number is the least text.
"""

from collections.abc import Sequence

import pyarrow as pa

from unsealed import folders
from unsealed.query import Engine

RECOVERABLE, DELETED = "Recoverable Items", "Deleted Items"
NOBODY = (1 << 31) - 1
"""The number of no mailbox: after all others, as null is."""
OWN = "(s.ours OR a.event_id IN (SELECT event_id FROM act WHERE inside))"
"""SQL: the record of an item `a` in the spot `s` is of a mailbox that matters, or the intruder's."""
SPOT = """spots s ON s.mailbox IS NOT DISTINCT FROM a.mailbox AND s.folder IS NOT DISTINCT FROM a.folder
                     AND s.destination IS NOT DISTINCT FROM a.destination"""
"""SQL: the spot of a record of an item `a`."""


def number(db: Engine, bare: str, reached: Sequence[str]) -> dict[int, list[str]]:
    """Make the tables of numbers, from all records that name items; give the folders that the evidence has of each mailbox.

    `boxes`: mailbox, box, and `ours`, whether its letters are judged: the intruder was there, responders say so, or the
    evidence holds it. `names`: name, f, and `away`, whether it is a folder of another mailbox. `spots`: each mailbox, folder
    and destination that stand together in a record, with their numbers `box`, `f` and `d`, and `ours`. `ids`: raw, a
    Message-ID as a record has it; mid, as it is compared; m, its number; r, one that tells apart several raw ones, too.
    `folder_keys`: what the names of one folder in the evidence have in common.

    Args:
        db: the case; `act` and `presence` are there.
        bare: SQL for a Message-ID as it is compared, of the column `raw`.
        reached: mailboxes that responders know were reachable.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE spots AS
        SELECT DISTINCT mailbox, folder, destination FROM accesses WHERE internet_message_id IS NOT NULL""")
    held = _texts(db, reached)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE spots AS
        SELECT s.mailbox, s.folder, s.destination, b.box, b.ours, f.f, d.f AS d
        FROM spots s JOIN boxes b ON b.mailbox IS NOT DISTINCT FROM s.mailbox
        LEFT JOIN names f ON f.name = s.folder LEFT JOIN names d ON d.name = s.destination""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE ids AS
        WITH raws AS MATERIALIZED (
                SELECT DISTINCT internet_message_id AS raw FROM accesses WHERE internet_message_id IS NOT NULL),
             told AS MATERIALIZED (SELECT raw, {bare} AS mid FROM raws)
        SELECT raw, mid, row_number() OVER (ORDER BY mid, raw)::INTEGER AS r, rank() OVER (ORDER BY mid)::INTEGER AS m
        FROM told WHERE mid IS NOT NULL""")
    return held


def _texts(db: Engine, reached: Sequence[str]) -> dict[int, list[str]]:
    """Number mailboxes and names of folders."""
    found: dict[str, set[str | None]] = {"box": set(), "ours": {*reached}, "name": {DELETED, RECOVERABLE}}
    held: dict[str | None, list[str | None]] = {}
    for row in db.rows("""
        SELECT DISTINCT 'box' AS what, mailbox AS text, NULL AS folder FROM spots
        UNION ALL SELECT DISTINCT 'name', unnest([folder, destination]), NULL FROM spots
        UNION ALL SELECT DISTINCT 'ours', mailbox, NULL FROM presence
        UNION ALL SELECT DISTINCT 'held', mailbox, folder FROM messages ORDER BY ALL"""):
        if row["what"] == "held":
            held.setdefault(row["text"], []).append(row["folder"])
        else:
            found[row["what"]].add(row["text"])
    found["ours"].update(held)
    boxes = _sorted(found["box"] | found["ours"])
    db.register(
        "boxes",
        pa.table(
            {
                "mailbox": pa.array([*boxes, None], pa.string()),
                "box": pa.array([*range(1, len(boxes) + 1), NOBODY], pa.int32()),
                "ours": pa.array([*(box in found["ours"] for box in boxes), False], pa.bool_()),
            }
        ),
    )
    names = _sorted(found["name"])
    db.register(
        "names",
        pa.table(
            {
                "name": pa.array(names, pa.string()),
                "f": pa.array(range(1, len(names) + 1), pa.int32()),
                "away": pa.array([name.startswith("//") for name in names], pa.bool_()),
            }
        ),
    )
    kept = [(name, folders.key(name) if name else None) for name in {name for names in held.values() for name in names}]
    columns = zip(*kept, strict=True) if kept else ((), ())
    keys = {name: pa.array(texts, pa.string()) for name, texts in zip(("folder", "key"), columns, strict=True)}
    db.register("folder_keys", pa.table(keys))
    return {box: [name for name in held[text] if name] for box, text in enumerate(boxes, 1) if text in held}


def _sorted(texts: set[str | None]) -> list[str]:
    return sorted(text for text in texts if text is not None)
