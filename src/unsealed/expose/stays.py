"""Where each letter lay from when to when: from its arrival, the records of moves and deletions, and where it lies now.

What a log says is taken in order of time. A record names the folder that a letter was in, and a move names the one it
then was in; between two records that do not fit each other it was moved unseen, so its folder is not known. A letter
that nothing names lay where the evidence has it from its arrival on. Owners' moves are not logged by default, and
SoftDelete leads to Recoverable Items, where a letter can still be opened, HardDelete out of the mailbox
(https://learn.microsoft.com/purview/audit-mailboxes). A folder that was renamed is not told by that log.
"""

import pyarrow as pa

from unsealed import folders
from unsealed.expose.folder_names import meant, tells
from unsealed.query import Engine, literal

NOWHERE = ""
"""Out of the mailbox."""
RECOVERABLE = "Recoverable Items"
BIND_WINDOW = 180_000_000
"""Microseconds: a record stands for up to two minutes of opening, so it may name a folder that a letter has just left."""
OLDER = 86_400_000_000
"""Microseconds: evidence whose newest letter of a mailbox came so long before a record was taken before it."""
_SENT = ("sent items", "drafts", "outbox")
_VIRTUAL = {"finder", "search folders", "allitems", "views", "common views", "drafts", "outbox"}
"""Folders that show what lies elsewhere, and those of letters that were not sent yet: being seen there tells nothing."""


def met(db: Engine, bare: str) -> None:
    """Make `met`: what a log names, a row for each move or deletion, and one for each folder a letter was seen in.

    Args:
        db: the case; `act` and `presence` are there, and `boxes`, the mailboxes that matter.
        bare: SQL for the Message-ID of `a` as it is compared.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE met AS
        WITH theirs AS (SELECT DISTINCT event_id FROM act WHERE inside),
             named AS (
                SELECT a.mailbox, {bare} AS mid, a.folder, epoch_us(e.time) - coalesce(k.shift, 0) AS us,
                       CASE WHEN e.operation = 'MoveToDeletedItems' THEN coalesce(a.destination, 'Deleted Items')
                            WHEN e.operation = 'SoftDelete' THEN '{RECOVERABLE}' ELSE a.destination END AS destination,
                       CASE WHEN e.outcome = 'failure' THEN 'named'
                            WHEN e.operation IN ('HardDelete', 'expunge') THEN 'purge'
                            WHEN e.operation IN ('Copy', 'copy') THEN 'copy'
                            WHEN a.access = 'move' OR e.operation = 'SoftDelete' THEN 'move'
                            WHEN a.access IN ('bind', 'attachment', 'fetch') AND a.folder IS NOT NULL THEN 'seen'
                            ELSE 'named' END AS kind, e.outcome IS NOT DISTINCT FROM 'partial' AS partly,
                       a.internet_message_id, a.subject
                FROM accesses a JOIN events e USING (event_id) LEFT JOIN skew k ON k.source = e.source
                WHERE a.internet_message_id IS NOT NULL AND (a.mailbox IN (SELECT mailbox FROM boxes)
                      OR a.event_id IN (SELECT event_id FROM theirs)))
        SELECT mailbox, mid, folder, CASE WHEN partly AND kind = 'move' THEN NULL ELSE destination END AS destination, kind,
               CASE WHEN kind IN ('seen', 'named') THEN NULL ELSE us END AS moved,
               min(us) AS first, max(us) AS last, min(internet_message_id) AS internet_message_id, min(subject) AS subject
        FROM named WHERE mid IS NOT NULL GROUP BY ALL""")


