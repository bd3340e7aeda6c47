"""Whose data was in the letters: the numbers of the register, each with the rows that it counts."""

from typing import Any

from unsealed.case import Case
from unsealed.query import Engine, literal
from unsealed.report import words
from unsealed.report.plain import Facts, plain, typed
from unsealed.schema import TOLD

FIRST = 25
"""Rows of the register that the report shows."""
TOP = 15
"""Organisations and shared mailboxes that it shows."""
PLACES = 5
"""Letters of each of these persons whose places it shows."""
UNREAD = ("image", "encrypted", "too_large", "too_slow", "failed", "undecodable")
"""States of an attachment's text in which nobody can say what stands in it; `no_text` has no words."""
LETTER = (
    "coalesce(nullif(lower(trim(m.internet_message_id, ' <>' || chr(9) || chr(10) || chr(13))), ''),"
    " m.content_hash, m.message_id)"
)
"""SQL for what the copies of a letter `m` have in common."""
_TOLD = ", ".join(map(literal, TOLD))
_WHOSE = "CASE WHEN internal THEN 'internal' WHEN partner IS NOT NULL THEN 'partner' ELSE 'external' END"


def whose(case: Case, db: Engine) -> Facts:
    """Give whose data was in the letters that are to be told about, counted.

    Keys: `identified` (when it was; None where it was not yet), `persons`, `whose` (`internal`, `partner`, `external`),
    `verdicts` and `tiers` (persons by each), `kinds` (`kind`, `sensitivity`, `persons`, `letters`, `mentions`, `nobodys`: mentions
    of no person), `rules` (`risk`, `risk_rule`, `persons`), `organisations`, `shared` and `shared_mailboxes`, `unread`
    (`only_in_logs`, `attachments` by state, letters with such).
    """
    done = case.journal.stage("identify")
    return {
        "identified": done[2] if done else None,
        "persons": db.value("SELECT count(*) FROM persons"),
        "whose": _counted(db, _WHOSE, ("internal", "partner", "external")),
        "verdicts": _counted(db, "worst_verdict", TOLD),
        "tiers": _counted(db, "risk", ("high", "medium", "low")),
        "rules": _rules(db),
        "kinds": kinds(db),
        "organisations": _organisations(db),
        "shared": db.value("SELECT count(*) FROM shared_mailboxes"),
        "shared_mailboxes": db.rows(f"SELECT address, reason, messages_exposed FROM shared_mailboxes LIMIT {TOP}"),
        "unread": unread(db),
    }


def _counted(db: Engine, what: str, names: tuple[str, ...]) -> dict[str, int]:
    found = {row["v"]: row["n"] for row in db.rows(f"SELECT {what} AS v, count(*) AS n FROM persons GROUP BY 1")}
    return {name: found.get(name, 0) for name in names}


def _rules(db: Engine) -> list[Facts]:
    return db.rows("""
        SELECT risk, risk_rule, count(*) AS persons FROM persons GROUP BY risk, risk_rule
        ORDER BY list_position(['high', 'medium', 'low'], risk), persons DESC, risk_rule""")


def kinds(db: Engine) -> list[Facts]:
    """Give kinds of data in letters to be told about: of how many persons, in how many letters, and how many of nobody."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE told_letters AS
        SELECT m.message_id, {LETTER} AS letter FROM messages m SEMI JOIN (
            SELECT message_id FROM exposures WHERE content_verdict IN ({_TOLD})) x USING (message_id)""")
    return db.rows("""
        WITH copy AS (
            SELECT n.kind, t.letter, n.message_id, count(*) AS mentions, count(*) FILTER (n.person_id IS NULL) AS nobodys
            FROM mentions n JOIN told_letters t USING (message_id) GROUP BY ALL),
        held AS (SELECT kind, letter, max(mentions) AS mentions, max(nobodys) AS nobodys FROM copy GROUP BY kind, letter),
        owned AS (
            SELECT k.kind, any_value(k.sensitivity) AS sensitivity, count(*) AS persons
            FROM (SELECT unnest(kinds) AS k FROM persons) GROUP BY k.kind)
        SELECT kind, any_value(o.sensitivity) AS sensitivity, coalesce(any_value(o.persons), 0) AS persons,
               count(*) AS letters, sum(h.mentions)::BIGINT AS mentions, sum(h.nobodys)::BIGINT AS nobodys
        FROM held h LEFT JOIN owned o USING (kind) GROUP BY kind ORDER BY persons DESC, mentions DESC, kind""")


