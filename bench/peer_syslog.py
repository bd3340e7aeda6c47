"""The peer for mail server logs: the standard library's `re` and `json`, a pattern a kind, tried in turn; no Parquet."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

LINE = re.compile(r"(\w{3} +\d+ \d\d:\d\d:\d\d) (\S+) ([^\s\[:]+)(?:\[(\d+)\])?: (.*)")
KINDS = [
    re.compile(pattern)
    for pattern in (
        r"(?P<queue>\w+): to=<(?P<to>[^>]*)>.*relay=(?P<relay>[^,]+).*dsn=(?P<dsn>[\d.]+), status=(?P<status>\w+)",
        r"(?P<queue>\w+): from=<(?P<sender>[^>]*)>, size=(?P<size>\d+)",
        r"(?P<queue>\w+): client=(?P<host>[^\[]+)\[(?P<ip>[^\]]+)\](?:.*sasl_username=(?P<user>\S+))?",
        r"(?P<queue>\w+): message-id=(?P<mid>\S+)",
        r"(?P<queue>\w+): removed",
        r"(?:dis)?connect from (?P<host>[^\[]+)\[(?P<ip>[^\]]+)\]",
        r"imap-login: Login: user=<(?P<user>[^>]*)>.*rip=(?P<ip>[^,]+)",
        r"imap\((?P<user>[^)]*)\).*out=(?P<out>\d+)",
    )
]


def main() -> None:
    """Read the log named first; print how many lines were understood."""
    understood = 0
    with Path(sys.argv[1]).open(encoding="utf-8") as stream:
        for line in stream:
            if head := LINE.match(line):
                stamp = datetime.strptime(f"2023 {head[1]}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
                for kind in KINDS:
                    if found := kind.match(head[5]):
                        understood += bool(
                            json.dumps({"time": stamp.isoformat(), "message": line, **found.groupdict()})
                        )
                        break
    print(understood)


if __name__ == "__main__":
    main()
