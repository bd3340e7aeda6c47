"""Folders that desktop Outlook synchronised: one record a folder, and every letter in it at that time was copied."""

from typing import NamedTuple

import pyarrow as pa

from unsealed import folders
from unsealed.query import Engine


class Place(NamedTuple):
    """A synchronised folder, a folder of the evidence, and whether the one is surely the other."""

    mailbox: str
    named: str | None
    held: str | None
    sure: bool


def synced(db: Engine) -> None:
    """Find the letters that lay in a synchronised folder.

    The record often has the folder's name alone ("Not Available" for its path). A letter whose folder is not known,
    or a record without any name, leaves "in reach"; so does a letter that only the log names: it was taken from where it
    lay, nobody knows when.
    Of many records of a folder, the first after a letter's arrival and the last stand for all.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE syncs AS
        SELECT a.mailbox, a.folder AS named, act.us, min(a.event_id) AS event_id
        FROM accesses a JOIN act USING (event_id) WHERE a.access = 'sync' AND act.inside AND a.mailbox IS NOT NULL
        GROUP BY a.mailbox, a.folder, act.us""")
    found = _places(db)
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
                SELECT p.place, p.sure, c.n, coalesce(c.arrived, -1) AS since, c.message_id IS NOT NULL AS held, c.gone
                FROM places p JOIN copies c ON c.mailbox = p.mailbox AND c.folder IS NOT DISTINCT FROM p.held),
             line AS (
                SELECT place, since AS us, n, sure AND held AS sure, gone FROM here
                UNION ALL SELECT p.place, s.us, NULL, NULL, NULL
                FROM places p JOIN syncs s ON s.mailbox = p.mailbox AND s.named IS NOT DISTINCT FROM p.named),
             next AS (
                SELECT *, min(CASE WHEN n IS NULL THEN us END) OVER (PARTITION BY place ORDER BY us DESC) AS first,
                       max(CASE WHEN n IS NULL THEN us END) OVER (PARTITION BY place) AS last FROM line),
             hits AS (
                SELECT DISTINCT place, n, sure, gone, unnest([first, last]) AS moment
                FROM next WHERE n IS NOT NULL AND first IS NOT NULL)
        SELECT DISTINCT h.n, CASE WHEN h.sure THEN 'copied' ELSE 'in_reach' END,
               CASE WHEN h.sure THEN 'sync' ELSE 'unnamed_folder' END, s.event_id,
               'folder ' || coalesce(s.named, '(not named)') || ' was synchronised'
               || CASE WHEN h.sure THEN '' ELSE '; whether the letter lay there then can''t be told' END, NULL, h.moment
        FROM hits h JOIN places p USING (place)
        JOIN syncs s ON s.mailbox = p.mailbox AND s.named IS NOT DISTINCT FROM p.named AND s.us = h.moment
        WHERE coalesce(h.gone >= h.moment, TRUE)""")


def _places(db: Engine) -> list[Place]:
    """Bring every synchronised folder together with the folders that it is, or may be."""
    held: dict[str, list[str | None]] = {}
    for row in db.rows("SELECT DISTINCT mailbox, folder FROM copies WHERE mailbox IS NOT NULL ORDER BY ALL"):
        held.setdefault(row["mailbox"], []).append(row["folder"])
    found = []
    for row in db.rows("SELECT DISTINCT mailbox, named FROM syncs ORDER BY ALL"):
        mailbox, named = row["mailbox"], row["named"]
        sure, unsure = meant(named, held.get(mailbox, []))
        found += [Place(mailbox, named, folder, sure=True) for folder in sure]
        found += [Place(mailbox, named, folder, sure=False) for folder in unsure]
    return found


def meant(named: str | None, held: list[str | None]) -> tuple[list[str | None], list[str | None]]:
    """Give the folders of a mailbox that a record surely means, and those that it may mean.

    Levels are compared from the last one up, as far as both tell. Where the record has a name alone and folders in
    different places bear it, any of them may be meant. A mailbox none of whose folders has a usual name was kept in
    files of other names: its letters may have lain anywhere.
    """
    known = [folder for folder in held if folder]
    unknown: list[str | None] = [folder for folder in held if not folder]
    if not named:
        return [], list(held)
    exact = [folder for folder in known if _levels(folder) == _levels(named)]
    alike = [folder for folder in known if same_folder(named, folder)]
    if "/" in named or "\\" in named:
        alike = exact or alike
    if len({tuple(_levels(folder)) for folder in alike}) > 1:
        return [], [*alike, *unknown]
    if not alike and not any(_usual(folder) for folder in known):
        return [], list(held)
    return list(alike), unknown


def same_folder(named: str, held: str) -> bool:
    """Tell whether a folder in a log, by path or by name alone, can be the folder of a letter.

    Names that every mailbox has match in any language.
    """
    one, other = _levels(named), _levels(held)
    depth = min(len(one), len(other))
    return depth > 0 and one[-depth:] == other[-depth:]


def _levels(path: str) -> list[str]:
    return [folders.well_known(level) or level for level in folders.levels(path)]


def _usual(folder: str) -> bool:
    return any(folders.well_known(level) for level in folders.levels(folder)) or folders.well_known(folder) is not None
