"""What an S/MIME wrapper holds: the letter inside a signed one, or the fact that it is encrypted.

Cryptographic Message Syntax (RFC 5652), BER with indefinite lengths and cut octet strings included; S/MIME is
RFC 8551. Nothing is verified and nothing is decrypted.
"""

import zlib

MAX_DEPTH = 16
MAX_CONTENT = 64 << 20
"""Bytes of an opened wrapper."""
_DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07"
_SIGNED, _ENVELOPED, _ENCRYPTED = _DATA + b"\x02", _DATA + b"\x03", _DATA + b"\x06"
_SMIME = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01"
_COMPRESSED, _AUTH_ENVELOPED = _SMIME + b"\x09", _SMIME + b"\x17"

MAX_PIECES = 200_000

Element = tuple[int, int, int, int]
"""Tag, where the content starts and ends, where the next element starts."""


def opened(data: bytes) -> tuple[str, bytes]:
    """Give what a wrapper is (`signed`, `compressed`, `encrypted`, `other`, `broken`) and the letter inside, if open."""
    try:
        return _opened(data)
    except (IndexError, ValueError, zlib.error):
        return "broken", b""


def _opened(data: bytes) -> tuple[str, bytes]:
    outer = _element(data, 0, len(data), 0)
    kind = _element(data, outer[1], outer[2], 1)
    if outer[0] != 0x30 or kind[0] != 0x06:
        return "broken", b""
    name = data[kind[1] : kind[2]]
    if name in {_ENVELOPED, _ENCRYPTED, _AUTH_ENVELOPED}:
        return "encrypted", b""
    if name not in {_SIGNED, _COMPRESSED}:
        return "other", b""
    explicit = _element(data, kind[3], outer[2], 1)
    inner = _element(data, explicit[1], explicit[2], 2)
    version = _element(data, inner[1], inner[2], 3)
    algorithms = _element(data, version[3], inner[2], 3)
    capsule = _element(data, algorithms[3], inner[2], 3)
    content_kind = _element(data, capsule[1], capsule[2], 4)
    if content_kind[3] >= capsule[2]:
        return "signed", b""  # the signature alone; what it signs stands beside it
    holder = _element(data, content_kind[3], capsule[2], 4)
    if holder[0] != 0xA0:
        return "signed", b""
    pieces: list[bytes] = []
    _octets(data, _element(data, holder[1], holder[2], 5), 5, pieces)
    content = b"".join(pieces)
    if name == _COMPRESSED:
        return "compressed", zlib.decompressobj().decompress(content, MAX_CONTENT)
    return "signed", content[:MAX_CONTENT]


def _element(data: bytes, place: int, end: int, depth: int) -> Element:
    """Read the element that starts here."""
    if place + 2 > end or depth > MAX_DEPTH:
        message = "no element here"
        raise ValueError(message)
    tag = data[place]
    place += 1
    if tag & 0x1F == 0x1F:
        while data[place] & 0x80:
            place += 1
        place += 1
    length = data[place]
    place += 1
    if length == 0x80:
        return tag, place, *_until_closed(data, place, end, depth)
    if length & 0x80:
        count = length & 0x7F
        if count > 8:
            message = "a length of more than eight bytes"
            raise ValueError(message)
        length = int.from_bytes(data[place : place + count], "big")
        place += count
    # a wrapper that was cut short still gives the words that are there
    return tag, place, min(place + length, end), min(place + length, end)


def _until_closed(data: bytes, place: int, end: int, depth: int) -> tuple[int, int]:
    """Give where an element of indefinite length ends, and where the next one starts."""
    for _ in range(MAX_PIECES):
        if data[place : place + 2] == b"\x00\x00":
            return place, place + 2
        if place >= end:
            return end, end  # cut short
        place = _element(data, place, end, depth + 1)[3]
    message = "too many pieces"
    raise ValueError(message)


def _octets(data: bytes, element: Element, depth: int, pieces: list[bytes]) -> None:
    tag, start, end, _ = element
    if not tag & 0x20:
        pieces.append(data[start:end])
        return
    if depth > MAX_DEPTH:
        return
    while start < end and len(pieces) < MAX_PIECES:
        inner = _element(data, start, end, depth + 1)
        _octets(data, inner, depth + 1, pieces)
        start = inner[3]
