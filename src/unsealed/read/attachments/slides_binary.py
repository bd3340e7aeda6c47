"""Presentations of 1997 to 2007 (.ppt): the words of slides, notes and comments, in the order in which they lie.

[MS-PPT] sections 2.3.1 (record headers), 2.9 (text). An older state of a quickly saved slide is read, too.
"""

import struct

from unsealed.read.attachments.outcome import MAX_TEXT, EncryptedError, NotReadError

_CHARACTERS, _BYTES, _STRING = 0x0FA0, 0x0FA8, 0x0FBA
_ENCRYPTED = 0x2F14
_MASTER = 0x03F8
_BLOB = 0x138B
"""Holds the records of later versions, comments among them, though it is not marked as a container."""
_SPEAKING = {0x0FD9, 0x2EE0, 0x0FF1}
"""Containers whose strings are words that people wrote: headers and footers, comments."""
_MARKS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x00": None})
_HEADER = struct.Struct("<HHI")
MAX_NESTING = 200


def words(stream: bytes) -> str:
    """Give the words of the stream `PowerPoint Document`."""
    if len(stream) < _HEADER.size:
        raise NotReadError("the presentation is cut off")
    out: list[str] = []
    seen: set[str] = set()
    size, ends, kinds = 0, [len(stream)], [0]
    place = 0
    while ends:
        if place + _HEADER.size > ends[-1]:
            place = max(place, ends.pop())
            kinds.pop()
            continue
        version, kind, length = _HEADER.unpack_from(stream, place)
        place += _HEADER.size
        end = min(place + length, ends[-1])
        if kind == _ENCRYPTED:
            raise EncryptedError
        if (version & 0xF == 0xF or kind == _BLOB) and kind != _MASTER and len(ends) < MAX_NESTING:
            ends.append(end)
            kinds.append(kind)
            continue
        text = ""
        if kind == _CHARACTERS or (kind == _STRING and kinds[-1] in _SPEAKING):
            text = stream[place:end].decode("utf-16-le", "replace")
        elif kind == _BYTES:
            text = stream[place:end].decode("latin-1")
        told = text.translate(_MARKS).strip()
        if told and not (told in seen and len(told) > 40):
            seen.add(told)
            out.append(told)
            size += len(told)
            if size > MAX_TEXT:
                break
        place = end
    return "\n".join(out)
