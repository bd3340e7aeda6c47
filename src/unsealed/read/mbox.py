"""mbox in all its dialects (RFC 4155): Thunderbird, Pipermail's "user at host", Google Takeout, Exchange exports.

https://www.rfc-editor.org/rfc/rfc4155, https://www.loc.gov/preservation/digital/formats/fdd/fdd000383.shtml
"""

import mmap
import re
from collections.abc import Iterator

from unsealed.errors import BadRecord
from unsealed.read.mail import message
from unsealed.read.reader import Part, Row, equal_ranges, skip

_STAMP = (
    rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    rb"[a-z]* +\d{1,2}|\d{1,2} +(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)[ ,]"
)
_FROM_LINE = re.compile(rb"From (?:[^\r\n]*?" + _STAMP + rb"[^\r\n]*\d[^\r\n]*|- ?|[^\s@]+@\S+ ?|)\r?\n")
_HEADER_LINE = re.compile(rb"(?:>?From |[!-9;-~]{1,76}[ \t]*:)")
_QUOTED = re.compile(rb"(?m)^>(>*From )")
_CONTENT_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,12})\r?$")
_PROBE = 64 << 10


class Mbox:
    """Mailboxes in one file, messages parted by `From ` lines."""

    name = "mbox"
    version = "1"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of a valid `From ` line followed by a header line; a name alone is nothing."""
        start = len(head) - len(head.lstrip(b"\r\n")) if head[:1] in b"\r\n" else 0
        start = 3 if head.startswith(b"\xef\xbb\xbf") else start
        if not head.startswith(b"From ", start):
            return 0
        match = _FROM_LINE.match(head, start)
        if match and (_HEADER_LINE.match(head, match.end()) or match.end() == len(head)):
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
    if b"\n>" in raw:
        raw = _QUOTED.sub(rb"\1", raw)
    try:
        yield from message.rows(raw, part, locator)
    except BadRecord as error:
        yield skip(part, locator, error.reason, error.detail)


def _next(data: mmap.mmap, position: int, *, first: bool = False) -> int:
    """Give the place of the next valid `From ` line at or after `position`; -1 if there is none."""
    if first and _FROM_LINE.match(data[:4096].lstrip(b"\xef\xbb\xbf")):
        return 0
    position = max(position - 1, 0)
    while True:
        found = data.find(b"\nFrom ", position)
        if found < 0:
            return -1
        if _valid(data, found + 1):
            return found + 1
        position = found + 1


def _valid(data: mmap.mmap, place: int) -> bool:
    window = data[place : place + 2048]
    match = _FROM_LINE.match(window)
    if not match:
        return False
    if not (_HEADER_LINE.match(window, match.end()) or place + match.end() >= len(data)):
        return False
    blank = data[max(place - 3, 0) : place].endswith((b"\n\n", b"\n\r\n"))
    return blank or bool(re.search(rb"\d\d:\d\d", match.group()))


def _end(data: mmap.mmap, begin: int) -> int:
    """Give the end of the message that begins here: Content-Length where it lands on a `From ` line, else the next one."""
    found = _next(data, begin + 5)
    end = found if found >= 0 else len(data)
    head = data[begin : min(begin + _PROBE, len(data))]
    blank = re.search(rb"\r?\n\r?\n", head)
    if blank:
        declared = _CONTENT_LENGTH.search(head, 0, blank.start() + 1)
        if declared:
            landed = begin + blank.end() + int(declared.group(1))
            for place in range(landed, min(landed + 3, len(data))):
                if place > end and data[place : place + 5] == b"From " and _valid(data, place):
                    return place
    return end


READER = Mbox()
