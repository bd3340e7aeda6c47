"""What every way shares: letters, mailboxes, their truth by the contract, and how a case lies on disk."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MARGIN = 3 * HOUR
TOPICS = ["invoice", "contract", "payment", "travel", "budget", "password", "meeting", "tender", "shipment", "payroll"]
SYLLABLES = "ba co du fe gi ho ju ka li mo nu pe qui ra so tu ve wo xi ya ze bri cla dro fli gre".split()
OUTSIDE = ["bob@partner.example", "eva@supplier.example", "li@ally.example.org", "news@list.example.net", "m.ito@port.example.jp"]


@dataclass(eq=False)
class Letter:
    """A letter, whatever mailboxes it lies in."""

    mid: str
    subject: str
    sender: str
    to: list[str]
    body: str
    attachment: bytes | None = None

    def says(self, word: str) -> bool:
        """Whether its subject or body holds a word."""
        return word.lower() in (self.subject + "\n" + self.body).lower()


@dataclass(eq=False)
class Copy:
    """A letter in a mailbox: when it came, where it lay when, and what is true of it."""

    letter: Letter
    mailbox: str
    folder: str
    arrived: datetime
    hops: list[str] = field(default_factory=list)
    sent: bool = False
    gone: datetime | None = None
    moves: list[tuple[datetime, str]] = field(default_factory=list)
    kept: bool = True
    verdict: str = ""
    why: str = ""
    opened: bool = False
    """Whether the intruder really had its words before them, whatever any log says."""

    def there(self, at: datetime) -> bool:
        """Whether it lay in the mailbox then."""
        return self.arrived < at and (self.gone is None or at < self.gone)

    def within(self, start: datetime, end: datetime) -> bool:
        """Whether it lay in the mailbox at any time between the two."""
        return self.arrived < end and (self.gone is None or self.gone > start)

    def place(self, at: datetime) -> str:
        """The folder it lay in then."""
        where = self.folder
        for when, folder in self.moves:
            where = folder if when <= at else where
        return where

    @property
    def last_folder(self) -> str:
        """Where the evidence finds it."""
        return self.moves[-1][1] if self.moves else self.folder


@dataclass(eq=False)
class Box:
    """A mailbox, and everything that bears on what was opened in it."""

    address: str
    folders: list[str]
    copies: list[Copy] = field(default_factory=list)
    logged: bool = True
    traces: list[datetime] = field(default_factory=list)
    named: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    bulk: list[tuple[datetime, Callable[[Copy], bool], str]] = field(default_factory=list)
    rules: list[tuple[datetime, datetime, Callable[[Copy], bool | None], str]] = field(default_factory=list)
    dark: list[tuple[datetime, datetime, str]] = field(default_factory=list)
    loose: list[tuple[datetime, datetime, str, str]] = field(default_factory=list)
    borders: list[datetime] = field(default_factory=list)
    only: set[str] | None = None
    """Where the intruder could see these folders alone."""

    def judge(self, copy: Copy) -> tuple[str, str]:
        """Derive a copy's verdict from the contract: the strongest that its grounds support."""
        if copy.letter.mid in self.named:
            when, how = self.named[copy.letter.mid]
            return "accessed", f"{how} {when:%m-%d %H:%M}"
        for at, holds, why in self.bulk:
            if copy.there(at) and holds(copy):
                return "copied", f"{why} {at:%m-%d %H:%M}, lay in {copy.place(at)}"
        unsure = ""
        for start, end, holds_it, why in self.rules:
            if not copy.sent and start <= copy.arrived < end:
                match = holds_it(copy)
                if match:
                    return "copied", f"{why} {start:%m-%d %H:%M} to {end:%m-%d %H:%M}"
                unsure = unsure or (f"{why}: cannot be told" if match is None else "")
        if unsure:
            return "in_reach", unsure
        for start, end, why in self.dark:
            if copy.within(start, end):
                return "in_reach", f"{why} {start:%m-%d %H:%M} to {end:%m-%d %H:%M}"
        if self.traces and copy.within(min(self.traces), max(self.traces)):
            span = f"traces {min(self.traces):%m-%d %H:%M} to {max(self.traces):%m-%d %H:%M}"
            if self.only is not None and not {copy.place(at) for at in self.traces if copy.there(at)} & self.only:
                return "out_of_reach|not_accessed", f"not in a folder they could see; {span}"
            return ("not_accessed" if self.logged else "in_reach"), span
        for start, end, verdicts, why in self.loose:
            if copy.within(start, end):
                return verdicts, why
        return "out_of_reach", "nobody was there" if not self.traces else "not there while they were"

    def settle(self) -> None:
        """Judge every copy that is not judged yet."""
        for copy in self.copies:
            if not copy.verdict:
                copy.verdict, copy.why = self.judge(copy)


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
        self.boxes.append(Box(f"{name}@{self.domain}", list(folders) or ["Inbox", "Sent Items", "Archive"], logged=logged))
        return self.boxes[-1]

    def word(self) -> str:
        """Draw a word that means nothing."""
        return "".join(self.rng.choices(SYLLABLES, k=self.rng.randint(2, 4)))

    def letter(self, to: list[str], sender: str = "", topic: str | None = None, size: int = 0, attach: float = 0.15) -> Letter:
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

    def moments(self, count: int, borders: Iterable[datetime], first: float = -30, last: float = 0, margin: timedelta = MARGIN) -> list[datetime]:
        """Draw times of arrival, none near a moment that decides."""
        kept = list(borders)
        begin, span = self.start + first * DAY, (self.days + last - first) * DAY
        found: list[datetime] = []
        while len(found) < count:
            at = (begin + self.rng.random() * span).replace(microsecond=0)
            if all(abs(at - border) > margin for border in kept):
                found.append(at)
        return sorted(found)

    def fill(self, box: Box, count: int, borders: Iterable[datetime] = (), weights: tuple[int, ...] = (10, 2, 4, 3), **how: float) -> None:
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
        inner = f"from {relay}.{self.domain} ({relay}.{self.domain} [10.0.0.5]) by store.{self.domain} with LMTP id {self.rng.getrandbits(40):010X}"
        outer = f"from out.{host} (out.{host} [192.0.2.240]) by {relay}.{self.domain} (Postfix) with ESMTPS id {self.rng.getrandbits(40):010X} for <{box.address}>"
        return [f"{inner}; {format_datetime(at)}", f"{outer}; {format_datetime(at - timedelta(seconds=2))}"]

    def share(self, chance: float = 0.08) -> None:
        """Let some letters lie in another mailbox, too."""
        for box in self.boxes:
            for copy in list(box.copies):
                others = [other for other in self.boxes if other is not box and not any(abs(copy.arrived - b) <= MARGIN for b in other.borders)]
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


