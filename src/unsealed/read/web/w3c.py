"""One request in the W3C extended format: where its columns stand, its time, and what it tells.

https://www.w3.org/TR/WD-logfile.html
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote

import orjson

from unsealed.errors import BadRecord
from unsealed.read import fields_log
from unsealed.read.reader import Part
from unsealed.read.values import ip_address
from unsealed.read.web import request

FILLED = (
    "operation", "user", "mailbox", "client_ip", "client", "session_id", "outcome", "raw", "workload", "target",
    "time_basis", "bytes_out",
)  # fmt: skip
_SPACED = ("cs-uri-query", "cs-uri-stem", "cs-username", "cs(User-Agent)", "cs(Referer)", "cs(Cookie)")
"""Fields that modules have been seen to write spaces into, likeliest first."""
_SESSIONS = re.compile(r'(?:^|[;+ ])(?:OutlookSession|sessionid|UserContext|X-OWA-CANARY)="?([^;"+ ]+)', re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_HOUR = 3_600_000_000
"""A clock that goes back by less was written out of order; by more, a new day has begun."""


class Plan:
    """Where the columns that we want stand among the columns of the log."""

    def __init__(self, header: fields_log.Header) -> None:
        self.names, self.width = header.fields, len(header.fields)
        at = {name.lower(): number for number, name in reversed(list(enumerate(self.names)))}
        self.web = is_web(self.names)
        self.at = [
            at.get(name, -1)
            for name in (
                "cs-method", "cs-uri-stem", "cs-uri-query", "cs-username", "c-ip", "cs(user-agent)", "cs(cookie)",
                "sc-status", "sc-bytes",
            )
        ]  # fmt: skip
        self.date, self.time = at.get("date", -1), at.get("time", -1)
        self.day, self.clock = header.date[:10], header.date[11:19]
        self.spaced = [at[name.lower()] for name in _SPACED if name.lower() in at]
        self.numbers = [at[name] for name in ("sc-status", "s-port", "sc-substatus", "time-taken") if name in at]

    def columns(self, values: list[str]) -> tuple[int, tuple[object, ...]]:
        """Give time and columns of a line's values; raises `BadRecord` where they tell no time."""
        method, stem, query, user, ip, agent, cookie, status, size = [
            (values[at] if values[at] != "-" else "") if at >= 0 else "" for at in self.at
        ]
        time, basis = self.moment(values)
        raw = orjson.dumps(dict(zip(self.names, values, strict=True))).decode()
        return time, (
            method or None,
            _user(user),
            request.mailbox(stem, query) if "@" in stem or "@" in query or "%40" in query else None,
            ip_address(ip),
            _agent(agent),
            _session(cookie) if cookie else None,
            request.outcome(status),
            raw,
            request.service(stem),
            (f"{stem}?{query}" if query else stem) or None,
            basis or None,
            int(size) if size.isdecimal() else None,
        )

    def moment(self, values: list[str]) -> tuple[int, str]:
        """Give the time, and what of it had to be supplied; raises `BadRecord` where there is none."""
        if self.time < 0:
            raise BadRecord("no_date", "the log has no column for the time of a request")
        clock = values[self.time]
        if self.date >= 0:
            if (told := _micros(values[self.date], clock)) is None:
                raise BadRecord("broken_row", f"no time can be read from {values[self.date][:30]!r}")
            return told, ""
        if not self.day:
            raise BadRecord("no_date", "the log has neither a column nor a line for the date")
        time, before = _micros(self.day, clock), _micros(self.day, self.clock)
        if time is not None and before is not None and time < before - _HOUR:
            self.day = _next(self.day)
            time = _micros(self.day, clock)
        if time is None:
            raise BadRecord("broken_row", f"no time can be read from {clock[:30]!r}")
        self.clock = clock
        return time, "date"

    def mended(self, line: str) -> list[str]:
        """Give the values of a line that has more spaces than it should; none where that can't be told."""
        values = re.split(r"[ \t]+", line)
        more = len(values) - self.width
        if not more:
            return values
        for at in self.spaced if more > 0 else ():
            tried = [*values[:at], " ".join(values[at : at + more + 1]), *values[at + more + 1 :]]
            if all(tried[number] == "-" or tried[number].isdigit() for number in self.numbers):
                return tried
        return []

    def wrong(self, line: str, part: Part, place: str) -> BadRecord:
        """Say why a line can't be read."""
        if not self.web:
            return BadRecord("no_header", "no line before this one names a web server's columns")
        start, length = (int(number) for number in place[5:].split("+"))
        count = len(line.split())
        code = "truncated" if start + length >= part.size and count < self.width else "broken_row"
        return BadRecord(code, f"the line has {count} fields where its header names {self.width}")


def is_web(fields: tuple[str, ...]) -> bool:
    """Tell the columns of a web server's log."""
    names = {name.lower() for name in fields}
    return bool(names & {"cs-method", "cs-uri-stem", "cs-uri", "sc-status"}) and "c-ip" in names


@lru_cache(maxsize=10_000)
def _agent(text: str) -> str | None:
    return text.replace("+", " ") or None


@lru_cache(maxsize=10_000)
def _user(text: str) -> str | None:
    return (unquote(text) if "%" in text else text).lower() or None


def _session(cookie: str) -> str | None:
    match = _SESSIONS.search(cookie)
    return match[1] if match else None


@lru_cache(maxsize=4_000)
def _micros(date: str, clock: str) -> int | None:
    try:
        stamp = datetime.fromisoformat(f"{date}T{clock}").replace(tzinfo=UTC)
    except ValueError:
        return None
    delta = stamp - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _next(day: str) -> str:
    try:
        return (datetime.fromisoformat(day) + _DAY).date().isoformat()
    except (ValueError, OverflowError):
        return day
