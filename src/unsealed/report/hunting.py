"""What the hunt found, in the manner of a closing page: by severity, by day, the rules and accounts to look at first."""

from datetime import UTC, datetime, timedelta
from typing import Any

from unsealed.case import Case
from unsealed.i18n import current_language
from unsealed.query import Engine, engine
from unsealed.report import needs, words
from unsealed.report.plain import plain, typed
from unsealed.report.terminal import cells, pad

SEVERITIES = ("critical", "high", "medium", "low", "informational")
TOP = 6
MAX_DAYS = 60
"""Columns of the line of days; where there are more days, a column is several."""
_BARS = "▁▂▃▄▅▆▇█"
Facts = dict[str, Any]


def findings(case: Case) -> Facts:
    """Give the findings in numbers.

    Keys: `total`, `events` (log records with a finding), `letters`, `severities` (counts), `rules` and `accounts` (lists,
    the most severe first), `techniques` (counts) and `days` (a list of `day`, counts by severity).
    """
    with engine(case) as db:
        counted = db.rows("SELECT severity, count(*) AS n FROM findings GROUP BY severity")
        found = {row["severity"]: row["n"] for row in counted}
        totals = db.rows("""
            SELECT count(*) AS total, count(DISTINCT event_id) AS events, count(DISTINCT message_id) AS letters FROM findings""")[
            0
        ]
        return {
            **totals,
            "records": db.value("SELECT count(*) FROM events"),
            "severities": {severity: found.get(severity, 0) for severity in SEVERITIES},
            "rules": rules(db),
            "accounts": _accounts(db),
            "techniques": {
                row["technique"]: row["n"]
                for row in db.rows("""
                    SELECT technique, count(*) AS n FROM (SELECT unnest(techniques) AS technique FROM findings)
                    GROUP BY technique ORDER BY n DESC, technique""")
            },
            "days": [plain(row) for row in _days(db)],
        }


def rank() -> str:
    """Give the SQL expression that puts severities in order, the worst first."""
    return f"coalesce(list_position({list(SEVERITIES)!r}, severity), {len(SEVERITIES) + 1})"


def rules(db: Engine) -> list[Facts]:
    """Give every rule and indicator that found something, the most severe first.

    Keys: `kind`, `rule_id`, `title`, `severity`, `findings`, `events` and `messages` (of its findings), `accounts` (how
    many it concerns), `first`, `last`, `techniques`, `source`.
    """
    rows = db.rows(f"""
        SELECT f.kind, f.rule_id, min(CASE WHEN f.kind = 'sigma' THEN f.title ELSE f.rule_id END) AS title,
               arg_min(f.severity, {rank()}) AS severity, count(*) AS findings, count(f.event_id) AS events,
               count(f.message_id) AS messages, count(DISTINCT coalesce(e."user", e.mailbox, m.mailbox)) AS accounts,
               min(f.time) AS first, max(f.time) AS last, any_value(f.techniques) AS techniques, min(f.source) AS source
        FROM findings f LEFT JOIN events e USING (event_id) LEFT JOIN messages m ON m.message_id = f.message_id
        GROUP BY f.kind, f.rule_id ORDER BY min({rank()}), findings DESC, f.rule_id""")
    return [plain(row) for row in rows]


def _accounts(db: Engine) -> list[Facts]:
    counts = ", ".join(f"count(*) FILTER (severity = '{severity}') AS {severity}" for severity in SEVERITIES)
    return db.rows(f"""
        SELECT coalesce(e."user", e.mailbox) AS account, {counts}, count(DISTINCT f.rule_id) AS rules
        FROM findings f JOIN events e USING (event_id) WHERE coalesce(e."user", e.mailbox) IS NOT NULL
        GROUP BY 1 ORDER BY critical DESC, high DESC, medium DESC, low DESC, account LIMIT 50""")


def _days(db: Engine) -> list[Facts]:
    counts = ", ".join(f"count(*) FILTER (severity = '{severity}') AS {severity}" for severity in SEVERITIES)
    return db.rows(f"""
        SELECT strftime(date_trunc('day', time), '%Y-%m-%d') AS day, count(*) AS findings, {counts}
        FROM findings WHERE time IS NOT NULL GROUP BY day ORDER BY day""")


# -- lines -----------------------------------------------------------------------------------------------------------


