"""What could not be scanned becomes rows of `skipped`: a letter and a reason each, and no value."""

from collections import Counter

import pyarrow as pa

from unsealed import schema
from unsealed.case import Case
from unsealed.identify.scan import TOO_SLOW, Lost
from unsealed.identify.worker import DIED
from unsealed.journal import UnitRecord
from unsealed.query import Engine, replace

FAILED = "identifier_failed"
REASONS = (FAILED, "scan_too_slow", "scan_died")
_WHOLE = {
    TOO_SLOW: ("scan_too_slow", "took too long; what was found until then stands"),
    DIED: ("scan_died", "the process died"),
}


def tell(case: Case, db: Engine, lost: Counter[Lost]) -> None:
    """Write what this run lost in the place of what an earlier run lost; of copies of a text, one letter is named.

    Args:
        case: the case, locked by the caller.
        db: with the tables that the scan has made.
        lost: by numbers of texts.
    """
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    places = _places(db, {one.text for one in lost})
    for one, count in sorted(lost.items(), key=str):
        evidence_id, path, locator, part = places[one.text]
        reason, detail = _WHOLE.get(
            one.why, (FAILED, f"{one.identifier} failed on {count:,} of its values with {one.why}")
        )
        rows.setdefault((evidence_id, path, locator, reason), []).append(f"{part}: {detail}")
    for reason in REASONS:
        case.journal.forget_skipped(reason, "")
    columns = ("evidence_id", "path", "locator", "reason", "detail")
    unit = UnitRecord(skipped=[dict(zip(columns, (*row, "; ".join(told)), strict=True)) for row, told in rows.items()])
    case.journal.record("identify", "", unit)
    replace(case, "skipped", pa.Table.from_pylist(case.journal.skipped(), schema.TABLES["skipped"].schema))


def _places(db: Engine, texts: set[int]) -> dict[int, tuple[str, str, str, str]]:
    """Give where the first holder of a text lies in the evidence, and what of the letter it is."""
    if not texts:
        return {}
    db.register("lost_texts", pa.table({"k": pa.array(sorted(texts), pa.int64())}))
    found = db.rows("""
        SELECT k, m.evidence_id, coalesce(min(e.path), '') AS path, coalesce(m.locator, '') AS locator, t.part
        FROM lost_texts JOIN texts t USING (k) JOIN messages m USING (message_id)
        LEFT JOIN evidence e ON e.evidence_id = m.evidence_id
        GROUP BY k, m.evidence_id, m.locator, t.part""")
    return {row["k"]: (row["evidence_id"], row["path"], row["locator"], row["part"]) for row in found}
