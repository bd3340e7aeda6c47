"""The peer for the audit log: `csv` and `json` of the standard library, the fields of an event, items unfolded."""

import csv
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

csv.field_size_limit(1 << 30)


def main() -> None:
    """Read the CSV named first; print how many records and items it holds."""
    seen: set[str] = set()
    events: list[tuple[Any, ...]] = []
    items: list[tuple[str, str]] = []
    with Path(sys.argv[1]).open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            record = json.loads(row["AuditData"])
            if record["Id"] in seen:
                continue
            seen.add(record["Id"])
            events.append(
                (
                    record["Id"],
                    datetime.fromisoformat(record["CreationTime"]),
                    record["Operation"],
                    record["UserId"].lower(),
                    record.get("MailboxOwnerUPN"),
                    record.get("ClientIPAddress") or record.get("ClientIP"),
                    record.get("ClientInfoString"),
                    record.get("SessionId"),
                    record.get("AppId"),
                    record.get("ResultStatus"),
                )
            )
            for folder in record.get("Folders") or []:
                items += [(record["Id"], item.get("InternetMessageId", "")) for item in folder.get("FolderItems") or []]
    print(len(events), len(items))


if __name__ == "__main__":
    main()
