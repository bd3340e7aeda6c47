"""Compound files ([MS-CFB]): Word, Excel, PowerPoint and Outlook of before 2007, and what is encrypted since."""

import io
import struct
from typing import Any

from unsealed.read.attachments import sheets, slides_binary, word_binary
from unsealed.read.attachments.outcome import MAX_BYTES, EncryptedError, NotReadError

_ENCRYPTED_USER = 0xF3D1C4DF
_FILEPASS = 0x002F
MAX_OBJECTS = 200
"""Places in one file that are looked at for documents."""


def words(data: bytes) -> tuple[str | None, list[str]]:
    """Give the words of a compound file; None if it is none of a kind that has any."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            return _by_streams(file, data)
    except (
        OSError,
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        AttributeError,
        struct.error,
        RecursionError,
    ) as error:
        raise NotReadError(f"the file is damaged ({error})") from error


def _by_streams(file: Any, data: bytes) -> tuple[str | None, list[str]]:  # noqa: ANN401 - an untyped library
    places: dict[tuple[str, ...], dict[str, str]] = {}
    for path in file.listdir():
        places.setdefault(tuple(path[:-1]), {})[path[-1].lower()] = "/".join(path)
    root = places.get((), {})
    if "encryptedpackage" in root:
        raise EncryptedError
    book = root.get("workbook") or root.get("book")
    if book is not None:
        if _protected(_stream(file, book)):
            raise EncryptedError
        return sheets.workbook(data)
    found, trouble = [], []
    for place, names in sorted(places.items(), key=lambda item: len(item[0]))[:MAX_OBJECTS]:
        try:
            found += _words_of(file, names)
        except (EncryptedError, NotReadError) as error:
            if not place:
                raise
            trouble.append(f"an object in it ({type(error).__name__}: {error})")
    return ("\n".join(text for text in found if text), trouble) if found else (None, [])


def _words_of(file: Any, names: dict[str, str]) -> list[str]:  # noqa: ANN401 - as above
    """Give the words of the document whose streams lie together; one object may lie in another."""
    if "worddocument" in names:
        tables = {name: _stream(file, names[name.lower()]) for name in ("0Table", "1Table") if name.lower() in names}
        return [word_binary.words(_stream(file, names["worddocument"]), tables)]
    if "powerpoint document" in names:
        user = _stream(file, names["current user"]) if "current user" in names else b""
        if len(user) >= 16 and struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED_USER:
            raise EncryptedError
        return [slides_binary.words(_stream(file, names["powerpoint document"]))]
    return []


def _protected(book: bytes) -> bool:
    """Tell whether a workbook's second record or one soon after says that the rest is encrypted."""
    place = 0
    for _ in range(8):
        if place + 4 > len(book):
            return False
        kind, length = struct.unpack_from("<HH", book, place)
        if kind == _FILEPASS:
            return True
        place += 4 + length
    return False


def _stream(file: Any, name: str) -> bytes:  # noqa: ANN401 - as above
    with file.openstream(name) as stream:
        return bytes(stream.read(MAX_BYTES))
