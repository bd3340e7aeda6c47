"""Parameters of Content-Type and Content-Disposition, as the wild writes them.

RFC 2231: continuations, charsets and percent escapes; RFC 2047 words where they are forbidden; raw 8-bit names.
"""

import re
from urllib.parse import unquote_to_bytes

from unsealed.read.mail import charsets, headers

MAX_VALUE = 64 << 10
"""Characters of a header that are looked at."""
MAX_PARAMETERS = 1_000
_PARAMETER = re.compile(
    r";\s*([A-Za-z0-9_\-]{1,60})(\*\d{1,4})?(\*)?\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|((?:=\?[^?;]*\?[BbQq]\?[^?]*\?=\s*)+|[^;]*))",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([\"\\])")


def parameters(value: str) -> dict[str, str]:
    """Give the parameters of a header by lower-case name, decoded."""
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for number, match in enumerate(_PARAMETER.finditer(value[:MAX_VALUE])):
        if number >= MAX_PARAMETERS:
            break
        name, part, extended, quoted, bare = match.groups()
        told = _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare.strip()
        pieces.setdefault(name.lower() + ("*" if part or extended else ""), []).append(
            (int(part[1:]) if part else 0, bool(extended), told)
        )
    found = {}
    for name, held in pieces.items():
        if name.endswith("*"):
            found[name[:-1]] = _joined(held)
        elif name + "*" not in pieces:
            found[name] = plain(held[0][2])
    return found


def plain(raw: str) -> str:
    """Open what a mailer wrote into a name that RFC 2231 does not know: encoded words, raw 8-bit bytes."""
    if not raw.isascii() and all(char <= "\xff" for char in raw):
        raw = charsets.decode(raw.encode("latin-1"))
    elif "\x1b" in raw:
        raw = charsets.decode(raw.encode("utf-8"))
    return headers.decoded(raw)


def _joined(held: list[tuple[int, bool, str]]) -> str:
    held = sorted(held, key=lambda piece: piece[0])
    label, data = "", b""
    for number, (_, extended, piece) in enumerate(held):
        told = piece
        if extended and number == 0 and piece.count("'") >= 2:
            label, _, told = piece.split("'", 2)
        raw = told.encode("latin-1", "replace") if all(char <= "\xff" for char in told) else told.encode()
        data += unquote_to_bytes(raw) if extended else raw
    text = charsets.decode(data, label)
    return headers.decoded(text) if "=?" in text else charsets.clean(text)
