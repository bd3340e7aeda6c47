"""A folder's name on the server, and the directory that stands for it: never a path, and always back again."""

import hashlib
from pathlib import Path

MAX_BYTES = 180
"""Of one name on disk; a longer one is cut, and its hash keeps it apart."""
_PLAIN = frozenset(" -_()[]+,'!&")


def level(name: str) -> str:
    """Give one level of a name as a file's name: letters and digits of any script stay, all else is percent-encoded."""
    told = "".join(char if char.isalnum() or char in _PLAIN else _encoded(char) for char in name)
    if told != told.strip() or not told:
        told = _encoded(name or " ")
    if len(told.encode()) > MAX_BYTES:
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
        told = told.encode()[: MAX_BYTES // 3].decode("utf-8", "ignore").split("%")[0] + f"~{digest}"
    return told


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))


def directory(under: Path, name: str, delimiter: str | None) -> Path:
    """Give the directory of a folder, level by level."""
    levels = name.split(delimiter) if delimiter else [name]
    return under.joinpath(*(level(each) for each in levels if each))


def opened(name: bytes | str) -> str:
    """Decode modified UTF-7 (RFC 3501 5.1.3); a name that is none stays as it is."""
    from imapclient import imap_utf7

    raw = name if isinstance(name, bytes) else name.encode("utf-8", "replace")
    try:
        told = str(imap_utf7.decode(raw))
    except (UnicodeError, ValueError):
        told = raw.decode("utf-8", "replace")
    return told.encode("utf-8", "replace").decode()
