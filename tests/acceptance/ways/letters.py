"""Letters and their copies, and how they are written down."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


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
        return self._forwarded(copy) or self._reached(copy)

    def _forwarded(self, copy: Copy) -> tuple[str, str] | None:
        """Whether a rule sent it away, or may have."""
        unsure = ""
        for start, end, holds, why in () if copy.sent else self.rules:
            match = holds(copy) if start <= copy.arrived < end else False
            if match:
                return "copied", f"{why} {start:%m-%d %H:%M} to {end:%m-%d %H:%M}"
            unsure = unsure or (f"{why}: cannot be told" if match is None else "")
        return ("in_reach", unsure) if unsure else None

    def _reached(self, copy: Copy) -> tuple[str, str]:
        """Whether the intruder was there with it, and the log would have told."""
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


def raw(copy: Copy, *, stripped: bool = False) -> bytes:
    """Render a letter as it lies in its mailbox, with line feeds."""
    letter, date = copy.letter, copy.arrived - timedelta(seconds=0 if copy.sent else 5)
    head = (
        []
        if stripped
        else ["Received: " + hop.replace(" by ", "\n\tby ", 1).replace("; ", ";\n\t") for hop in copy.hops]
    )
    head += [f"From: {letter.sender}", f"To: {', '.join(letter.to)}", f"Subject: {letter.subject}"]
    head += [f"Message-ID: {letter.mid}", f"Date: {format_datetime(date)}", "MIME-Version: 1.0"]
    plain = 'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 7bit\n'
    if letter.attachment is None:
        return ("\n".join(head) + "\n" + plain + "\n" + letter.body).encode()
    edge = "=_part_" + letter.mid[1:17]
    head.append(f'Content-Type: multipart/mixed; boundary="{edge}"')
    hung = 'Content-Type: application/octet-stream; name="data.bin"\nContent-Transfer-Encoding: base64\n'
    hung += 'Content-Disposition: attachment; filename="data.bin"\n'
    text = f"--{edge}\n{plain}\n{letter.body}\n--{edge}\n{hung}\n{base64.encodebytes(letter.attachment).decode()}--{edge}--\n"
    return ("\n".join(head) + "\n\n" + text).encode()


def size(copy: Copy) -> int:
    """The letter's size with the line ends of the wire."""
    return len(raw(copy).replace(b"\n", b"\r\n"))


def entry(copy: Copy, *, stripped: bool = False) -> bytes:
    """Give a letter as an mbox holds it."""
    return (
        f"From {copy.letter.sender} {copy.arrived:%a %b %d %H:%M:%S %Y}\n".encode()
        + raw(copy, stripped=stripped)
        + b"\n"
    )


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
