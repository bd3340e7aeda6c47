"""Where each letter lay from when to when: from its arrival, the records of moves and deletions, and where it lies now.

What a log says is taken in order of time. A record names the folder that a letter was in, and a move names the one it
then was in; between two records that do not fit each other it was moved unseen, so its folder is not known. A letter
that nothing names lay where the evidence has it from its arrival on. Owners' moves are not logged by default, and
SoftDelete leads to Recoverable Items, where a letter can still be opened, HardDelete out of the mailbox
(https://learn.microsoft.com/purview/audit-mailboxes). A folder that was renamed is not told by that log.
"""

from collections.abc import Mapping

import pyarrow as pa

from unsealed import folders
from unsealed.expose.folder_names import meant, tells
from unsealed.expose.numbered import DELETED, NOBODY, RECOVERABLE, SPOT
from unsealed.query import Engine, literal

NOWHERE = 0
"""The place of what is out of the mailbox."""
BIND_WINDOW = 180_000_000
"""Microseconds: a record stands for up to two minutes of opening, so it may name a folder that a letter has just left."""
_DOES = "ENUM('purge', 'copy', 'soft', 'bin', 'other')"
_KINDS = "ENUM('seen', 'named', 'move', 'copy', 'purge')"
OLDER = 86_400_000_000
"""Microseconds: evidence whose newest letter of a mailbox came so long before a record was taken before it."""
_SENT = ("sent items", "drafts", "outbox")
_VIRTUAL = {"finder", "search folders", "allitems", "views", "common views", "drafts", "outbox"}
"""Folders that show what lies elsewhere, and those of letters that were not sent yet: being seen there tells nothing."""


def met(db: Engine) -> None:
    """Make `met`: what a log names, a row for each move or deletion, and one for each folder a letter was seen in.

    Mailboxes, letters and folders by their numbers (`numbered.py`): box, m, f, and `d` for the destination; `r` stands for
    the least of the Message-IDs as the records have them, `away` says that it was moved to another mailbox. Of records that
    are no move or deletion, `moved` is null, and `first` and `last` tell when they were.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE met AS
        WITH theirs AS (SELECT DISTINCT event_id FROM act WHERE inside),
             told AS (
                SELECT e.event_id, epoch_us(e.time) - coalesce(k.shift, 0) AS us,
                       (CASE WHEN e.operation IN ('HardDelete', 'expunge') THEN 'purge'
                             WHEN e.operation IN ('Copy', 'copy') THEN 'copy'
                             WHEN e.operation = 'SoftDelete' THEN 'soft'
                             WHEN e.operation = 'MoveToDeletedItems' THEN 'bin' ELSE 'other' END)::{_DOES} AS does,
                       coalesce(e.outcome = 'failure', FALSE) AS failed, e.outcome IS NOT DISTINCT FROM 'partial' AS partly,
                       t.event_id IS NOT NULL AS theirs
                FROM events e LEFT JOIN theirs t USING (event_id) LEFT JOIN skew k ON k.source = e.source),
             named AS (
                SELECT s.box, i.m, i.r, s.f, e.us, e.partly, a.access = 'send' AS sent,
                       CASE e.does WHEN 'bin' THEN coalesce(s.d, {_number(DELETED)}) WHEN 'soft' THEN {_number(RECOVERABLE)}
                                   ELSE s.d END AS d,
                       (CASE WHEN e.failed THEN 'named' WHEN e.does = 'purge' THEN 'purge' WHEN e.does = 'copy' THEN 'copy'
                             WHEN a.access = 'move' OR e.does = 'soft' THEN 'move'
                             WHEN a.access IN ('bind', 'attachment', 'fetch') AND a.folder IS NOT NULL THEN 'seen'
                             ELSE 'named' END)::{_KINDS} AS kind
                FROM accesses a JOIN told e USING (event_id) JOIN ids i ON i.raw = a.internet_message_id JOIN {SPOT}
                WHERE s.ours OR e.theirs),
             each AS (
                SELECT box, m, f, sent, CASE WHEN partly AND kind = 'move' THEN NULL ELSE d END AS d, kind,
                       CASE WHEN kind IN ('seen', 'named') THEN NULL ELSE us END AS moved,
                       min(us) AS first, max(us) AS last, min(r) AS r
                FROM named GROUP BY ALL)
        SELECT e.*, coalesce(n.away, FALSE) AS away FROM each e LEFT JOIN names n ON n.f = e.d""")


def _number(name: str) -> str:
    return f"(SELECT f FROM names WHERE name = {literal(name)})"


