"""Export the log as responders get it: a CSV and two JSON files, overlapping, unsorted, with duplicates."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from unsealed.demo.world import CSV_UNTIL, JSON_FROM

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from random import Random

    from unsealed.demo.model import Record

_COLUMNS = (
    "RecordType",
    "CreationDate",
    "UserIds",
    "Operations",
    "AuditData",
    "ResultIndex",
    "ResultCount",
    "Identity",
    "IsValid",
    "ObjectState",
)
_BATCH = 1000
_TWICE = 0.12


def us_date(moment: datetime) -> str:
    """Return a time as PowerShell prints it in the United States."""
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M:%S} {half}"


def _csv(records: list[Record]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for start in range(0, len(records), _BATCH):
        batch = records[start : start + _BATCH]
        for number, record in enumerate(batch, start=1):
            data = json.dumps(record.data, separators=(",", ":"), ensure_ascii=False)
            head = (record.type_name, us_date(record.time), record.user, record.operation, data)
            writer.writerow((*head, number, len(batch), record.record_id, "True", "Unchanged"))
    return buffer.getvalue().encode("utf-8-sig")


def write_logs(place: Path, rng: Random, records: list[Record]) -> int:
    """Write the exports under `place`; return how many rows stand there beyond the first of each record."""
    place.mkdir(parents=True, exist_ok=True)
    early = [record for record in records if record.time < CSV_UNTIL]
    early += rng.sample(early, int(len(early) * _TWICE))
    late = [record for record in records if record.time >= JSON_FROM]
    rng.shuffle(early)
    rng.shuffle(late)
    (place / "search-unifiedauditlog.csv").write_bytes(_csv(early))
    half = len(late) * 2 // 5
    array = ",\n".join(json.dumps(record.data, ensure_ascii=False) for record in late[:half])
    (place / "management-activity-1.json").write_bytes(f"[\n{array}\n]\n".encode())
    lines = "".join(json.dumps(record.data) + "\n" for record in late[half:])
    (place / "management-activity-2.jsonl").write_bytes(lines.encode())
    return len(early) + len(late) - len(records)