def summary(known: Facts, found: Facts) -> list[str]:
    """Give the closing lines of a hunt, in the reader's language."""
    _ = words.translator(current_language())
    lines = words.sentences(known, _)[:1]
    share = 100 * found["events"] / found["records"] if found["records"] else 0
    lines.append(
        _(
            "Findings: {total:,}, on {events:,} of {records:,} log records ({share:.1f} %) and {letters:,} letters"
        ).format(share=share, **{key: found[key] for key in ("total", "events", "records", "letters")})
    )
    names = severity_names(_)
    if found["total"]:
        told = found["severities"]
        lines.append("  " + "   ".join(f"{names[level]} {told[level]:,}" for level in SEVERITIES if told[level]))
    lines += _sparkline(found["days"])
    lines += _table(found["rules"][:TOP], names, _)
    accounts = [row for row in found["accounts"] if row["critical"] + row["high"] + row["medium"]][:TOP]
    if accounts:
        lines += ["", _("Accounts to look at first")]
        width = max(cells(str(row["account"])) for row in accounts)
        lines += [
            f"  {pad(row['account'], width)}  "
            + ", ".join(f"{names[severity]} {row[severity]:,}" for severity in SEVERITIES[:3] if row[severity])
            for row in accounts
        ]
    lines += _sessions(known["activity"]["sessions"], _)
    wanted = needs.sentences(known, _)[:3]
    lines += ["", _("What we would need to narrow this"), *(f"  {sentence}" for sentence in wanted)] if wanted else []
    lines.append("")
    if known["hunted"]["allowed"]:
        lines.append(_("Left out by allow lists: {n:,} indicators").format(n=known["hunted"]["allowed"]))
    if known["hunted"]["unusable_rules_count"]:
        lines.append(
            _("Rules not used: {n:,} of {all:,} (unsealed hunt --json says why)").format(
                n=known["hunted"]["unusable_rules_count"],
                all=known["hunted"]["rules"] + known["hunted"]["unusable_rules_count"],
            )
        )
    lines.append(_("Then type: {command}").format(command=typed("expose", known["folder"])))
    return lines


def severity_names(_: words.Translate) -> dict[str, str]:
    """Give the severities in words."""
    return {
        "critical": _("critical"),
        "high": _("high"),
        "medium": _("medium"),
        "low": _("low"),
        "informational": _("informational"),
    }


def _sparkline(days: list[Facts]) -> list[str]:
    """Draw how many findings of medium severity and above each day has; one column a day, or several days."""
    counts = {row["day"]: row["critical"] + row["high"] + row["medium"] for row in days}
    telling = [day for day, count in counts.items() if count]
    if not telling:
        return []
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (telling[0], telling[-1]))
    length = (last - first).days + 1
    step = -(-length // MAX_DAYS)
    columns = [0] * -(-length // step)
    for day in telling:
        columns[(datetime.fromisoformat(day).replace(tzinfo=UTC) - first).days // step] += counts[day]
    most = max(columns)
    line = "".join(" " if not count else _BARS[-(-count * len(_BARS) // most) - 1] for count in columns)
    end = first + timedelta(days=step * len(columns) - 1)
    return [f"  {first:%Y-%m-%d} {line} {min(end, last):%Y-%m-%d}"]


def _table(found: list[Facts], names: dict[str, str], _: words.Translate) -> list[str]:
    if not found:
        return []
    width = max(cells(names.get(str(row["severity"]), "")) for row in found)
    count = max(len(f"{row['findings']:,}") for row in found)
    lines = ["", _("Rules to look at first")]
    for row in found:
        title = row["title"] if len(row["title"]) <= 70 else row["title"][:69] + "…"
        techniques = " ".join(row["techniques"][:2])
        lines.append(
            f"  {pad(names.get(str(row['severity']), ''), width)}  {row['findings']:>{count},}  {title}"
            + (f"  {techniques}" if techniques else "")
        )
    return lines


def _points(score: float | None) -> str:
    """Write a session's score; one that other activity alone drew in has none."""
    return "  –" if score is None else f"{score:>3.0f}"


def _sessions(sessions: list[Facts], _: words.Translate) -> list[str]:
    if not sessions:
        return []
    states = words.state_names(_)
    lines = ["", _("Taken for the intruder's doing")]
    for row in sorted(sessions, key=lambda row: (row["state"] == "rejected", -(row["score"] or 0), -row["events"]))[
        :TOP
    ]:
        users = ", ".join(filter(None, row["users"] or []))[:40]
        lines.append(
            f"  {row['session']}  {states[row['state']]}  {_points(row['score'])}  {row['events']:>5,}  {row['first'][:16]}  {users}"
        )
    return lines
