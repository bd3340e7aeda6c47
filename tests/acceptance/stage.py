"""What a scene has to hand: the mailbox, its copies, the log, the leads that responders will be given."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from corpus import Letter
    from records import Record, Tenant

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MARGIN = 4 * HOUR
Who = Literal["intruder", "owner", "neutral", "noise"]
Match = bool | None


@dataclass(eq=False)
class Copy:
    """A letter in one folder of one mailbox, and what is true of it."""

    letter: Letter
    mailbox: str
    folder: str
    arrival: datetime
    sent: bool = False
    gateway: bool = False
    shared: bool = False
    scene: str = ""
    verdict: str | None = None
    reason: str = ""


@dataclass
class Box:
    """A mailbox: its owner's address, its folders, its copies."""

    address: str
    folders: list[str]
    layout: str
    copies: list[Copy] = field(default_factory=list)

    @property
    def archive(self) -> str:
        """The third folder, whatever its name."""
        return self.folders[2]


@dataclass
class Event:
    """A record of the log and whose it is."""

    record: Record
    who: Who
    mailbox: str

    @property
    def time(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.record["CreationTime"] + "+00:00")


@dataclass
class Forward:
    """A rule or setting that sent mail away, from creation to removal."""

    start: datetime
    end: datetime
    match: Callable[[Letter], Match]


@dataclass
class Leads:
    """What responders know beforehand."""

    values: list[tuple[str, str]] = field(default_factory=list)
    lines: list[dict[str, str | datetime]] = field(default_factory=list)
    reach: list[dict[str, str | datetime]] = field(default_factory=list)


@dataclass
class Stage:
    """The case as a whole."""

    rng: random.Random
    tenant: Tenant
    start: datetime
    end: datetime
    leads: Leads = field(default_factory=Leads)
    events: list[Event] = field(default_factory=list)
    drawn: int = 0

    def intruder_ip(self, *, v6: bool | None = None) -> str:
        """Draw an address that nobody else will use."""
        self.drawn += 1
        if v6 if v6 is not None else self.rng.random() < 0.3:
            return str(ipaddress.ip_address(f"2001:db8:bad:{self.drawn:x}::{self.rng.randrange(1, 0xFFFF):x}"))
        return f"203.0.113.{self.drawn}" if self.drawn % 2 else f"198.51.100.{self.drawn}"

    def owner_ip(self) -> str:
        """Draw an address of the organisation's own."""
        self.drawn += 1
        return f"192.0.2.{self.drawn}"

    def log(self, record: Record, who: Who, mailbox: str) -> None:
        """Write a record into the log."""
        self.events.append(Event(record, who, mailbox))
