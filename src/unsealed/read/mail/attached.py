"""One attachment to its row."""

import hashlib

from unsealed.read.mail.parts import Leaf
from unsealed.schema import content_id

MAX_TEXT = 4 << 20
"""Characters of text kept of one message or attachment."""


def attachment(leaf: Leaf, message_id: str, number: int) -> tuple[tuple[object, ...], str]:
    """Give an attachment's row and the SHA-256 of its bytes."""
    data = leaf.content()
    status, text = "not_read", None
    if leaf.is_text:
        text = leaf.text()
        status = "read" if len(text) <= MAX_TEXT else "too_large"
        text = text[:MAX_TEXT]
    digest = hashlib.sha256(data).hexdigest()
    identity = content_id(message_id, str(number), digest)
    # SHA-1 and MD5 prove nothing, but many indicator lists still name files by them alone
    older = hashlib.sha1(data, usedforsecurity=False).hexdigest(), hashlib.md5(data, usedforsecurity=False).hexdigest()
    return (identity, message_id, leaf.filename, leaf.media_type, len(data), digest, text, status, *older), digest
