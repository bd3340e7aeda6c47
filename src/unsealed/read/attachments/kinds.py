"""What an attachment is, judged by its first bytes; neither its name nor its declared type is believed.

Signatures: https://www.iana.org/assignments/media-types and the specifications of the formats themselves.
"""

import io
import re
import zipfile

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b\x08", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\xd7\xcd\xc6\x9a", "image"),
    (b"\x01\x00\x00\x00", "image"),
    (b"\x09\x08\x06\x00\x00\x00\x10\x00", "biff"),
    (b"\x09\x08\x04\x00", "biff"),
    (b"\x09\x04\x06\x00", "biff"),
    (b"\x09\x02\x06\x00", "biff"),
    (b"\x09\x00\x04\x00", "biff"),
    (b"\x09\x08\x08\x00", "biff"),
    (b"-----BEGIN PGP MESSAGE-----", "pgp"),
)
_ISO_IMAGES = (b"heic", b"heix", b"mif1", b"msf1", b"avif")
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
"""The object identifier of CMS enveloped data (RFC 5652), encrypted for its recipients."""
_HEADERS = re.compile(rb"\A(?:[\x21-\x39\x3b-\x7e]{1,76}:[ \t][^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2}")
_MAIL = re.compile(rb"(?mi)^(?:from|received|message-id|mime-version|return-path|subject|date|delivered-to):")
_HTML = re.compile(
    rb"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_BINARY = bytes(range(9)) + bytes((11, *range(14, 27), *range(28, 32)))
_HEAD = 4096


def kind(data: bytes) -> str:
    """Give the kind of some bytes at a glance: `zip` may be a document (see `zipped`), `binary` is what has no words."""
    head = data[:_HEAD]
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return _image(head) if name == "image" else name
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[257:262] == b"ustar":
        return "tar"
    if (head.startswith(b"BM") and head[6:10] == b"\0\0\0\0") or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    if head[4:8] == b"ftyp" and head[8:12] in _ISO_IMAGES:
        return "image"
    if head[:1] == b"\x30" and _ENVELOPED in head[:32]:
        return "pgp"
    return _words(head, data)


def _image(head: bytes) -> str:
    """Tell an enhanced metafile from other files that begin with a 1."""
    return "binary" if head[:4] == b"\x01\0\0\0" and head[40:44] != b" EMF" else "image"


def _words(head: bytes, data: bytes) -> str:
    stripped = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if stripped.startswith(b"{\\rtf"):
        return "rtf"
    if stripped[:15].upper().startswith((b"BEGIN:VCALENDAR", b"BEGIN:VCARD")):
        return "card"
    if _HEADERS.match(stripped) and len(_MAIL.findall(head)) > 1:
        return "mail"
    if is_text(data):
        return "html" if _HTML.match(head.replace(b"\0", b"")) else "text"
    return "binary"


def is_text(data: bytes) -> bool:
    """Tell whether bytes are text in some charset, UTF-16 with and without its mark included."""
    if not data:
        return True
    head = data[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or utf16(head):
        return True
    control = len(head) - len(head.translate(None, _BINARY))
    return control == 0 or (b"\0" not in head and control * 200 < len(head))


def utf16(head: bytes) -> str:
    """Name the UTF-16 that unmarked bytes are in, empty if none: every other byte of plain words is a zero."""
    half = len(head) // 2
    if half < 4:
        return ""
    even, odd = head[0 : half * 2 : 2].count(0), head[1 : half * 2 : 2].count(0)
    if odd * 10 > half * 7 and even * 50 < half:
        return "utf-16-le"
    return "utf-16-be" if even * 10 > half * 7 and odd * 50 < half else ""


def zipped(data: bytes) -> str:
    """Tell office documents from plain archives by the names inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename.lower().replace("\\", "/") for info in archive.filelist[:5000]}
            if "mimetype" in names and "content.xml" in names:
                return "odf"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return _broken(data)
    if any(name.startswith("word/") for name in names):
        return "docx"
    if any(name.startswith("ppt/") for name in names):
        return "pptx"
    return "xlsx" if any(name.startswith("xl/") for name in names) else "zip"


def _broken(data: bytes) -> str:
    """Tell a cut-off office document by the names of the members that are there."""
    for mark, name in ((b"word/", "docx"), (b"ppt/", "pptx"), (b"xl/", "xlsx"), (b"opendocument", "odf")):
        if mark in data[: 1 << 20]:
            return name
    return "zip"
