"""One message's bytes to its row and its attachments' rows.

fast-mail-parser finds the MIME tree; headers and charsets are ours; where it raises, the standard library reads the
message. Bounds: header size, MIME depth and parts, text length, each with its row in `skipped`.
"""

import re
from collections.abc import Iterator
from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import fast_mail_parser

from unsealed.errors import BadRecord
from unsealed.read.mail import careful, headers
from unsealed.read.mail.attached import MAX_TEXT, attachment
from unsealed.read.mail.parts import Leaf, leaves
from unsealed.read.mail.thread_index import conversation_root
from unsealed.read.reader import Part, Row, skip
from unsealed.schema import content_id

MAX_MESSAGE = 150 << 20
"""Bytes of one message; Exchange Online's own limit. Of a larger one the headers are read."""
_LEADING = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*(?:>?From [^\r\n]*\r?\n)?")
_MAILBOX_HINTS = (b"delivered-to", b"x-original-to", b"envelope-to", b"x-envelope-to", b"x-delivered-to")


@lru_cache(maxsize=8)
def zone(name: str) -> tzinfo:
    """Give a time zone by its name."""
    return ZoneInfo(name)


def rows(raw: bytes, part: Part, locator: str) -> Iterator[Row]:
    """Read one message.

    Args:
        raw: the message as it lies in the evidence, mbox quoting undone.
        part: the range it belongs to.
        locator: its place in the evidence file.

    Raises:
        BadRecord: if there is no message in these bytes.
    """
    size = len(raw)
    if b"\n" not in raw[:4096] and b"\r" in raw[:4096]:
        raw = raw.replace(b"\r", b"\n")  # line ends of the old Macintosh
    raw = raw[_LEADING.match(raw).end() :]  # type: ignore[union-attr]  # the pattern matches the empty string
    block, body, cut = headers.split(raw)
    found = headers.collect(block)
    if not found:
        raise BadRecord("no_headers", "no header of a mail message in these bytes", locator)
    notes: list[str] = []
    if cut:
        notes.append("header_cut")
        yield skip(part, locator, "header_too_large", f"headers are cut after {headers.MAX_HEADER:,} bytes")
        raw = block + b"\n\n" + raw[body:]
    if size > MAX_MESSAGE:
        notes.append("headers_only")
        yield skip(part, locator, "message_too_large", f"{size:,} bytes: only the headers are read")
        raw = block + b"\n\n"
    text, attached, trouble = _contents(raw)
    for reason, detail in trouble:
        notes.append(reason)
        yield skip(part, locator, reason, detail)
    yield from assemble(found, text, attached, part, locator, size, notes)


def built(
    block: bytes, parts: list[Leaf], part: Part, locator: str, size: int, notes: list[str] | None = None
) -> Iterator[Row]:
    """Give the rows of a message that lies in the evidence in another form than RFC 5322 (Outlook, Graph, TNEF).

    Args:
        block: its headers as RFC 5322 writes them: its own transport headers, or headers rebuilt from its properties.
        parts: its body (of several forms the one to be read) and its attachments.
        part: the range it belongs to; its `place` tells mailbox and folder.
        locator: its place in the evidence file.
        size: its size there, in bytes.
        notes: what had to be assumed or repaired so far.
    """
    text, attached = _compose(parts)
    yield from assemble(headers.collect(block), text, attached, part, locator, size, notes or [])


def assemble(
    found: dict[bytes, list[bytes]],
    text: str,
    attached: list[Leaf],
    part: Part,
    locator: str,
    size: int,
    notes: list[str],
) -> Iterator[Row]:
    """Give a message's row and those of its attachments."""
    message_id = content_id(part.evidence_id, locator, part.place.mailbox, part.place.folder)
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
        notes.append("text_cut")
        yield skip(part, locator, "text_too_long", f"text is cut after {MAX_TEXT:,} characters")
    hashes = []
    for number, leaf in enumerate(attached):
        row, digest = attachment(leaf, message_id, number)
        hashes.append(digest)
        yield "attachments", row
    yield "messages", _message(found, part, locator, message_id, size, text, hashes, notes)


