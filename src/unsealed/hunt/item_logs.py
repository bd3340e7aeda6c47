"""Item logs beside Microsoft's: from when to when they name every letter that is opened, mailbox by mailbox."""

from collections.abc import Sequence
from typing import Any

from unsealed.hunt.spans import Span, merged
from unsealed.query import Engine

GMAIL = "google_gmail_items"
LOG = "google_gmail"
_SEEN = "Gmail's log names openings by someone; of each letter the first alone"


def gmail(db: Engine, holes: Sequence[Span]) -> list[dict[str, Any]]:
    """Give rows of `coverage` for Gmail's log: a mailbox of which it names openings by anyone, and where it is dark.

    Only some editions of Google Workspace log openings (https://support.google.com/a/answer/11479100): that there are some
    shows that they were logged. Before the log's first and after its last record, and in its holes, it is dark.

    Args:
        db: the case. Makes the temporary table `gmail_items`: each record that names a letter opened, with its mailbox.
        holes: where Gmail's log has no record of anybody, in microseconds.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE gmail_items AS
        SELECT a.mailbox, e.time FROM accesses a JOIN events e USING (event_id)
        WHERE e.source = '{LOG}' AND a.access IN ('bind', 'attachment') AND a.mailbox LIKE '%@%'""")
    bounds = db.rows(f"""
        SELECT epoch_us(min(time) FILTER (source = '{LOG}')) AS low, epoch_us(max(time) FILTER (source = '{LOG}')) AS high,
               epoch_us(min(time)) AS first, epoch_us(max(time)) AS last FROM events WHERE source LIKE 'google_%'""")
    boxes = [row["mailbox"] for row in db.rows("SELECT DISTINCT mailbox FROM gmail_items ORDER BY mailbox")]
    if not boxes:
        return []
    low, high, first, last = (bounds[0][key] for key in ("low", "high", "first", "last"))
    before, after = Span(first, low, "Gmail's log begins later"), Span(high, last, "Gmail's log ends earlier")
    dark = merged([*holes, *(span for span in (before, after) if span.low < span.high)])
    seen, cursor = list[Span](), low
    for span in [*dark, Span(high, high, "")]:
        if cursor < span.low or (span.low == high and not seen):
            seen.append(Span(cursor, max(cursor, span.low), _SEEN))
        cursor = max(cursor, span.high)
    states = [*((span, "gap") for span in dark), *((span, "whole") for span in seen)]
    return [_row(box, span, state) for box in boxes for span, state in sorted(states)]


def _row(scope: str, span: Span, state: str) -> dict[str, Any]:
    row: dict[str, Any] = {"source": GMAIL, "scope": scope, "from": span.low, "to": span.high}
    return row | {"state": state, "note": span.why, "event_id": None}
