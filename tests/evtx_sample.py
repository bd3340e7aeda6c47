"""Windows event logs built byte by byte, after libevtx's description of the format: as few of its forms as will do."""

from __future__ import annotations

import struct

CHUNK = 65_536


class _Chunk:
    """A chunk under construction."""

    def __init__(self) -> None:
        self.data = bytearray(b"ElfChnk\x00".ljust(512, b"\x00"))
        self.numbers: list[int] = []

    def name(self, text: str) -> None:
        """Write the place of a name, and the name right behind it."""
        place = len(self.data) + 4
        self.data += (
            struct.pack("<I", place) + struct.pack("<IHH", 0, 0, len(text)) + text.encode("utf-16-le") + b"\x00\x00"
        )

    def value(self, text: str) -> None:
        self.data += struct.pack("<BBH", 5, 1, len(text)) + text.encode("utf-16-le")

    def element(self, name: str, held: list[Tree] | str, **attributes: str) -> None:
        self.data += struct.pack("<BI", 0x41 if attributes else 1, 0)
        size = len(self.data) - 4
        self.name(name)
        if attributes:
            listed = len(self.data)
            self.data += bytes(4)
            for number, (key, text) in enumerate(attributes.items()):
                self.data += bytes([0x46 if number + 1 < len(attributes) else 6])
                self.name(key)
                self.value(text)
            struct.pack_into("<I", self.data, listed, len(self.data) - listed - 4)
        self.data += b"\x02"
        if isinstance(held, str):
            self.value(held)
        else:
            for child, inner, more in held:
                self.element(child, inner, **more)
        self.data += b"\x04"
        struct.pack_into("<I", self.data, size, len(self.data) - size - 4)

    def record(self, number: int, filetime: int, tree: Tree) -> None:
        start = len(self.data)
        self.data += struct.pack("<4sIQQ", b"**\x00\x00", 0, number, filetime) + b"\x0f\x01\x01\x00"
        self.element(tree[0], tree[1], **tree[2])
        self.data += b"\x00"
        self.data += bytes(-(len(self.data) - start + 4) % 8)
        length = len(self.data) - start + 4
        self.data += struct.pack("<I", length)
        struct.pack_into("<I", self.data, start + 4, length)
        self.numbers.append(number)

    def done(self) -> bytes:
        first, last = min(self.numbers), max(self.numbers)
        struct.pack_into("<QQQQIII", self.data, 8, first, last, first, last, 128, len(self.data), len(self.data))
        return bytes(self.data).ljust(CHUNK, b"\x00")


Tree = tuple[str, "list[Tree] | str", dict[str, str]]


def event(
    number: int, event_id: int = 4624, *, channel: str = "Security", keywords: str = "0x8020000000000000", **data: str
) -> Tree:
    """Make an event as a tree: name, what it holds, attributes."""
    system: list[Tree] = [
        ("Provider", "", {"Name": "Microsoft-Windows-Security-Auditing"}),
        ("EventID", str(event_id), {}),
        ("Keywords", keywords, {}),
        ("TimeCreated", "", {"SystemTime": "2023-05-01T01:02:03.4567890Z"}),
        ("EventRecordID", str(number), {}),
        ("Channel", channel, {}),
        ("Computer", "MX1.cspa.go.jp.example", {}),
    ]
    held: list[Tree] = [("Data", text, {"Name": name}) for name, text in data.items()]
    return "Event", [("System", system, {}), ("EventData", held, {})], {}


def log(*chunks: list[tuple[int, Tree]]) -> bytes:
    """Write a log of some chunks, each with some numbered events."""
    made = b""
    for records in chunks:
        chunk = _Chunk()
        for number, tree in records:
            chunk.record(number, 133_273_765_234_567_890, tree)
        made += chunk.done()
    header = b"ElfFile\x00" + struct.pack("<QQQIHHHH", 0, len(chunks) - 1, 999, 128, 1, 3, 4096, len(chunks))
    return header.ljust(4096, b"\x00") + made
