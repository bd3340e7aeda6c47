"""The proof of one letter's verdict, out of the tables: every ground, the records behind it, what holds it up.

A place in the evidence is a dictionary with `evidence_id` (SHA-256 of the file), `paths`, `locator`, and what the row says.
Opening the evidence there is the business of `unsealed.read.locate`.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from unsealed.case import Case
from unsealed.config import Reach, line_of
from unsealed.custody import sha256_file
from unsealed.errors import UsageError
from unsealed.query import Engine, literal
from unsealed.report.plain import plain, shown, typed

MAX_COPIES = 50
"""Copies of one letter that are told at once."""
MAX_CANDIDATES = 8
MAX_SHOWN, MAX_SHOWN_GROUNDS = 1_000, 3
"""Copies of letters whose places the report shows, and grounds of each; `unsealed why` shows all."""
MAX_NAMED = 5
"""Records that name the letter, and are no ground, that are told."""
_MARKS = (
    ("record id", "record_id"),
    ("operation", "operation"),
    ("user", "user"),
    ("address", "client_ip"),
    ("session", "session_id"),
)
_BARE = "lower(trim({0}, ' <>' || chr(9) || chr(10) || chr(13)))"

Row = dict[str, Any]


def find(db: Engine, asked: str) -> list[Row]:
    """Give the rows of `exposures` that a person asks for.

    Args:
        db: the case.
        asked: our id of a copy, or the beginning of one; or an Internet Message-ID, with or without angle brackets, which
            stands for all its copies.

    Raises:
        UsageError: if there is none, or the beginning of an id is that of several; with candidates.
    """
    word = asked.strip()
    rows = db.rows("SELECT * FROM exposures WHERE message_id = ?", [word]) or db.rows(
        f"SELECT * FROM exposures WHERE {_BARE.format('internet_message_id')} = ? ORDER BY mailbox, folder, message_id",
        [word.strip("<> \t\r\n").lower()],
    )
    if rows or not word:
        return rows or _none(db, asked)
    rows = db.rows(
        "SELECT * FROM exposures WHERE starts_with(message_id, ?) ORDER BY message_id LIMIT ?",
        [word.lower(), MAX_CANDIDATES + 1],
    )
    if len(rows) > 1:
        raise UsageError(f"{asked}: several letters begin so:\n{_candidates(rows)}")
    return rows or _none(db, asked)


def _none(db: Engine, asked: str) -> list[Row]:
    if not db.value("SELECT count(*) FROM exposures"):
        raise UsageError(f"No letter has been judged yet: `{typed('expose', db.case.folder)}` does.")
    near = db.rows(
        """
        SELECT * FROM exposures WHERE contains(lower(internet_message_id), ?) OR contains(lower(subject), ?)
        ORDER BY message_id NULLS LAST, internet_message_id LIMIT ?""",
        [asked.strip("<> \t").lower(), asked.strip().lower(), MAX_CANDIDATES + 1],
    )
    hint = f" Near it:\n{_candidates(near)}" if near and asked.strip() else ""
    where = f"`{typed('table', db.case.folder, 'exposures')}` lists all letters."
    raise UsageError(f"{asked}: no letter has this id, and none that a log names. {where}{hint}")


def _candidates(rows: list[Row]) -> str:
    told = [
        f"  {row['message_id'] or '-'}  {row['internet_message_id'] or '-'}  {row['mailbox'] or '-'}  {row['subject'] or ''}"
        for row in rows[:MAX_CANDIDATES]
    ]
    return "\n".join([*(shown(line)[:200] for line in told), *(["  …"] if len(rows) > MAX_CANDIDATES else [])])


def proofs(case: Case, db: Engine, rows: list[Row]) -> list[Row]:
    """Give the proof of each of these rows of `exposures`, at most `MAX_COPIES`; times are ISO 8601, UTC."""
    return [_proof(case, db, row) for row in rows[:MAX_COPIES]]


def _proof(case: Case, db: Engine, row: Row) -> Row:
    letter = letters(db, [row["message_id"]]).get(row["message_id"]) if row["message_id"] else None
    grounds = [dict(ground) for ground in row["grounds"]]
    through = letters(db, [ground["message_id"] for ground in grounds if ground["message_id"]])
    facts = _facts(case, db, row, grounds)
    known = records(db, {ground["event_id"] for ground in grounds if ground["event_id"]} | _ids(facts))
    for ground in grounds:
        ground["records"] = []
        if ground["event_id"]:
            ground["records"].append(known.get(ground["event_id"]) or {"event_id": ground["event_id"], "locator": None})
        if ground["message_id"]:
            opened = through.get(ground["message_id"])
            ground["records"] += [opened] if opened else []
            ground["through"] = _through(db, ground["message_id"])
        ground["reach"] = [line for line in facts["reach"] if _meant(line, ground)]
        if ground["how"] == "gateway" and letter:
            ground["records"].append(letter)
        if ground["how"] == "throttled":
            ground["records"] += [known[one] for one in facts["throttled"] if one in known]
    presence = facts["presence"]
    for name in ("first", "last"):
        if presence:
            presence[f"{name}_record"] = known.get(presence.pop(f"{name}_event"))
    facts["named"] = [known[one] for one in facts["named"] if one in known]
    facts.pop("throttled")
    told = {
        key: row[key]
        for key in ("message_id", "internet_message_id", "mailbox", "folder", "conversation_id", "subject", "from_address")
    }  # fmt: skip
    times = {key: row[key] for key in ("date", "first_time", "last_time")}
    verdicts = {"verdict": row["verdict"], "content_verdict": row["content_verdict"]}
    document: Row = {**told, **times, **verdicts, "record": letter, "grounds": grounds, "facts": facts}
    document["copies"] = _copies(db, row) if row["content_verdict"] != row["verdict"] else []
    return document


def _ids(facts: Row) -> set[str]:
    presence = facts["presence"] or {}
    found = {*facts["named"], *facts["throttled"], presence.get("first_event"), presence.get("last_event")}
    return {one for one in found if one}


# -- places in the evidence ------------------------------------------------------------------------------------------


def letters(db: Engine, ids: list[str]) -> dict[str, Row]:
    """Give the place and main headers of message copies, by our id."""
    if not ids:
        return {}
    rows = db.rows(f"""
        SELECT 'letter' AS kind, message_id, evidence_id, locator, internet_message_id, date, arrived, mailbox, folder,
               from_address, subject FROM messages WHERE message_id IN ({_listed(ids)})""")
    return {row["message_id"]: row for row in _with_paths(db, rows)}


def records(db: Engine, ids: set[str]) -> dict[str, Row]:
    """Give the place of log records, what they say, and why they are taken for the intruder's, by event id."""
    if not ids:
        return {}
    rows = db.rows(f"""
        SELECT 'record' AS kind, e.event_id, e.evidence_id, e.locator, e.time, e.source, e.operation, e."user", e.mailbox,
               e.client_ip, e.client, e.session_id, e.record_id, a.session, a.state, a.reason, a.score, a.finding_ids
        FROM events e LEFT JOIN activity a USING (event_id) WHERE e.event_id IN ({_listed(ids)})""")
    findings = {one for row in rows for one in row["finding_ids"] or ()}
    told = {
        row["finding_id"]: row
        for row in (
            db.rows(
                f"SELECT DISTINCT finding_id, kind, rule_id, title, source FROM findings WHERE finding_id IN ({_listed(findings)})"
            )
            if findings
            else ()
        )
    }
    for row in rows:
        row["findings"] = [told[one] for one in row.pop("finding_ids") or () if one in told]
    return {row["event_id"]: row for row in _with_paths(db, rows)}


