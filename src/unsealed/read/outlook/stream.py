"""The bytes of a TNEF stream, known as `winmail.dat`, to the item that they hold.

https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxtnef
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from unsealed.errors import BadRecord
from unsealed.read.outlook.item import (
    MAX_ATTACHMENTS,
    MAX_DEPTH,
    MAX_RECIPIENTS,
    Attached,
    Item,
    Narrow,
    Value,
    Values,
    decode,
)

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_PROPERTIES = 5_000
MAX_VALUES = 20_000
_MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")
_CODEPAGE, _CLASS, _SUBJECT, _BODY, _SENT, _ID = 0x9007, 0x8008, 0x8004, 0x800C, 0x8005, 0x8009
_FROM, _PROPERTIES, _RECIPIENTS = 0x8000, 0x9003, 0x9004
_RENDERING, _DATA, _TITLE, _ATTACHMENT = 0x9002, 0x800F, 0x8010, 0x9005
_SIZES = {0x02: 4, 0x0B: 4, 0x03: 4, 0x0A: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_LENGTHS = {0x1E, 0x1F, 0x102, 0x0D}


def item(data: bytes, depth: int = 0) -> Item:
    """Read a stream.

    Raises:
        BadRecord: if it is no TNEF stream at all.
    """
    if not data.startswith(SIGNATURE):
        raise BadRecord("damaged_item", "does not begin as winmail.dat does")
    if depth > MAX_DEPTH + 1:
        raise BadRecord("mime_too_deep", f"messages attached more than {MAX_DEPTH} deep are not read")
    read = Item({})
    old: Values = {}
    for number, body in _attributes(data, read):
        try:
            _take(read, old, number, body, depth)
        except (BadRecord, struct.error):
            read.trouble.append(("damaged_item", f"part {number:#06x} of winmail.dat is broken"))
    for key, value in old.items():
        read.values.setdefault(key, value)
    for attached in read.attachments:
        attached.codepage = read.page
    return read


def _attributes(data: bytes, read: Item) -> Iterator[tuple[int, bytes]]:
    place = 6
    while place + 9 <= len(data):
        level, number, _, length = struct.unpack_from("<BHHI", data, place)
        if level not in {1, 2}:
            read.trouble.append(("damaged_item", f"winmail.dat is broken after byte {place:,}"))
            return
        body = data[place + 9 : place + 9 + length]
        if len(body) < length:
            read.trouble.append(("damaged_item", f"winmail.dat ends early, at byte {len(data):,}"))
        yield number, body
        place += 9 + length + 2


def _take(read: Item, old: Values, number: int, body: bytes, depth: int) -> None:
    if number == _CODEPAGE and len(body) >= 4:
        read.codepage = int.from_bytes(body[:4], "little")
    elif number == _PROPERTIES:
        read.values.update(_properties(body, 0)[0])
    elif number == _RECIPIENTS:
        place = 4
        for _ in range(min(int.from_bytes(body[:4], "little"), MAX_RECIPIENTS)):
            values, place = _properties(body, place)
            read.recipients.append(values)
    elif number == _RENDERING:
        if len(read.attachments) < MAX_ATTACHMENTS:
            read.attachments.append(Attached({}, bytes))
    elif number in {_DATA, _TITLE, _ATTACHMENT} and read.attachments:
        _attach(read.attachments[-1], number, body, depth)
    else:
        _oldest(old, number, body)


def _oldest(old: Values, number: int, body: bytes) -> None:
    """Take an attribute of the time before properties."""
    if number in _OLD:
        old[_OLD[number]] = Narrow(body)
    elif number == _SENT and len(body) >= 12:
        old[0x0039] = _moment(body)
    elif number == _FROM and len(body) > 16:
        _sender(old, body)


_OLD = {_CLASS: 0x001A, _SUBJECT: 0x0037, _BODY: 0x1000}


def _attach(attached: Attached, number: int, body: bytes, depth: int) -> None:
    if number == _DATA:
        attached.content = partial(bytes, body)
        return
    if number == _TITLE:
        attached.values.setdefault(0x3704, Narrow(body))
        return
    values, _ = _properties(body, 0)
    data = values.pop(0x3701, None)
    attached.values.update(values)
    if isinstance(data, bytes) and data[:16] == _MESSAGE_INTERFACE:
        attached.embedded = partial(item, data[16:], depth + 1)
    elif isinstance(data, bytes):
        attached.content = partial(bytes, data[16:] if values.get(0x3705) == 6 else data)


def _moment(body: bytes) -> int | None:
    """Read the date of the oldest kind: year, month, day, hour, minute, second, as UTC."""
    try:
        moment = datetime(*struct.unpack_from("<6H", body), tzinfo=UTC)  # type: ignore[misc]  # six of the eight numbers
    except ValueError:
        return None
    return int(moment.timestamp()) * 1_000_000


def _sender(old: Values, body: bytes) -> None:
    """Read the sender of the oldest kind (MS-OXTNEF 2.1.3.3.4): lengths, then name and TYPE:address."""
    _, _, name, address = struct.unpack_from("<4H", body)
    old[0x0C1A] = Narrow(body[8 : 8 + name])
    kind, _, spot = body[8 + name : 8 + name + address].rstrip(b"\x00").partition(b":")
    if kind.upper() == b"SMTP":
        old[0x0C1F] = Narrow(spot)


def _properties(body: bytes, place: int) -> tuple[Values, int]:
    """Give a list of properties and where it ends."""
    values: Values = {}
    count = int.from_bytes(body[place : place + 4], "little")
    place += 4
    if count > MAX_PROPERTIES:
        raise BadRecord("damaged_item", "more properties than an item can have")
    for _ in range(count):
        kind, number = struct.unpack_from("<HH", body, place)
        place += 4
        if number >= 0x8000:
            place += 16
            named, word = struct.unpack_from("<II", body, place)
            place += 8
            number = word if named == 0 else 0
            place += (word + 3 & ~3) if named else 0
        value, place = _value(body, place, kind)
        if number and value is not None:
            values[number] = value
    return values, place


def _value(body: bytes, place: int, kind: int) -> tuple[Value, int]:
    many, kind = bool(kind & 0x1000), kind & ~0x1000
    count = 1
    if many or kind in _LENGTHS:
        count = int.from_bytes(body[place : place + 4], "little")
        place += 4
    if count > MAX_VALUES or (kind not in _LENGTHS and kind not in _SIZES):
        raise BadRecord("damaged_item", f"a property of unknown type {kind:#06x}")
    first: Value = None
    for number in range(count):
        if kind in _LENGTHS:
            size = int.from_bytes(body[place : place + 4], "little")
            place += 4
        else:
            size = _SIZES[kind]
        if place + size > len(body):
            raise BadRecord("damaged_item", "a property is longer than what holds it")
        if not number:
            first = decode(kind, body[place : place + size])
        place += size + 3 & ~3
    return (None if many else first), place
