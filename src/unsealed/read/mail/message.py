"""One message's bytes to its row and its attachments' rows.

fast-mail-parser finds the MIME tree; headers and charsets are ours; where it raises, the standard library reads the
message. Bounds: header size, MIME depth and parts, text length, each with its row in `skipped`.
"""

import re
from collections.abc import Iterator

from unsealed.errors import BadRecord
from unsealed.read.mail import headers, labels, links, unwrap
from unsealed.read.mail.attached import MAX_TEXT, attachment
from unsealed.read.mail.heads import Heads, content_hash, moment, zone
from unsealed.read.mail.parts import Leaf, Trouble
from unsealed.read.mail.thread_index import conversation_root
from unsealed.read.reader import Part, Row, skip
from unsealed.schema import content_id

MAX_MESSAGE = 150 << 20
"""Bytes of one message; Exchange Online's own limit. Of a larger one the headers are read."""
_LEADING = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*(?:>?From [^\r\n]*\r?\n)?")
_MAILBOX_HINTS = (b"delivered-to", b"x-original-to", b"envelope-to", b"x-envelope-to", b"x-delivered-to")


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
    trouble: Trouble = []
    parts = unwrap.structure(raw, trouble)
    yield from _composed(found, parts, part, locator, size, notes, trouble)


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
    yield from _composed(headers.collect(block), parts, part, locator, size, notes or [], [])


def _composed(
    found: dict[bytes, list[bytes]],
    parts: list[Leaf],
    part: Part,
    locator: str,
    size: int,
    notes: list[str],
    trouble: Trouble,
) -> Iterator[Row]:
    """Join what a reader sees on opening the letter; the rest is attachments."""
    shown: list[str] = []
    hidden: list[str] = []
    attached = []
    targets = links.Links()
    for leaf in unwrap.opened(parts, trouble):
        if leaf.attached:
            attached.append(leaf)
            continue
        text = leaf.text()
        if text:
            shown.append(text)
        if leaf.hidden:
            hidden.append(leaf.hidden)
        targets.take(leaf)
    for reason, detail in trouble:
        notes.append(reason)
        yield skip(part, locator, reason, detail)
    unseen = "\n".join(hidden)[:MAX_TEXT]
    yield from assemble(found, "\n".join(shown), attached, part, locator, size, notes, unseen, targets.found)


def assemble(
    found: dict[bytes, list[bytes]],
    text: str,
    attached: list[Leaf],
    part: Part,
    locator: str,
    size: int,
    notes: list[str],
    hidden: str = "",
    targets: list[str] | None = None,
) -> Iterator[Row]:
    """Give a message's row and those of its attachments."""
    message_id = content_id(part.evidence_id, locator, part.place.mailbox, part.place.folder)
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
        notes.append("text_cut")
        yield skip(part, locator, "text_too_long", f"text is cut after {MAX_TEXT:,} characters")
    hashes = []
    for number, leaf in enumerate(attached):
        row, digest, problems = attachment(leaf, message_id, number, part.settings, part.timezone)
        hashes.append(digest)
        for reason, detail in problems:
            yield skip(part, locator, reason, detail)
        yield "attachments", row
    if labels.deleted(found, part.shown):
        notes.append("deleted")
    yield "messages", _message(found, part, locator, message_id, size, text, hidden, hashes, notes, targets)


def _message(
    found: dict[bytes, list[bytes]],
    part: Part,
    locator: str,
    message_id: str,
    size: int,
    text: str,
    hidden: str,
    hashes: list[str],
    notes: list[str],
    targets: list[str] | None,
) -> tuple[object, ...]:
    local, heads = zone(part.timezone), Heads(found)
    first, people = heads.first, heads.people
    hops = [headers.hop(headers.text(value), local) for value in found.get(b"received", ())[: headers.MAX_HOPS]]
    date = moment(heads, local, notes)
    senders = people(b"from") or people(b"sender")
    sender, sender_name = senders[0] if senders else (None, "")
    subject = headers.decoded(first(b"subject"))
    ids = headers.message_ids(first(b"message-id"))
    replied = headers.message_ids(first(b"in-reply-to"))
    arrived = next((time for _, _, time, _ in hops if time is not None), date)
    labelled = labels.labels(found)
    hints = [address for name in _MAILBOX_HINTS if name in found for address, _ in people(name) if address]
    digest = content_hash(sender, subject, date, text, hashes)
    return (
        message_id,
        part.evidence_id,
        locator,
        part.place.mailbox,
        labels.folder(labelled, part.place.folder) if labelled else part.place.folder,
        ids[0] if ids else None,
        date,
        sender or None,
        sender_name,
        people(b"to"),
        people(b"cc"),
        people(b"bcc"),
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
        labelled,
        hidden,
        targets or [],
        next((address for address, _ in people(b"reply-to") if address), None),
        _bare(first(b"return-path")),
    )


def _bare(value: str) -> str | None:
    """Give the address of a Return-Path; a bounce's is empty."""
    address = value.strip().strip("<>").strip().lower()
    return address if "@" in address and " " not in address else None
