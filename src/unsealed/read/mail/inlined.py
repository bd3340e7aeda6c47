"""What stands in the middle of a text part and is no text: uuencoded and yEnc files, PGP armour.

uuencode: POSIX.1 `uuencode`; yEnc: http://www.yenc.org/yenc-draft.1.3.txt; PGP armour: RFC 9580 6 and 7.
"""

import binascii
import re
from dataclasses import dataclass, field

MAX_FILES = 200
"""Files taken out of one text part."""
_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
_LINE = re.compile(rb"[ -`]*\r?\n|[ -`]+\Z")
_YENC = re.compile(
    rb"^=ybegin [^\r\n]{0,300}?name=([^\r\n]{1,200})\r?\n(?:=ypart[^\r\n]*\r?\n)?(.*?)^=yend[^\r\n]*(?:\r?\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SIGNED = re.compile(
    rb"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?\n(?:[A-Za-z]+:[^\r\n]*\r?\n)*(?:[ \t]*\r?\n)?", re.MULTILINE
)
_SIGNATURE = re.compile(
    rb"^-----BEGIN PGP SIGNATURE-----.*?(?:^-----END PGP SIGNATURE-----[ \t]*(?:\r?\n|\Z)|\Z)", re.MULTILINE | re.DOTALL
)
_SECRET = re.compile(
    rb"^-----BEGIN PGP MESSAGE(?:, PART [^\r\n-]*)?-----\r?\n.*?(?:^-----END PGP MESSAGE[^\r\n]*(?:\r?\n|\Z)|\Z)",
    re.MULTILINE | re.DOTALL,
)
_ESCAPED = re.compile(rb"^- (?=-|From )", re.MULTILINE)


@dataclass
class Found:
    """A text part without what was in it."""

    rest: bytes
    files: list[tuple[str, bytes]] = field(default_factory=list)
    encrypted: int = 0


def suspected(data: bytes) -> bool:
    """Tell whether there is anything to take out; nearly free."""
    return b"begin " in data or b"-----BEGIN PGP " in data


def take_out(data: bytes) -> Found:
    """Take files and armour out of the bytes of a text part."""
    found = Found(data)
    if b"begin " in data:
        _uuencoded(found)
        if b"=ybegin " in data:
            _yenc(found)
    if b"-----BEGIN PGP " in data:
        _armour(found)
    return found


def _uuencoded(found: Found) -> None:
    pieces, start = [], 0
    data = found.rest
    while len(found.files) < MAX_FILES:
        begin = _BEGIN.search(data, start)
        if not begin:
            break
        content, end = _lines(data, begin.end())
        if end == begin.end():
            pieces.append(data[start:end])  # "begin 644 x" and no encoded line after it: words
        else:
            pieces.append(data[start : begin.start()])
            found.files.append((begin.group(1).decode("latin-1"), content))
        start = end
    found.rest = b"".join([*pieces, data[start:]])


def _lines(data: bytes, start: int) -> tuple[bytes, int]:
    """Decode the lines from here to `end`; give the file and where the text goes on."""
    decoded: list[bytes] = []
    place = start
    while place < len(data):
        newline = data.find(b"\n", place)
        after = newline + 1 if newline >= 0 else len(data)
        line = data[place:after].rstrip(b"\r\n")
        if line.strip() == b"end":
            return b"".join(decoded), after if decoded or place > start else start
        if line and not _LINE.fullmatch(line + b"\n"):
            break
        if line:
            length = (line[0] - 32) & 63
            needed = 1 + (length + 2) // 3 * 4
            if len(line) > needed + 2 or (len(line) < needed - 3 and line.strip(b"` ")):
                break
            padded = line[:needed].ljust(needed)
            try:
                decoded.append(binascii.a2b_uu(padded))
            except binascii.Error:
                break
        place = after
    return b"".join(decoded), place if any(decoded) else start


def _yenc(found: Found) -> None:
    def decode(match: "re.Match[bytes]") -> bytes:
        if len(found.files) >= MAX_FILES:
            return match.group()
        body = match.group(2).replace(b"\r", b"").replace(b"\n", b"")
        pieces = body.split(b"=")
        joined = pieces[0] + b"".join(bytes(((piece[0] - 64) & 255,)) + piece[1:] for piece in pieces[1:] if piece)
        found.files.append((match.group(1).decode("latin-1").strip(), joined.translate(_SHIFT)))
        return b""

    found.rest = _YENC.sub(decode, found.rest)


_SHIFT = bytes((value - 42) & 255 for value in range(256))


def _armour(found: Found) -> None:
    data, found.encrypted = _SECRET.subn(b"", found.rest)
    if b"-----BEGIN PGP SIGNED MESSAGE-----" in data:
        head = _SIGNED.search(data)
        if head:
            before, after = data[: head.start()], data[head.end() :]
            data = before + _ESCAPED.sub(b"", _SIGNED.sub(b"", _SIGNATURE.sub(b"", after)))
    found.rest = data
