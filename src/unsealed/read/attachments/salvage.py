"""Zip archives whose directory is lost: members are found by their own headers, and read as far as they go.

.ZIP File Format Specification (APPNOTE 6.3.10), section 4.3.7.
"""

import struct
import zlib

_MARK = b"PK\x03\x04"
_HEADER = struct.Struct("<4s5H3I2H")
_STORED, _DEFLATED = 0, 8
MAX_FOUND = 5_000


def found(data: bytes) -> dict[str, tuple[int, int, int]]:
    """Give the members of a broken archive: name to where it begins, its packed length (0: unknown) and its method."""
    members: dict[str, tuple[int, int, int]] = {}
    place = data.find(_MARK)
    while 0 <= place <= len(data) - _HEADER.size and len(members) < MAX_FOUND:
        _, _, flags, method, _, _, _, packed, _, named, extra = _HEADER.unpack_from(data, place)
        start = place + _HEADER.size + named + extra
        name = data[place + _HEADER.size : place + _HEADER.size + named]
        if not flags & 1 and method in {_STORED, _DEFLATED} and start <= len(data):
            members.setdefault(name.decode("utf-8", "replace").replace("\\", "/").lstrip("/"), (start, packed, method))
        place = data.find(_MARK, place + 4)
    return members


def content(data: bytes, member: tuple[int, int, int], limit: int) -> bytes:
    """Give a member's bytes, as far as they go and up to a limit."""
    start, packed, method = member
    if method == _STORED:
        return data[start : start + min(packed, limit)]
    out = bytearray()
    inflate = zlib.decompressobj(-15)
    place = start
    try:
        while place < len(data) and not inflate.eof and len(out) < limit:
            out += inflate.decompress(data[place : place + (1 << 16)], limit)
            place += 1 << 16
    except zlib.error:
        pass
    return bytes(out[:limit])
