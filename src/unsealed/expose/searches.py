"""What the intruder looked for: the words of every search that the logs tell of, as the table `searches`.

https://learn.microsoft.com/purview/audit-log-investigate-accounts: SearchQueryInitiatedExchange holds the text of a search in a
mailbox. Content searches and searches by administration are told beside. A search shows what was wanted, not what was read.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from unsealed.expose import cmdlets
from unsealed.expose.traces import did
from unsealed.query import Engine, literal, replace
from unsealed.schema import TABLES

WORDS: dict[str, tuple[str, ...]] = {
    "SearchQueryInitiated": ("searchquerytext", "querytext", "searchquery", "query"),
    "SearchQueryInitiatedExchange": ("searchquerytext", "querytext", "searchquery", "query"),
    "SearchQueryInitiatedSharePoint": ("searchquerytext", "querytext", "searchquery", "query"),
    "SharepointSearchQueryInitiated": ("searchquerytext", "querytext", "searchquery", "query"),
    "SearchQueryPerformed": ("searchquerytext", "querytext", "searchquery", "query"),
    "SearchCreated": ("query", "contentmatchquery"),
    "SearchUpdated": ("query", "contentmatchquery"),
    "New-ComplianceSearch": ("contentmatchquery",),
    "Set-ComplianceSearch": ("contentmatchquery",),
    "Search-Mailbox": ("searchquery",),
    "New-MailboxSearch": ("searchquery",),
    "New-MailboxExportRequest": ("contentfilter",),
}
"""Operations that are searches, and under which names, in lower case, their words stand; the first that is there."""
DEEPEST = 6
"""So many levels down a record is looked through for them."""


def write(db: Engine) -> int:
    """Write `searches`: a row a search of the intruder's that says what was looked for; give the number of rows."""
    operations = ", ".join(map(literal, WORDS))
    rows = []
    if did(db, WORDS):
        rows = db.rows(f"""
            SELECT e.event_id, e.time, e."user", e.mailbox, e.operation, e.source, e.raw
            FROM events e JOIN act USING (event_id) WHERE act.inside AND e.operation IN ({operations})
            ORDER BY e.time, e.event_id""")
    found = []
    for row in rows:
        words = query(row["operation"], cmdlets.parse(row.pop("raw")))
        if words:
            found.append({**row, "query": words})
    return replace(db.case, "searches", pa.Table.from_pylist(found, TABLES["searches"].schema))


def query(operation: str, record: Mapping[str, Any]) -> str | None:
    """Give the words that a record of a search was for; None where it holds none."""
    known = dict(_texts(record, DEEPEST))
    return next((known[name] for name in WORDS.get(operation, ()) if known.get(name)), None)


def _texts(value: object, levels: int) -> list[tuple[str, str]]:
    """Give every text in a record by its lower-case name, the outermost last; also of pairs of name and value."""
    value = cmdlets.opened(value)
    found: list[tuple[str, str]] = []
    if levels and isinstance(value, list):
        return [pair for item in value for pair in _texts(item, levels - 1)]
    if not levels or not isinstance(value, dict):
        return []
    fields = {key.lower(): item for key, item in value.items()}
    for item in fields.values():
        found += _texts(item, levels - 1)
    if isinstance(fields.get("name"), str) and fields.get("value") is not None:
        found.append((str(fields["name"]).lower(), str(fields["value"]).strip()))
    if isinstance(fields.get("parameters"), str):
        found += cmdlets.parameters({"Parameters": fields["parameters"]}).items()
    return [*found, *((key, item.strip()) for key, item in fields.items() if isinstance(item, str))]
