"""Which letter hangs whole on another: its Message-ID and its content hash, as it would have them in a mailbox.

A forwarded letter is an attachment of type message/rfc822 (RFC 2046 5.2.1), an Outlook item that hangs on an item, or
a file saved as `.eml` or `.msg`.
"""

import hashlib
import struct
from typing import NamedTuple

from unsealed.errors import BadRecord
from unsealed.read.mail import headers, unwrap
from unsealed.read.mail.heads import Heads, content_hash, moment, zone
from unsealed.read.mail.parts import Leaf

MAX_EMBEDDED = 32 << 20
"""Bytes of an attached letter that is looked into."""
_MESSAGES = frozenset(("message/rfc822", "message/global", "message/news"))
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Identity(NamedTuple):
    """What an attached letter is known by; both None where the attachment is no letter."""

    message_id: str | None = None
    content_hash: str | None = None


def identity(leaf: Leaf, data: bytes, timezone: str, most: int) -> Identity:
    """Tell which letter an attachment is.

    Args:
        leaf: the attachment.
        data: its bytes.
        timezone: the case's, for dates without one.
        most: characters of a letter's text that are kept.
    """
    name = leaf.filename.lower()
    if len(data) > MAX_EMBEDDED:
        return Identity()
    if leaf.embedded_id:
        return Identity(leaf.embedded_id)
    if data.startswith(_COMPOUND) and (name.endswith(".msg") or leaf.media_type == "application/vnd.ms-outlook"):
        data = _outlook(data)
    elif leaf.media_type not in _MESSAGES and not name.endswith(".eml"):
        return Identity()
    return _identity(data, timezone, most) if data else Identity()


def _outlook(data: bytes) -> bytes:
    """Give an Outlook item as MIME; nothing where it can't be read."""
    from unsealed.read.outlook.cfb import Compound
    from unsealed.read.outlook.letter import Letter, rendition

    try:
        return rendition(Letter(Compound(data).item()))
    except (BadRecord, LookupError, ValueError, OverflowError, struct.error):
        return b""


def _identity(raw: bytes, timezone: str, most: int) -> Identity:
    raw = raw.lstrip(b"\r\n")
    block, _, _ = headers.split(raw)
    found = headers.collect(block)
    if not found.keys() & {b"from", b"message-id", b"date", b"subject"}:
        return Identity()
    heads = Heads(found)
    ids = headers.message_ids(heads.first(b"message-id"))
    shown, hashes = list[str](), list[str]()
    for leaf in unwrap.opened(unwrap.structure(raw, []), []):
        if leaf.attached:
            hashes.append(hashlib.sha256(leaf.content()).hexdigest())
        elif text := leaf.text():
            shown.append(text)
    senders = heads.people(b"from") or heads.people(b"sender")
    subject = headers.decoded(heads.first(b"subject"))
    date = moment(heads, zone(timezone), [])
    sender = senders[0][0] if senders else None
    return Identity(ids[0] if ids else None, content_hash(sender, subject, date, "\n".join(shown)[:most], hashes))