def _with_paths(db: Engine, rows: list[Row]) -> list[Row]:
    """Add where each row's file lay: all its paths, those first that were read."""
    ids = {row["evidence_id"] for row in rows if row["evidence_id"]}
    paths: dict[str, list[str]] = {}
    if ids:
        for row in db.rows(
            f"SELECT evidence_id, path FROM evidence WHERE evidence_id IN ({_listed(ids)}) ORDER BY duplicate, path"
        ):
            paths.setdefault(row["evidence_id"], []).append(row["path"])
    return [{**row, "paths": paths.get(row["evidence_id"], [])[:10]} for row in rows]


def _listed(ids: "set[str] | list[str]") -> str:
    return ", ".join(literal(one) for one in sorted(set(ids)))


# -- in the report ---------------------------------------------------------------------------------------------------


def attach(db: Engine, conversations: list[Row]) -> bool:
    """Add to the letters of the report's conversations where they and the records behind them stand (`proof`).

    Args:
        db: the case.
        conversations: as `report/html.py` makes them: each has `talk` and `copies`.

    Returns:
        Whether letters beyond `MAX_SHOWN` were left without.
    """
    copies = [copy for talk in conversations for copy in talk["copies"]]
    shown = {_key(copy): copy for copy in copies[:MAX_SHOWN]}
    talks = [talk["talk"] for talk in conversations if talk["talk"]]
    rows = (
        db.rows(f"""
        SELECT message_id, internet_message_id, mailbox, grounds[1:{MAX_SHOWN_GROUNDS}] AS grounds FROM exposures
        WHERE verdict IN ('accessed', 'copied', 'quoted') AND coalesce(conversation_id, internet_message_id) IN ({_listed(talks)})""")
        if talks
        else []
    )
    rows = [row for row in rows if _key(row) in shown]
    own = letters(db, [row["message_id"] for row in rows if row["message_id"]])
    quoting = letters(db, [one["message_id"] for row in rows for one in row["grounds"] if one["message_id"]])
    known = records(db, {one["event_id"] for row in rows for one in row["grounds"] if one["event_id"]})
    for row in rows:
        told: list[Row | None] = [own.get(row["message_id"])]
        for ground in row["grounds"]:
            told += [{**place, "how": ground["how"]} for place in (known.get(ground["event_id"]),) if place]
            told += [{**place, "how": ground["how"]} for place in (quoting.get(ground["message_id"]),) if place]
        shown[_key(row)]["proof"] = [plain(place) for place in told if place]
    return len(copies) > MAX_SHOWN