def _organisations(db: Engine) -> list[Facts]:
    return db.rows(f"""
        SELECT organisation, bool_or(internal) AS internal, bool_or(partner IS NOT NULL) AS partner, count(*) AS persons,
               count(*) FILTER (risk = 'high') AS high, count(*) FILTER (worst_verdict IN ('accessed', 'copied')) AS taken
        FROM persons WHERE organisation IS NOT NULL GROUP BY organisation
        ORDER BY persons DESC, organisation LIMIT {TOP}""")


def unread(db: Engine) -> Facts:
    """Say what of the letters to be told about nobody could search: those that only a log names, and attachments."""
    states = db.rows(f"""
        SELECT a.text_status AS status, count(DISTINCT a.sha256) AS attachments, count(DISTINCT {LETTER}) AS letters
        FROM attachments a JOIN messages m USING (message_id) SEMI JOIN (
            SELECT message_id FROM exposures WHERE content_verdict IN ({_TOLD})) x USING (message_id)
        WHERE a.text_status IN ({", ".join(map(literal, UNREAD))}) GROUP BY 1 ORDER BY attachments DESC, status""")
    only = f"SELECT count(DISTINCT lower(internet_message_id)) FROM exposures WHERE message_id IS NULL AND content_verdict IN ({_TOLD})"
    return {"only_in_logs": db.value(only) or 0, "attachments": states}


def first(db: Engine) -> list[Facts]:
    """Give the first rows of the register, each with the places of some letters that it rests on (`letters`)."""
    rows = [plain(row) for row in db.rows(f"SELECT * EXCLUDE (merges) FROM persons LIMIT {FIRST}")]
    ids = ", ".join(literal(row["person_id"]) for row in rows)
    if not rows:
        return []
    letters = db.rows(f"""
        WITH a AS (
            SELECT person_id, message_id, any_value(verdict) AS verdict, list(DISTINCT role ORDER BY role) AS roles
            FROM appearances WHERE person_id IN ({ids}) GROUP BY person_id, message_id)
        SELECT a.person_id, a.verdict, a.roles, a.message_id, m.date, m.subject, m.mailbox, m.evidence_id, m.locator, e.path
        FROM a JOIN messages m USING (message_id) LEFT JOIN (
            SELECT evidence_id, min(path) AS path FROM evidence GROUP BY evidence_id) e ON e.evidence_id = m.evidence_id
        QUALIFY row_number() OVER (PARTITION BY a.person_id ORDER BY list_contains(a.roles, 'data') DESC,
            list_position([{_TOLD}], a.verdict), m.date, a.message_id) <= {PLACES}
        ORDER BY a.person_id, list_position([{_TOLD}], a.verdict), m.date, a.message_id""")
    for row in rows:
        row["letters"] = [plain(one) for one in letters if one["person_id"] == row["person_id"]]
    return rows


def rows_of(case: Case) -> dict[str, str]:
    """Give for each number of the section the command that lists its rows."""

    def listed(table: str, where: str) -> str:
        return (
            f'{typed("table", case.folder, table)} --where "{where}"' if where else typed("table", case.folder, table)
        )

    return {
        "persons": listed("persons", ""),
        "internal": listed("persons", "internal"),
        "partner": listed("persons", "partner IS NOT NULL AND NOT internal"),
        "external": listed("persons", "partner IS NULL AND NOT internal"),
        "verdict": listed("persons", "worst_verdict = 'VERDICT'"),
        "tier": listed("persons", "risk = 'TIER'"),
        "kind": listed("mentions", "kind = 'KIND'"),
        "nobodys": listed("mentions", "person_id IS NULL"),
        "organisation": listed("persons", "organisation = 'NAME'"),
        "shared": listed("shared_mailboxes", ""),
        "letters": listed("appearances", "person_id = 'PERSON_ID'"),
        "unread": listed("attachments", f"text_status IN ({', '.join(map(literal, UNREAD))})"),
    }


def sentence(found: dict[str, Any], _: words.Translate) -> str | None:
    """Say in a sentence or two whose data it was; None where that was not looked for yet."""
    if not found["identified"]:
        return None
    if not found["persons"]:
        return _("No person was found in the letters that are to be told about.")
    text = _(
        "{persons:,} persons stand in the letters to be told about: {internal:,} of our own, {partner:,} of partners, "
        "{external:,} others; for {high:,} of them the harm may be high."
    ).format(persons=found["persons"], high=found["tiers"]["high"], **found["whose"])
    lost = found["unread"]["only_in_logs"] + sum(row["attachments"] for row in found["unread"]["attachments"])
    if lost:
        text += _(" ") + _(
            "{n:,} letters that only a log names and attachments without readable text could not be searched."
        ).format(n=lost)
    return text
