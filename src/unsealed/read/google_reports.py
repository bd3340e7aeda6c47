"""Google Workspace's logs: who signed in, which letters were opened, which applications were let in, what admins changed.

Reports API as JSON, GAM's CSV, tables of the admin console, email log search, BigQuery exports.
https://developers.google.com/workspace/admin/reports/v1/get-start/overview
"""

from collections.abc import Iterator

from unsealed.read.csv_rows import fold
from unsealed.read.google import activities, shapes, tables
from unsealed.read.reader import Row
from unsealed.read.structured import Record, StructuredLog

_ROWS = {
    "activity": activities.rows,
    "bigquery": activities.bigquery,
    "rest": activities.bigquery,
    "search": tables.search,
    "console": tables.console,
}


def _rows(record: Record) -> Iterator[Row]:
    told = shapes.columns({fold(name) for name in record.fields}) if record.tabular else shapes.form(record.fields)
    return _ROWS[told or "activity"](record)


READER = StructuredLog(
    name="google_reports",
    version="2",
    has_columns=lambda names: shapes.columns(names) is not None,
    is_record=lambda value: shapes.form(value) is not None,
    rows=_rows,
    sure=88,
)