def _contents(raw: bytes) -> tuple[str, list[Leaf], list[tuple[str, str]]]:
    """Give the text, the attachments and what could not be read; the slow way where the fast one raises."""
    trouble: list[tuple[str, str]] = []
    try:
        tree = fast_mail_parser.parse_email_tree(raw, mode="lazy")
        if not tree.children and tree.content is None:
            return (*_compose(list(careful.leaves(raw, trouble))), trouble)  # a multipart without a boundary
        text, attached = _compose(list(leaves(tree, trouble)))
        for leaf in attached:
            leaf.content()
    except fast_mail_parser.ParseError:
        trouble = []
        text, attached = _compose(list(careful.leaves(raw, trouble)))
    return text, attached, trouble


def _compose(parts: list[Leaf]) -> tuple[str, list[Leaf]]:
    """Join what a reader sees on opening the letter; the rest is attachments."""
    shown: list[str] = []
    attached = []
    for leaf in parts:
        if leaf.attached:
            attached.append(leaf)
        else:
            text = leaf.text()
            if text:
                shown.append(text)
    return "\n".join(shown), attached


def _message(
    found: dict[bytes, list[bytes]],
    part: Part,
    locator: str,
    message_id: str,
    size: int,
    text: str,
    hashes: list[str],
    notes: list[str],
) -> tuple[object, ...]:
    local, heads = zone(part.timezone), _Heads(found)
    first, people = heads.first, heads.people
    hops = [headers.hop(headers.text(value), local) for value in found.get(b"received", ())[: headers.MAX_HOPS]]
    date, assumed = headers.moment(first(b"date"), local) if b"date" in found else (None, False)
    if date is None:
        notes.append("date_missing" if b"date" not in found else "date_unreadable")
    elif assumed:
        notes.append("date_zone_assumed")
    senders = people(b"from") or people(b"sender")
    sender, sender_name = senders[0] if senders else (None, "")
    to, cc, bcc = people(b"to"), people(b"cc"), people(b"bcc")
    subject = headers.decoded(first(b"subject"))
    ids = headers.message_ids(first(b"message-id"))
    replied = headers.message_ids(first(b"in-reply-to"))
    arrived = next((time for _, _, time in hops if time is not None), date)
    hints = [address for name in _MAILBOX_HINTS if name in found for address, _ in people(name) if address]
    spoken = " ".join(text.split())
    digest = content_id(sender, subject, str(date), spoken, *hashes)
    return (
        message_id,
        part.evidence_id,
        locator,
        part.place.mailbox,
        part.place.folder,
        ids[0] if ids else None,
        date,
        sender or None,
        sender_name,
        to,
        cc,
        bcc,
        subject,
        replied[0] if replied else None,
        headers.message_ids(" ".join(headers.text(value) for value in found.get(b"references", ()))),
        None,
        hops,
        size,
        text,
        digest,
        len(hashes),
        arrived,
        part.place.basis,
        notes,
        conversation_root(first(b"thread-index")),
        list(dict.fromkeys(hints)),
        part.place.group,
    )


class _Heads:
    """The headers of one message as text, raw 8-bit read with the charset that the body declares."""

    def __init__(self, found: dict[bytes, list[bytes]]) -> None:
        self.found, self.label = found, _label(found)

    def first(self, name: bytes) -> str:
        values = self.found.get(name)
        return headers.text(values[0], self.label) if values else ""

    def people(self, name: bytes) -> list[headers.Address]:
        values = self.found.get(name, ())
        return [pair for value in values for pair in headers.addresses(headers.text(value, self.label))]


_CHARSET = re.compile(rb"charset\s*=\s*\"?([A-Za-z0-9_:.\-]+)", re.IGNORECASE)


def _label(found: dict[bytes, list[bytes]]) -> str:
    """Give the charset that the message declares for its body: the best guess for raw 8-bit headers."""
    match = _CHARSET.search(found.get(b"content-type", [b""])[0])
    return match.group(1).decode("ascii") if match else ""
