"""Text as it comes: in any charset, HTML without its markup, calendar and address cards unfolded, bare XML.

RFC 5545 3.1 and RFC 6350 3.2 (folded lines), RFC 2045 6.7 (quoted-printable in vCard 2.1).
"""

import quopri
import re

from unsealed.read.attachments import kinds, office_xml
from unsealed.read.attachments.outcome import NotReadError
from unsealed.read.mail import charsets, htmltext

_FOLD = re.compile(r"\r?\n[ \t]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_QUOTED = re.compile(rb"(?im)^([^:\r\n]*ENCODING=QUOTED-PRINTABLE[^:\r\n]*):((?:[^\r\n]*=\r?\n)*[^\r\n]*)")
_CHARSET = re.compile(rb"CHARSET=([A-Za-z0-9_-]+)", re.IGNORECASE)
_PICTURE = re.compile(r"(?im)^(?:PHOTO|LOGO|KEY|SOUND|X-MS-CARDPICTURE|ATTACH)[;:][^\n]*(?:BASE64|ENCODING=B)[^\n]*\n?")
_ESCAPED = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
_META = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?([A-Za-z0-9_\-]+)|<\?xml[^>]+encoding=[\"']([A-Za-z0-9_\-]+)", re.IGNORECASE
)


def decoded(data: bytes, label: str = "") -> str:
    """Give the text of bytes: by their mark, as UTF-16 without one, by the label, or by a guess."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return charsets.clean(data.decode(codec, "replace").lstrip("\ufeff"))
    wide = kinds.utf16(data[:4096])
    return charsets.clean(data.decode(wide, "replace")) if wide else charsets.decode(data, label)


def words(data: bytes, kind: str, label: str = "") -> str:
    """Give the words of text of a kind: `text`, `html` or `card`."""
    if kind == "html":
        match = _META.search(data, 0, 4096)
        named = (match.group(1) or match.group(2)).decode("ascii") if match else ""
        return charsets.clean(htmltext.to_text(decoded(data, label or named)))
    if kind == "card":
        return _card(data, label)
    if data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<?xml"):
        try:
            return charsets.clean(office_xml.flat(data.lstrip(b"\xef\xbb\xbf \r\n")))
        except NotReadError:
            pass
    return decoded(data, label).replace("\r\n", "\n").strip("\n")


def _card(data: bytes, label: str) -> str:
    """Give a calendar or address card a line a property, as people read it."""
    text = decoded(_QUOTED.sub(_unquoted, data) if b"QUOTED-PRINTABLE" in data.upper() else data, label)
    text = _PICTURE.sub("", _FOLD.sub("", text).replace("\r\n", "\n"))
    return re.sub(r"\\[nN,;\\]", lambda match: _ESCAPED[match.group()], text).strip("\n")


def _unquoted(match: re.Match[bytes]) -> bytes:
    charset = _CHARSET.search(match.group(1))
    value = charsets.decode(quopri.decodestring(match.group(2)), charset.group(1).decode("ascii") if charset else "")
    return match.group(1) + b":" + value.replace("\r\n", "\\n").replace("\n", "\\n").encode()
