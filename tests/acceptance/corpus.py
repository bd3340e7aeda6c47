"""Real letters, taken at run time from the shared data and re-addressed header by header."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import format_datetime, parseaddr
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from email.message import Message

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
BIGGEST = 150_000
MID = re.compile(r"^<[!-;=?-~]+@[!-;=?-~]+>$")
FIELD = re.compile(rb"^[!-9;-~]+[ \t]*:")
SEPARATOR = re.compile(rb"(?m)^From .+ \d\d:\d\d:\d\d \d{4}\r?\n")
DROPPED = {b"date", b"message-id", b"content-length", b"lines"}
TAG = re.compile(r"(?s)<(script|style).*?</\1>|<[^>]*>")


@dataclass(eq=False)
class Letter:
    """One real message: its headers but for the three that we set, its body untouched."""

    mid: str
    headers: list[bytes]
    old_hops: list[bytes]
    newline: bytes
    body: bytes
    source: str

    def field(self, name: bytes) -> str:
        """Give the unfolded text of a header, empty when absent."""
        for line in self.headers:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name:
                return b" ".join(value.split()).decode("utf-8", "replace")
        return ""

    @cached_property
    def refs(self) -> list[str]:
        """The ids that this letter answers, in either header."""
        return re.findall(r"<[^<>\s]+>", self.field(b"in-reply-to") + " " + self.field(b"references"))

    @cached_property
    def subject(self) -> str:
        """The decoded subject."""
        try:
            return str(make_header(decode_header(self.field(b"subject"))))
        except (LookupError, ValueError, UnicodeError):
            return self.field(b"subject")

    @cached_property
    def sender(self) -> str:
        """The address of the sender, empty where it is no plain address."""
        address = parseaddr(self.field(b"from"))[1].lower()
        return address if re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", address, re.ASCII) else ""

    @cached_property
    def markup(self) -> str:
        """Every text part, decoded, tags and all."""
        parsed = message_from_bytes(self.newline.join([*self.headers, b"", b""]) + self.body)
        return "\n".join(_text_of(part) for part in parsed.walk() if part.get_content_maintype() == "text")

    @cached_property
    def text(self) -> str:
        """The text parts without tags."""
        return TAG.sub(" ", self.markup) if "<" in self.markup and "</" in self.markup else self.markup


def _text_of(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("latin-1")


def parse(raw: bytes, source: str, taken: set[str]) -> Letter | None:
    """Take a message apart; None where its header block isn't plain enough to be edited safely."""
    raw = re.sub(rb"\A(?:>?From [^\n]*\n)+", b"", raw)
    newline = b"\r\n" if b"\r\n" in raw[:2000] else b"\n"
    head, gap, body = raw.partition(newline * 2)
    if not gap or not body.strip() or len(raw) > BIGGEST or b"\0" in head:
        return None
    fields: list[bytes] = []
    for line in head.split(newline):
        if b"\r" in line or b"\n" in line:
            return None
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += newline + line
        elif FIELD.match(line):
            fields.append(line)
        else:
            return None
    return _letter(fields, newline, body, source, taken)


def _letter(fields: list[bytes], newline: bytes, body: bytes, source: str, taken: set[str]) -> Letter | None:
    named = [(line.split(b":", 1)[0].strip().lower(), line) for line in fields]
    if not any(name == b"from" for name, _ in named):
        return None
    ids = [line.split(b":", 1)[1].strip().decode("latin-1") for name, line in named if name == b"message-id"]
    mid = ids[0] if len(ids) == 1 and MID.match(ids[0]) else ""
    if not mid or mid in taken:
        digest = hashlib.sha256(body + b"".join(fields)).hexdigest()[:20]
        mid = f"<exam.{digest}@rewritten.example>"
    if mid in taken:
        return None
    taken.add(mid)
    kept = [line for name, line in named if name not in DROPPED and name != b"received"]
    hops = [line for name, line in named if name == b"received"]
    return Letter(mid, kept, hops, newline, body, source)


def _files(folder: str, *suffixes: str) -> Iterator[tuple[bytes, str]]:
    for path in sorted((DATA / "mail" / folder).rglob("*")):
        if path.is_file() and path.suffix in suffixes and not path.name.startswith("_"):
            yield path.read_bytes(), f"{folder}/{path.name}"


def _threads() -> Iterator[tuple[bytes, str]]:
    for raw, name in _files("threads_r_lists", ".txt"):
        starts = [(m.start(), m.end()) for m in SEPARATOR.finditer(raw)] + [(len(raw), len(raw))]
        for (_, begin), (end, _) in pairwise(starts):
            yield raw[begin:end].rstrip(b"\n") + b"\n", name


def load() -> dict[str, list[Letter]]:
    """Give every usable letter by pool; ids are unique over all of them."""
    taken: set[str] = set()
    odd = [
        *_files("mime_flanker", ".eml"),
        *_files("mime_cpython", ".txt"),
        *_files("mime_mikelmail", ".eml"),
    ]
    pools = {
        "threads": _threads(),
        "ham": _files("ham_spamassassin", ".txt"),
        "phishing": _files("phishing_pot", ".eml"),
        "japanese": _files("japanese", ".eml"),
        "odd": odd,
    }
    return {
        pool: [letter for raw, name in items if (letter := parse(raw, name, taken))] for pool, items in pools.items()
    }


def render(letter: Letter, date: datetime, hops: list[str], *, keep_old: bool) -> bytes:
    """Write the letter as it lies in a mailbox: our hops on top, our Date and Message-ID, its own body."""
    ours = [f"Received: {hop}".encode() for hop in hops]
    ours += letter.old_hops if keep_old else []
    ours += [f"Date: {format_datetime(date)}".encode(), f"Message-ID: {letter.mid}".encode()]
    return letter.newline.join([*ours, *letter.headers, b"", b""]) + letter.body
