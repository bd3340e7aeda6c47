"""One attachment to its row: its bytes hashed, its words read, here where it is plain text, else in the extractor."""

import hashlib

from unsealed.read.attachments import kinds, plain
from unsealed.read.attachments.extractor import EXTRACTOR
from unsealed.read.attachments.outcome import MAX_TEXT, Outcome
from unsealed.read.mail import embedded
from unsealed.read.mail.parts import Leaf
from unsealed.read.reader import Settings
from unsealed.schema import content_id

__all__ = ["MAX_TEXT", "attachment"]
_HERE = frozenset(("text", "html", "card"))
"""Kinds that need no extractor."""


def attachment(
    leaf: Leaf, message_id: str, number: int, settings: Settings | None = None, timezone: str = "UTC"
) -> tuple[tuple[object, ...], str, list[tuple[str, str]]]:
    """Give an attachment's row, the SHA-256 of its bytes, and what could not be read of it."""
    data = leaf.content()
    digest = hashlib.sha256(data).hexdigest()
    made = _outcome(leaf, data, digest, message_id, settings or Settings())
    identity = content_id(message_id, str(number), digest)
    # SHA-1 and MD5 prove nothing, but many indicator lists still name files by them alone
    older = hashlib.sha1(data, usedforsecurity=False).hexdigest(), hashlib.md5(data, usedforsecurity=False).hexdigest()
    letter = embedded.identity(leaf, data, timezone, MAX_TEXT)
    row = (
        identity,
        message_id,
        leaf.filename,
        leaf.media_type,
        len(data),
        digest,
        made.text,
        made.status,
        *older,
        *letter,
    )
    problems = [(reason, f"{_named(leaf)}: {detail}") for reason, detail in made.problems]
    return row, digest, problems


def _outcome(leaf: Leaf, data: bytes, digest: str, message_id: str, settings: Settings) -> Outcome:
    """Read the words; what a file is, is judged by its bytes, and the declared type speaks for text alone."""
    if leaf.media_type.startswith("message/") or (not data and leaf.is_text):
        return Outcome("read", leaf.text()).cut()
    if not data:
        return Outcome("no_text")
    kind = kinds.kind(data)
    if kind in _HERE and len(data) <= MAX_TEXT * 4:
        told = leaf.media_type.startswith("text/") and kind == "text" and not kinds.utf16(data[:4096])
        marked = data.startswith((b"\xff\xfe", b"\xfe\xff", b"<?xml"))
        text = leaf.text() if told and not marked else plain.words(data, kind, leaf.charset)
        broken = text.count("\ufffd") * 3 > len(text) > 0
        return Outcome("undecodable" if broken else "read", text).cut()
    if kind == "binary":
        if leaf.is_text:
            return Outcome("read", leaf.text()).cut()
        return Outcome("no_text")
    if kind == "pgp":  # S/MIME and PGP are told of once, with the letter
        return Outcome("encrypted")
    if kind == "image" and not settings.ocr:
        return Outcome("image")
    return EXTRACTOR.outcome(data, digest, message_id, settings)


def _named(leaf: Leaf) -> str:
    return f"attachment {leaf.filename[:200]!r}" if leaf.filename else "an attachment without a name"
