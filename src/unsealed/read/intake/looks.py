"""What a file that no reader knows looks like, by its first bytes, and what a person can do about it."""

import re

from unsealed.i18n import _
from unsealed.read.encodings import head_text

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"MZ", "executable"),
    (b"\x7fELF", "executable"),
    (b"\xfe\xed\xfa", "executable"),
    (b"\xcf\xfa\xed\xfe", "executable"),
    (b"\xca\xfe\xba\xbe", "executable"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"SQLite format 3\x00", "database"),
    (b"\xef\xcd\xab\x89", "exchange"),
    (b"\x00\x01\x00\x00Standard ", "database"),
    (b"Rar!", "rar"),
    (b"MSCF", "rar"),
    (b"EVF\x09", "disk"),
    (b"KDMV", "disk"),
    (b"vhdxfile", "disk"),
    (b"conectix", "disk"),
    (b"QFI\xfb", "disk"),
    (b"regf", "database"),
    (b"-----BEGIN PGP", "encrypted"),
    (b"Salted__", "encrypted"),
    (b"!BDN", "outlook"),
)
_WEB = re.compile(r"\s*<(?:!doctype html|html|head|body)", re.IGNORECASE)
_XML = re.compile(r"\s*<(?:\?xml|[A-Za-z])")
_JSON = re.compile(r"\s*[\[{]\s*[\[{\"\]}]")
_COLUMNS = 3
"""Fewer of them are found in prose as well."""


def unrecognised(head: bytes, shown: str) -> str:
    """Give what the table of skipped places says of a file that no reader knows, in the tables' own language."""
    if _kind(head, shown) in {"json", "table"}:
        return (
            "a table or JSON that no reader knows; it was left unread. If it is a log, tell its columns in a mapping file "
            "and read it again with --mapping FILE.toml (docs/how-to/map-a-log.md)"
        )
    return "not mail or a log that is known; it was left unread"


def looks_like(head: bytes, shown: str) -> tuple[str, str]:
    """Say what it looks like, and what to do."""
    kind = _kind(head, shown)
    convert = _("convert it to text, CSV or JSON lines, and give the result with --mapping; or leave it")
    return {
        "pdf": (_("a PDF"), _("read it by hand if it matters")),
        "office": (_("an office file"), _("read it by hand, or save a table in it as CSV")),
        "ole": (_("an old office file or a Windows installer"), _("read it by hand if it matters")),
        "executable": (_("a program"), _("do not run it; hand it to whoever analyses malware")),
        "image": (_("an image"), _("look at it by hand if it matters")),
        "database": (_("a database"), _("export what matters from it as CSV or JSON lines")),
        "exchange": (_("an Exchange database (EDB)"), _("mount it on a recovery server and export mailboxes as PST")),
        "outlook": (_("an Outlook data file"), _("have it repaired with ScanPST, or ask for a new export")),
        "rar": (_("an archive of a kind that is not opened"), _("unpack it, and give the folder")),
        "disk": (_("a disk image"), _("mount it read-only, and give the folders with mail and logs")),
        "encrypted": (_("encrypted data"), _("decrypt it first")),
        "html": (_("a web page"), _("read it by hand if it matters")),
        "xml": (_("XML"), convert),
        "json": (_("JSON of a kind that no reader knows"), convert),
        "table": (_("a table (CSV) of a kind that no reader knows"), convert),
        "text": (
            _("plain text"),
            _("if it is a log, convert it to CSV or JSON lines, and give the result with --mapping"),
        ),
        "binary": (_("binary data"), _("ask where it comes from; export it from the program that wrote it")),
    }[kind]


def _kind(head: bytes, shown: str) -> str:
    for start, kind in _SIGNS:
        if head.startswith(start):
            return kind
    if head.startswith(b"PK") and b"[Content_Types].xml" in head[:4096]:
        return "office"
    if head[4:12] == b"\xef\xcd\xab\x89\x20\x06\x00\x00":
        return "exchange"
    if head[510:512] == b"\x55\xaa" or head[4:8] == b"ftyp" or head[8:12] == b"WEBP":
        return "disk" if head[510:512] == b"\x55\xaa" else "image"
    text = head_text(head[:8192])
    odd = sum(char == "\ufffd" or (ord(char) < 32 and char not in "\t\n\r\f\x1b") for char in text)
    if odd * 20 > len(text):
        return "binary"
    for pattern, kind in ((_WEB, "html"), (_XML, "xml"), (_JSON, "json")):
        if pattern.match(text):
            return kind
    return "table" if _is_table(text) or shown.lower().endswith((".csv", ".tsv")) else "text"


def _is_table(text: str) -> bool:
    """Tell a table from prose: its first lines have the same number of separators, two at least."""
    first = [line for line in text.splitlines()[:4] if line.strip()]
    counts = ([line.count(separator) for line in first] for separator in ",;\t|")
    return any(min(found, default=0) >= _COLUMNS - 1 and len(set(found)) == 1 for found in counts)