def prepare(db: Engine, held: Mapping[int, list[str]]) -> None:
    """Make `stays`, and tell `copies` what is gone.

    `stays`: n, folder (null where it is not known), "from" (null where the arrival is not known), "to" (null where it
    still lay there at the end), `sure` (false where the letter may have lain there). Times in microseconds.

    Args:
        db: the case, with `met` and `copies`.
        held: the folders that the evidence has of each mailbox, by its number.
    """
    _placed(db, held)
    _records(db)
    _walk(db)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE stays AS
        WITH spans AS (
                SELECT n, src AS p, NULL AS folder, c.arrived AS since, us AS till, w.held AND src IS NOT NULL AS sure
                FROM walk w JOIN copies c USING (n) WHERE nth = 1 AND src IS DISTINCT FROM {NOWHERE}
                UNION ALL
                SELECT n, CASE WHEN dst = next_src OR dst = {NOWHERE} THEN next_src END, NULL, us, next_us,
                       coalesce(dst = next_src, FALSE)
                FROM walk WHERE next_us IS NOT NULL
                UNION ALL
                SELECT n, past, NULL, us, NULL, sure FROM walk WHERE next_us IS NULL AND past IS DISTINCT FROM {NOWHERE}
                UNION ALL
                SELECT n, branch, NULL, us, NULL, FALSE FROM told WHERE branch IS NOT NULL
                UNION ALL
                SELECT c.n, p.p, c.folder, c.arrived, c.gone, c.message_id IS NOT NULL
                FROM copies c ANTI JOIN walk USING (n) LEFT JOIN placed p ON p.box = c.box AND p.name = c.folder)
        SELECT n, coalesce(p.place, s.folder) AS folder, since AS "from", till AS "to", sure
        FROM spans s LEFT JOIN places p USING (p) WHERE coalesce(since < till, TRUE)""")
    db.execute(f"""
        UPDATE copies SET gone = w.us FROM walk w
        WHERE w.n = copies.n AND w.held AND w.next_us IS NULL AND w.past = {NOWHERE}""")
    for done in ("told", "walk", "met"):
        db.execute(f"DROP TABLE {done}")


def _records(db: Engine) -> None:
    """Make `told`: for each copy that a log moves, or saw elsewhere than where it lies, the records that are about it.

    Of several copies of a letter in one mailbox, a record is about the one whose folder it names.
    """
    sent = ", ".join(map(literal, _SENT))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE told AS
        WITH lies AS (
                SELECT c.n, c.box, c.m, c.message_id IS NOT NULL AS held,
                       CASE WHEN c.message_id IS NOT NULL AND p.usual THEN p.p END AS place,
                       coalesce(c.folder_key IN ({sent}), FALSE) AS sent
                FROM copies c LEFT JOIN placed p ON p.box = c.box AND p.name = c.folder
                WHERE c.box <> {NOBODY} AND c.m IS NOT NULL),
             recs AS (
                SELECT m.box, m.m, m.kind, f.p AS src,
                       CASE WHEN m.kind = 'purge' OR m.away THEN {NOWHERE} WHEN m.kind = 'seen' THEN f.p ELSE d.p END AS dst,
                       unnest(CASE WHEN m.first < m.last THEN [m.first, m.last] ELSE [m.first] END) AS us
                FROM met m LEFT JOIN placed f ON f.box = m.box AND f.f = m.f LEFT JOIN placed d ON d.box = m.box AND d.f = m.d
                WHERE m.kind NOT IN ('named', 'seen') OR (m.kind = 'seen' AND NOT f.virtual AND f.p IS NOT NULL)),
             busy AS (
                SELECT DISTINCT l.n FROM lies l JOIN recs r ON r.box = l.box AND r.m = l.m
                WHERE r.kind <> 'seen' OR NOT l.held OR r.src IS DISTINCT FROM l.place),
             beside AS (
                SELECT box, m, list(DISTINCT place) AS places, count(*) AS copies FROM lies WHERE held
                GROUP BY box, m HAVING count(*) > 1),
             joined AS (
                SELECT l.n, l.held, l.place, l.sent, coalesce(b.copies, 1) AS copies, r.kind, r.src, r.us, r.dst,
                       list_filter(coalesce(b.places, []), lambda x: x IS DISTINCT FROM l.place) AS others
                FROM lies l SEMI JOIN busy USING (n) JOIN recs r ON r.box = l.box AND r.m = l.m
                LEFT JOIN beside b ON b.box = l.box AND b.m = l.m),
             mine AS (
                SELECT *, coalesce(kind = 'copy' AND dst = place, FALSE) AS copied FROM joined
                WHERE coalesce(src = place OR dst = place, FALSE)
                   OR NOT coalesce(list_contains(others, src) OR list_contains(others, dst), FALSE))
        SELECT n, held, place, sent, copies, kind, us,
               CASE WHEN copied AND list_contains(others, src) THEN {NOWHERE} ELSE src END AS src,
               CASE WHEN kind = 'copy' AND NOT copied THEN src ELSE dst END AS dst,
               CASE WHEN kind <> 'copy' THEN NULL WHEN copied AND NOT coalesce(list_contains(others, src), FALSE) THEN src
                    WHEN NOT copied AND NOT coalesce(list_contains(others, dst), FALSE) THEN dst END AS branch
        FROM mine""")


