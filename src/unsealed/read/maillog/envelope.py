"""The envelope of a syslog line: when, which host, which program; and what is left is the program's own message.

RFC 3164, RFC 5424, RFC 3339 times, `journalctl -o short*`, multilog's TAI64N, and lines that a container engine wrapped.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from unsealed.read.maillog.dovecot import BARE

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
STAMP = (
    r"(?:(?P<weekday>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?"
    r"(?P<stamp>[A-Z][a-z]{2} +\d{1,2},? (?:\d{4} )?\d\d:\d\d:\d\d(?:[.,]\d+)?(?: (?:19|20)\d\d(?= ))?"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?[+-]\d\d:?\d\d| ?(?:Z|UTC|GMT)\b)?"
    r"|@[0-9a-f]{24}|\d{10}(?:\.\d+)?(?= )))"
)
_LINE = re.compile(
    rf"(?:<\d{{1,3}}>)?{STAMP}:? +(?:<\w+\.\w+> )?(?:(?P<host>[^\s:\[](?:\S*[^\s:])?) )?(?P<program>[^\s:\[]+)(?:\[(?P<pid>[^\]\s]*)\])?"
    r"(?: \([^)]*\))?: ?(?P<text>.*)",
    re.DOTALL,
)
_ONLY_STAMP = re.compile(rf"(?:<\d{{1,3}}>)?{STAMP}:? *(?P<text>.*)", re.DOTALL)
_RFC5424 = re.compile(
    r"(?:\d+ )?(?:<\d{1,3}>)?1 (?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?|-) "
    r"(?P<host>\S+) (?P<program>\S+) "
    r"(?P<pid>\S+) \S+ (?:-|(?:\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\])+) ?(?:\ufeff)?(?P<text>.*)",
    re.DOTALL,
)
_WRAPPED = re.compile(
    r"(?:[\w.-]+ +\| )?(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z (?:(?:stdout|stderr) [FP] )?)?(?:\[[\w ./:-]+\] )?"
    r"(?=(?:<\d+>)?(?:[A-Z][a-z]{2} |\d{4}-|imap|pop3|postfix))"
)
_MONTH_FIRST = re.compile(
    r"([A-Z][a-z]{2}) +(\d{1,2}),? (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6})\d*)?(?: (\d{4}))?$"
)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6})\d*)? ?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d))?$"
)
_MAX_HEAD = 400
"""Characters of host and program together; longer ones are left to the pattern."""
Envelope = tuple[int | None, str | None, str | None, str, str | None, str]
"""Time in microseconds, what of it was supplied, host, program, process id, message."""


def day(stamp: str) -> tuple[int, int] | None:
    """Give month and day of a time that has no year; None for any other."""
    found = _MONTH_FIRST.match(stamp)
    if not found or found[3] or found[8] or found[1].lower() not in _MONTHS:
        return None
    return _MONTHS[found[1].lower()], int(found[2])


def stamp_of(line: str) -> str | None:
    """Give the time at the beginning of a line, as it stands there."""
    found = _ONLY_STAMP.match(line)
    return found["stamp"] if found else None


class Clock:
    """Turns the times of one log into microseconds; hours are worked out once."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self._hours: dict[tuple[str, int], int | None] = {}
        self._last: tuple[str, int] = ("", 0)
        self._made: tuple[int | None, str | None] = (None, None)

    def time(self, stamp: str, year: int) -> tuple[int | None, str | None]:
        """Give the time, and what of it had to be supplied; `year` is used where the log leaves it out."""
        if (stamp, year) == self._last:
            return self._made
        self._last = stamp, year
        self._made = self._read(stamp, year)
        return self._made

    def _read(self, stamp: str, year: int) -> tuple[int | None, str | None]:
        if stamp[0].isalpha():
            if len(stamp) == 15:  # "Mar  1 06:25:41": the plain form, a million times
                return self._plain(stamp, year)
            return self._long(stamp, year)
        try:
            if stamp[0] == "@":
                seconds = int(stamp[1:17], 16) - (1 << 62) - 10
                made = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=int(stamp[17:], 16) // 1000)
                return _micro(made), None
            found = _ISO.match(stamp)
            if found is None:
                return round(float(stamp) * 1_000_000), None
            return self._iso(found)
        except (ValueError, OverflowError, OSError):
            return None, None

    def _iso(self, found: "re.Match[str]") -> tuple[int | None, str | None]:
        fraction = int((found[7] or "").ljust(6, "0"))
        numbers = [int(found[number]) for number in range(1, 6)]
        zone: timezone | ZoneInfo = self.zone
        if found[8]:
            zone = UTC
        elif found[9]:
            shift = timedelta(hours=int(found[10]), minutes=int(found[11]))
            zone = timezone(shift if found[9] == "+" else -shift)
        year, month, number, hour, minute = numbers
        made = datetime(year, month, number, hour, minute, min(int(found[6]), 59), fraction, zone)
        return _micro(made), None if found[8] or found[9] else "zone"

    def _plain(self, stamp: str, year: int) -> tuple[int | None, str | None]:
        key = stamp[:9], year
        if key not in self._hours:
            if len(self._hours) > 20_000:
                self._hours.clear()
            self._hours[key] = self._hour(stamp[:3], stamp[4:6], stamp[7:9], year)
        hour = self._hours[key]
        try:
            return None if hour is None else hour + (
                int(stamp[10:12]) * 60 + int(stamp[13:15])
            ) * 1_000_000, "year zone"
        except ValueError:
            return self._long(stamp, year)

    def _hour(self, month: str, number: str, hour: str, year: int) -> int | None:
        try:
            return _micro(datetime(year, _MONTHS[month.lower()], int(number), int(hour), tzinfo=self.zone))
        except (ValueError, KeyError):
            return None

    def _long(self, stamp: str, year: int) -> tuple[int | None, str | None]:
        found = _MONTH_FIRST.match(stamp)
        if not found:
            return None, None
        written = found[3] or found[8]
        hour = self._hour(found[1], found[2], found[4], int(written or year))
        if hour is None:
            return None, None
        fraction = int((found[7] or "").ljust(6, "0"))
        basis = "zone" if written else "year zone"
        return hour + (int(found[5]) * 60 + min(int(found[6]), 59)) * 1_000_000 + fraction, basis


