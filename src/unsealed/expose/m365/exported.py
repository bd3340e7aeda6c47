"""Which letters the intruder's exports took, and which they could look at in a search's results.

An export takes what its search finds when it is made: what had come by then, and was not gone. What can't be judged of the
query leaves "in reach". Looking at results is not in the item log (https://learn.microsoft.com/purview/audit-log-investigate-accounts),
so what could be looked at is in reach.
"""

import re
from typing import Any

import pyarrow as pa

from unsealed import folders
from unsealed.expose import asks
from unsealed.expose.asks import Ask
from unsealed.expose.copies import bare
from unsealed.expose.folder_names import meant
from unsealed.expose.m365.people import SOURCES, names, tenant
from unsealed.expose.m365.searching import OPERATIONS, Book, Scope, Taken, query
from unsealed.expose.traces import did
from unsealed.query import Engine, literal

_RUN_TOGETHER = re.compile(r"(?<=[a-z])([A-Z])")
"""`#SentItems#` is the folder "Sent Items"."""


def exported(db: Engine) -> None:
    """Find every copy that an export of the intruder's held, or that they could look at by a search."""
    if not did(db, OPERATIONS):
        return
    operations = ", ".join(map(literal, OPERATIONS))
    rows = db.rows(f"""
        SELECT event_id, epoch_us(time) AS us, operation, "user", mailbox, target, raw,
               event_id IN (SELECT event_id FROM act WHERE inside) AS by_intruder
        FROM events WHERE source IN {SOURCES} AND operation IN ({operations}) AND outcome IS DISTINCT FROM 'failure'
        ORDER BY time, event_id""")
    if not any(row["by_intruder"] for row in rows):
        return
    book = Book(names(db))
    for taken in [taken for row in rows for taken in book.read(row)]:
        if taken.items:
            _items(db, taken)
        else:
            _letters(db, taken)


def _items(db: Engine, taken: Taken) -> None:
    """The letters that a record names: the copies in the mailboxes that the search was for, where the evidence has these."""
    ground = ("copied", "download") if taken.what == "downloaded" else ("accessed", "fetch")
    known = [] if taken.scope.every or taken.scope.groups else list(taken.scope.mailboxes)
    db.register("looked_at", pa.table({"id": pa.array(taken.items, pa.string())}))
    db.execute(
        f"""
        INSERT INTO grounds
        WITH named AS (
            SELECT n, mid, coalesce(list_contains(?::VARCHAR[], mailbox), FALSE) AS searched FROM copies
            WHERE mid IN (SELECT {bare("id")} FROM looked_at))
        SELECT n, ?, ?, ?, ?, NULL, ? FROM named QUALIFY searched OR NOT bool_or(searched) OVER (PARTITION BY mid)""",
        [known, *ground, taken.event_id, taken.told, taken.us],
    )


def _letters(db: Engine, taken: Taken) -> None:
    """The letters in a scope that lay there."""
    where, values = _where(db, taken)
    asked = asks.every([query(taken.scope, taken.as_of), *_places(db, taken.scope)])
    doubt = f" ({', '.join(asked.unknown)})" if asked.unknown else ""
    note = taken.told + (f", query {taken.scope.query.strip()[:200]!r}" if taken.scope.query.strip() else "")
    sure = "met AND sure" if taken.what == "copied" else "FALSE"
    db.execute(
        f"""
        INSERT INTO grounds
        WITH asked AS (
            SELECT c.n, {where["sure"]} AS sure, CASE WHEN c.message_id IS NOT NULL THEN {asked.sql} END AS met
            FROM copies c LEFT JOIN messages m ON m.message_id = c.message_id
            WHERE {where["box"]} AND coalesce(c.arrived <= ?, TRUE) AND coalesce(c.gone >= ?, TRUE))
        SELECT n, CASE WHEN {sure} THEN 'copied' ELSE 'in_reach' END, CASE WHEN {sure} THEN 'export' ELSE 'no_item_log' END, ?,
               ? || CASE WHEN met IS NULL THEN ? WHEN NOT sure THEN ? ELSE '' END, NULL, ?
        FROM asked WHERE met IS DISTINCT FROM FALSE""",
        [
            *values["sure"],
            *asked.values,
            *values["box"],
            taken.as_of,
            taken.as_of,
            taken.event_id,
            note,
            f"; whether it is one of them{doubt} can't be told",
            "; whether its mailbox was among those searched can't be told",
            taken.us,
        ],
    )


