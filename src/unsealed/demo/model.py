"""What the simulation is made of: letters, their copies, and audit records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from unsealed.demo.world import Person

INBOX = "Inbox"
SENT = "Sent Items"
DELETED = "Deleted Items"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a letter."""

    filename: str
    media_type: str
    content: bytes


@dataclass(eq=False, slots=True)
class Letter:
    """One message as its sender wrote it, whoever holds a copy."""

    message_id: str
    date: datetime
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    subject: str
    language: str
    own_text: str
    text: str = ""
    quote_head: str = ""
    quote_marked: bool = True
    quoted_text: str = ""
    parent: Letter | None = None
    quotes_parent: bool = False
    stands_in: frozenset[str] = frozenset()
    linked: bool = True
    references: tuple[str, ...] = ()
    root: Letter | None = None
    thread_index: bytes = b""
    via_list: bool = False
    project: bool = False
    kind: str = ""
    encoding: tuple[str, str] = ("utf-8", "base64")
    shape: str = "plain"
    attachments: tuple[Attachment, ...] = ()
    children: int = 0

    @property
    def recipients(self) -> tuple[Person, ...]:
        """Everyone the letter is addressed to."""
        return self.to + self.cc


@dataclass(frozen=True, slots=True)
class Hop:
    """One Received line."""

    by: str
    sender: str
    address: str
    time: datetime
    zone: int


@dataclass(eq=False, slots=True)
class Copy:
    """A letter as it lies in one folder of one mailbox."""

    mailbox: str
    folder: str
    letter: Letter
    arrived: datetime
    hops: tuple[Hop, ...] = ()
    purged: bool = False


@dataclass(eq=False, slots=True)
class Record:
    """One audit record, and whose hand made it (`intruder`, `owner` or `system`)."""

    time: datetime
    record_id: str
    type_name: str
    user: str
    operation: str
    data: dict[str, Any]
    hand: str
    succeeded: bool = True


@dataclass(slots=True)
class Intrusion:
    """What the intruder did, as the simulation knows it, kept for the truth alone."""

    opened: set[tuple[str, str]] = field(default_factory=set)
    sent: set[tuple[str, str]] = field(default_factory=set)
    last_in: dict[str, datetime] = field(default_factory=dict)
    rule_words: tuple[str, ...] = ()
