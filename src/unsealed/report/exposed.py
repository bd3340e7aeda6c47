"""What was exposed most: conversations, senders and organisations; how it grew; what the intruder took and looked for."""

from typing import Any

import pyarrow as pa

from unsealed.case import Case
from unsealed.query import Engine
from unsealed.report import words
from unsealed.report.plain import Facts, plain
from unsealed.schema import TOLD

TOP = 20
"""Rows of each list."""
BOXES = 6
"""Mailboxes that have a line of their own in the curve of growth; the others are put together."""
FEWEST = 5
"""So many letters must a sender's organisation have among the opened ones for its share to be told."""
_LETTER = "coalesce(lower(trim(x.internet_message_id, ' <>')), m.content_hash, x.message_id)"


def most(case: Case, db: Engine) -> Facts:
    """Give what was exposed most, counted in letters, not in copies.

    Keys: `conversations` (`talk`, `subject`), `senders` (`address`, `name`), `organisations` (`organisation`, `internal`,
    `partner`), each with a count for every verdict that is to be told about, `letters` (all of theirs in the evidence),
    and the first and last time; `growth` (`day`, `mailbox` of the most exposed, None for all others, `letters`: newly
    opened or copied that day, by the first time that a letter's copies name), `taken`, what the intruder took most, and `searches`
    (`query`, `times`, `mailboxes`), what they searched for.
    """
    _letters(case, db)
    document = {"conversations": _conversations(db), "senders": _senders(db), "organisations": _organisations(db)}
    return {**document, "growth": _growth(db), "taken": _taken(db), "searches": _searches(db)}


