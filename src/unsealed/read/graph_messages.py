"""Mailboxes exported through Microsoft Graph: message resources as JSON, one a file, in pages, or as lines.

https://learn.microsoft.com/graph/api/user-list-messages
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from unsealed import schema
from unsealed.read.encodings import head_text, sniff
from unsealed.read.graph import resource
from unsealed.read.json_stream import Broken, Found, objects
from unsealed.read.mail import headers, message
from unsealed.read.reader import Part, Row, guarded, skip

_OPENING = re.compile(r"\s*[\[{]")
_KEYS = re.compile(
    r'"(internetMessageId|toRecipients|bodyPreview|receivedDateTime|parentFolderId|internetMessageHeaders|conversationIndex|'
    r'ccRecipients|isDraft|isReadReceiptRequested)"\s*:',
    re.IGNORECASE,
)
_CONTEXT = re.compile(
    r'"@odata\.context"\s*:\s*"[^"]{1,500}[/#]messages\b|'
    r'"@odata\.type"\s*:\s*"#microsoft\.graph\.message"',
    re.IGNORECASE,
)
_ANY = re.compile(r'"(?:subject|sender|from|toRecipients|internetMessageId|bodyPreview)"\s*:', re.IGNORECASE)
_ENVELOPE = re.compile(r'\s*\{[^{}\[\]]{0,8192}?"value"\s*:\s*\[', re.IGNORECASE)
_WRAPPING = re.compile(rb'[\s\]},]*(?:"[^"]{1,60}"\s*:\s*(?:"[^"]*"|\d+)[\s\]},]*)*')
_ASKED = re.compile(r'"@odata\.(?:context|id)"\s*:\s*"([^"]{1,2000})"')
_OWNER = re.compile(r"/?users(?:\('|/)([^'/\s@%]{1,80}(?:@|%40)[^'/\s@%]{1,180}\.[^'/\s@%]{1,60}?)(?:'\)|/)")
_FOLDER = re.compile(r"/mailFolders(?:\('|/)([A-Za-z]{3,20})(?:'\)|/)")
_USUAL = {
    "inbox": "Inbox",
    "sentitems": "Sent Items",
    "drafts": "Drafts",
    "deleteditems": "Deleted Items",
    "junkemail": "Junk Email",
    "archive": "Archive",
    "outbox": "Outbox",
    "recoverableitemsdeletions": "Recoverable Items/Deletions",
}
_ARRIVED = schema.TABLES["messages"].schema.get_field_index("arrived")


class GraphMessages:
    """Message resources as JSON objects, however they are strung together."""

    name = "graph_messages"
    version = "4"
    kind = "mail"

    def detect(self, head: bytes, shown: str) -> int:
        """Be sure of JSON with three keys that only Graph's message resource has together."""
        del shown
        if head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] not in {b"{", b"["}:
            return 0
        text = head_text(head)
        if not _OPENING.match(text):
            return 0
        found = {key.lower() for key in _KEYS.findall(text)}
        if _CONTEXT.search(text):
            return 92 if _ANY.search(text) else 40
        return 92 if len(found) >= 3 and found & {"internetmessageid", "torecipients", "bodypreview"} else 0

    def ranges(self, path: str, size: int) -> list[tuple[int, int]]:
        """Leave the file whole: pages of answers have no line ends to cut at."""
        del path
        return [(0, size)]

    def read(self, part: Part) -> Iterator[Row]:
        """Give the messages."""
        with Path(part.path).open("rb") as stream:
            head = stream.read(64 << 10)
        text, start = head_text(head), 0
        envelope = _ENVELOPE.match(text)
        if envelope:
            encoding, mark = sniff(head)
            start = mark + len(envelope.group().encode(encoding))
        owner, part = _context(text[:4096], part)
        for found in objects(Path(part.path), start):
            if isinstance(found, Broken):
                if not _wraps(part.path, found.locator):
                    yield skip(part, found.locator, found.reason, found.detail)
                continue
            items = resource.messages(resource.plain(found.value))
            for number, item in enumerate(items):
                locator = found.locator if len(items) == 1 else f"{found.locator}/item:{number}"
                yield from guarded(_rows(item, owner, found, part, locator), part, locator)


def _context(head: str, part: Part) -> tuple[str | None, Part]:
    """Learn whose mailbox and which folder from the address that the export was asked from."""
    asked = _ASKED.search(head)  # the export's own address, not one that a letter may quote
    owner, folder = (pattern.search(asked.group(1)) if asked else None for pattern in (_OWNER, _FOLDER))
    named = _USUAL.get(folder.group(1).lower()) if folder else None
    if named:
        part = replace(part, place=replace(part.place, folder=named))
    return (owner.group(1).replace("%40", "@") if owner else None), part


def _rows(item: resource.Json, owner: str | None, found: Found, part: Part, locator: str) -> Iterator[Row]:
    if not resource.is_message(item):
        gone = "@removed" in item
        detail = "only the note that a message was removed" if gone else "JSON, but no message"
        yield skip(part, locator, "not_a_record", detail)
        return
    notes: list[str] = ["draft"] if item.get("isdraft") is True else []
    leaves = resource.parts(item, notes)
    notes = list(dict.fromkeys(notes))
    if "preview_only" in notes:
        yield skip(part, locator, "not_exported", "the export holds only the first 255 characters of the body")
    if "attachments_not_exported" in notes:
        yield skip(part, locator, "not_exported", "the message has attachments that the export does not hold")
    if "attachment_broken" in notes:
        yield skip(part, locator, "attachment_broken", "an attachment's base64 can't be decoded: its name is kept")
    received = resource.moment(item.get("receiveddatetime"))
    came = headers.micros(received) if received else None
    for table, row in message.built(resource.block(item, owner), leaves, part, locator, len(found.text), notes):
        if table == "messages" and came is not None:
            yield table, (*row[:_ARRIVED], came, *row[_ARRIVED + 1 :])
        else:
            yield table, row


def _wraps(path: str, locator: str) -> bool:
    """Tell whether a stretch that is no object only closes or opens a page of answers."""
    offset, length = (int(number) for number in locator.removeprefix("byte:").split("+"))
    if length > 64 << 10:
        return False
    with Path(path).open("rb") as stream:
        stream.seek(offset)
        return bool(_WRAPPING.fullmatch(stream.read(length).replace(b"\x00", b"")))


READER = GraphMessages()
