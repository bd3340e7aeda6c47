"""The numbers that every picture shows, out of the tables once; the same document that `--json` prints."""

import json

from unsealed.case import Case
from unsealed.query import Engine, engine
from unsealed.report import exposed, persons
from unsealed.report.plain import Facts, plain, typed
from unsealed.schema import TOLD, VERDICTS


def facts(case: Case) -> Facts:
    """Give what is known in a case, in numbers and names; times are ISO 8601, UTC.

    Keys: `case`, `evidence`, `skipped`, `intrusion`, `activity`, `verdicts`, `letters`, `mailboxes`, `dark`, `hunted`,
    `most_exposed` (see `unsealed.report.exposed`), `persons` (see `unsealed.report.persons`), `told` (which verdicts count as to
    be told about) and `next` (what to type).
    """
    with engine(case) as db:
        document: Facts = {
            "case": case.config.name,
            "folder": str(case.folder),
            "evidence": _evidence(db),
            "skipped": _skipped(db),
            "intrusion": _intrusion(db),
            "activity": _activity(db),
            "verdicts": _verdicts(db, "verdict"),
            "letters": _letters(db),
            "mailboxes": _mailboxes(db),
            "dark": _dark(db),
            "not_in_evidence": _not_in_evidence(db),
            "unplaced": _unplaced(db),
            "most_exposed": exposed.most(case, db),
            "persons": persons.whose(case, db),
        }
    told = json.loads(case.journal.note("hunted") or "{}")
    nothing = {"known": 0, "unusable": [], "unusable_count": 0, "left_out": 0, "allowed": 0, "rules": 0}
    document["hunted"] = nothing | {"unusable_rules": [], "unusable_rules_count": 0, "needs": []} | told
    document["told"] = list(TOLD)
    document["next"] = _next(case, document)
    return document


def persons_of(case: Case) -> Facts:
    """Give `case`, `persons` and `told` alone, as `facts` does: what identifying has to tell."""
    with engine(case) as db:
        return {"case": case.config.name, "persons": persons.whose(case, db), "told": list(TOLD)}


def taken_in(case: Case) -> Facts:
    """Give `evidence`, `skipped` and `next` alone, as `facts` does: what reading has to tell."""
    with engine(case) as db:
        document: Facts = {
            "evidence": _evidence(db),
            "skipped": _skipped(db),
            "activity": _activity(db),
            "verdicts": _verdicts(db, "verdict"),
            "persons": {"tiers": {"high": 0}},
        }
    return {"evidence": document["evidence"], "skipped": document["skipped"], "next": _next(case, document)}


def _evidence(db: Engine) -> Facts:
    row = db.rows("""
        SELECT count(*) FILTER (kind IN ('mail', 'log')) AS files, coalesce(sum(size_bytes) FILTER (kind IN ('mail', 'log')
               AND NOT duplicate), 0)::BIGINT AS bytes, count(*) FILTER (kind = 'archive') AS archives,
               count(*) FILTER (duplicate) AS duplicates FROM evidence""")[0]
    row["messages"] = db.value("SELECT count(*) FROM messages")
    row["letters"] = db.value("SELECT count(DISTINCT coalesce(lower(internet_message_id), content_hash)) FROM messages")
    row["attachments"] = db.value("SELECT count(*) FROM attachments")
    row["events"] = db.value("SELECT count(*) FROM events")
    row["inferred_mailboxes"] = [
        r["mailbox"]
        for r in db.rows("SELECT DISTINCT mailbox FROM messages WHERE mailbox_basis = 'inferred' ORDER BY 1")
    ]
    return row


def _skipped(db: Engine) -> Facts:
    reasons = db.rows("""
        SELECT reason, count(*) AS places, min(detail) AS detail, list(DISTINCT path ORDER BY path)[1:5] AS examples
        FROM skipped GROUP BY reason ORDER BY places DESC, reason""")
    return {"places": sum(row["places"] for row in reasons), "reasons": reasons}


def _intrusion(db: Engine) -> Facts | None:
    rows = db.rows("SELECT * FROM intrusion")
    return plain(rows[0]) if rows else None


def _activity(db: Engine) -> Facts:
    states = {row["state"]: row["n"] for row in db.rows("SELECT state, count(*) AS n FROM activity GROUP BY state")}
    sessions = db.rows("""
        SELECT a.session, any_value(a.state) AS state, count(*) AS events, min(a.time) AS first, max(a.time) AS last,
               list(DISTINCT a."user" ORDER BY a."user") AS users, list(DISTINCT e.client_ip ORDER BY e.client_ip)
               FILTER (e.client_ip IS NOT NULL) AS addresses, min(a.reason) AS reason, max(a.score) AS score,
               list(DISTINCT e.operation ORDER BY e.operation) AS operations
        FROM activity a JOIN events e USING (event_id) GROUP BY a.session ORDER BY first, a.session""")
    return {
        "events": sum(n for state, n in states.items() if state != "rejected"),
        "states": states,
        "sessions": [plain(row) for row in sessions],
    }


