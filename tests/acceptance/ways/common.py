"""What every way shares: letters, mailboxes, their truth by the contract, and how a case lies on disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .letters import Box, Copy, Letter, entry, raw, size, toml

__all__ = ["Box", "Copy", "Letter", "entry", "raw", "size", "toml"]

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MARGIN = 3 * HOUR
TOPICS = ["invoice", "contract", "payment", "travel", "budget", "password", "meeting", "tender", "shipment", "payroll"]
SYLLABLES = [
    "ba",
    "co",
    "du",
    "fe",
    "gi",
    "ho",
    "ju",
    "ka",
    "li",
    "mo",
    "nu",
    "pe",
    "qui",
    "ra",
    "so",
    "tu",
    "ve",
    "wo",
    "xi",
    "ya",
]
OUTSIDE = [
    "bob@partner.example",
    "eva@supplier.example",
    "li@ally.example.org",
    "news@list.example.net",
    "m.ito@port.example.jp",
]


@dataclass
class Case:
    """One case: what is handed to the product, and what is true."""

    name: str
    root: Path
    copies: list[Copy]
    indicators: list[str] = field(default_factory=list)
    snippet: str = ""
    domain: str = ""
    timezone: str = "UTC"
    ghosts: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Letters that only a log names: mailbox, Message-ID, verdicts, why."""
    reject_user: str = ""
    """What is proposed of this user's is rejected by the responder, and the case is run again."""
    innocent_ips: set[str] = field(default_factory=set)
    innocent_ids: set[str] = field(default_factory=set)
    """Texts, each in the raw record of one owner's or service's doing."""

    @property
    def evidence(self) -> Path:
        """The folder that is read."""
        return self.root / "evidence"