def _where(db: Engine, taken: Taken) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """Give SQL for the mailboxes of a scope, and for those that are surely in it.

    An address that stands for no known mailbox may be a group's: its members are those who get mail that is sent to it.
    """
    scope = taken.scope
    boxes = set(tenant(db, [taken.user or ""])) if scope.every else set(scope.mailboxes)
    maybe = {
        row["mailbox"]
        for group in scope.groups
        for row in db.rows(
            f"""
            SELECT DISTINCT c.mailbox FROM copies c JOIN messages m USING (message_id)
            WHERE {asks.address("recipients", group).sql} AND m.from_address IS DISTINCT FROM c.mailbox
              AND NOT coalesce(len(list_filter({asks.PEOPLE["recipients"]}, lambda p: p.address = c.mailbox)) > 0, FALSE)""",
            [group.lower()],
        )
    }
    sure = sorted(boxes - set(scope.excluded))
    every = sorted((boxes | maybe) - set(scope.excluded))
    return (
        {"sure": "list_contains(?::VARCHAR[], c.mailbox)", "box": "list_contains(?::VARCHAR[], c.mailbox)"},
        {"sure": [sure], "box": [every]},
    )


def _places(db: Engine, scope: Scope) -> list[Ask]:
    """Give what a scope asks of the folder: those it includes, with what lies under them, but for those it excludes."""
    if scope.archive:
        # An archive is a mailbox of its own; what the evidence holds of it, it holds under such a name.
        return [
            Ask(
                "(CASE WHEN contains(lower(c.folder), 'archive') THEN NULL::BOOLEAN ELSE FALSE END)",
                (),
                ("the archive",),
            )
        ]
    if not scope.folders and not scope.not_folders:
        return []
    held: list[str | None] = [
        row["folder"]
        for row in db.rows(
            "SELECT DISTINCT folder FROM copies WHERE list_contains(?::VARCHAR[], mailbox) ORDER BY 1",
            [list(scope.mailboxes)],
        )
    ]
    found = [_in_folders(scope.folders, held)] if scope.folders else []
    return [*found, *([asks.none(_in_folders(scope.not_folders, held))] if scope.not_folders else [])]


def _in_folders(patterns: tuple[str, ...], held: list[str | None]) -> Ask:
    """Give SQL for the folders that patterns mean: `Inbox`, `#Inbox#` in any language, and `Inbox/*` with all below."""
    sure, unsure = set[str | None](), set[str | None]()
    for pattern in patterns:
        whole = pattern.endswith("/*") or pattern == "*"
        base = (
            _RUN_TOGETHER.sub(r" \1", pattern.removesuffix("*").rstrip("/"))
            if "#" in pattern
            else pattern.removesuffix("*")
        )
        base = base.replace("#", "").strip().rstrip("/")
        if not base:
            sure |= set(held)
            continue
        surely, perhaps = meant(base, held)
        tops = [folders.levels(folder) for folder in surely if folder]
        below = (
            {one for one in held if one and any(folders.levels(one)[: len(top)] == top for top in tops)}
            if whole
            else set()
        )
        sure |= {*surely, *below}
        unsure |= set(perhaps)
    return Ask(
        "(CASE WHEN list_contains(?::VARCHAR[], coalesce(c.folder, '')) THEN TRUE"
        " WHEN list_contains(?::VARCHAR[], coalesce(c.folder, '')) THEN NULL ELSE FALSE END)",
        ([one or "" for one in sorted(sure, key=str)], [one or "" for one in sorted(unsure - sure, key=str)]),
        ("the folder",) if unsure - sure else (),
    )