def _walk(db: Engine) -> None:
    """Make `walk`: the records of each copy in order, with the next one; and on the last, what follows from it.

    Left out is what is about another copy, which is not in the evidence: all that names neither the folder of a copy that
    the evidence still has, nor leads anywhere but out of the mailbox; and the deletion of what was copied before.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE walk AS
        WITH kept AS (
                SELECT t.* FROM told t
                ANTI JOIN told m ON t.kind = 'seen' AND m.n = t.n AND m.src IS DISTINCT FROM m.dst
                    AND ((m.src = t.src AND t.us - m.us BETWEEN 0 AND {BIND_WINDOW}) OR (m.dst = t.src AND t.us = m.us))
                ANTI JOIN told c ON t.kind = 'purge' AND c.n = t.n AND c.kind = 'copy' AND c.branch = t.src AND t.us >= c.us),
             ranked AS (
                SELECT *, lead(src) OVER w AS next_src, lead(us) OVER w AS next_us, row_number() OVER w AS nth,
                       bool_or(src = place OR dst = place) OVER (PARTITION BY n) AS linked
                FROM kept WINDOW w AS (
                    PARTITION BY n ORDER BY us, src IS DISTINCT FROM dst, coalesce(dst = place, FALSE), src, dst)),
             final AS (
                SELECT r.*, coalesce(last_value(dst) OVER whole = {NOWHERE}, FALSE) AS out,
                       coalesce(b.newest + {OLDER} < max(us) OVER (PARTITION BY n), FALSE) AS older
                FROM ranked r JOIN copies c USING (n)
                LEFT JOIN (SELECT mailbox, max(arrived) AS newest FROM copies GROUP BY mailbox) b ON b.mailbox = c.mailbox
                WINDOW whole AS (PARTITION BY n ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
        SELECT n, held, nth, us, src, dst, next_src, next_us,
               CASE WHEN next_us IS NOT NULL THEN NULL
                    WHEN NOT held THEN dst
                    WHEN out AND NOT older THEN place
                    WHEN place IS NULL OR dst = place OR (older AND linked) THEN dst END AS past,
               coalesce(held AND NOT (out AND NOT older) AND (place IS NULL OR dst = place OR (older AND linked))
                        AND dst IS NOT NULL, FALSE) AS sure
        FROM final
        WHERE NOT held OR place IS NULL OR linked OR NOT (copies > 1 OR sent OR out)""")


def _placed(db: Engine, held: Mapping[int, list[str]]) -> None:
    """Make `placed`: for each folder that the evidence or a log names, one place for all the names of that folder.

    `p` is null where the name may mean several folders, else `places` has its name; `usual` says whether the evidence of
    that mailbox has any folder by a name that tells; `virtual`, that being seen there tells nothing.
    """
    named: dict[int, dict[str, int | None]] = {box: dict.fromkeys(names) for box, names in held.items()}
    for row in db.rows(f"""
        SELECT box, f, name FROM (SELECT DISTINCT box, unnest([f, d]) AS f FROM met WHERE box <> {NOBODY} AND kind <> 'named')
        JOIN names USING (f) WHERE NOT away AND name <> '' ORDER BY ALL"""):
        named.setdefault(row["box"], {})[row["name"]] = row["f"]
    rows: list[tuple[int, str, int | None, str | None, bool, bool]] = []
    for box, names in sorted(named.items()):
        known = held.get(box, [])
        usual = any(tells(name) for name in known)
        rows += [(box, name, f, place(name, known), usual, _virtual(name)) for name, f in sorted(names.items())]
    places = {name: p for p, name in enumerate(sorted({row[3] for row in rows if row[3] is not None}), NOWHERE + 1)}
    placed = {
        "box": pa.array([row[0] for row in rows], pa.int32()),
        "name": pa.array([row[1] for row in rows], pa.string()),
        "f": pa.array([row[2] for row in rows], pa.int32()),
        "p": pa.array([None if row[3] is None else places[row[3]] for row in rows], pa.int32()),
        "usual": pa.array([row[4] for row in rows], pa.bool_()),
        "virtual": pa.array([row[5] for row in rows], pa.bool_()),
    }
    db.register("placed", pa.table(placed))
    db.register(
        "places", pa.table({"p": pa.array(places.values(), pa.int32()), "place": pa.array(places, pa.string())})
    )


def place(named: str, held: list[str]) -> str | None:
    """Give one name for a folder, whatever it is called; None where it may be any of several.

    Args:
        named: the folder, by path or by name alone.
        held: the folders that the evidence has of that mailbox.
    """
    levels = folders.levels(named)
    if "recoverable items" in levels:
        return RECOVERABLE
    exact = [folder for folder in held if folders.levels(folder) == levels]
    sure, unsure = (exact, []) if exact else meant(named, held, usual=True)
    if sure:
        return min(filter(None, sure))
    return None if unsure else "/".join(levels)


def _virtual(named: str) -> bool:
    levels = folders.levels(named)
    return bool(levels) and (levels[0] in _VIRTUAL or levels[-1] in _VIRTUAL)