def split(line: str, clock: Clock, year: int) -> Envelope | None:
    """Take a line's envelope off; None where it has no time of any known form."""
    if line[15:16] == " " and line[9:10] == ":" == line[12:13] and line[3] == " " == line[6]:
        head, sign, text = line[16:].partition(": ")
        if sign and len(head) < _MAX_HEAD and (who := _who(head)):
            time, basis = clock.time(line[:15], year)
            if time is not None:
                return time, basis, *who, text
    found = _LINE.match(line)
    if found is None:
        return _odd(line, clock, year)
    _, stamp, host, program, pid, text = found.groups()
    time, basis = clock.time(stamp, year)
    if host is None and pid is None and BARE.match(bare := line[found.start("program") :]):
        return time, basis, None, "dovecot", None, bare
    return time, basis, host, program, pid, text


@lru_cache(10_000)
def _who(head: str) -> tuple[str, str, str | None] | None:
    """Read `host program[pid]` or `host program`; None where it is anything else."""
    host, _, program = head.partition(" ")
    if not program or " " in program or host[-1:] in {":", ""} or "<" in head:
        return None
    if program[-1] != "]":
        return host, program, None
    program, _, pid = program[:-1].partition("[")
    return host, program, pid


def _odd(line: str, clock: Clock, year: int) -> Envelope | None:
    if found := _RFC5424.match(line):
        time, basis = clock.time(found["stamp"], year) if found["stamp"] != "-" else (None, None)
        return time, basis, found["host"], found["program"], found["pid"].replace("-", "") or None, found["text"]
    if found := _ONLY_STAMP.match(line):
        time, basis = clock.time(found["stamp"], year)
        if BARE.match(found["text"]):
            return time, basis, None, "dovecot", None, found["text"]
        return time, basis, None, "", None, found["text"]
    wrapped = _WRAPPED.match(line)
    return split(line[wrapped.end() :], clock, year) if wrapped and wrapped.end() else None


def _micro(made: datetime) -> int:
    return round((made - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
