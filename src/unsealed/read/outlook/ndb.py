"""The blocks and nodes of a PST or OST: found through its trees, or, where those are broken, by looking at every page.

MS-PST 2.2 (node database); https://github.com/libyal/libpff/blob/main/documentation for OST with pages of 4 KiB.
"""

import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from unsealed.errors import BadRecord
from unsealed.read.outlook import veil

MAX_LEVELS = 12
MAX_NODE = 256 << 20
"""Bytes of one node's data."""
MAX_ENTRIES = 500_000
"""Parts of one node."""
MAX_KEPT = 4_000
"""Pages kept in memory."""
_NODES, _BLOCKS = 0x81, 0x80


@dataclass(frozen=True)
class Shape:
    """Where things lie in one of the three forms of the format."""

    page: int
    count: int
    """Place of a page's entry count; entry size and level follow."""
    wide: bool
    counts: str
    trailer: int
    block_trailer: int
    crypt: int
    roots: tuple[int, int]
    branch: str
    node: str
    block: str
    sub: str
    head: int
    """Bytes before the entries of a sub-node block."""


_ANSI = Shape(512, 496, False, "<BBBB", 500, 12, 0x1CD, (0xBC, 0xC4), "<III", "<IIII", "<IIHH", "<III", 4)
_UNICODE = Shape(512, 488, True, "<BBBB", 496, 16, 0x201, (0xE0, 0xF0), "<QQQ", "<QQQI4x", "<QQHH4x", "<QQQ", 8)
_LARGE = Shape(4096, 4056, True, "<HHBB", 4072, 24, 0x201, (0xE0, 0xF0), "<QQQ", "<QQQI4x", "<QQHH4x", "<QQQ", 8)


@dataclass(frozen=True)
class Node:
    """One node: where its data and its own nodes are, and which folder it lies in."""

    number: int
    data: int
    sub: int
    parent: int = 0


