"""The report: one HTML file that opens from disk, without network and without script."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from unsealed.case import Case
from unsealed.query import Engine, engine
from unsealed.report import clocks, exposed, hunting, kinds, needs, persons, proof, register, words
from unsealed.report.facts import facts
from unsealed.report.plain import plain
from unsealed.report.plots import Lane, Span, growth, timeline
from unsealed.report.retell import retelling
from unsealed.schema import VERDICTS
from unsealed.version import __version__

MAX_CONVERSATIONS = 400
MAX_LETTERS = 60
MAX_PLACES = 300
MAX_LANES = 14
MAX_RULES = 300
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def write(case: Case, path: Path | None = None, language: str | None = None) -> Path:
    """Write the report of a case to `path` (`out/report.html` in the case if None); give where it lies."""
    path = path or case.out / "report.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    linked = path.with_name(f"{register.NAME}.xlsx").is_file()
    temporary.write_text(render(case, language or words.language_of(case), linked=linked), encoding="utf-8")
    temporary.replace(path)
    return path


def render(case: Case, language: str, *, linked: bool = False) -> str:
    """Give the report's HTML; `linked` where the register lies beside it."""
    import jinja2

    _ = words.translator(language)
    document = facts(case)
    with engine(case) as db:
        context = {
            "facts": document,
            "verdicts": VERDICTS,
            "names": words.verdict_names(_),
            "meanings": words.verdict_meanings(_),
            "hows": words.ground_names(_),
            "states": words.state_names(_),
            "reasons": words.reason_names(_),
            "sentences": [*words.sentences(document, _), *filter(None, [persons.sentence(document["persons"], _)])],
            "chart": _chart(case, db, document, _),
            "growth": _growth(document["most_exposed"], _),
            "taken": exposed.sentences(document["most_exposed"], _),
            "folders": _folders(db),
            "conversations": (conversations := _conversations(db)),
            "unproved": proof.attach(db, conversations),
            "more": _more(db),
            "skipped": _places(db),
            "evidence": _evidence(db),
            "findings": hunting.rules(db)[:MAX_RULES],
            "severities": hunting.severity_names(_),
            "needs": needs.sentences(document, _),
            "clocks": clocks.sentences(db, _),
            "reach": case.config.reach,
            "linked": linked,
            **_persons(case, db, _),
            "language": language,
            "version": __version__,
            "custody": case.verify(),
            "now": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "max_places": MAX_PLACES,
        }
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("unsealed.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters |= {
        "day": words.day,
        "plain": _plain,
        "told": retelling(_).tell,
        "number": lambda value: f"{value:,}",
    }
    environment.install_gettext_translations(words.catalogue(language), newstyle=False)  # type: ignore[attr-defined]  # of the i18n extension
    return environment.get_template("report.html.j2").render(context)


def _persons(case: Case, db: Engine, _: words.Translate) -> dict[str, Any]:
    """Give what the section on persons shows."""
    return {
        "register": persons.first(db),
        "rows_of": persons.rows_of(case),
        "register_file": f"{register.NAME}.xlsx",
        "tiers": kinds.tier_names(_),
        "roles": kinds.role_names(_),
        "kind_names": kinds.kind_names(_),
        "sensitivities": kinds.sensitivity_names(_),
        "unread_states": register.attachment_states(_),
        "translate": _,
    }


def _plain(value: object) -> str:
    """Show text from evidence: marks that turn the direction of writing about are shown as what they are."""
    return _BIDI.sub("�", "" if value is None else str(value))


def _rows(db: Engine, sql: str, *values: object) -> list[dict[str, Any]]:
    return [plain(row) for row in db.rows(sql, list(values))]


def _folders(db: Engine) -> list[dict[str, Any]]:
    counts = ", ".join(f"count(*) FILTER (verdict = '{verdict}') AS {verdict}" for verdict in VERDICTS)
    return _rows(
        db,
        f"""
        SELECT coalesce(mailbox, '') AS mailbox, CASE WHEN message_id IS NOT NULL THEN folder END AS folder, message_id IS NULL AS log_only,
               count(*) AS copies, {counts}
        FROM exposures GROUP BY 1, 2, 3 ORDER BY 1, log_only, folder NULLS LAST""",
    )


def _conversations(db: Engine) -> list[dict[str, Any]]:
    """Give the conversations with an opened or copied letter, the most opened first, with their letters."""
    talks = _rows(
        db,
        f"""
        SELECT coalesce(conversation_id, internet_message_id) AS talk, min_by(subject, coalesce(date, first_time)) AS subject,
               count(DISTINCT lower(internet_message_id)) AS letters,
               count(DISTINCT lower(internet_message_id)) FILTER (verdict = 'accessed') AS accessed,
               count(DISTINCT lower(internet_message_id)) FILTER (verdict = 'copied') AS copied,
               count(DISTINCT lower(internet_message_id)) FILTER (verdict = 'quoted') AS quoted,
               min(first_time) AS first, max(last_time) AS last,
               list(DISTINCT mailbox ORDER BY mailbox) FILTER (verdict IN ('accessed', 'copied')) AS mailboxes,
               list(DISTINCT from_address ORDER BY from_address) FILTER (from_address IS NOT NULL)[1:6] AS people
        FROM exposures GROUP BY talk HAVING accessed + copied > 0
        ORDER BY accessed DESC, copied DESC, first, talk LIMIT {MAX_CONVERSATIONS}""",
    )
    letters = _rows(
        db,
        """
        SELECT coalesce(conversation_id, internet_message_id) AS talk, date, from_address, subject, mailbox, folder, verdict,
               internet_message_id, message_id, first_time, grounds[1] AS ground, len(grounds) AS grounds
        FROM exposures WHERE verdict IN ('accessed', 'copied', 'quoted') ORDER BY talk, date NULLS LAST, mailbox""",
    )
    by_talk: dict[str, list[dict[str, Any]]] = {}
    for row in letters:
        by_talk.setdefault(row["talk"], []).append(row)
    for talk in talks:
        mine = by_talk.get(talk["talk"], [])
        talk["copies"], talk["hidden"] = mine[:MAX_LETTERS], max(len(mine) - MAX_LETTERS, 0)
    return talks


