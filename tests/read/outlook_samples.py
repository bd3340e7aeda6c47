"""Writes Outlook's own formats by hand: compound files with a message in them, TNEF streams, archives of Outlook for Mac."""

import io
import itertools
import struct
import zipfile

Tag = tuple[int, int]
Props = dict[Tag, object]
UNICODE, NARROW, BINARY, LONG, TIME = 0x1F, 0x1E, 0x102, 0x03, 0x40
_VARIABLE = {UNICODE, NARROW, BINARY}
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECONDS_1601 = 11_644_473_600
Tree = dict[str, "bytes | Tree"]


def filetime(seconds: int) -> int:
    return (seconds + SECONDS_1601) * 10_000_000


def storage(props: Props, head: int, inner: Tree | None = None) -> Tree:
    """Give the streams of one storage of a `.msg`."""
    tree: Tree = dict(inner or {})
    table = b"\0" * head
    for (number, kind), value in props.items():
        raw = _raw(kind, value)
        if kind in _VARIABLE:
            tree[f"__substg1.0_{number:04X}{kind:04X}"] = raw
            table += struct.pack("<HHIII", kind, number, 6, len(raw), 0)
        else:
            table += struct.pack("<HHI", kind, number, 6) + raw.ljust(8, b"\0")
    tree["__properties_version1.0"] = table
    return tree


def _raw(kind: int, value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-16-le")
    assert isinstance(value, int)
    return struct.pack("<q" if kind == TIME else "<i", value)


def msg(
    props: Props, recipients: list[Props] | None = None, attachments: list[tuple[Props, Tree | None]] | None = None
) -> bytes:
    """Write a `.msg`."""
    return compound(message_tree(props, recipients, attachments, 32) | {"__nameid_version1.0": {}})


def message_tree(
    props: Props,
    recipients: list[Props] | None = None,
    attachments: list[tuple[Props, Tree | None]] | None = None,
    head: int = 24,
) -> Tree:
    inner: Tree = {}
    for number, each in enumerate(recipients or ()):
        inner[f"__recip_version1.0_#{number:08X}"] = storage(each, 8)
    for number, (each, embedded) in enumerate(attachments or ()):
        own: Tree = {"__substg1.0_3701000D": embedded} if embedded is not None else {}
        inner[f"__attach_version1.0_#{number:08X}"] = storage(each, 8, own)
    return storage(props, head, inner)


def compound(tree: Tree) -> bytes:
    """Write a compound file (MS-CFB) of version 3 without small sectors: each stream is padded past 4,096 bytes' cut-off."""
    entries: list[list[object]] = []
    streams: list[tuple[int, bytes]] = []

    def add(name: str, node: "bytes | Tree", kind: int) -> int:
        here = len(entries)
        entries.append([name, kind, _FREE, _FREE, _FREE, 0, 0])
        if isinstance(node, dict):
            kids = [add(each, inner, 1 if isinstance(inner, dict) else 2) for each, inner in node.items()]
            kids.sort(key=lambda kid: (len(str(entries[kid][0])), str(entries[kid][0]).upper()))
            for left, right in itertools.pairwise(kids):
                entries[left][3] = right
            entries[here][4] = kids[0] if kids else _FREE
        else:
            entries[here][6] = len(node)
            streams.append((here, node))
        return here

    add("Root Entry", tree, 5)
    small, small_fat = b"", list[int]()
    sectors: list[bytes] = []
    fat: list[int] = []

    def put(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        sectors.extend(pieces)
        fat.extend([*range(first + 1, first + len(pieces)), _END])
        return first

    for here, data in streams:
        if len(data) >= 4096:
            entries[here][5] = put(data)
        elif data:
            first, count = len(small_fat), -(-len(data) // 64)
            entries[here][5] = first
            small += data.ljust(count * 64, b"\0")
            small_fat += [*range(first + 1, first + count), _END]
        else:
            entries[here][5] = _END
    entries[0][5], entries[0][6] = (put(small), len(small)) if small else (_END, 0)
    table = (
        put(struct.pack(f"<{len(small_fat)}I", *small_fat).ljust(-(-len(small_fat) * 4 // 512) * 512, b"\xff"))
        if small_fat
        else _END
    )
    listing = put(b"".join(_entry(each) for each in entries).ljust(-(-len(entries) // 4) * 512, b"\0"))
    count = 1
    while count * 128 < len(fat) + count:
        count += 1
    first = len(sectors)
    fat += [_FAT] * count
    packed = struct.pack(f"<{len(fat)}I", *fat).ljust(count * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, count, listing, 0, 4096, table, -(-len(small_fat) // 128), _END, 0)
    head += struct.pack("<109I", *range(first, first + count), *[_FREE] * (109 - count))
    return head + b"".join(sectors) + packed


def _entry(each: list[object]) -> bytes:
    name, kind, left, right, child, start, size = each
    raw = str(name).encode("utf-16-le") + b"\0\0"
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(raw), kind, 1, left, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def tnef_props(props: Props) -> bytes:
    out = struct.pack("<I", len(props))
    for (number, kind), value in props.items():
        raw = _raw(kind, value)
        out += struct.pack("<HH", kind, number)
        if kind in _VARIABLE or kind == 0x0D:
            out += struct.pack("<II", 1, len(raw)) + raw + b"\0" * (-len(raw) % 4)
        else:
            out += raw.ljust(4, b"\0")
    return out


def tnef(props: Props, files: list[tuple[bytes, bytes, Props]] | None = None, codepage: int = 1252) -> bytes:
    """Write a TNEF stream; a file is (title, bytes, properties)."""
    out = b"\x78\x9f\x3e\x22\x01\x00" + _attribute(1, 0x00069007, struct.pack("<II", codepage, 0))
    out += _attribute(1, 0x00069003, tnef_props(props))
    for title, data, own in files or ():
        out += _attribute(2, 0x00069002, b"\0" * 14) + _attribute(2, 0x00018010, title + b"\0")
        out += _attribute(2, 0x0006800F, data) + _attribute(2, 0x00069005, tnef_props(own))
    return out


def _attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def olm(members: dict[str, bytes]) -> bytes:
    """Write an archive of Outlook for Mac."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


LETTER: Props = {
    (0x001A, UNICODE): "IPM.Note",
    (0x0037, UNICODE): "\x01\x05RE: 見積りの件",
    (0x0039, TIME): filetime(1_686_617_000),
    (0x0E06, TIME): filetime(1_686_617_060),
    (0x0042, UNICODE): "Hoshino, Ren",
    (0x0064, UNICODE): "EX",
    (0x0065, UNICODE): "/O=CSPA/OU=X/CN=RECIPIENTS/CN=REN",
    (0x5D02, UNICODE): "Hoshino.Ren@cspa.go.jp.example",
    (0x1035, UNICODE): "<one@cspa.go.jp.example>",
    (0x1042, UNICODE): "<zero@example.com>",
    (0x1039, UNICODE): "<root@example.com> <zero@example.com>",
    (0x0071, BINARY): bytes(range(1, 28)),
    (0x1000, UNICODE): "本文です。\r\nSecond line\r\n",
}
TO: Props = {
    (0x0C15, LONG): 1,
    (0x3001, UNICODE): "Bob; the Builder",
    (0x3003, UNICODE): "/o=X/cn=bob",
    (0x39FE, UNICODE): "Bob@Example.com",
}
CC: Props = {(0x0C15, LONG): 2, (0x3001, UNICODE): "carol@example.com", (0x3003, UNICODE): "carol@example.com"}