def _key(row: Row) -> tuple[str | None, ...]:
    return row["message_id"], row["internet_message_id"], row["mailbox"]


# -- what holds a verdict up ------------------------------------------------------------------------------------------


def _facts(case: Case, db: Engine, row: Row, grounds: list[Row]) -> Row:
    """Give what is known of the mailbox: when the intruder was in it, what its logs can see, what responders said."""
    mailbox, presence = row["mailbox"], _presence(db, row["mailbox"])
    coverage = []
    if presence:
        coverage = db.rows(
            """
            SELECT source, scope, "from", "to", records, state, note FROM coverage
            WHERE scope = ? AND "from" <= ? AND "to" >= ? ORDER BY source, "from" LIMIT 50""",
            [mailbox, presence["last"], presence["first"]],
        )
    throttled = []
    if any(ground["how"] == "throttled" for ground in grounds):
        throttled = db.rows(
            """
            SELECT event_id, min(time) AS time FROM accesses a JOIN events e USING (event_id)
            WHERE a.throttled AND a.mailbox = ? GROUP BY event_id ORDER BY time, event_id LIMIT 10""",
            [mailbox],
        )
    return {
        "presence": presence,
        "coverage": coverage,
        "reach": [line for line in _reach(case) if _concerns(line, row, grounds)],
        "throttled": [each["event_id"] for each in throttled],
        "opened_beside": _opened_beside(db, row),
        **_named(db, row, {ground["event_id"] for ground in grounds}),
    }


def _presence(db: Engine, mailbox: str | None) -> Row | None:
    """Tell from when to when the intruder was seen in a mailbox, by which records and sessions."""
    if not mailbox:
        return None
    rows = db.rows(
        """
        WITH seen AS (SELECT * FROM activity WHERE inside AND state <> 'rejected' AND (mailbox = ? OR "user" = ?)),
             sessions AS (SELECT session, count(*) AS events, min(time) AS first, max(time) AS last,
                                 bool_or(len(finding_ids) > 0 OR state = 'confirmed') AS alone
                          FROM seen GROUP BY session)
        SELECT min(time) AS first, max(time) AS last, count(*) AS events, arg_min(event_id, (time, event_id)) AS first_event,
               arg_max(event_id, (time, event_id)) AS last_event,
               (SELECT list(s ORDER BY s.first, s.session) FROM sessions s) AS sessions
        FROM seen HAVING count(*) > 0""",
        [mailbox, mailbox],
    )
    return rows[0] if rows else None


def _opened_beside(db: Engine, row: Row) -> int:
    """Count the other letters of the conversation that were opened: the letter may stand quoted in them."""
    told = db.value(
        f"""
        SELECT count(DISTINCT {_BARE.format("internet_message_id")}) FROM exposures
        WHERE conversation_id = ? AND verdict IN ('accessed', 'copied')
          AND {_BARE.format("internet_message_id")} IS DISTINCT FROM ?""",
        [row["conversation_id"], (row["internet_message_id"] or "").strip("<> \t\r\n").lower()],
    )
    return int(told or 0)