def prepare(db: Engine) -> None:
    """Make `stays`, and tell `copies` what is gone.

    `stays`: n, folder (null where it is not known), "from" (null where the arrival is not known), "to" (null where it
    still lay there at the end), `sure` (false where the letter may have lain there). Times in microseconds.
    """
    _placed(db)
    _records(db)
    _walk(db)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE stays AS
        WITH spans AS (
                SELECT n, src AS folder, c.arrived AS since, us AS till, w.held AND src IS NOT NULL AS sure
                FROM walk w JOIN copies c USING (n) WHERE nth = 1 AND src IS DISTINCT FROM '{NOWHERE}'
                UNION ALL
                SELECT n, CASE WHEN dst = next_src OR dst = '{NOWHERE}' THEN next_src END, us, next_us,
                       coalesce(dst = next_src, FALSE)
                FROM walk WHERE next_us IS NOT NULL
                UNION ALL
                SELECT n, past.folder, us, NULL, past.sure FROM walk
                WHERE next_us IS NULL AND past.folder IS DISTINCT FROM '{NOWHERE}'
                UNION ALL
                SELECT n, branch, us, NULL, FALSE FROM told WHERE branch IS NOT NULL
                UNION ALL
                SELECT c.n, coalesce(p.place, c.folder), c.arrived, c.gone, c.message_id IS NOT NULL
                FROM copies c LEFT JOIN placed p ON p.mailbox = c.mailbox AND p.named = c.folder
                WHERE c.n NOT IN (SELECT n FROM walk))
        SELECT n, folder, since AS "from", till AS "to", sure FROM spans
        WHERE coalesce(since < till, TRUE)""")
    db.execute(f"""
        UPDATE copies SET gone = w.us FROM walk w
        WHERE w.n = copies.n AND w.held AND w.next_us IS NULL AND w.past.folder = '{NOWHERE}'""")


def _records(db: Engine) -> None:
    """Make `told`: for each copy that a log moves, or saw elsewhere than where it lies, the records that are about it.

    Of several copies of a letter in one mailbox, a record is about the one whose folder it names.
    """
    sent = ", ".join(map(literal, _SENT))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE told AS
        WITH lies AS (
                SELECT c.n, c.mailbox, c.mid, c.message_id IS NOT NULL AS held,
                       CASE WHEN c.message_id IS NOT NULL AND p.usual THEN p.place END AS place,
                       coalesce(c.folder_key IN ({sent}), FALSE) AS sent
                FROM copies c LEFT JOIN placed p ON p.mailbox = c.mailbox AND p.named = c.folder
                WHERE c.mailbox IS NOT NULL AND c.mid IS NOT NULL),
             recs AS (
                SELECT m.mailbox, m.mid, m.kind, f.place AS src,
                       CASE WHEN m.kind = 'purge' OR m.destination LIKE '//%' THEN '{NOWHERE}'
                            WHEN m.kind = 'seen' THEN f.place ELSE d.place END AS dst,
                       unnest(CASE WHEN m.first < m.last THEN [m.first, m.last] ELSE [m.first] END) AS us
                FROM met m LEFT JOIN placed f ON f.mailbox = m.mailbox AND f.named = m.folder
                LEFT JOIN placed d ON d.mailbox = m.mailbox AND d.named = m.destination
                WHERE m.kind NOT IN ('named', 'seen') OR (m.kind = 'seen' AND NOT f.virtual AND f.place IS NOT NULL)),
             busy AS (
                SELECT DISTINCT l.n FROM lies l JOIN recs r ON r.mailbox = l.mailbox AND r.mid = l.mid
                WHERE r.kind <> 'seen' OR NOT l.held OR r.src IS DISTINCT FROM l.place),
             beside AS (
                SELECT mailbox, mid, list(DISTINCT place) AS places, count(*) AS copies FROM lies WHERE held
                GROUP BY mailbox, mid HAVING count(*) > 1),
             joined AS (
                SELECT l.n, l.held, l.place, l.sent, coalesce(b.copies, 1) AS copies, r.kind, r.src, r.us, r.dst,
                       list_filter(coalesce(b.places, []), lambda x: x IS DISTINCT FROM l.place) AS others
                FROM lies l SEMI JOIN busy USING (n) JOIN recs r ON r.mailbox = l.mailbox AND r.mid = l.mid
                LEFT JOIN beside b ON b.mailbox = l.mailbox AND b.mid = l.mid),
             mine AS (
                SELECT *, coalesce(kind = 'copy' AND dst = place, FALSE) AS copied FROM joined
                WHERE coalesce(src = place OR dst = place, FALSE)
                   OR NOT coalesce(list_contains(others, src) OR list_contains(others, dst), FALSE))
        SELECT n, held, place, sent, copies, kind, us,
               CASE WHEN copied AND list_contains(others, src) THEN '{NOWHERE}' ELSE src END AS src,
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
                SELECT r.*, coalesce(last_value(dst) OVER whole = '{NOWHERE}', FALSE) AS out,
                       coalesce(b.newest + {OLDER} < max(us) OVER (PARTITION BY n), FALSE) AS older
                FROM ranked r JOIN copies c USING (n)
                LEFT JOIN (SELECT mailbox, max(arrived) AS newest FROM copies GROUP BY mailbox) b ON b.mailbox = c.mailbox
                WINDOW whole AS (PARTITION BY n ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
        SELECT n, held, nth, us, src, dst, next_src, next_us,
               CASE WHEN next_us IS NOT NULL THEN NULL
                    WHEN NOT held THEN struct_pack(folder := dst, sure := FALSE)
                    WHEN out AND NOT older THEN struct_pack(folder := place, sure := FALSE)
                    WHEN place IS NULL OR dst = place OR (older AND linked)
                        THEN struct_pack(folder := dst, sure := dst IS NOT NULL)
                    ELSE struct_pack(folder := NULL::VARCHAR, sure := FALSE) END AS past
        FROM final
        WHERE NOT held OR place IS NULL OR linked OR NOT (copies > 1 OR sent OR out)""")


def _placed(db: Engine) -> None:
    """Make `placed`: for each folder that the evidence or a log names, one name for all the names of that folder.

    `place` is null where the name may mean several folders; `usual` says whether the evidence of that mailbox has any
    folder by a name that tells.
    """
    held: dict[str, list[str]] = {}
    for row in db.rows("SELECT DISTINCT mailbox, folder FROM messages WHERE mailbox IS NOT NULL ORDER BY ALL"):
        held.setdefault(row["mailbox"], []).extend(filter(None, [row["folder"]]))
    named: dict[str, set[str]] = {box: set(names) for box, names in held.items()}
    for row in db.rows("""SELECT DISTINCT mailbox, unnest([folder, destination]) AS named FROM met
                          WHERE mailbox IS NOT NULL AND kind <> 'named'"""):
        if row["named"] and not row["named"].startswith("//"):
            named.setdefault(row["mailbox"], set()).add(row["named"])
    rows: list[tuple[str, str, str | None, bool, bool]] = []
    for box, names in sorted(named.items()):
        known = held.get(box, [])
        usual = any(tells(name) for name in known)
        rows += [(box, name, place(name, known), usual, _virtual(name)) for name in sorted(names)]
    kinds = {
        "mailbox": pa.string(),
        "named": pa.string(),
        "place": pa.string(),
        "usual": pa.bool_(),
        "virtual": pa.bool_(),
    }
    columns = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds.values())]
    db.register("placed", pa.table(dict(zip(kinds, columns, strict=True))))


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
