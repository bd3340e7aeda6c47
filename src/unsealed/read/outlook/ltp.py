"""The properties and tables that lie in the nodes of a PST or OST (MS-PST 2.3)."""

import struct
from collections.abc import Iterator

from unsealed.errors import BadRecord
from unsealed.read.outlook.item import Value, Values, decode
from unsealed.read.outlook.ndb import MAX_NODE, Node, Store

_FIXED = {0x02: 2, 0x0B: 1, 0x03: 4, 0x04: 4, 0x0A: 4}
"""Types whose value stands in place of a reference, with their size."""
_NAMED = 0x8000


class Heap:
    """The heap of one node: pieces of data by their ids."""

    def __init__(self, store: Store, node: Node) -> None:
        self.store, self.node = store, node
        self.blocks = store.blocks(node.data)
        self._own: dict[int, Node] | None = None
        self._maps: dict[int, tuple[int, ...]] = {}
        self._large = store.shape.page > 512
        first = self.blocks[0] if self.blocks else b""
        if len(first) < 12 or first[2] != 0xEC:
            raise BadRecord("damaged_item", "its properties are broken or overwritten")
        self.kind, self.root = first[3], int.from_bytes(first[4:8], "little")

    @property
    def own(self) -> dict[int, Node]:
        """The nodes inside this one."""
        if self._own is None:
            self._own = self.store.own(self.node.sub)
        return self._own

    def piece(self, reference: int) -> bytes:
        """Give a piece of the heap; empty for the reference that is none."""
        if not reference:
            return b""
        number, block = (
            (reference >> 5 & 0x3FFF, reference >> 19) if self._large else (reference >> 5 & 0x7FF, reference >> 16)
        )
        if block >= len(self.blocks):
            raise BadRecord("damaged_item", "a property lies outside its item")
        places = self._maps.get(block)
        data = self.blocks[block]
        if places is None:
            at = int.from_bytes(data[:2], "little")
            count = int.from_bytes(data[at : at + 2], "little") + 1
            if at + 4 + 2 * count > len(data):
                raise BadRecord("damaged_item", "its properties are broken or overwritten")
            places = self._maps[block] = struct.unpack_from(f"<{count}H", data, at + 4)
        if not 0 < number < len(places):
            raise BadRecord("damaged_item", "a property lies outside its item")
        return data[places[number - 1] : places[number]]

    def parts(self, reference: int) -> list[bytes]:
        """Give the data of a reference that may name a piece of the heap or a node of its own, in blocks."""
        if not reference & 0x1F:
            return [self.piece(reference)]
        node = self.own.get(reference)
        if node is None:
            raise BadRecord("damaged_item", "a property lies outside its item")
        return self.store.blocks(node.data)

    def records(self, root: int) -> Iterator[tuple[int, bytes]]:
        """Give key and value of every record of a tree on the heap."""
        head = self.piece(root)
        if len(head) < 8 or head[0] != 0xB5:
            raise BadRecord("damaged_item", "its properties are broken or overwritten")
        key, value, levels, top = head[1], head[2], head[3], int.from_bytes(head[4:8], "little")
        if levels > 8 or not key:
            raise BadRecord("damaged_item", "its properties are broken or overwritten")
        tops = [top]
        for _ in range(levels):
            tops = [
                int.from_bytes(data[at + key : at + key + 4], "little")
                for data in map(self.piece, tops)
                for at in range(0, len(data) - key - 3, key + 4)
            ]
            if len(tops) > MAX_NODE >> 12:
                raise BadRecord("damaged_item", "its properties are broken or overwritten")
        for each in tops:
            data = self.piece(each)
            for at in range(0, len(data) - key - value + 1, key + value):
                yield int.from_bytes(data[at : at + key], "little"), data[at + key : at + key + value]


def properties(heap: Heap, wanted: frozenset[int], names: dict[int, int], trouble: list[str]) -> Values:
    """Give the wanted properties of a node; one that is broken is told and costs only itself."""
    values: Values = {}
    if heap.kind != 0xBC:
        raise BadRecord("damaged_item", "its properties are broken or overwritten")
    for number, record in heap.records(heap.root):
        named = names.get(number, 0) if number >= _NAMED else number
        if named not in wanted or len(record) < 6:
            continue
        kind = int.from_bytes(record[:2], "little")
        try:
            values[named] = _value(heap, kind, record[2:6])
        except BadRecord as error:
            trouble.append(f"property {named:#06x}: {error.detail}")
    return values


def _value(heap: Heap, kind: int, raw: bytes) -> Value:
    if kind in _FIXED:
        return decode(kind, raw)
    return decode(kind, b"".join(heap.parts(int.from_bytes(raw, "little"))))


def rows(heap: Heap, wanted: frozenset[int], limit: int) -> Iterator[Values]:
    """Give the rows of a table."""
    head = heap.piece(heap.root)
    if heap.kind != 0x7C or len(head) < 22 or head[0] != 0x7C:
        raise BadRecord("damaged_item", "a table of it is broken or overwritten")
    width, index, matrix = (*struct.unpack_from("<H", head, 8), *struct.unpack_from("<II", head, 10))
    columns = [
        struct.unpack_from("<HHHBB", head, 22 + 8 * number) for number in range(min(head[1], len(head[22:]) // 8))
    ]
    if not width or not matrix:
        return
    # a row never lies across two blocks, so what is left at the end of each is filling
    lines = [data[at : at + width] for data in heap.parts(matrix) for at in range(0, len(data) // width * width, width)]
    order = [int.from_bytes(value, "little") for _, value in heap.records(index)]
    flags = int.from_bytes(head[6:8], "little")
    for place in sorted(order)[:limit]:
        if place < len(lines):
            yield _row(heap, lines[place], columns, wanted, flags)


def _row(heap: Heap, line: bytes, columns: list[tuple[int, ...]], wanted: frozenset[int], flags: int) -> Values:
    values: Values = {}
    for kind, number, at, size, bit in columns:
        there = flags + bit // 8 < len(line) and line[flags + bit // 8] & (0x80 >> bit % 8)
        if number not in wanted or not there:
            continue
        raw = line[at : at + size]
        try:
            inline = kind in _FIXED or size == 8
            values[number] = decode(kind, raw) if inline else _value(heap, kind, raw)
        except BadRecord:
            continue
    return values
