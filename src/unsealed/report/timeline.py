"""The time line for Timesketch: a JSON object a line, with `message`, `datetime` and `timestamp_desc`.

https://timesketch.org/guides/user/import-from-json-csv/
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from unsealed.case import Case
from unsealed.query import engine

COLUMNS = (
    "event_id", "source", "operation", "user", "mailbox", "client_ip", "client", "session_id", "app_id", "outcome",
    "target", "workload", "evidence_id", "locator",
)  # fmt: skip


def write(case: Case, path: Path, *, every: bool = False) -> int:
    """Write the time line of a case; give the number of lines.

    A line for each log record that has a finding or is taken for the intruder's doing, and for each finding in a letter;
    `tag` carries ATT&CK techniques, the worst severity and the state of the activity.

    Args:
        case: the case.
        path: the file to write (`.jsonl`).
        every: with all other log records, too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    lines = 0
    with temporary.open("wb") as stream:
        for row in _rows(case, every=every):
            stream.write(orjson.dumps(row) + b"\n")
            lines += 1
    temporary.replace(path)
    return lines


def _rows(case: Case, *, every: bool) -> Iterator[dict[str, Any]]:
    columns = ", ".join(f'e."{name}"' for name in COLUMNS)
    join = "LEFT JOIN" if every else "JOIN"
    with engine(case) as db:
        for batch in db.batches(f"""
            WITH told AS (SELECT event_id, list(DISTINCT title ORDER BY title) AS titles,
                                 list(DISTINCT rule_id ORDER BY rule_id) AS rules, list(DISTINCT severity) AS severities,
                                 list_sort(list_distinct(flatten(list(techniques)))) AS techniques
                          FROM findings WHERE event_id IS NOT NULL GROUP BY event_id),
                 wanted AS (SELECT event_id FROM told UNION SELECT event_id FROM activity)
            SELECT strftime(e.time, '%Y-%m-%dT%H:%M:%S.%f') || '+00:00' AS "datetime", {columns}, t.titles, t.rules,
                   t.severities, t.techniques, a.state AS activity, a.session AS activity_session, a.reason
            FROM events e {join} wanted w USING (event_id) LEFT JOIN told t USING (event_id)
            LEFT JOIN activity a USING (event_id) WHERE e.time IS NOT NULL ORDER BY e.time, e.event_id"""):
            for row in batch.to_pylist():
                yield _line(row, "Log record")
        for batch in db.batches("""
            SELECT strftime(coalesce(f.time, m.date), '%Y-%m-%dT%H:%M:%S.%f') || '+00:00' AS "datetime", m.message_id,
                   m.mailbox, m.folder, m.internet_message_id, m.from_address, m.subject, m.evidence_id, m.locator,
                   [f.title] AS titles, [f.rule_id] AS rules, [f.severity] AS severities, f.techniques
            FROM findings f JOIN messages m USING (message_id) WHERE coalesce(f.time, m.date) IS NOT NULL
            ORDER BY 1, m.message_id, f.rule_id"""):
            for row in batch.to_pylist():
                yield _line(row, "Letter sent")


def _line(row: dict[str, Any], what: str) -> dict[str, Any]:
    titles = row.pop("titles") or []
    tags = [*(row.pop("techniques") or []), *(row.pop("severities") or [])]
    state = row.get("activity")
    said = row.get("subject") or " ".join(str(row[name]) for name in ("source", "operation", "user") if row.get(name))
    message = f"{said}: {'; '.join(titles)}" if titles else said
    told = {name: value for name, value in row.items() if value is not None}
    return {
        "message": message,
        "timestamp_desc": what,
        **told,
        "tag": [*tags, *([f"intruder-{state}"] if state else [])],
    }