def _letters(case: Case, db: Engine) -> None:
    """Make `l`, one row a letter, with its strongest verdict and the organisation that its sender writes from."""
    rows = [(domain, partner.name) for partner in case.config.partners for domain in partner.domains]
    columns = {"domain": [row[0] for row in rows], "name": [row[1] for row in rows]}
    db.register("partners", pa.table({key: pa.array(value, pa.string()) for key, value in columns.items()}))
    db.register("own_domains", pa.table({"domain": pa.array(case.config.domains, pa.string())}))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE l AS
        WITH one AS (
            SELECT {_LETTER} AS letter, any_value(x.content_verdict) AS verdict, min(x.conversation_id) AS talk,
                   min(x.subject) AS subject, min(x.from_address) AS address, min(m.from_name) AS name, min(x.date) AS date,
                   min(x.first_time) FILTER (x.verdict IN ('accessed', 'copied')) AS first,
                   max(x.last_time) FILTER (x.verdict IN ('accessed', 'copied')) AS last,
                   arg_min(x.mailbox, x.first_time) FILTER (x.verdict IN ('accessed', 'copied')) AS mailbox,
                   arg_min(x.folder, x.first_time) FILTER (x.verdict IN ('accessed', 'copied')) AS folder,
                   coalesce(max(m.attachment_count), 0) AS attachments
            FROM exposures x LEFT JOIN messages m USING (message_id) GROUP BY letter),
        named AS (SELECT *, nullif(split_part(address, '@', -1), '') AS domain FROM one),
        hosts AS (SELECT DISTINCT domain FROM named WHERE domain IS NOT NULL),
        known AS (
            SELECT h.domain, min(p.name) AS partner FROM hosts h JOIN partners p
            ON h.domain = p.domain OR ends_with(h.domain, '.' || p.domain) GROUP BY h.domain),
        ours AS (
            SELECT DISTINCT h.domain FROM hosts h JOIN own_domains o
            ON h.domain = o.domain OR ends_with(h.domain, '.' || o.domain))
        SELECT named.*, coalesce(known.partner, named.domain) AS organisation, known.partner IS NOT NULL AS partner,
               ours.domain IS NOT NULL AS internal
        FROM named LEFT JOIN known USING (domain) LEFT JOIN ours USING (domain)""")


_COUNTS = ", ".join(f"count(*) FILTER (verdict = '{verdict}') AS {verdict}" for verdict in TOLD)
_ORDER = ", ".join(f"{verdict} DESC" for verdict in TOLD)
_SOME = " + ".join(TOLD)


def _conversations(db: Engine) -> list[Facts]:
    rows = db.rows(f"""
        SELECT coalesce(talk, letter) AS talk, arg_min(subject, coalesce(date, first)) AS subject, {_COUNTS},
               count(*) AS letters, count(DISTINCT organisation) AS organisations, min(first) AS first, max(last) AS last
        FROM l GROUP BY 1 HAVING {_SOME} > 0 ORDER BY {_ORDER}, talk LIMIT {TOP}""")
    return [plain(row) for row in rows]


def _senders(db: Engine) -> list[Facts]:
    rows = db.rows(f"""
        SELECT address, mode(name ORDER BY name) AS name, bool_or(internal) AS internal, {_COUNTS}, count(*) AS letters,
               min(first) AS first, max(last) AS last
        FROM l WHERE address IS NOT NULL GROUP BY address HAVING {_SOME} > 0 ORDER BY {_ORDER}, address LIMIT {TOP}""")
    return [plain(row) for row in rows]


def _organisations(db: Engine) -> list[Facts]:
    rows = db.rows(f"""
        SELECT organisation, bool_or(partner) AS partner, bool_or(internal) AS internal, {_COUNTS}, count(*) AS letters,
               count(DISTINCT address) AS senders, min(first) AS first, max(last) AS last
        FROM l WHERE organisation IS NOT NULL GROUP BY organisation HAVING {_SOME} > 0
        ORDER BY {_ORDER}, organisation LIMIT {TOP}""")
    return [plain(row) for row in rows]


def _growth(db: Engine) -> list[Facts]:
    return db.rows(f"""
        WITH most AS (SELECT mailbox FROM l WHERE first IS NOT NULL AND mailbox IS NOT NULL GROUP BY mailbox
                      ORDER BY count(*) DESC, mailbox LIMIT {BOXES})
        SELECT strftime(first, '%Y-%m-%d') AS day, most.mailbox, count(*) AS letters FROM l LEFT JOIN most USING (mailbox)
        WHERE first IS NOT NULL GROUP BY ALL ORDER BY day, most.mailbox NULLS LAST""")


def _taken(db: Engine) -> Facts:
    """Tell what stands out among the letters that were opened, beside all that were there to open."""
    opened = "verdict = 'accessed'"
    return {
        "opened": db.value(f"SELECT count(*) FROM l WHERE {opened}"),
        "copied": db.value("SELECT count(*) FROM l WHERE verdict = 'copied'"),
        "with_attachments": db.value(f"SELECT count(*) FROM l WHERE {opened} AND attachments > 0"),
        "folders": db.rows(f"""
            SELECT folder, mailbox, count(*) AS letters FROM l WHERE {opened} AND folder IS NOT NULL
            GROUP BY ALL ORDER BY letters DESC, mailbox, folder LIMIT 3"""),
        "days": [
            plain(row)
            for row in db.rows(f"""
            SELECT strftime(first, '%Y-%m-%d') AS day, count(*) AS letters FROM l WHERE {opened} AND first IS NOT NULL
            GROUP BY 1 ORDER BY letters DESC, day LIMIT 3""")
        ],
        "preferred": db.rows(f"""
            WITH o AS (
                SELECT organisation, count(*) FILTER ({opened}) AS opened, count(*) AS letters FROM l
                WHERE organisation IS NOT NULL AND verdict <> 'out_of_reach' GROUP BY organisation),
            a AS (SELECT sum(opened) AS opened, sum(letters) AS letters FROM o)
            SELECT organisation, o.opened, o.letters, (o.opened / o.letters) / (a.opened / a.letters) AS times
            FROM o, a WHERE o.opened >= {FEWEST} AND times >= 1.5 ORDER BY times DESC, organisation LIMIT 3"""),
    }


def _searches(db: Engine) -> list[Facts]:
    return db.rows(f"""
        SELECT query, count(*) AS times, list(DISTINCT mailbox ORDER BY mailbox) FILTER (mailbox IS NOT NULL)[1:5] AS mailboxes
        FROM searches WHERE trim(query) <> '' GROUP BY query ORDER BY times DESC, query LIMIT {TOP}""")


def sentences(found: Facts, _: words.Translate) -> list[str]:
    """Say in words what the intruder took most and looked for; nothing where nothing was opened."""
    taken = found["taken"]
    lines = []
    if taken["folders"]:
        places = ", ".join(
            _("{folder} of {mailbox} ({n:,})").format(
                folder=row["folder"], mailbox=row["mailbox"] or "?", n=row["letters"]
            )
            for row in taken["folders"]
        )
        lines.append(_("The opened letters lay chiefly in {places}.").format(places=places))
    if taken["days"] and taken["opened"]:
        days = ", ".join(_("{day} ({n:,})").format(day=row["day"], n=row["letters"]) for row in taken["days"])
        lines.append(_("They were opened chiefly on {days}.").format(days=days))
    if taken["with_attachments"]:
        lines.append(
            _("{n:,} of the {all:,} opened letters carry attachments.").format(
                n=taken["with_attachments"], all=taken["opened"]
            )
        )
    often = _(
        "Letters from {organisation} were opened {times:.1f} times as often as others: {opened:,} of the {all:,} within reach."
    )
    lines += [
        often.format(organisation=row["organisation"], times=row["times"], opened=row["opened"], all=row["letters"])
        for row in taken["preferred"]
    ]
    if found["searches"]:
        shown = ", ".join(
            _("“{query}” ({n:,})").format(query=row["query"][:80], n=row["times"]) for row in found["searches"][:8]
        )
        lines.append(_("They searched for {queries}.").format(queries=shown))
    return lines


def curve(growth: list[dict[str, Any]]) -> list[tuple[str | None, list[tuple[str, int]]]]:
    """Give for each mailbox of `growth`, the most exposed first, its letters by day, added up; the others' come last."""
    added: dict[str | None, list[tuple[str, int]]] = {}
    for row in growth:
        line = added.setdefault(row["mailbox"], [])
        line.append((row["day"], (line[-1][1] if line else 0) + row["letters"]))
    order = sorted(added, key=lambda box: (box is None, -added[box][-1][1], box or ""))
    return [(box, added[box]) for box in order]
