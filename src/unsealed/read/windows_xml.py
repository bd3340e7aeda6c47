"""Windows events that were exported as XML: `wevtutil qe /f:xml`, Event Viewer's "Save as XML", `Get-WinEvent`'s `ToXml`.

https://learn.microsoft.com/windows-server/administration/windows-commands/wevtutil,
https://learn.microsoft.com/windows/win32/wes/eventschema-schema
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser

import orjson

from unsealed.read import times
from unsealed.read.encodings import head_text, sniff, transcoded
from unsealed.read.events import Lines
from unsealed.read.reader import RANGE, Batch, Part, Row, skip
from unsealed.read.windows import event, tree

MAX_EVENT = 4 << 20
_OPENING = re.compile(rb"<Event(?:\s[^<>]*)?>\s*<System[\s>]")
_CLOSING = b"</Event>"
_SURE = re.compile(r"<Event(?:\s[^<>]*)?>\s*<System[\s>]")
_DEPTH = 40


class WindowsXml:
    """Events as elements, with or without one around them."""

    name = "windows_xml"
    version = "1"
    kind = "log"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of an `Event` with a `System` in it, in a file that begins as XML does."""
        del shown
        text = head_text(head)
        return 90 if text.lstrip("\ufeff \r\n\t").startswith("<") and _SURE.search(text) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut anywhere: an event belongs to the range in which it begins; UTF-16 is left whole."""
        with Path(path).open("rb") as stream:
            wide = sniff(stream.read(64))[0] != "utf-8"
        cuts = [0] if wide else list(range(0, max(size, 1), RANGE))
        return list(zip(cuts, [*cuts[1:], size], strict=True))

    def read(self, part: Part) -> Iterator[Row | Batch]:
        """Give the events of the range."""
        outs: dict[str, Lines] = {}
        for place, text in _events(part):
            try:
                if len(text) > MAX_EVENT:
                    raise ValueError(f"an event of more than {MAX_EVENT:,} bytes")  # noqa: TRY301 - one way out
                found = _tree(text)
                one = tree.event(found)
                time = times.moment(one.time)[0]
                if time is None:
                    raise ValueError("the event does not tell when it was")  # noqa: TRY301 - one way out
            except (ParseError, ValueError, RecursionError) as error:
                yield skip(part, place, "broken_event", f"this event can't be read: {error}"[:300])
                continue
            made = event.columns(one, orjson.dumps(found).decode())
            source = event.source(one)
            out = outs.setdefault(source, Lines(part, source, "windows_xml", event.FILLED))
            yield from out.add(
                event.identity(one, time, text.decode("utf-8", "replace")), time, place, *map(made.get, event.FILLED)
            )
        for out in outs.values():
            yield from out.flush()


def _events(part: Part) -> Iterator[tuple[str, bytes]]:
    """Give the text of each event that begins in the range, with its place in the evidence."""
    with Path(part.path).open("rb") as stream:
        encoding, _ = sniff(stream.read(64))
        with transcoded(stream, encoding) as data:
            wide = encoding != "utf-8"
            end = len(data) if wide else part.end
            position, offset, counted = 0 if wide else part.start, 0, 0
            while (opening := _OPENING.search(data, position)) and opening.start() < end:
                start = opening.start()
                another = _OPENING.search(data, start + 6)
                stop = another.start() if another else len(data)
                closing = data.rfind(_CLOSING, start, min(stop, start + MAX_EVENT))
                after = closing + len(_CLOSING) if closing >= 0 else stop
                text = data[start : min(after, start + MAX_EVENT + 1)]
                if wide:
                    offset += len(data[counted:start].decode("utf-8", "replace").encode(encoding))
                    length = len(data[start:after].decode("utf-8", "replace").encode(encoding))
                    yield f"byte:{offset}+{length}", text
                    offset, counted = offset + length, after
                else:
                    yield f"byte:{start}+{after - start}", text
                position = after


def _tree(text: bytes) -> dict[str, Any]:
    """Give an event as JSON would have it: attributes apart, names without their namespace."""
    parser = XMLParser(encoding="utf-8")  # noqa: S314 - within an element nothing can be declared, so nothing expands
    parser.feed(_plain(text))
    root: Element = parser.close()
    return {"Event": _element(root, 0)}


def _plain(text: bytes) -> bytes:
    """Leave out what XML does not allow, as Windows writes it all the same."""
    return re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*1?[0-8BbCcEeFf]|0*(?:[0-8]|1[124-9]|2\d|3[01]));", b" ", text)


def _element(node: Element, depth: int) -> Any:  # noqa: ANN401 - any JSON
    if depth > _DEPTH:
        raise ValueError("elements nested too deep")
    made: dict[str, Any] = {}
    if node.attrib:
        made["#attributes"] = dict(node.attrib)
    for child in node:
        name, held = child.tag.rpartition("}")[2], _element(child, depth + 1)
        if name in made:
            before = made[name]
            made[name] = [*before, held] if isinstance(before, list) else [before, held]
        else:
            made[name] = held
    text = (node.text or "").strip()
    if not made:
        return text or None
    if text:
        made["#text"] = text
    return made


READER = WindowsXml()
