"""The records of a JSON log, however they are strung together or wrapped up, each with its place in the evidence.

Arrays, JSON lines, objects one after the other, `value`, `items`, `records` and `d.results` envelopes, and records
inside another record, as log shippers write them.
"""

import mmap
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from unsealed.read.encodings import head_text, sniff
from unsealed.read.json_stream import Broken, Found, objects
from unsealed.read.reader import Part, equal_ranges

Known = Callable[[dict[str, Any]], bool]
"""Tells whether an object is a record of the log."""
_OPENING = re.compile(r"[\s\ufeff]*[\[{]")
_LISTS = ("value", "Value", "items", "records", "Records", "results", "data", "activities", "logs", "events")
_ENVELOPE = re.compile(
    r'[\s\ufeff]*+\[?\s*+\{(?:[^{}\[\]]{0,8192}?"d"\s*:\s*\{)?[^{}\[\]]{0,8192}?"(?:'
    + "|".join(_LISTS)
    + r')"\s*:\s*\['
)
_WRAPPED = (
    "_raw", "result", "_source", "message", "event", "original", "record", "properties", "json", "log", "jsonPayload",
    "protoPayload",
)  # fmt: skip
_CLOSING = re.compile(r'(?:[\s\]},]|"(?:[^"\\\n]|\\.){0,200}"\s*:\s*(?:"(?:[^"\\\n]|\\.){0,8192}"|[-+.\w]{1,100}))*')
"""What may stand between the lists of two envelopes: brackets, and fields of one value."""
_DEPTH = 4
_PAGES = 5_000
"""Envelopes in one file, one after the other on a line; more are taken for broken."""
_SAMPLE = 5


def opens(head: bytes) -> bool:
    """Tell whether a file begins as JSON does."""
    return bool(_OPENING.match(head_text(head[:4096])))


def recognised(head: bytes, known: Known) -> bool:
    """Tell whether one of the first objects is a record of the log."""
    return any(True for value in _sample(head) for _ in _inner(value, known))


def _sample(head: bytes) -> Iterator[Any]:
    """Give the first whole objects of a file's first bytes."""
    from json import JSONDecoder

    text = head_text(head)
    at = 0
    envelope = _ENVELOPE.match(text)
    starts = [envelope.end()] if envelope else []
    for begin in [0, *starts]:
        at = begin
        for _ in range(_SAMPLE):
            at = next((n for n in range(at, min(at + 4096, len(text))) if text[n] == "{"), -1)
            if at < 0:
                break
            try:
                value, at = JSONDecoder().raw_decode(text, at)
            except (ValueError, RecursionError):
                after = text.find("\n{", at)
                if after < 0:
                    break
                at = after + 1
                continue
            yield value


def ranges(path: str, size: int) -> list[tuple[int, int]]:
    """Cut JSON lines at line ends; anything else is left whole."""
    with Path(path).open("rb") as stream:
        return equal_ranges(size) if is_lines(stream.read(1 << 20)) else [(0, size)]


def records(part: Part, known: Known) -> Iterator[Found | Broken]:
    """Give the records of a range; an object that is none, and holds none, is given as it is."""
    with Path(part.path).open("rb") as stream:
        head = stream.read(1 << 20)
    found: Found | Broken
    for found in _lines(part) if is_lines(head) else _objects(part, head):
        if isinstance(found, Broken):
            yield found
            continue
        inner = list(_inner(found.value, known))
        if not inner:
            if not _empty(found.value):
                yield found
            continue
        for value in inner:
            text = found.text if value is found.value else orjson.dumps(value).decode()
            yield Found(found.locator, value, text)


def is_lines(head: bytes) -> bool:
    """Tell JSON lines: the first line that is a whole object is followed by another that begins one."""
    if sniff(head)[0] != "utf-8":
        return False
    begun = [line.strip() for line in head[sniff(head)[1] :].splitlines()[:20] if line.strip()]
    if len(begun) < 2 or begun[0][:1] != b"{" or begun[1][:1] != b"{":
        return False
    return any(_whole(line) for line in begun)


def _whole(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _lines(part: Part) -> Iterator[Found | Broken]:
    with Path(part.path).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        position = part.start
        if position == 0 and data[:3] == b"\xef\xbb\xbf":
            position = 3
        elif position:
            position = data.find(b"\n", position - 1) + 1 or len(data)
        while position < part.end:
            after = data.find(b"\n", position) + 1 or len(data)
            line = data[position:after].strip().rstrip(b",")
            locator = f"byte:{position}+{after - position}"
            last, position = after >= len(data), after
            if not line or line in {b"[", b"]"}:
                continue
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                yield Broken(locator, "truncated" if last else "invalid_json", str(error), last)
                continue
            for item in value if isinstance(value, list) else [value]:
                text = line.decode() if item is value else orjson.dumps(item).decode()
                yield Found(locator, item, text)


def _objects(part: Part, head: bytes) -> Iterator[Found | Broken]:
    """Give the objects of a file; what an envelope says about itself is not a record, and no loss."""
    encoding, mark = sniff(head)
    envelope = _ENVELOPE.match(head_text(head))
    start, left = mark + len(envelope.group().encode(encoding)) if envelope else 0, _PAGES
    while start >= 0:
        after, left = -1, left - 1
        for found in objects(Path(part.path), start):
            if envelope and left and isinstance(found, Broken) and (after := _after(part, found, encoding)) >= 0:
                break
            yield found
        start = after if start < after < part.size else -1


def _after(part: Part, broken: Broken, encoding: str) -> int:
    """Tell what follows an envelope's list, such as the link to the next page, and give where the next records begin."""
    start = int(broken.locator.removeprefix("byte:").partition("+")[0])
    with Path(part.path).open("rb") as stream:
        stream.seek(start)
        text = stream.read(64 << 10).decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")
    closing = _CLOSING.match(text)
    if not closing or not closing.group():
        return -1
    end = closing.end()
    if not text[end:].strip("\x00"):
        return part.size
    following = _ENVELOPE.match(text, end)
    if following is None and text[end] != "{":
        return -1
    passed = text[: following.end() if following else end]
    return start + len(passed.encode(encoding, "surrogateescape" if encoding == "utf-8" else "replace"))


def _inner(value: Any, known: Known, depth: int = 0) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Give the records that an object is, or holds."""
    if isinstance(value, str):
        value = _opened(value)
    if isinstance(value, list) and depth < _DEPTH:
        for item in value:
            yield from _inner(item, known, depth + 1)
    if not isinstance(value, dict):
        return
    if known(value):
        yield value
        return
    if depth >= _DEPTH:
        return
    for key in (*_LISTS, "d", *_WRAPPED):
        held = value.get(key)
        if held and isinstance(held, (dict, list, str)):
            found = list(_inner(held, known, depth + 1))
            if found:
                yield from found
                return


def _opened(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Open JSON text inside JSON."""
    if text[:1] not in "{[" or len(text) < 2:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _empty(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell an envelope of nothing: a page without records."""
    return isinstance(value, dict) and any(value.get(key) == [] for key in _LISTS)
