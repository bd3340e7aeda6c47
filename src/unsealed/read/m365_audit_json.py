"""The unified audit log as JSON: Management Activity API, Graph, JSON lines, arrays appended to one file, Sentinel.

https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference,
https://learn.microsoft.com/graph/api/security-auditlogquery-list-records
"""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

import orjson

from unsealed.read.encodings import head_text, sniff
from unsealed.read.json_stream import Broken, Found, objects
from unsealed.read.m365 import records, shapes
from unsealed.read.m365.record import of_dict
from unsealed.read.reader import Part, Row, equal_ranges, skip

_OPENING = re.compile(r"\s*(?:\{|\[)")
_ENVELOPE = re.compile(r'\s*\{[^{}\[\]]{0,8192}?"(?:value|records|Records|results|data)"\s*:\s*\[')


class AuditJson:
    """Audit records as JSON objects, however they are strung together."""

    name = "m365_audit_json"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of JSON with the keys of an audit record in it."""
        del shown
        text = head_text(head)
        return 90 if _OPENING.match(text) and shapes.looks_like_json(text) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut JSON lines at line ends; anything else is left whole."""
        with Path(path).open("rb") as stream:
            head = stream.read(1 << 20)
        return equal_ranges(size) if _is_lines(head) else [(0, size)]

    def read(self, part: Part) -> Iterator[Row]:
        """Give the records of the range."""
        with Path(part.path).open("rb") as stream:
            head = stream.read(1 << 20)
        if _is_lines(head):
            yield from _lines(part)
            return
        start = 0
        envelope = _ENVELOPE.match(head_text(head))
        if envelope:
            start = sniff(head)[1] + len(envelope.group().encode(sniff(head)[0]))
        for found in objects(Path(part.path), start):
            if isinstance(found, Broken):
                if not (envelope and found.tail):
                    yield skip(part, found.locator, found.reason, found.detail)
            else:
                yield from _object(found, part)


def _lines(part: Part) -> Iterator[Row]:
    with Path(part.path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        position = part.start
        if position == 0 and data[:3] == b"\xef\xbb\xbf":
            position = 3
        elif position:
            newline = data.find(b"\n", position - 1)
            position = newline + 1 if newline >= 0 else len(data)
        while position < part.end:
            newline = data.find(b"\n", position)
            after = newline + 1 if newline >= 0 else len(data)
            line = data[position:after].strip()
            locator = f"byte:{position}+{after - position}"
            position = after
            if not line:
                continue
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield skip(part, locator, "truncated" if after == len(data) else "invalid_json", str(error))
                continue
            for item in value if isinstance(value, list) else [value]:
                text = line.decode() if item is value else orjson.dumps(item).decode()
                yield from _object(Found(locator, item, text), part)


def _object(found: Found, part: Part) -> Iterator[Row]:
    try:
        if not isinstance(found.value, dict):
            raise ValueError("no object where a record should be")  # noqa: TRY004, TRY301 - one way out for one bad record
        record, raw, shape = shapes.of_object(found.value, found.text)
        made = records.rows(of_dict(record), raw, part, found.locator, shape)
    except ValueError as error:
        yield skip(part, found.locator, "not_a_record", str(error))
    else:
        yield from made


def _is_lines(head: bytes) -> bool:
    """Tell JSON lines: the first line is a whole object, and the next begins another (or there is none)."""
    if sniff(head)[0] != "utf-8":
        return False
    first, newline, rest = head[sniff(head)[1] :].lstrip().partition(b"\n")
    if not first.startswith(b"{") or not newline:
        return False
    following = rest.lstrip()[:1]
    if following not in {b"{", b""}:
        return False
    try:
        return isinstance(orjson.loads(first), dict) and following == b"{"
    except orjson.JSONDecodeError:
        # one bad first line does not make a file anything else: each of the next two lines is judged
        return rest.count(b"\n") > 0 and all(_whole(line) for line in rest.split(b"\n")[:1])


def _whole(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


READER = AuditJson()
