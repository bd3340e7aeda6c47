"""mbox in all its dialects (RFC 4155): Thunderbird, Pipermail's "user at host", Google Takeout, Exchange exports.

https://www.rfc-editor.org/rfc/rfc4155, https://www.loc.gov/preservation/digital/formats/fdd/fdd000383.shtml
"""

import mmap
import re
from collections.abc import Iterator

from unsealed.read.mail import message
from unsealed.read.reader import Part, Row, equal_ranges, guarded, skip

_STAMP = (
    rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    rb"[a-z]* +\d{1,2}|\d{1,2} +(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)[ ,]"
)
_STAMPED = re.compile(_STAMP)
_DIGIT = re.compile(rb"\d")
_CLOCK = re.compile(rb"\d\d:\d\d")
_BARE_SENDER = re.compile(rb"(?:- ?|[^\s@]+@\S+ ?|)")
MAX_LINE = 1024
"""Bytes of a `From ` line."""
_HEADER_LINE = re.compile(rb"(?:>?From |[!-9;-~]{1,76}[ \t]*:)")
_QUOTED = re.compile(rb"(?m)^>(>*From )")
_CONTENT_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,12})\r?$")
_BLANK = re.compile(rb"\r?\n\r?\n")
_PROBE = 64 << 10


class Mbox:
    """Mailboxes in one file, messages parted by `From ` lines."""

    name = "mbox"
    version = "5"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a valid `From ` line followed by a header line; a name alone is nothing."""
        start = 3 if head.startswith(b"\xef\xbb\xbf") else len(head) - len(head.lstrip(b"\r\n"))
        if not head.startswith(b"From ", start):
            return 0
        after = _from_line(head, start)
        if after > 0 and (_HEADER_LINE.match(head, after) or after == len(head)):
            return 90
        return 60 if shown.lower().endswith((".mbox", ".mbx")) else 30

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut anywhere: a range's messages are those whose `From ` line begins in it."""
        del path
        return equal_ranges(size)

    def read(self, part: Part) -> Iterator[Row]:
        """Give the messages whose `From ` line begins in the range."""
        with open(part.path, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:  # noqa: PTH123 - bytes of a spool or evidence file
            begin = _next(data, part.start, first=part.start == 0)
            if part.start == 0 and begin != 0 and data[: begin if begin >= 0 else len(data)].strip(b"\r\n\xef\xbb\xbf"):
                lead = begin if begin >= 0 else len(data)
                yield skip(part, f"byte:0+{lead}", "not_mail", "bytes before the first `From ` line")
            while 0 <= begin < part.end:
                after = _end(data, begin)
                locator = f"byte:{begin}+{after - begin}"
                yield from _one(data, begin, after, part, locator)
                begin = after if after < len(data) else -1


def _one(data: mmap.mmap, begin: int, after: int, part: Part, locator: str) -> Iterator[Row]:
    if after - begin > message.MAX_MESSAGE:
        raw = data[begin : begin + (1 << 20)] + b"\n\n"
        yield skip(part, locator, "message_too_large", f"{after - begin:,} bytes: only the first MiB is read")
    else:
        raw = data[begin:after]
    body = raw.find(b"\n") + 1
    raw = raw[body:]
    if b">From " in raw:
        raw = _QUOTED.sub(rb"\1", raw)
    yield from guarded(message.rows(raw, part, locator), part, locator)


def _next(data: mmap.mmap, position: int, *, first: bool = False) -> int:
    """Give the place of the next valid `From ` line at or after `position`; -1 if there is none."""
    if first:
        mark = 3 if data[:3] == b"\xef\xbb\xbf" else 0
        if _from_line(data, mark) > 0:
            return mark
    position = max(position - 1, 0)
    while True:
        found = data.find(b"\nFrom ", position)
        if found < 0:
            return -1
        if _valid(data, found + 1):
            return found + 1
        position = found + 1


def _from_line(data: bytes | mmap.mmap, place: int) -> int:
    """Give the end of the `From ` line at `place`; -1 if it is none."""
    if data[place : place + 5] != b"From ":
        return -1
    newline = data.find(b"\n", place, place + MAX_LINE)
    if newline < 0:
        return -1
    line = data[place + 5 : newline].removesuffix(b"\r")
    stamp = _STAMPED.search(line)
    valid = _DIGIT.search(line, stamp.end()) if stamp else _BARE_SENDER.fullmatch(line)
    return newline + 1 if valid else -1


def _valid(data: mmap.mmap, place: int) -> bool:
    after = _from_line(data, place)
    if after < 0 or not (after >= len(data) or _HEADER_LINE.match(data[after : after + 256])):
        return False
    blank = data[max(place - 3, 0) : place].endswith((b"\n\n", b"\n\r\n"))
    return blank or bool(_CLOCK.search(data[place:after]))


def _end(data: mmap.mmap, begin: int) -> int:
    """Give the end of the message that begins here: where Content-Length lands on a `From ` line, else the next one."""
    found = _next(data, begin + 5)
    end = found if found >= 0 else len(data)
    head = data[begin : min(end, begin + _PROBE)]
    if found < 0 or b"ontent-length:" not in head.lower():
        return end
    declared = _CONTENT_LENGTH.search(head)
    blank = _BLANK.search(head)
    if declared and blank and declared.start() < blank.start():
        landed = begin + blank.end() + int(declared.group(1))
        for place in range(max(landed, end + 1), min(landed + 3, len(data))):
            if data[place : place + 5] == b"From " and _valid(data, place):
                return place
    return end


READER = Mbox()
