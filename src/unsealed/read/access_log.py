"""The access log of a web server before a webmail: Apache, nginx and others in the common and combined formats.

https://httpd.apache.org/docs/current/logs.html#accesslog, https://nginx.org/en/docs/http/ngx_http_log_module.html,
https://learn.microsoft.com/windows/win32/http/ncsa-logging
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

import orjson

from unsealed.read.encodings import head_text
from unsealed.read.events import Lines
from unsealed.read.lines import lines, ranges
from unsealed.read.reader import Batch, Part, Row, before, skip
from unsealed.read.values import ip_address
from unsealed.read.web import request

_FILLED = ("operation", "user", "mailbox", "client_ip", "client", "outcome", "raw", "workload", "target", "bytes_out")
_QUOTED = r"\"((?:[^\"\\]|\\.)*)\""
_LINE = re.compile(
    r"(?:(?P<host>[^\s\"]+) )?(?P<ip>[^\s\"]+) (?P<ident>[^\s\"]+) (?P<user>[^\"\[]{1,400}?) "
    r"\[(?P<time>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    rf"{_QUOTED} (?P<status>\d{{3}}|-)(?: (?P<size>\d+|-))?(?: {_QUOTED} {_QUOTED})?(?P<rest>.*)$"
)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = dict(zip(_NAMES, range(1, 13), strict=True))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SAMPLE = 20


class AccessLog:
    """Requests, a line each."""

    name = "access_log"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure where most of the first lines are requests."""
        del shown
        first = [line for line in head_text(head).splitlines()[:-1][:_SAMPLE] if line.strip("\x00 ")]
        first = first or [head_text(head).strip("\r\n\x00")]
        found = sum(1 for line in first if _LINE.match(line[:16_384]))
        return 85 if found * 2 > len(first) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at line ends."""
        return ranges(path, size)

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the requests of the range."""
        out = Lines(part, "access_log", "access_log", _FILLED)
        if part.start:
            out.resume(_latest(before(part)))
        for line, place in lines(part):
            match = _LINE.match(line.lstrip("\x00"))
            time = _micros(match["time"]) if match else None
            if match is None or time is None:
                yield skip(part, place, "not_a_record", "this line is no request in the common or combined log format")
            else:
                yield from out.add(line, time, place, *_columns(match, line))
        yield from out.flush()


def _latest(part: Part) -> Iterator[tuple[str, int | None]]:
    """Give the lines of a range and their times, newest first."""
    for line, _ in reversed(list(lines(part))):
        if (match := _LINE.match(line.lstrip("\x00"))) and (time := _micros(match["time"])) is not None:
            yield line, time


def _columns(match: re.Match[str], line: str) -> tuple[object, ...]:
    host, ip, ident, user, told, asked, status, size, referer, agent, rest = match.groups()
    if host and ip_address(ip) is None and ip_address(host):
        host, ip, user = None, host, user if ident == "-" else f"{ident} {user}"  # a name with a space in it
    words = asked.split(" ")
    method, target = (words[0], words[1]) if len(words) > 1 else ("", asked)
    stem, _, query = target.partition("?")
    if stem.startswith(("http://", "https://")):
        stem = "/" + stem.split("/", 3)[3] if stem.count("/") > 2 else "/"
    fields = {
        "message": line, "host": host, "client": ip, "ident": ident, "user": user, "time": told, "request": asked,
        "status": status, "bytes": size, "referer": referer, "user_agent": agent, "rest": rest.strip() or None,
    }  # fmt: skip
    return (
        method or None,
        user.strip('" ').lower() if user != "-" else None,
        request.mailbox(stem, query),
        ip_address(ip),
        agent if agent != "-" else None,
        request.outcome(status),
        orjson.dumps({name: value for name, value in fields.items() if value is not None}).decode(),
        request.service(stem),
        target or None,
        int(size) if size and size.isdecimal() else None,
    )


@lru_cache(maxsize=4_000)
def _micros(text: str) -> int | None:
    try:
        stamp = datetime.fromisoformat(
            f"{text[7:11]}-{_MONTHS[text[3:6]]:02d}-{text[:2]}T{text[12:20]}{text[21:24]}:{text[24:]}"
        )
    except (ValueError, KeyError):
        return None
    delta = stamp - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000


READER = AccessLog()