class World:
    """Draws letters, lays them into mailboxes, and writes them down."""

    def __init__(self, rng: random.Random, root: Path, domain: str = "example.go.jp", days: int = 90) -> None:
        """Begin with an empty folder."""
        shutil.rmtree(root, ignore_errors=True)
        (root / "evidence").mkdir(parents=True)
        self.rng, self.root, self.domain = rng, root, domain
        self.start = datetime(2023, 2, 1, tzinfo=UTC) + rng.randint(0, 100) * DAY
        self.end = self.start + days * DAY
        self.days = days
        self.boxes: list[Box] = []
        self.number = 0

    def at(self, day: float, jitter: int = 120) -> datetime:
        """Give a whole second of working hours on a day of the log."""
        base = self.start + int(day) * DAY + 10 * HOUR
        return base + self.rng.randint(0, jitter * 60) * timedelta(seconds=1)

    def box(self, name: str, *folders: str, logged: bool = True) -> Box:
        """Open a mailbox."""
        self.boxes.append(
            Box(f"{name}@{self.domain}", list(folders) or ["Inbox", "Sent Items", "Archive"], logged=logged)
        )
        return self.boxes[-1]

    def word(self) -> str:
        """Draw a word that means nothing."""
        return "".join(self.rng.choices(SYLLABLES, k=self.rng.randint(2, 4)))

    def letter(
        self, to: list[str], sender: str = "", topic: str | None = None, size: int = 0, attach: float = 0.15
    ) -> Letter:
        """Draw a letter whose words stand in no other."""
        self.number += 1
        mid = f"<{self.rng.getrandbits(64):016x}.{self.number}@mail.{self.rng.choice('abcdef')}.example>"
        topic = topic if topic is not None else self.rng.choice(TOPICS)
        in_subject = self.rng.random() < 0.5
        words = [self.word() for _ in range(self.rng.randint(60, 160))]
        if not in_subject and topic:
            words[self.rng.randrange(len(words))] = topic
        lines = [" ".join(words[i : i + 10]) for i in range(0, len(words), 10)]
        while size and sum(map(len, lines)) < size:
            lines.append(" ".join(self.word() for _ in range(10)))
        spoken = topic.title() if self.rng.random() < 0.5 else topic
        subject = " ".join([self.word(), *([spoken] if in_subject and topic else []), self.word(), str(self.number)])
        hung = self.rng.randbytes(self.rng.randint(800, 6000)) if self.rng.random() < attach else None
        return Letter(mid, subject, sender or self.rng.choice(OUTSIDE), to, "\n".join(lines) + "\n", hung)

    def moments(
        self, count: int, borders: Iterable[datetime], first: float = -30, last: float = 0, margin: timedelta = MARGIN
    ) -> list[datetime]:
        """Draw times of arrival, none near a moment that decides."""
        kept = list(borders)
        begin, span = self.start + first * DAY, (self.days + last - first) * DAY
        found: list[datetime] = []
        while len(found) < count:
            at = (begin + self.rng.random() * span).replace(microsecond=0)
            if all(abs(at - border) > margin for border in kept):
                found.append(at)
        return sorted(found)

    def fill(
        self,
        box: Box,
        count: int,
        borders: Iterable[datetime] = (),
        weights: tuple[int, ...] = (10, 2, 4, 3),
        **how: float,
    ) -> None:
        """Lay letters into a mailbox over the months."""
        for at in self.moments(count, [*box.borders, *borders], **how):
            folder = self.rng.choices(box.folders, weights[: len(box.folders)])[0]
            self.lay(box, folder, at)

    def lay(self, box: Box, folder: str, at: datetime, letter: Letter | None = None) -> Copy:
        """Lay one letter."""
        sent = folder.lower().startswith("sent")
        if letter is None:
            letter = self.letter([self.rng.choice(OUTSIDE)], box.address) if sent else self.letter([box.address])
        copy = Copy(letter, box.address, folder, at, [] if sent else self.hops(box, letter, at), sent)
        box.copies.append(copy)
        return copy

    def hops(self, box: Box, letter: Letter, at: datetime, relay: str = "mx9") -> list[str]:
        """Write the Received fields, newest first."""
        host = letter.sender.split("@")[1]
        gate, queue = f"{relay}.{self.domain}", [f"{self.rng.getrandbits(40):010X}" for _ in range(2)]
        inner = f"from {gate} ({gate} [10.0.0.5]) by store.{self.domain} with LMTP id {queue[0]}"
        outer = f"from out.{host} (out.{host} [192.0.2.240]) by {gate} (Postfix) with ESMTPS id {queue[1]} for <{box.address}>"
        return [f"{inner}; {format_datetime(at)}", f"{outer}; {format_datetime(at - timedelta(seconds=2))}"]

    def share(self, chance: float = 0.08) -> None:
        """Let some letters lie in another mailbox, too."""
        for box in self.boxes:
            for copy in list(box.copies):
                others = [
                    other
                    for other in self.boxes
                    if other is not box and not any(abs(copy.arrived - b) <= MARGIN for b in other.borders)
                ]
                if not copy.sent and others and self.rng.random() < chance and len(copy.letter.to) == 1:
                    other = self.rng.choice(others)
                    copy.letter.to = [box.address, other.address]
                    self.lay(other, other.folders[0], copy.arrived, copy.letter)

    def copies(self) -> list[Copy]:
        """Every copy of every mailbox."""
        return [copy for box in self.boxes for copy in box.copies]

    def write_mail(self, folder_name: Callable[[str], str] = str, *, stripped: bool = False) -> None:
        """Write each mailbox's folders as mbox files."""
        for box in self.boxes:
            home = self.root / "evidence" / "mail" / box.address
            home.mkdir(parents=True, exist_ok=True)
            held: dict[str, list[bytes]] = {}
            for copy in box.copies:
                if copy.kept:
                    held.setdefault(copy.last_folder, []).append(entry(copy, stripped=stripped))
            for name, entries in held.items():
                (home / f"{folder_name(name)}.mbox").write_bytes(b"".join(entries))

    def case(self, name: str, **more: object) -> Case:
        """Settle every verdict, write the mail, and close the case."""
        for box in self.boxes:
            box.settle()
        self.write_mail()
        return Case(name, self.root, self.copies(), domain=self.domain, **more)  # type: ignore[arg-type]

    def write(self, path: str, text: str) -> None:
        """Write one log."""
        target = self.root / "evidence" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", newline="")