def raw(copy: Copy, *, stripped: bool = False) -> bytes:
    """Render a letter as it lies in its mailbox."""
    made = EmailMessage()
    for hop in [] if stripped else copy.hops:
        made["Received"] = hop
    made["From"], made["To"] = copy.letter.sender, ", ".join(copy.letter.to)
    made["Subject"], made["Message-ID"] = copy.letter.subject, copy.letter.mid
    made["Date"] = format_datetime(copy.arrived - timedelta(seconds=0 if copy.sent else 5))
    made.set_content(copy.letter.body)
    if copy.letter.attachment is not None:
        made.add_attachment(copy.letter.attachment, maintype="application", subtype="octet-stream", filename="data.bin")
    return made.as_bytes()


def size(copy: Copy) -> int:
    """The letter's size with the line ends of the wire."""
    return len(raw(copy).replace(b"\n", b"\r\n"))


def entry(copy: Copy, *, stripped: bool = False) -> bytes:
    """Give a letter as an mbox holds it."""
    return f"From {copy.letter.sender} {copy.arrived:%a %b %d %H:%M:%S %Y}\n".encode() + raw(copy, stripped=stripped) + b"\n"


def toml(table: str, /, **lines: object) -> str:
    """Write one [[kind]] of case.toml."""
    text = f"\n[[{table}]]\n"
    for key, value in lines.items():
        if isinstance(value, datetime):
            shown = value.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif isinstance(value, list):
            shown = "[" + ", ".join(f'"{one}"' for one in value) + "]"
        else:
            shown = '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
        text += f"{key.rstrip('_')} = {shown}\n"
    return text