class Store:
    """One PST or OST file, open for reading."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as stream:  # noqa: PTH123 - bytes of an evidence file
            self.bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        if len(self.bytes) < 564 or self.bytes[:4] != b"!BDN":
            raise BadRecord("damaged_mailbox", "the file is too short or does not begin as an Outlook mailbox does")
        version = int.from_bytes(self.bytes[10:12], "little")
        self.shape = _ANSI if version < 20 else _LARGE if version >= 36 else _UNICODE
        self.method = self.bytes[self.shape.crypt]
        self.roots = [self._whole(place) for place in self.shape.roots]
        self.mended = False
        """Whether the trees were broken and every page was looked at."""
        self._pages: dict[int, tuple[int, list[tuple[int, ...]]]] = {}
        self._found: dict[int, tuple[int, int, int]] | None = None
        self.nodes: dict[int, Node] = {}
        self._load()

    def _whole(self, place: int) -> int:
        return int.from_bytes(self.bytes[place : place + (8 if self.shape.wide else 4)], "little")

    def _load(self) -> None:
        try:
            for entry in self._leaves(self.roots[0], _NODES):
                self._take(entry)
            self._page(self.roots[1], _BLOCKS)
        except (BadRecord, struct.error):
            self._mend()
        if not self.nodes:
            raise BadRecord("damaged_mailbox", "no folder or item can be found in this Outlook mailbox")

    def _take(self, entry: tuple[int, ...]) -> None:
        number = entry[0] & 0xFFFFFFFF
        self.nodes.setdefault(number, Node(number, entry[1], entry[2], entry[3]))

    def _mend(self) -> None:
        """Gather the leaves of both trees from every page that is one; the newest of a key wins."""
        if self._found is not None:
            return
        self.mended, self._found = True, {}
        shape, blocks = self.shape, self._found
        newest: dict[tuple[int, int], int] = {}
        for place in range(shape.page, len(self.bytes) - shape.page + 1, 512):
            kind = self.bytes[place + shape.trailer]
            if kind not in {_NODES, _BLOCKS} or self.bytes[place + shape.trailer + 1] != kind:
                continue
            try:
                level, entries = self._page(place, kind)
            except (BadRecord, struct.error):
                continue
            age = int.from_bytes(self.bytes[place + shape.trailer + 4 : place + shape.trailer + 16], "little")
            for entry in entries if level == 0 else ():
                key = (kind, entry[0] & (0xFFFFFFFF if kind == _NODES else ~1))
                if newest.get(key, -1) >= age:
                    continue
                newest[key] = age
                if kind == _NODES:
                    self.nodes.pop(key[1], None)
                    self._take(entry)
                else:
                    blocks[key[1]] = (entry[1], entry[2], entry[3])

    def _page(self, place: int, kind: int) -> tuple[int, list[tuple[int, ...]]]:
        """Give a tree page's level and entries."""
        known = self._pages.get(place)
        if known:
            return known
        shape = self.shape
        page = self.bytes[place : place + shape.page]
        if len(page) < shape.page or page[shape.trailer] != kind or page[shape.trailer + 1] != kind:
            raise BadRecord("damaged_mailbox", f"no page of the {_NAMES[kind]} at byte {place:,}")
        count, _, step, level = struct.unpack_from(shape.counts, page, shape.count)
        form = shape.branch if level else shape.node if kind == _NODES else shape.block
        if level > MAX_LEVELS or count * step > shape.count or step < struct.calcsize(form) - (4 if shape.wide else 0):
            raise BadRecord("damaged_mailbox", f"a page of the {_NAMES[kind]} at byte {place:,} is broken")
        entries = [struct.unpack_from(form, page, number * step) for number in range(count)]
        if len(self._pages) >= MAX_KEPT:
            self._pages.clear()
        self._pages[place] = level, entries
        return level, entries

    def _leaves(self, place: int, kind: int) -> Iterator[tuple[int, ...]]:
        """Give all entries of a tree's leaves."""
        waiting, seen = [place], set[int]()
        while waiting:
            here = waiting.pop()
            if here in seen:
                raise BadRecord("damaged_mailbox", f"the {_NAMES[kind]} runs in a circle at byte {here:,}")
            seen.add(here)
            level, entries = self._page(here, kind)
            if level:
                waiting += [entry[2] for entry in reversed(entries)]
            else:
                yield from entries

    def _where(self, block_id: int) -> tuple[int, int, int]:
        """Give a block's place, its length there, and a third number (of its length unpacked, in OST of 4 KiB pages)."""
        wanted = block_id & ~1
        if self._found is None:
            try:
                return self._down(wanted)
            except (BadRecord, struct.error):
                self._mend()
        found = (self._found or {}).get(wanted)
        if found is None:
            raise BadRecord("damaged_item", f"its block {block_id:#x} is not in the file")
        return found

    def _down(self, wanted: int) -> tuple[int, int, int]:
        place = self.roots[1]
        for _ in range(MAX_LEVELS + 1):
            level, entries = self._page(place, _BLOCKS)
            if not level:
                for entry in entries:
                    if entry[0] & ~1 == wanted:
                        return entry[1], entry[2], entry[3]
                break
            place = next((low[2] for low, high in pairwise(entries) if wanted < high[0] & ~1), entries[-1][2])
        raise BadRecord("damaged_item", f"its block {wanted:#x} is not in the file")

    def block(self, block_id: int) -> bytes:
        """Give a block's plain bytes."""
        place, length, full = self._where(block_id)
        data = self.bytes[place : place + length]
        if len(data) < length:
            raise BadRecord("damaged_item", f"its block {block_id:#x} lies past the end of the file")
        if self.shape is _LARGE and full != length:
            try:
                data = zlib.decompressobj().decompress(data, 1 << 20)
            except zlib.error as error:
                raise BadRecord("damaged_item", f"its block {block_id:#x} can't be unpacked: {error}") from error
        return data if block_id & 2 else veil.lift(data, self.method, block_id & 0xFFFFFFFF)

    def blocks(self, block_id: int) -> list[bytes]:
        """Give the blocks of a node's data, in order (MS-PST 2.2.2.8.3.2: a tree of at most two levels)."""
        out: list[bytes] = []
        total = 0
        for leaf in self._ids(block_id):
            out.append(self.block(leaf))
            total += len(out[-1])
            if total > MAX_NODE:
                raise BadRecord("item_too_large", f"more than {MAX_NODE:,} bytes in one piece of an item")
        return out

    def _ids(self, block_id: int) -> list[int]:
        ids = [block_id] if block_id else []
        form = "<%dQ" if self.shape.wide else "<%dI"
        for _ in range(3):
            if not any(each & 2 for each in ids):
                return ids
            fresh: list[int] = []
            for each in ids:
                if not each & 2:
                    fresh.append(each)
                    continue
                data = self.block(each)
                count = int.from_bytes(data[2:4], "little")
                if data[:1] != b"\x01" or len(data) < 8 + count * (8 if self.shape.wide else 4):
                    raise BadRecord("damaged_item", f"its block {each:#x} is broken")
                fresh += struct.unpack_from(form % count, data, 8)
            ids = fresh
            if len(ids) > MAX_ENTRIES:
                break
        raise BadRecord("damaged_item", "its data is cut into pieces in a way that the format does not know")

    def own(self, block_id: int) -> dict[int, Node]:
        """Give the nodes inside a node, by number."""
        found: dict[int, Node] = {}
        waiting = [(block_id, 0)] if block_id else []
        leaf, inner = struct.Struct(self.shape.sub), struct.Struct(self.shape.sub[:-1])
        while waiting:
            here, depth = waiting.pop()
            data = self.block(here)
            count = int.from_bytes(data[2:4], "little")
            form = inner if data[1:2] != b"\x00" else leaf
            if data[:1] != b"\x02" or depth > 2 or len(data) < self.shape.head + count * form.size:
                raise BadRecord("damaged_item", f"its block {here:#x} is broken")
            for number in range(count):
                entry = form.unpack_from(data, self.shape.head + number * form.size)
                if form is inner:
                    waiting.append((entry[1], depth + 1))
                else:
                    key = entry[0] & 0xFFFFFFFF
                    found[key] = Node(key, entry[1], entry[2])
            if len(found) > MAX_ENTRIES:
                raise BadRecord("damaged_item", "more parts than an item can have")
        return found


_NAMES = {_NODES: "tree of items", _BLOCKS: "tree of blocks"}