def _named(db: Engine, row: Row, grounds: set[str | None]) -> Row:
    """Tell which other records name the letter: the owner's, and those of what was done with it."""
    if not row["internet_message_id"]:
        return {"named": [], "named_count": 0}
    rows = db.rows(
        f"""
        SELECT event_id, min(time) AS time FROM accesses a JOIN events e USING (event_id)
        WHERE {_BARE.format("a.internet_message_id")} = ? AND a.mailbox IS NOT DISTINCT FROM ?
        GROUP BY event_id ORDER BY time, event_id""",
        [row["internet_message_id"].strip("<> \t\r\n").lower(), row["mailbox"]],
    )
    others = [each["event_id"] for each in rows if each["event_id"] not in grounds]
    return {"named": others[:MAX_NAMED], "named_count": len(others)}


def _reach(case: Case) -> list[Row]:
    """Give the `[[reach]]` entries of case.toml as places in it."""
    found = []
    for reach in case.config.reach:
        path = reach.said_in
        if path.is_file():
            line = line_of(path, f"reach {reach.number}")  # None: it is written in another form of TOML
            place = {"kind": "reach", "file": str(path), "evidence_id": sha256_file(path), "line": line}
            found.append({**place, **_told(reach)})
    return found


def _told(reach: Reach) -> Row:
    return {"what": reach.kind, "name": reach.name, "from": reach.start, "to": reach.end, "basis": reach.basis}


def _concerns(line: Row, row: Row, grounds: list[Row]) -> bool:
    return line["name"] == row["mailbox"] or any(_meant(line, ground) for ground in grounds)


def _meant(line: Row, ground: Row) -> bool:
    """Tell whether a ground rests on a `[[reach]]` entry: it has no record, and names it or its basis."""
    if ground["event_id"] or ground["message_id"]:
        return False
    note = (ground["note"] or "").lower()
    if line["basis"] and line["basis"].lower() not in note:
        return False
    return line["name"].lower() in note or (line["what"] == "mailbox" and "open to the intruder" in note)


def _through(db: Engine, message_id: str) -> list[Row]:
    """Tell why the letter that quotes this one counts as opened: those of its copies that were."""
    return db.rows(
        f"""
        WITH quoting AS (SELECT internet_message_id AS id FROM exposures WHERE message_id = ?)
        SELECT message_id, internet_message_id, mailbox, verdict, grounds FROM exposures
        WHERE verdict IN ('accessed', 'copied') AND (message_id = ? OR {_BARE.format("internet_message_id")} IN (
            SELECT {_BARE.format("id")} FROM quoting))
        ORDER BY verdict, message_id = ? DESC NULLS LAST, mailbox, message_id LIMIT {MAX_COPIES}""",
        [message_id] * 3,
    )


def _copies(db: Engine, row: Row) -> list[Row]:
    """Give the copies whose verdict the letter as a whole has."""
    return db.rows(
        f"""
        SELECT message_id, mailbox, folder, verdict, grounds[1].how AS how, grounds[1].note AS note FROM exposures
        WHERE verdict = ? AND {_BARE.format("internet_message_id")} = ? ORDER BY mailbox, message_id LIMIT 10""",
        [row["content_verdict"], (row["internet_message_id"] or "").strip("<> \t\r\n").lower()],
    )


def places(proof: Row) -> Iterator[Row]:
    """Give every place in the evidence that a proof names, each once, with its `marks`: what should stand there."""
    seen = set()
    presence = proof["facts"]["presence"] or {}
    own = [("Message-ID", proof["internet_message_id"])]
    rows = [proof["record"], *(record for ground in proof["grounds"] for record in ground["records"])]
    for row in (*rows, presence.get("first_record"), presence.get("last_record"), *proof["facts"]["named"]):
        if row and row.get("evidence_id") and id(row) not in seen:
            seen.add(id(row))
            mid = [("Message-ID", row.get("internet_message_id"))] if row["kind"] == "letter" else own
            if row is proof["record"]:
                mid = [
                    *mid,
                    *((line["name"], line["name"]) for line in proof["facts"]["reach"] if line["what"] == "gateway"),
                ]
            marks = [*mid, *((name, row.get(key)) for name, key in _MARKS)]
            row["marks"] = tuple((name, str(value)) for name, value in marks if value)
            yield row


def as_json(document: Any) -> Any:  # noqa: ANN401 - any part of a proof
    """Bring a proof to what JSON knows."""
    if isinstance(document, dict):
        return {key: as_json(value) for key, value in document.items() if key != "marks"}
    if isinstance(document, list | tuple):
        return [as_json(value) for value in document]
    return (
        str(document) if isinstance(document, Path) else plain(document) if isinstance(document, datetime) else document
    )
