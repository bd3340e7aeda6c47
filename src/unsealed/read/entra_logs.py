"""Entra sign-in and audit logs, and those beside them: who came in from where, and what was changed in the directory.

Graph, the portal's JSON and CSV, Azure Monitor's diagnostic records, Sentinel's tables.
https://learn.microsoft.com/entra/identity/monitoring-health/howto-download-logs,
https://learn.microsoft.com/graph/api/signin-list
"""

from unsealed.read.entra import records, shapes
from unsealed.read.structured import StructuredLog

READER = StructuredLog(
    name="entra_logs",
    version="1",
    has_columns=lambda names: shapes.which(names) is not None,
    is_record=lambda value: shapes.log_of(value) is not None,
    rows=records.rows,
)