def _verdicts(db: Engine, column: str) -> dict[str, int]:
    found = {row["v"]: row["n"] for row in db.rows(f'SELECT "{column}" AS v, count(*) AS n FROM exposures GROUP BY 1')}
    return {verdict: found.get(verdict, 0) for verdict in VERDICTS}


def _letters(db: Engine) -> Facts:
    """Count letters, not copies, by their strongest verdict; and those that no mailbox holds."""
    found = {
        row["v"]: row["n"]
        for row in db.rows("""
        SELECT content_verdict AS v, count(DISTINCT coalesce(lower(x.internet_message_id), m.content_hash)) AS n
        FROM exposures x LEFT JOIN messages m USING (message_id) GROUP BY 1""")
    }
    only = db.value("SELECT count(*) FROM exposures WHERE message_id IS NULL")
    return {**{verdict: found.get(verdict, 0) for verdict in VERDICTS}, "only_in_logs": only}


def _mailboxes(db: Engine) -> list[Facts]:
    counts = ", ".join(f"count(*) FILTER (verdict = '{verdict}') AS {verdict}" for verdict in VERDICTS)
    rows = db.rows(f"""
        SELECT x.mailbox, count(*) AS copies, {counts},
               min(a.first) AS first, max(a.last) AS last, any_value(c.states) AS item_log
        FROM exposures x
        LEFT JOIN (SELECT box, min(time) AS first, max(time) AS last FROM (
            SELECT mailbox AS box, time FROM activity WHERE inside AND state <> 'rejected'
            UNION ALL SELECT "user", time FROM activity WHERE inside AND state <> 'rejected') GROUP BY box) a ON a.box = x.mailbox
        LEFT JOIN (SELECT scope, list(DISTINCT state ORDER BY state) AS states FROM coverage
                   WHERE source = 'm365_mail_items' GROUP BY scope) c ON c.scope = x.mailbox
        GROUP BY x.mailbox ORDER BY accessed DESC, copied DESC, quoted DESC, in_reach DESC, x.mailbox""")
    return [plain(row) for row in rows]


def _dark(db: Engine) -> list[Facts]:
    """Give what the logs could not see: of every log as a whole, and of the mailboxes that the intruder was in."""
    rows = db.rows("""
        SELECT * FROM coverage WHERE state <> 'whole' AND (scope = '*' OR scope IN (
            SELECT mailbox FROM activity WHERE inside AND state <> 'rejected'
            UNION SELECT "user" FROM activity WHERE inside AND state <> 'rejected'))
        ORDER BY source, scope, "from" """)
    return [plain(row) for row in rows]


def _not_in_evidence(db: Engine) -> list[str]:
    """Name mailboxes that the intruder was in, by the logs, and of which no message is in the evidence."""
    rows = db.rows("""
        SELECT DISTINCT box FROM (
            SELECT mailbox AS box FROM activity WHERE inside AND state <> 'rejected' AND mailbox LIKE '%@%'
            UNION SELECT "user" FROM activity WHERE inside AND state <> 'rejected' AND "user" LIKE '%@%')
        WHERE box NOT IN (SELECT mailbox FROM messages WHERE mailbox IS NOT NULL) ORDER BY 1""")
    return [row["box"] for row in rows]


def _unplaced(db: Engine) -> list[Facts]:
    """Give the accounts that the intruder used and whose mailbox is not known, those used most first."""
    rows = db.rows("""
        SELECT * FROM accounts WHERE mailbox IS NULL AND reason IN ('ambiguous', 'unknown')
        ORDER BY records DESC, account""")
    return [plain(row) for row in rows]


def _next(case: Case, document: Facts) -> list[str]:
    """Say what to type next, most useful first."""
    lines = []
    proposed = [row for row in document["activity"]["sessions"] if row["state"] == "proposed"]
    if not document["evidence"]["messages"] and not document["evidence"]["events"]:
        lines.append(typed("read", case.folder, "PATH"))
    elif not document["activity"]["events"]:
        lines.append(typed("run", case.folder, "--indicators", "FILE"))
    if proposed:
        first = max(proposed, key=lambda row: row["events"])
        lines.append(typed("decide", case.folder, "confirm", first["session"]))
    if document["verdicts"]["accessed"] + document["verdicts"]["copied"]:
        lines.append(typed("table", case.folder, "exposures") + " --where \"verdict = 'accessed'\"")
    if document["persons"]["tiers"]["high"]:
        lines.append(typed("table", case.folder, "persons") + " --where \"risk = 'high'\"")
    if document["skipped"]["places"]:
        lines.append(typed("table", case.folder, "skipped"))
    return lines
