"""Single messages: `.eml` files, Maildir entries, raw mail saved under any name (RFC 5322)."""

import re
from collections.abc import Iterator
from pathlib import Path

from unsealed.read.mail import message
from unsealed.read.reader import Part, Row, guarded, skip

_LINE = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*([A-Za-z][A-Za-z0-9-]{1,40})[ \t]*:")
_KNOWN = re.compile(
    rb"(?im)^(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|content-type|x-[a-z0-9-]+|"
    rb"reply-to|sender|cc|bcc|in-reply-to|references|authentication-results|dkim-signature|arc-seal|envelope-to)[ \t]*:"
)
_PROOF = {b"received", b"return-path", b"from", b"message-id", b"mime-version", b"date", b"subject"}


class Eml:
    """One message a file."""

    name = "eml"
    version = "5"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of two or more header lines that only mail has; less sure of one in a file named `.eml`."""
        if b"\n" not in head[:4096]:
            head = head.replace(b"\r", b"\n")  # line ends of the old Macintosh
        if not _LINE.match(head) and not head.startswith((b"From ", b">From ")):
            return 0
        block = head[: re.search(rb"\r?\n\r?\n|\Z", head).start()]  # type: ignore[union-attr]  # \Z always matches
        names = {name.lower() for name in _KNOWN.findall(block)}
        proof = len(names & _PROOF)
        if proof >= 2:
            return 80
        named = shown.lower().endswith((".eml", ".emlx", ".mht")) or "/cur/" in shown or "/new/" in shown
        return 60 if names and (named or len(names) > 2) else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Leave the file whole."""
        del path
        return [(0, size)]

    def read(self, part: Part) -> Iterator[Row]:
        """Give the message."""
        locator = f"byte:0+{part.size}"
        with Path(part.path).open("rb") as stream:
            raw = stream.read(message.MAX_MESSAGE + 1)
        if raw.endswith(b"\x00"):
            raw = raw.rstrip(b"\x00")  # the unused rest of a disk block
        if 0 < raw.count(0) <= len(raw) // 16:
            raw = raw.replace(b"\x00", b"")  # zeros that a broken disk or mailer strewed in
        if b"\x00" in raw[:512]:
            yield skip(part, locator, "binary", "binary data where a message's headers should be")
            return
        yield from guarded(message.rows(raw, part, locator), part, locator)


READER = Eml()