def _more(db: Engine) -> int:
    total = int(
        db.value("""
        SELECT count(DISTINCT coalesce(conversation_id, internet_message_id)) FROM exposures
        WHERE verdict IN ('accessed', 'copied')""")
        or 0
    )
    return max(total - MAX_CONVERSATIONS, 0)


def _places(db: Engine) -> list[dict[str, Any]]:
    return _rows(
        db, f"SELECT path, locator, reason, detail FROM skipped ORDER BY reason, path, locator LIMIT {MAX_PLACES}"
    )


def _evidence(db: Engine) -> list[dict[str, Any]]:
    return _rows(
        db,
        """
        SELECT path, kind, reader, size_bytes, records, skipped, mailbox, mailbox_basis, folder, evidence_id, duplicate
        FROM evidence ORDER BY records DESC, path LIMIT 500""",
    )


# -- the time line -----------------------------------------------------------------------------------------------


def _chart(case: Case, db: Engine, document: dict[str, Any], _: words.Translate) -> str:
    bounds = document["intrusion"]
    if not bounds:
        return ""
    moments = [datetime.fromisoformat(value) for key, value in bounds.items() if isinstance(value, str) and key]
    log = db.rows('SELECT min("from") AS low, max("to") AS high FROM coverage WHERE scope = \'*\'')[0]
    moments += [moment for moment in (log["low"], log["high"]) if moment]
    if not moments:
        return ""
    margin = timedelta(days=max((max(moments) - min(moments)).days // 40, 1))
    start, end = min(moments) - margin, max(moments) + margin
    lanes = [*_reach_lanes(case, start, end, _), *_log_lanes(db, start, end, _), *_mailbox_lanes(db, _)]
    counts = {
        row["day"]: row["n"]
        for row in db.rows("""
        SELECT strftime(time, '%Y-%m-%d') AS day, count(*) AS n FROM activity WHERE state <> 'rejected' AND inside GROUP BY 1""")
    }
    return timeline(
        start, end, lanes[:MAX_LANES], counts, _("intruder's events a day"), _("Time line of the intrusion")
    )


def _growth(found: dict[str, Any], _: words.Translate) -> tuple[str, list[str]]:
    """Draw how exposure grew, and name the mailboxes in the order of the picture."""
    lines = [(box or _("other mailboxes"), points) for box, points in exposed.curve(found["growth"])]
    return growth(lines, _("Letters opened or copied, by the first time")), [name for name, _points in lines]


def _reach_lanes(case: Case, start: datetime, end: datetime, _: words.Translate) -> list[Lane]:
    return [
        Lane(
            reach.name,
            [Span(reach.start or start, reach.end or end, "reach", f"{_('open to the intruder')}: {reach.basis}")],
        )
        for reach in case.config.reach
    ]


def _log_lanes(db: Engine, start: datetime, end: datetime, _: words.Translate) -> list[Lane]:
    """Show each log as a whole; before its first and after its last record it is dark."""
    lanes, tell = dict[str, Lane](), retelling(_).tell
    for row in db.rows("""SELECT * FROM coverage WHERE scope = '*' ORDER BY source, "from" """):
        lane = lanes.setdefault(row["source"], Lane(_("log {name}").format(name=row["source"])))
        style = "whole" if row["state"] == "whole" else "dark"
        lane.spans.append(Span(row["from"], row["to"], style, tell(row["note"])))
    for lane in lanes.values():
        lane.spans.insert(0, Span(start, lane.spans[0].start, "dark", _("before the log begins")))
        lane.spans.append(Span(lane.spans[-1].end, end, "dark", _("after the log ends")))
    return list(lanes.values())


def _mailbox_lanes(db: Engine, _: words.Translate) -> list[Lane]:
    lanes, tell = dict[str, Lane](), retelling(_).tell
    for row in db.rows("""
        WITH seen AS (
            SELECT mailbox AS box, time FROM activity WHERE inside AND state <> 'rejected' AND mailbox LIKE '%@%'
            UNION SELECT "user", time FROM activity WHERE inside AND state <> 'rejected' AND "user" LIKE '%@%'),
        boxes AS (SELECT box, min(time) AS low, max(time) AS high FROM seen GROUP BY box)
        SELECT box, low, high, c."from", c."to", c.state, c.note FROM boxes
        LEFT JOIN coverage c ON c.scope = box AND c.source = 'm365_mail_items' AND c.state <> 'whole'
        ORDER BY low, box, c."from" """):
        if row["box"] not in lanes:
            lanes[row["box"]] = Lane(
                row["box"], [Span(row["low"], row["high"], "present", _("the intruder was seen in this mailbox"))]
            )
        if row["state"]:
            style = "throttled" if row["state"] == "throttled" else "dark"
            lanes[row["box"]].spans.append(Span(row["from"], row["to"], style, tell(row["note"])))
    for lane in lanes.values():
        lane.spans.sort(key=lambda span: ("dark", "present", "throttled").index(span.style))
    return list(lanes.values())
