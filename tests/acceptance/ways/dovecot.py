"""Dovecot: sign-ins, and what the line of the logout counts, bound what can have been fetched.

doc.dovecot.org: imap_logout_format (in, out, hdr_count, hdr_bytes, body_count, body_bytes), pop3_logout_format (top=,
retr=N/BYTES, del=N/ALL, size=BYTES of the mailbox), mail_log plugin (flag_change, expunge, copy: uid, box, msgid, size;
it has no event for fetching). LMTP says when each letter came. Sessions last minutes; letters near them are left out.
What a session can have taken: IMAP, as many bytes as bodies; POP, whole letters of the inbox alone (RETR is whole).
 imap: nothing (no body, no header), headers (O6), some, everything (O6), plain (2.2: in and out alone), mixed (bodies on
 the first visit, nothing on the later ones: what came after the first was not fetched), flagged (mail_log).
 pop: all (as many letters and bytes as the inbox has: copied), part, none, top.
 quiet: wrong passwords only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .common import HOUR, MINUTE, Box, Case, Copy, World, size

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path

FOLDERS = ("INBOX", "Sent", "Archive")
IMAP = ("nothing", "headers", "some", "everything", "plain", "mixed", "flagged")
ANY = "not_accessed|out_of_reach|in_reach|copied"
POP = ("popall", "poppart", "popnone", "poptop")


@dataclass
class Took:
    """What one session can have taken at most."""

    at: datetime
    bodies: int = 0
    total: int = 0
    headers: int = 0
    all: bool = False
    pop: bool = False
    counted: bool = True


class Server(World):
    """A Dovecot server and its log."""

    def __init__(self, rng: random.Random, root: Path) -> None:
        """Begin the log."""
        super().__init__(rng, root, "ministry.example.org")
        self.lines: list[tuple[datetime, str]] = []
        self.innocent: set[str] = set()
        self.ips: dict[str, str] = {}
        self.sizes: dict[Copy, int] = {}

    def size(self, copy: Copy) -> int:
        """The letter's size on the wire."""
        if copy not in self.sizes:
            self.sizes[copy] = size(copy)
        return self.sizes[copy]

    def log(self, when: datetime, text: str) -> None:
        """Write a line."""
        self.lines.append(
            (when, f"{when:%Y-%m-%dT%H:%M:%S}.{self.rng.randrange(10**6):06}+00:00 mail dovecot: {text}\n")
        )

    def imap(
        self,
        box: Box,
        when: datetime,
        ip: str,
        minutes: int,
        out: str,
        *,
        between: tuple[str, ...] = (),
        service: str = "imap",
        innocent: bool = False,
    ) -> datetime:
        """Log a session; give its end."""
        session, pid = f"{self.rng.getrandbits(48):012x}AAAB", self.rng.randrange(1000, 60000)
        rip = f"rip={ip}, lip=10.0.0.2, mpid={pid}, TLS, session=<{session}>"
        self.log(when, f"{service}-login: Login: user=<{box.address}>, method=PLAIN, {rip}")
        head = f"{service}({box.address})<{pid}><{session}>: "
        for number, text in enumerate(between):
            self.log(when + (number + 1) * MINUTE / 4, head + text)
        end = when + minutes * MINUTE
        self.log(end, head + out)
        if innocent:
            self.innocent.add(session)
        return end

    def stored(self, copy: Copy) -> str:
        """The line that LMTP leaves of a letter it stored."""
        session = f"<{self.rng.randrange(1000, 9999)}><{self.rng.getrandbits(60):x}>"
        if copy.folder != "INBOX":
            return f"lmtp({copy.mailbox}){session}: sieve: msgid={copy.letter.mid}: stored mail into mailbox '{copy.folder}'"
        return f"lmtp({copy.mailbox}){session}: msgid={copy.letter.mid}: saved mail to INBOX"

    def live(self, box: Box) -> None:
        """Deliver the letters, and let the owner fetch every other day."""
        ip = self.ips.setdefault(box.address, f"192.0.2.{10 + len(self.ips)}")
        for copy in box.copies:
            if not copy.sent and copy.arrived > self.start:
                self.log(
                    copy.arrived,
                    self.stored(copy),
                )
        for day in range(0, self.days, 2):
            count = self.rng.randint(1, 6)
            self.imap(box, self.at(day), ip, self.rng.randint(5, 50), counts(count, count * 4000, count), innocent=True)

    def close(self, name: str, indicators: list[str]) -> Case:
        """Write log and case."""
        self.lines.sort()
        self.write("log/mail.log", "".join(text for _, text in self.lines))
        return self.case(name, indicators=indicators, innocent_ids=self.innocent, innocent_ips=set(self.ips.values()))


