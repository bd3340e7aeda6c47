"""Item logs beside Microsoft's: from when to when they name every letter that is opened, mailbox by mailbox."""

from typing import Any

from unsealed.query import Engine

GMAIL = "google_gmail_items"
_LOG = "google_gmail"


def gmail(db: Engine) -> list[dict[str, Any]]:
    """Give rows of `coverage` for Gmail's log: a mailbox of which it names openings by anyone, and where it is dark.

    Only some editions of Google Workspace log openings (https://support.google.com/a/answer/11479100): that there are some
    shows that they were logged. Before the log's first and after its last record, and in its holes, it is dark.

    Args:
        db: the case. Makes the temporary table `gmail_items`: each record that names a letter opened, with its mailbox.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE gmail_items AS
        SELECT a.mailbox, e.time FROM accesses a JOIN events e USING (event_id)
        WHERE e.source = '{_LOG}' AND a.access IN ('bind', 'attachment') AND a.mailbox LIKE '%@%'""")
    bounds = db.rows(f"""
        SELECT epoch_us(min(time) FILTER (source = '{_LOG}')) AS low, epoch_us(max(time) FILTER (source = '{_LOG}')) AS high,
               epoch_us(min(time)) AS first, epoch_us(max(time)) AS last FROM events WHERE source LIKE 'google_%'""")
    boxes = [row["mailbox"] for row in db.rows("SELECT DISTINCT mailbox FROM gmail_items ORDER BY mailbox")]
    if not boxes:
        return []
    low, high, first, last = (bounds[0][key] for key in ("low", "high", "first", "last"))
    rows = []
    for box in boxes:
        if first < low:
            rows.append(_row(box, first, low, "gap", "Gmail's log begins later"))
        rows.append(
            _row(box, low, high, "whole", "Gmail's log names openings by someone; of each letter the first alone")
        )
        if high < last:
            rows.append(_row(box, high, last, "gap", "Gmail's log ends earlier"))
    return rows


def _row(scope: str, low: int, high: int, state: str, note: str) -> dict[str, Any]:
    return {"source": GMAIL, "scope": scope, "from": low, "to": high, "state": state, "note": note, "event_id": None}
