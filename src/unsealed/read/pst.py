"""Outlook mailboxes, PST and OST: every item of every folder, also of damaged files and of those with a password.

https://learn.microsoft.com/openspecs/office_file_formats/ms-pst
"""

import struct
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from unsealed.errors import BadRecord
from unsealed.read.outlook import letter, wanted
from unsealed.read.outlook.item import MAX_ATTACHMENTS, MAX_RECIPIENTS, Attached, Item, Values, first_text
from unsealed.read.outlook.ltp import Heap, properties, rows
from unsealed.read.outlook.ndb import Node, Store
from unsealed.read.reader import Part, Row, guarded, skip

RANGE, MAX_RANGES = 4 << 20, 256
_FOLDER, _MESSAGE, _ATTACHMENT = 0x02, 0x04, 0x05
_STORE, _NAMES, _ROOT, _RECIPIENTS = 0x21, 0x61, 0x122, 0x692
_TOPS = {"top of personal folders", "top of outlook data file", "ipm_subtree", "top of information store"}
MAX_FOLDERS_DEEP = 100


class Pst:
    """A mailbox that Outlook keeps in a file."""

    name = "pst"
    version = "4"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of Outlook's own first bytes."""
        del shown
        return 95 if head[:4] == b"!BDN" and head[8:10] in {b"SM", b"SO"} else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Cut evenly: a range's items are its share of all items in their order."""
        del path
        count = max(1, min(size // RANGE, MAX_RANGES))
        return [(size * number // count, size * (number + 1) // count) for number in range(count)]

    def read(self, part: Part) -> Iterator[Row]:
        """Give a share of the items."""
        try:
            mailbox = _opened(part.path, part.size, part.evidence_id)
        except (BadRecord, struct.error) as error:
            if part.start == 0:
                detail = error.detail if isinstance(error, BadRecord) else str(error)
                advice = "try Outlook's scanpst.exe on a copy, or ask for a fresh export"
                yield skip(part, f"byte:0+{part.size}", "damaged_mailbox", f"{detail}; {advice}")
            return
        if part.start == 0 and mailbox.store.mended:
            detail = "an index of the mailbox is broken: items were gathered from all its pages, some may be missing"
            yield skip(part, f"byte:0+{part.size}", "damaged_mailbox", detail)
        items = mailbox.items
        for number, node in enumerate(items):
            if part.start <= number * part.size // len(items) < part.end:
                locator = f"item:{node.number:#x}"
                yield from guarded(mailbox.rows(node, part, locator), part, locator)

    def item(self, part: Part, locator: str) -> list[Row]:
        """Give one item again, by its node's number."""
        try:
            mailbox = _opened(part.path, part.size, part.evidence_id)
        except (BadRecord, struct.error):
            return []
        for node in mailbox.items:
            if locator == f"item:{node.number:#x}":
                return guarded(mailbox.rows(node, part, locator), part, locator)
        return []


@lru_cache(maxsize=1)
def _opened(path: str, size: int, evidence_id: str) -> "_Mailbox":
    """Keep the last mailbox open: its ranges come one after another."""
    del size, evidence_id
    return _Mailbox(path)


class _Mailbox:
    def __init__(self, path: str) -> None:
        self.store = Store(str(Path(path)))
        self.items = sorted(
            (node for node in self.store.nodes.values() if node.number & 0x1F == _MESSAGE and node.data),
            key=lambda node: node.number,
        )
        self.names: dict[int, int] = {}
        self.folders: dict[int, str] = {}
        self.names = self._names()
        self.top = self._top()

    def rows(self, node: Node, part: Part, locator: str) -> Iterator[Row]:
        """Give the rows of one item."""
        item = self._item(node)
        folder, notes = self._folder(node.parent), []
        if not folder:
            folder, notes = "[orphaned]", ["orphaned"]
        size = item.number(0x0E08) or 0
        yield from letter.rows(item, replace(part, place=replace(part.place, folder=folder)), locator, size, notes)

    def _names(self) -> dict[int, int]:
        """Give the numbers of named properties in their own sets (MS-PST 2.4.7)."""
        node = self.store.nodes.get(_NAMES)
        try:
            entries = properties(Heap(self.store, node), frozenset((3,)), {}, [])[3] if node else b""
        except (BadRecord, KeyError, struct.error):
            return {}
        data = entries if isinstance(entries, bytes) else b""
        found = (struct.unpack_from("<IHH", data, at) for at in range(0, len(data) - 7, 8))
        return {0x8000 + place: number for number, kind, place in found if not kind & 1}

    def _top(self) -> int:
        """Give the folder under which all mail lies (PidTagIpmSubTreeEntryId), whatever its name and language."""
        node = self.store.nodes.get(_STORE)
        try:
            entry = properties(Heap(self.store, node), frozenset((0x35E0,)), {}, []).get(0x35E0) if node else b""
        except (BadRecord, struct.error):
            return 0
        return int.from_bytes(entry[20:24], "little") if isinstance(entry, bytes) else 0

    def _folder(self, number: int, depth: int = 0) -> str:
        """Give a folder's path below the mailbox's root; empty where it is lost."""
        known = self.folders.get(number)
        if known is not None:
            return known
        node = self.store.nodes.get(number)
        if node is None or depth > MAX_FOLDERS_DEEP or number & 0x1F not in {_FOLDER, 3}:
            return ""
        try:
            values = properties(Heap(self.store, node), frozenset((0x3001,)), {}, [])
        except (BadRecord, struct.error):
            values = {}
        name = first_text(values, (0x3001,), 0).replace("/", "_").strip()
        above = "" if number == _ROOT or node.parent in {0, number} else self._folder(node.parent, depth + 1)
        top = number in {_ROOT, self.top} or (name.lower() in _TOPS and "/" not in above)
        path = "" if top else "/".join(each for each in (above, name or f"[{number:#x}]") if each)
        path = path.removeprefix("Root - Mailbox/")
        self.folders[number] = path or "[root]"
        if not path:
            self.folders[number] = ""
        return self.folders[number]

    def _item(self, node: Node) -> Item:
        """Read an item: its properties, its recipients, its attachments."""
        heap, broken = Heap(self.store, node), list[str]()
        item = Item(properties(heap, wanted.ITEM, self.names, broken))
        item.trouble += [("damaged_item", f"a part of it can't be read: {detail}") for detail in broken[:20]]
        try:
            table = heap.own.get(_RECIPIENTS)
            if table:
                item.recipients = list(rows(Heap(self.store, table), wanted.PEOPLE, MAX_RECIPIENTS))
        except (BadRecord, struct.error):
            item.trouble.append(("damaged_item", "its list of recipients can't be read"))
        try:
            inside = [own for number, own in sorted(heap.own.items()) if number & 0x1F == _ATTACHMENT]
        except (BadRecord, struct.error):
            inside = []
            item.trouble.append(("damaged_item", "its list of attachments can't be read"))
        for own in inside[:MAX_ATTACHMENTS]:
            try:
                item.attachments.append(self._attached(own, item.page))
            except (BadRecord, struct.error):
                item.trouble.append(("damaged_item", "an attachment of it can't be read"))
        return item

    def _attached(self, node: Node, page: int) -> Attached:
        heap, broken = Heap(self.store, node), list[str]()
        values: Values = properties(heap, wanted.FILE, self.names, broken)
        data = values.pop(0x3701, None)
        content = data if isinstance(data, bytes) else b""
        if values.get(0x3705) == 5 and len(content) >= 4:
            inner = heap.own.get(int.from_bytes(content[:4], "little"))
            if inner:
                return Attached(values, lambda: b"", partial(self._item, inner), page)
        if broken:
            return Attached(values, partial(_fail, broken[0]), None, page)
        return Attached(values, lambda: content, None, page)


def _fail(detail: str) -> bytes:
    raise BadRecord("damaged_item", detail)


READER = Pst()
