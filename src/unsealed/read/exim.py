"""Exim's own log files: mainlog, rejectlog (the headers that follow a refusal belong to it) and paniclog.

https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from unsealed.read import lines
from unsealed.read.encodings import head_text
from unsealed.read.maillog import envelope, exim
from unsealed.read.maillog.records import Records
from unsealed.read.reader import Batch, Part, Row, skip

_PREFIX = re.compile(r"\A\S{1,300} exim\S{0,100}\[\d+\]: (?=\d{4}-)")
_OWN = re.compile(
    rf"(?:\[\d+\] )?(?:{exim.ID}|H=|SMTP |no host name found|no IP address found|no MAIL in|refused |rejected |Start queue run|"
    r"End queue run|exim [\d.]+ daemon started|cwd=|TLS error|\S+ authenticator failed|Warning: |unexpected disconnection|"
    r"remote host address|ident connection|Connection from|login authenticator|plain authenticator|\S+ verify fail)"
)
MAX_RECORD = 256 << 10
"""Bytes of one record with the headers that follow it."""


class Exim:
    """Lines that begin with a date, a time and a message id."""

    name = "exim"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure where lines with Exim's time go on with one of its ids or words."""
        del shown
        told = [line[:500] for line in head_text(head).split("\n")[:400] if line.strip() and not line.startswith("#")]
        stamped = [match.end() for line in told if (match := exim.STAMP.match(_PREFIX.sub("", line)))]
        own = sum(bool(_text_of(line)) for line in told)
        return 85 if own and own * 2 > len(stamped) and stamped and own * 20 > len(told) and _first(told) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut anywhere: a record belongs to the range in which it begins."""
        return lines.ranges(path, size)

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the events of the range."""
        clock, records = envelope.Clock(part.timezone), Records(part, "exim")
        held: list[str] = []
        place = (0, 0)
        for line, locator in lines.lines(replace(part, end=part.size)):
            begin, length = (int(number) for number in locator[5:].split("+"))
            stamp = exim.STAMP.match(_PREFIX.sub("", line, count=1)) or _syslog(line, clock)
            if stamp is None:
                if not held and part.start == 0 and not line.startswith("#"):
                    yield skip(part, locator, "no_timestamp", f"the line begins with no time: {line[:80]}")
                elif held and begin + length - place[0] < MAX_RECORD:
                    held.append(line)
                    place = (place[0], begin + length - place[0])
                continue
            if held:
                yield from _record(records, clock, held, place)
            held = []
            if begin >= part.end:
                break
            held, place = [line], (begin, length)
        if held:
            yield from _record(records, clock, held, place)
        yield from records.flush()


def _record(records: Records, clock: envelope.Clock, held: list[str], place: tuple[int, int]) -> Iterator[Row | Batch]:
    """Take one record: its line, and what follows it without a time."""
    line = held[0]
    plain = _PREFIX.sub("", line, count=1)
    stamp = exim.STAMP.match(plain)
    whole = "\n".join(held)
    locator = f"byte:{place[0]}+{place[1]}"
    if stamp is None:
        taken = envelope.split(line, clock, 1970)
        if taken is not None:
            yield from records.add(whole, locator, taken)
        return
    time, basis = clock.time(stamp[0].strip(), 1970)
    yield from records.add(whole, locator, (time, basis, None, "exim", None, plain[stamp.end() :]))


def _syslog(line: str, clock: envelope.Clock) -> envelope.Envelope | None:
    """Give a line that went through syslog on its way."""
    return envelope.split(line, clock, 1970) if line[:1].isdigit() or line[:1] == "<" else None


def _text_of(line: str) -> bool:
    plain = _PREFIX.sub("", line, count=1)
    stamp = exim.STAMP.match(plain)
    return bool(stamp and _OWN.match(plain, stamp.end()))


def _first(told: list[str]) -> bool:
    """The file begins as Exim's logs do, not with a program's envelope."""
    return any(_text_of(line) for line in told[:50])


READER = Exim()
