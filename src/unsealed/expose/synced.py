"""Folders that desktop Outlook synchronised: one record a folder, and every letter in it at that time was copied."""

from typing import Any, NamedTuple

import pyarrow as pa

from unsealed.expose.folder_names import meant, same_folder, tells
from unsealed.query import Engine


class Place(NamedTuple):
    """A synchronised folder, a folder of the evidence, and whether the one is surely the other."""

    mailbox: str
    named: str | None
    held: str | None
    sure: bool


def synced(db: Engine) -> None:
    """Find the letters that lay in a synchronised folder at that moment (`stays`).

    The record often has the folder's name alone ("Not Available" for its path). A letter whose folder is not known,
    or a record without any name, leaves "in reach"; so does a letter that only the log names, before the first record
    that names it and after the last.
    Of many records of a folder, the first and the last while a letter lay there stand for all.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE syncs AS
        SELECT a.mailbox, a.folder AS named, act.us, min(a.event_id) AS event_id
        FROM accesses a JOIN act USING (event_id) WHERE a.access = 'sync' AND act.inside AND a.mailbox IS NOT NULL
        GROUP BY a.mailbox, a.folder, act.us""")
    asked = db.rows("SELECT DISTINCT mailbox, named FROM syncs ORDER BY ALL")
    if not asked:
        return
    found = _places(db, asked)
    columns = {
        "mailbox": pa.array([place.mailbox for place in found], pa.string()),
        "named": pa.array([place.named for place in found], pa.string()),
        "held": pa.array([place.held for place in found], pa.string()),
        "sure": pa.array([place.sure for place in found], pa.bool_()),
        "place": pa.array(range(len(found)), pa.int64()),
    }
    db.register("places", pa.table(columns))
    db.execute("""
        INSERT INTO grounds
        WITH here AS (
                SELECT p.place, p.mailbox, p.named, p.sure AND s.sure AS sure, s.n, coalesce(s."from", -1) AS since,
                       coalesce(s."to", 1::BIGINT << 62) AS till
                FROM places p JOIN (SELECT stays.*, mailbox FROM stays JOIN copies USING (n)) s
                    ON s.mailbox = p.mailbox AND s.folder IS NOT DISTINCT FROM p.held),
             moments AS (
                SELECT p.place, s.us, min(s.event_id) AS event_id
                FROM places p JOIN syncs s ON s.mailbox = p.mailbox AND s.named IS NOT DISTINCT FROM p.named GROUP BY ALL),
             hits AS (
                SELECT h.*, a.us, a.event_id FROM here h ASOF JOIN moments a ON a.place = h.place AND a.us >= h.since
                WHERE a.us < h.till
                UNION
                SELECT h.*, a.us, a.event_id FROM here h ASOF JOIN moments a ON a.place = h.place AND a.us < h.till
                WHERE a.us >= h.since)
        SELECT DISTINCT n, CASE WHEN sure THEN 'copied' ELSE 'in_reach' END,
               CASE WHEN sure THEN 'sync' ELSE 'unnamed_folder' END, event_id,
               'folder ' || coalesce(named, '(not named)') || ' was synchronised'
               || CASE WHEN sure THEN '' ELSE '; whether the letter lay there then can''t be told' END, NULL, us
        FROM hits""")


def _places(db: Engine, asked: list[dict[str, Any]]) -> list[Place]:
    """Bring every synchronised folder together with the folders that it is, or may be."""
    held: dict[str, list[str | None]] = {}
    kept: dict[str, set[str | None]] = {}
    for row in db.rows("SELECT DISTINCT c.mailbox, s.folder FROM stays s JOIN copies c USING (n) ORDER BY ALL"):
        held.setdefault(row["mailbox"], []).append(row["folder"])
    for row in db.rows("SELECT DISTINCT mailbox, folder FROM messages WHERE folder IS NOT NULL ORDER BY ALL"):
        kept.setdefault(row["mailbox"], set()).add(row["folder"])
    found = []
    for row in asked:
        mailbox, named = row["mailbox"], row["named"]
        usual = any(tells(name) for name in kept.get(mailbox, held.get(mailbox, [])) if name)
        sure, unsure = meant(named, held.get(mailbox, []), usual=usual)
        if (
            named
            and not usual
            and mailbox in kept
            and not any(one and same_folder(named, one) for one in kept[mailbox])
        ):
            unsure = [one for one in held[mailbox] if one not in sure]  # the log alone has this name: files have others
        found += [Place(mailbox, named, folder, sure=True) for folder in sure]
        found += [Place(mailbox, named, folder, sure=False) for folder in unsure]
    return found
