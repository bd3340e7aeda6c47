"""The web server's log on Windows in Microsoft's own format, `u_in*.log`: fixed columns, commas, local time.

https://learn.microsoft.com/windows/win32/http/iis-logging
"""

import re
from collections.abc import Iterator

import orjson

from unsealed.read import times
from unsealed.read.encodings import head_text
from unsealed.read.events import Lines
from unsealed.read.lines import lines, ranges
from unsealed.read.reader import Batch, Part, Row, before, skip
from unsealed.read.structured import day_first
from unsealed.read.values import ip_address
from unsealed.read.web import request

_NAMES = (
    "c-ip", "cs-username", "date", "time", "s-sitename", "s-computername", "s-ip", "time-taken", "cs-bytes", "sc-bytes",
    "sc-status", "sc-win32-status", "cs-method", "cs-uri-stem", "cs-uri-query",
)  # fmt: skip
"""The names that the W3C format has for the same columns."""
_FILLED = (
    "operation", "user", "mailbox", "client_ip", "outcome", "raw", "workload", "target", "time_basis", "bytes_out",
)  # fmt: skip
_LINE = re.compile(
    r"\x00*([0-9A-Fa-f.:%]+), ([^,]*), (\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}), (\d{1,2}:\d\d:\d\d), ([^,]*), ([^,]*), "
    r"([^,]*), (\d+), (\d+), (\d+), (\d{1,3}), (\d+), ([^,]*), (.*?)(?:, ([^,]*))?,?\s*$"
)


class IisNative:
    """Requests, a line each."""

    name = "iis_native"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a first line with the fixed columns."""
        del shown
        return 90 if _LINE.match(head_text(head[:16_384]).split("\n", 1)[0].strip("\r\ufeff")) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at line ends."""
        return ranges(path, size)

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the requests of the range."""
        out = Lines(part, "iis", "iis_native", _FILLED)
        where, european = times.zone(part.timezone), day_first(part.path)

        def told(line: str) -> tuple[list[str], int | None]:
            match = _LINE.match(line)
            values = [value or "" for value in match.groups()] if match else []
            moment = times.moment(f"{values[2]} {values[3]}", where, european=european)[0] if values else None
            return values, moment

        if part.start:
            out.resume(
                (line, at) for line, _ in reversed(list(lines(before(part)))) if (at := told(line)[1]) is not None
            )
        for line, place in lines(part):
            values, time = told(line)
            if time is None:
                yield skip(part, place, "not_a_record", "this line is no request in the format of IIS")
            else:
                yield from out.add(line, time, place, *_columns(values))
        yield from out.flush()


def _columns(values: list[str]) -> tuple[object, ...]:
    ip, user, status, size, method, stem, query = (values[at] for at in (0, 1, 10, 9, 12, 13, 14))
    query = "" if query == "-" else query
    return (
        method,
        None if user in {"-", ""} else user.lower(),
        request.mailbox(stem, query),
        ip_address(ip),
        request.outcome(status),
        orjson.dumps(dict(zip(_NAMES, values, strict=True))).decode(),
        request.service(stem),
        f"{stem}?{query}" if query else stem,
        "zone",
        int(size),
    )


READER = IisNative()
