"""Word documents of 1993 to 2007 (.doc): body, footnotes, headers, comments and text boxes.

[MS-DOC] sections 2.4.1, 2.5 and 2.9.38; for Word 6 and 95 the text lies in one piece, in the code page of its language.
"""

import re
import struct

from unsealed.read.attachments.outcome import EncryptedError, NotReadError
from unsealed.read.mail import charsets

_WORD_97 = 0xA5EC
_OLDER = {0xA5DC, 0xA699, 0xA697, 0xA59B, 0xA59C, 0xA5DB}
_ENCRYPTED, _SECOND_TABLE, _COMPLEX, _WIDE = 0x0100, 0x0200, 0x0004, 0x1000
_CODE_PAGES = {
    0x11: "cp932",
    0x12: "cp949",
    0x19: "cp1251",
    0x22: "cp1251",
    0x08: "cp1253",
    0x1F: "cp1254",
    0x0D: "cp1255",
}
_CODE_PAGES |= {0x01: "cp1256", 0x15: "cp1250", 0x05: "cp1250", 0x0E: "cp1250", 0x1E: "cp874"}
_CHINESE = {0x0404: "cp950", 0x0C04: "cp950", 0x0804: "gb18030", 0x1004: "gb18030"}
_MARKS = str.maketrans(
    {"\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": "", "\x01": "", "\x02": "",
     "\x03": "", "\x04": "", "\x05": "", "\x08": ""}
)  # fmt: skip
_FIELD = re.compile("\x13[^\x13\x14\x15]*(?:\x14([^\x13\x15]*))?\x15")
_TABS = re.compile(r"\t\t+")
_LINES = re.compile(r"\n{3,}")
_NESTED_FIELDS = 8


def words(document: bytes, tables: dict[str, bytes]) -> str:
    """Give the words of a document.

    Args:
        document: its stream `WordDocument`.
        tables: its streams `0Table` and `1Table`.
    """
    if len(document) < 0x20:
        raise NotReadError("the document is cut off")
    magic, flags = struct.unpack_from("<H", document)[0], struct.unpack_from("<H", document, 0x0A)[0]
    if flags & _ENCRYPTED:
        raise EncryptedError
    if magic == _WORD_97:
        table = tables.get("1Table" if flags & _SECOND_TABLE else "0Table") or max(
            tables.values(), default=b"", key=len
        )
        try:
            raw = _pieces(document, table, 0x01A2)
        except (struct.error, _NoPiecesError):
            raw = _plain(document, flags, wide=False)
    elif magic in _OLDER:
        raw = _plain(document, flags, wide=bool(flags & _WIDE))
    else:
        raise NotReadError(f"not a Word document that is known (it begins with {magic:04x})")
    return _read(raw)


class _NoPiecesError(Exception):
    """There is no table of pieces where it should be."""


def _pieces(document: bytes, table: bytes, where: int) -> str:
    start, length = struct.unpack_from("<II", document, where)
    place, end = start, min(start + length, len(table))
    while place < end and table[place] == 1:
        place += 3 + struct.unpack_from("<H", table, place + 1)[0]
    if place >= end or table[place] != 2:
        raise _NoPiecesError
    size = min(struct.unpack_from("<I", table, place + 1)[0], end - place - 5)
    count = (size - 4) // 12
    first = place + 5
    bounds = struct.unpack_from(f"<{count + 1}I", table, first)
    out = []
    for number in range(count):
        at = struct.unpack_from("<I", table, first + 4 * (count + 1) + 8 * number + 2)[0]
        characters = bounds[number + 1] - bounds[number]
        if not 0 <= characters <= len(document):
            continue
        if at & 0x40000000:
            begin = (at & 0x3FFFFFFF) // 2
            out.append(document[begin : begin + characters].decode("cp1252", "replace"))
        else:
            out.append(document[at : at + 2 * characters].decode("utf-16-le", "replace"))
    return "".join(out)


def _plain(document: bytes, flags: int, *, wide: bool) -> str:
    if flags & _COMPLEX:
        try:
            return _pieces_of_old(document, wide=wide)
        except (struct.error, _NoPiecesError):
            pass
    begin, end = struct.unpack_from("<II", document, 0x18)
    data = document[begin:end]
    if wide:
        return data.decode("utf-16-le", "replace")
    return _decoded(data, document)


def _pieces_of_old(document: bytes, *, wide: bool) -> str:
    """Read the pieces of a quickly saved Word 6 or 95 document, whose table is in the stream."""
    start, length = struct.unpack_from("<II", document, 0x0160)
    place, end = start, min(start + length, len(document))
    while place < end and document[place] == 1:
        place += 3 + struct.unpack_from("<H", document, place + 1)[0]
    if place >= end or document[place] != 2:
        raise _NoPiecesError
    count = (min(struct.unpack_from("<I", document, place + 1)[0], end - place - 5) - 4) // 12
    bounds = struct.unpack_from(f"<{count + 1}I", document, place + 5)
    out = bytearray()
    for number in range(count):
        at = struct.unpack_from("<I", document, place + 5 + 4 * (count + 1) + 8 * number + 2)[0]
        characters = bounds[number + 1] - bounds[number]
        if 0 <= characters <= len(document):
            out += document[at : at + characters * (2 if wide else 1)]
    return bytes(out).decode("utf-16-le", "replace") if wide else _decoded(bytes(out), document)


def _decoded(data: bytes, document: bytes) -> str:
    language = struct.unpack_from("<H", document, 6)[0]
    label = _CHINESE.get(language) or _CODE_PAGES.get(language & 0x3FF, "cp1252")
    return charsets.decode(data, label) if label != "cp1252" else data.decode("cp1252", "replace")


def _read(raw: str) -> str:
    """Bring Word's own marks to lines and tabs, and fields to what they show."""
    for _ in range(_NESTED_FIELDS):
        raw, found = _FIELD.subn(lambda match: match.group(1) or "", raw)
        if not found:
            break
    text = charsets.clean(raw.translate(_MARKS)).replace("\x13", "").replace("\x14", "").replace("\x15", "")
    return _LINES.sub("\n\n", _TABS.sub("\t\n", text)).strip()
