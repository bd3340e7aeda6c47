"""What a message's headers say of it, and the hash by which copies of one letter are known."""

import re
from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from unsealed.read.mail import headers
from unsealed.schema import content_id

_CHARSET = re.compile(rb"charset\s*=\s*\"?([A-Za-z0-9_:.\-]+)", re.IGNORECASE)


@lru_cache(maxsize=8)
def zone(name: str) -> tzinfo:
    """Give a time zone by its name."""
    return ZoneInfo(name)


class Heads:
    """The headers of one message as text, raw 8-bit read with the charset that the body declares."""

    def __init__(self, found: dict[bytes, list[bytes]]) -> None:
        """Take the headers by their lower-case names."""
        self.found = found

    def first(self, name: bytes) -> str:
        """Give a header; empty where there is none."""
        values = self.found.get(name)
        return self._text(values[0]) if values else ""

    def people(self, name: bytes) -> list[headers.Address]:
        """Give the addresses and names that a header lists."""
        values = self.found.get(name)
        if not values:
            return []
        if len(values) == 1:
            return headers.addresses(self._text(values[0]))
        return [pair for value in values for pair in headers.addresses(self._text(value))]

    def _text(self, value: bytes) -> str:
        return headers.text(value) if value.isascii() else headers.text(value, _label(self.found))


def _label(found: dict[bytes, list[bytes]]) -> str:
    """Give the charset that the message declares for its body: the best guess for raw 8-bit headers."""
    match = _CHARSET.search(found.get(b"content-type", [b""])[0])
    return match.group(1).decode("ascii") if match else ""


def moment(heads: Heads, local: tzinfo, notes: list[str]) -> int | None:
    """Give the time of the Date header; note what it lacks."""
    if b"date" not in heads.found:
        notes.append("date_missing")
        return None
    date, assumed = headers.moment(heads.first(b"date"), local)
    if date is None:
        notes.append("date_unreadable")
    elif assumed:
        notes.append("date_zone_assumed")
    return date


def content_hash(sender: str | None, subject: str, date: int | None, text: str, hashes: Sequence[str]) -> str:
    """Give the same for all copies of one letter, whatever headers the journey added.

    Args:
        sender: the sender's address.
        subject: the decoded subject.
        date: the Date header, in microseconds since 1970.
        text: the plain text of the body; white space does not count.
        hashes: SHA-256 of each attachment, in order.
    """
    return content_id(sender, subject, str(date), " ".join(text.split()), *hashes)
