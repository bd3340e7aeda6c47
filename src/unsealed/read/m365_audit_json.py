"""The unified audit log as JSON: Management Activity API, Graph, JSON lines, arrays appended to one file, Sentinel.

https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference,
https://learn.microsoft.com/graph/api/security-auditlogquery-list-records
"""

import re
from collections.abc import Iterator

from unsealed.read import json_rows
from unsealed.read.encodings import head_text
from unsealed.read.json_stream import Broken, Found
from unsealed.read.m365 import records, shapes
from unsealed.read.m365.record import of_dict
from unsealed.read.reader import Part, Row, skip

_OPENING = re.compile(r"\s*(?:\{|\[)")


class AuditJson:
    """Audit records as JSON objects, however they are strung together."""

    name = "m365_audit_json"
    version = "3"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of JSON with the keys of an audit record in it."""
        del shown
        text = head_text(head)
        return 90 if _OPENING.match(text) and shapes.looks_like_json(text) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut JSON lines at line ends; anything else is left whole."""
        return json_rows.ranges(path, size)

    def read(self, part: Part) -> Iterator[Row]:
        """Give the records of the range."""
        for found in json_rows.records(part, shapes.is_record):
            if isinstance(found, Broken):
                yield skip(part, found.locator, found.reason, found.detail)
            else:
                yield from _object(found, part)


def _object(found: Found, part: Part) -> Iterator[Row]:
    try:
        if not isinstance(found.value, dict):
            raise ValueError("no object where a record should be")  # noqa: TRY004, TRY301 - one way out for one bad record
        record, raw, shape = shapes.of_object(found.value, found.text)
        made = records.rows(of_dict(record), raw, part, found.locator, shape)
    except ValueError as error:
        yield skip(part, found.locator, "not_a_record", str(error))
    else:
        yield from made


READER = AuditJson()
