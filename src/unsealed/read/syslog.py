"""Syslog of a mail server: Postfix, Dovecot, Exim, sendmail and the filters beside them, and who signed in by ssh.

https://www.rfc-editor.org/rfc/rfc3164, https://www.rfc-editor.org/rfc/rfc5424
"""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from unsealed.read import lines
from unsealed.read.encodings import head_text, sniff, transcoded
from unsealed.read.maillog import envelope
from unsealed.read.maillog.records import Records, source_of
from unsealed.read.maillog.years import Years, years
from unsealed.read.reader import Batch, Part, Row, before, guarded, skip

_FOREIGN = re.compile(r"\s*[{\[<](?!\d{1,3}>)|#(?:Software|Fields|Version):|From |[\w-]+,[\w-]+,")
"""How files of other readers begin."""
_OWN_EXIM = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ")


class Syslog:
    """Lines with a time, a host and a program."""

    name = "syslog"
    version = "2"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure where most lines have a time and a program, surer where one of them is a mail server's."""
        del shown
        text = head_text(head)
        if _FOREIGN.match(text):
            return 0
        whole = text.split("\n")[: 400 if len(head) >= 1 << 16 else None]
        told = [line for line in whole[:400] if line.strip() and not line.startswith("#")]
        clock, taken, mail = envelope.Clock("UTC"), 0, 0
        for line in told[:200]:
            parts = envelope.split(line[:2048], clock, 2000)
            if parts is None or not parts[3] or parts[0] is None:
                continue
            known = source_of(parts[3])[0] != "syslog"
            if not known and parts[4] is None and _OWN_EXIM.match(line):
                continue
            taken += 1
            mail += known
        if not told or taken * 2 < len(told[:200]):
            return 0
        return 80 if mail else 45

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut anywhere: a line belongs to the range in which it begins."""
        return lines.ranges(path, size)

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the events of the range."""
        told, clock, records = _years(part), envelope.Clock(part.timezone), Records(part, "syslog")
        if part.start:
            records.resume(_latest(before(part), told, clock))
        found = lines.lines(part)
        one, split = len(told.years) == 1, envelope.split
        year = told.years[0]
        locator = ""
        while True:
            try:
                for line, locator in found:
                    if not one:
                        year = _year(told, int(locator[5 : locator.index("+")]), line)
                    taken = split(line, clock, year)
                    if taken is None:
                        yield skip(part, locator, "no_timestamp", f"the line begins with no time: {line[:80]}")
                    elif made := records.add(line, locator, taken):
                        yield from made
                break
            except Exception as error:  # noqa: BLE001 - around the loop and not the line, which would cost a tenth of the time
                yield from guarded(_fail(error), part, locator)
        yield from records.flush()


def _fail(error: Exception) -> Iterator[Row]:
    raise error
    yield


def _year(told: Years, offset: int, line: str) -> int:
    if not told.offsets:
        return told.years[0]
    stamp = envelope.stamp_of(line)
    return told.at(offset, envelope.day(stamp) if stamp else None)


def _years(part: Part) -> Years:
    with Path(part.path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        encoding, _ = sniff(data[:64])
        if encoding == "utf-8":
            return years(part, data)
    with Path(part.path).open("rb") as stream, transcoded(stream, encoding) as data:
        return Years([], years(part, data).years[-1])


def _latest(part: Part, told: Years, clock: envelope.Clock) -> Iterator[tuple[str, envelope.Envelope]]:
    """Give the lines of a range, newest first."""
    for line, locator in reversed(list(lines.lines(part))):
        taken = envelope.split(line, clock, _year(told, int(locator[5 : locator.index("+")]), line))
        if taken is not None:
            yield line, taken


READER = Syslog()