def counts(bodies: int, total: int, headers: int) -> str:
    """The end of an IMAP session, as Dovecot 2.3 writes it."""
    out = 900 + total + headers * 420
    return (
        f"Logged out in={300 + 40 * bodies} out={out} deleted=0 expunged=0 trashed=0 hdr_count={headers} "
        f"hdr_bytes={headers * 400} body_count={bodies} body_bytes={total}"
    )


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build the case."""
    server = Server(rng, root / "dovecot")
    boxes = {name: server.box(name, *FOLDERS) for name in (*IMAP, *POP, "quiet")}
    visits = {name: [server.at(day + rng.randint(0, 2)) for day in (22, 38, 57)] for name in boxes}
    ips = []
    for name, box in boxes.items():
        box.borders = [moment for visit in visits[name] for moment in (visit, visit + HOUR)]
        server.fill(box, 55)
        for copy in list(box.copies)[::9]:
            copy.letter.body += "\n".join(
                " ".join(server.word() for _ in range(12)) for _ in range(rng.randint(300, 900))
            )
    server.share(0.04)
    for number, (name, box) in enumerate(boxes.items()):
        ip = f"203.0.113.{40 + number}"
        ips.append(ip)
        if name == "quiet":
            for visit in visits[name]:
                server.log(
                    visit,
                    f"imap-login: Disconnected (auth failed, 3 attempts in 9 secs): user=<{box.address}>, method=PLAIN, "
                    f"rip={ip}, lip=10.0.0.2, TLS, session=<{rng.getrandbits(48):x}>",
                )
            continue
        play = _pop if name in POP else _imap
        tooks = [play(server, box, name, visit, ip, number) for number, visit in enumerate(visits[name])]
        _truth(server, box, tooks)
    for box in boxes.values():
        server.live(box)
    return [server.close("dovecot", ips)]


def _imap(server: Server, box: Box, name: str, visit: datetime, ip: str, number: int) -> Took:
    there = [copy for copy in box.copies if copy.there(visit)]
    took = Took(visit, headers=0 if name == "nothing" else len(there))
    chosen: list[Copy] = []
    if name in ("some", "flagged", "plain") or (name == "mixed" and number == 0):
        chosen = server.rng.sample([c for c in there if server.size(c) < 20000], min(8, len(there)))
    elif name == "everything" and number == 1:
        chosen = there
        took.all = True
    elif name == "mixed":
        took.headers = 0
    for copy in chosen:
        copy.opened = True
    took.bodies, took.total = len(chosen), sum(server.size(copy) for copy in chosen)
    out, between = counts(took.bodies, took.total, took.headers), ()
    if name == "plain":
        took.counted = False
        out = f"Logged out in={300 + 40 * len(chosen)} out={900 + took.total + took.headers * 420}"
        took.total += 900 + took.headers * 420
    if name == "flagged":
        inbox = [c for c in chosen if c.folder == "INBOX"]
        between = tuple(
            f"flag_change: box=INBOX, uid={100 + i}, msgid={c.letter.mid}, size={server.size(c)}, flags=(\\Seen)"
            for i, c in enumerate(inbox)
        )
        for copy in inbox:
            copy.verdict, copy.why = "accessed|in_reach", "mail_log: the intruder's session set \\Seen"
    server.imap(box, visit, ip, 25, out, between=between)
    return took


def _pop(server: Server, box: Box, name: str, visit: datetime, ip: str, number: int) -> Took:
    inbox = [copy for copy in box.copies if copy.there(visit) and copy.folder == "INBOX"]
    took, whole = Took(visit, pop=True), sum(server.size(copy) for copy in inbox)
    chosen: list[Copy] = []
    if name == "popall" and number < 2:
        chosen, took.all = inbox, True
    elif name == "poppart":
        chosen = server.rng.sample([c for c in inbox if server.size(c) < 20000], 5)
    for copy in chosen:
        copy.opened = True
    took.bodies, took.total = len(chosen), sum(server.size(copy) for copy in chosen)
    took.headers = 12 if name == "poptop" else 0
    top = "12/19000" if name == "poptop" else "0/0"
    out = f"Disconnected: Logged out top={top}, retr={took.bodies}/{took.total}, del=0/{len(inbox)}, size={whole}"
    server.imap(box, visit, ip, 6, out, service="pop3")
    return took


def _truth(server: Server, box: Box, tooks: list[Took]) -> None:
    """The strongest that any session allows for a letter that lay there at the time."""
    for copy in box.copies:
        if copy.verdict:
            continue
        found = {_allows(server, copy, took) for took in tooks if copy.there(took.at)}
        for verdict in (
            "copied",
            ANY,
            "in_reach|copied",
            "in_reach",
            "in_reach|not_accessed",
            "not_accessed",
            "not_accessed|out_of_reach",
        ):
            if verdict in found:
                copy.verdict, copy.why = (
                    verdict,
                    f"sessions allow {sorted(found)}; {server.size(copy)} bytes; {[(t.bodies, t.total) for t in tooks]}",
                )
                break
        else:
            copy.verdict, copy.why = "out_of_reach", "came after the last session"


def _allows(server: Server, copy: Copy, took: Took) -> str:
    bytes_ = server.size(copy)
    if took.pop:
        if copy.folder != "INBOX":
            # What was filed may have been moved through the inbox, which no line tells; what was sent was never there.
            told = copy.sent or not took.bodies + took.headers
            return "not_accessed|out_of_reach" if told else ANY
        if took.all:
            return "copied"
        if took.headers:
            return "in_reach"
        close = 0.85 * took.total < bytes_ < 1.15 * took.total
        return (
            "in_reach|not_accessed" if close and took.total else "in_reach" if bytes_ <= took.total else "not_accessed"
        )
    if took.all:
        return "in_reach|copied"
    if took.bodies:
        return "in_reach" if bytes_ < 0.85 * took.total else "in_reach|not_accessed"
    return "in_reach|not_accessed" if took.headers else "not_accessed"
