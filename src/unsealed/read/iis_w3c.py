"""The web server's log on Windows: who fetched what from Outlook on the web, EWS, ActiveSync, ECP, and when.

https://learn.microsoft.com/windows/win32/http/w3c-logging, https://www.w3.org/TR/WD-logfile.html
"""

from collections.abc import Iterator

from unsealed.errors import BadRecord
from unsealed.read import fields_log
from unsealed.read.encodings import head_text
from unsealed.read.events import Lines
from unsealed.read.lines import ranges
from unsealed.read.reader import Batch, Part, Row, before, skip
from unsealed.read.web import assumed
from unsealed.read.web.w3c import FILLED, Plan, is_web


class IisW3c:
    """Requests, a line each."""

    name = "iis_w3c"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a `#Fields:` line with a web server's columns."""
        del shown
        header = fields_log.head(head)
        if is_web(header.fields):
            return 95
        text = head_text(head[:4096])
        if "Internet Information Services" in header.software and text.startswith("#"):
            return 75
        return 0 if header.fields else 70 if assumed.looks(text.lstrip("\ufeff\x00").split("\n", 1)[0].strip()) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut at line ends; a log without dates is left whole, since its days are counted from the beginning."""
        with open(path, "rb") as stream:  # noqa: PTH123 - a path of ours
            fields = fields_log.head(stream.read(fields_log.HEAD)).fields
        return ranges(path, size) if "date" in fields or not fields else [(0, size)]

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the requests of the range."""
        out = Lines(part, "iis", "iis_w3c", FILLED)
        plan, known = Plan(fields_log.Header()), None
        guessed: dict[tuple[str, ...], Plan] = {}
        if part.start:
            out.resume(_latest(before(part)))
        for header, line, place in fields_log.lines(part):
            if header is not known or not header.fields:
                plan, known = Plan(header), header
            if isinstance(line, fields_log.TooLong):
                yield skip(part, place, "line_too_long", f"a line of {line.length:,} bytes; no web server writes that")
                continue
            values = line.split(" ")
            if not header.fields and (names := assumed.columns(values)):
                plan = guessed.setdefault(names, Plan(fields_log.Header(names)))
            if len(values) != plan.width:
                values = plan.mended(line)
            try:
                if not values:
                    raise plan.wrong(line, part, place)
                time, columns = plan.columns(values)
            except BadRecord as error:
                yield skip(part, place, error.reason, error.detail)
            else:
                yield from out.add(line, time, place, *columns)
        yield from out.flush()


def _latest(part: Part) -> Iterator[tuple[str, int | None]]:
    """Give the lines of a range and their times, newest first."""
    for header, line, _ in reversed(list(fields_log.lines(part))):
        plan = Plan(header)
        values = [] if isinstance(line, fields_log.TooLong) else line.split(" ")
        if isinstance(line, str) and len(values) != plan.width:
            values = plan.mended(line)
        try:
            if isinstance(line, str) and values:
                yield line, plan.moment(values)[0]
        except BadRecord:
            continue


READER = IisW3c()
