"""Exchange's IMAP4 and POP3 protocol logs: every command with its answer, letters by number, bytes a command.

learn.microsoft.com/exchange/.../protocol-logging (POP3 and IMAP4): dateTime, sessionId, seqNumber, sIp, cIp, user,
duration, rqsize, rpsize, command, parameters, context. `Rows` tells how many letters a fetch gave.
 imapfetch: UID FETCH of whole letters of the inbox by number: those opened are in_reach|accessed (a number is a name
   only where the order is known), the other letters of the inbox in reach up to the answer's size; folders never
   selected: not_accessed|out_of_reach, and in_reach for what may have lain in the inbox first.
 imaphead: flags and headers only (O6). imapall: 1:* (O6: in_reach|copied).
 poppart: RETR of some numbers: inbox in reach where not larger than the largest answer, else not_accessed.
 popall: RETR 1 to N of N (STAT says N): copied|in_reach. popnone: STAT and QUIT. refused: a fetch that failed.
 failed: wrong passwords.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .common import HOUR, MINUTE, Box, Case, Copy, World, size

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path

NAMES = ("imapfetch", "imaphead", "imapall", "refused", "poppart", "popall", "popnone", "failed", "quiet")
MAIL = "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context,puid"
TOP = (
    "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: {} Log\r\n#Date: {:%Y-%m-%dT%H:%M:%S.000Z}\r\n#Fields: "
    + MAIL
    + "\r\n"
)
FLAGS = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT)])"


Command = tuple[str, str, str, int]


class Server(World):
    """An Exchange server with IMAP and POP."""

    def __init__(self, rng: random.Random, root: Path) -> None:
        """Begin the logs."""
        super().__init__(rng, root, "example.go.jp")
        self.rows: dict[str, list[tuple[datetime, int, str]]] = {"IMAP4": [], "POP3": []}
        self.ips: dict[str, str] = {}
        self.count = 0

    def session(self, kind: str, box: Box, when: datetime, ip: str, commands: list[tuple[str, str, str, int]]) -> None:
        """Log a session: commands with parameters, answer and its size."""
        self.count += 1
        local, port = box.address.split("@")[0], {"IMAP4": 993, "POP3": 995}[kind]
        entry = (
            [("login", f"{box.address} *****", "R=OK", 30)]
            if kind == "IMAP4"
            else [("user", box.address, "R=ok", 5), ("pass", "*****", "R=ok", 34)]
        )
        rows = [("OpenSession", "", "", 0), *entry, *commands, ("CloseSession", "", "", 0)]
        peer = 50000 + self.count % 9000
        for number, (command, parameters, context, sent) in enumerate(rows):
            at = when + number * MINUTE / 6
            asked = f'"{parameters}"' if "," in parameters else parameters
            text = f"{at:%Y-%m-%dT%H:%M:%S}.{number % 1000:03}Z,{self.count:016X},{number},10.0.0.4:{port},{ip}:{peer},"
            text += f"{local if number else ''},{self.rng.randint(1, 300)},{len(asked) + 9},{sent},{command},{asked},{context},\r\n"
            self.rows[kind].append((at, self.count, text))

    def live(self, box: Box) -> None:
        """Let the owner fetch by IMAP every other day."""
        ip = self.ips.setdefault(box.address, f"192.0.2.{10 + len(self.ips)}")
        for day in range(0, self.days, 2):
            fetch = ("fetch", f"{day + 1}:{day + 3} (BODY.PEEK[])", "R=OK;Rows=3", 14_000)
            self.session("IMAP4", box, self.at(day), ip, [("select", "INBOX", "R=OK", 300), fetch])

    def close(self, name: str, indicators: list[str]) -> Case:
        """Write both logs."""
        for kind, rows in self.rows.items():
            rows.sort()
            self.write(
                f"Logging/{kind.capitalize()}/{kind.upper()}{self.start:%Y%m%d}-1.LOG",
                TOP.format(kind + (" Protocol"), self.start) + "".join(row[2] for row in rows),
            )
        return self.case(name, indicators=indicators, innocent_ips=set(self.ips.values()))


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build the case."""
    server = Server(rng, root / "protocols")
    box = {name: server.box(name, logged=False) for name in NAMES}
    visits = [server.at(day) for day in (21, 39, 58)]
    for one in box.values():
        one.borders = [moment for visit in visits for moment in (visit, visit + HOUR)]
        server.fill(one, 55)
    server.share(0.04)
    ips = {name: f"203.0.113.{80 + number}" for number, name in enumerate(NAMES)}
    for name in NAMES:
        if name not in ("quiet", "failed"):
            found: dict[Copy, list[str]] = {copy: [] for copy in box[name].copies}
            for visit in visits:
                inbox = [c for c in box[name].copies if c.there(visit) and c.folder == "Inbox"]
                _play(server, box[name], name, visit, ips[name], inbox, found)
            _truth(found)
    for visit in visits:
        server.session("POP3", box["failed"], visit, ips["failed"], [])
    server.rows["POP3"] = [
        (at, n, _failed(text) if ips["failed"] in text else text)
        for at, n, text in server.rows["POP3"]
        if ips["failed"] not in text or ",pass," in text
    ]
    for one in box.values():
        server.live(one)
    return [server.close("exchange_protocols", [ip for name, ip in ips.items() if name != "quiet"])]


def _failed(text: str) -> str:
    return text.replace(",R=ok,", ',"R=""-ERR Logon failure: unknown user name or bad password.""",')


def _play(
    server: Server, box: Box, name: str, visit: datetime, ip: str, inbox: list[Copy], found: dict[Copy, list[str]]
) -> None:
    """Play one visit; note what it allows for each letter that lay there."""
    sizes = {copy: size(copy) for copy in inbox}
    for copy in box.copies:
        if copy.there(visit) and copy.folder != "Inbox":
            # No log tells when it was moved out of the inbox; nothing was taken in some visits, and nothing is sent twice.
            sure = copy.sent or name in ("refused", "popnone")
            found[copy].append("not_accessed|out_of_reach" if sure else "not_accessed|out_of_reach|in_reach")
    kind = "POP3" if name.startswith("pop") else "IMAP4"
    commands, allow = (_pop if kind == "POP3" else _imap)(server, name, sizes)
    server.session(kind, box, visit, ip, commands)
    for copy in inbox:
        found[copy].append(allow.get(copy, "not_accessed"))


def _imap(server: Server, name: str, sizes: dict[Copy, int]) -> tuple[list[Command], dict[Copy, str]]:
    """Fetch by number: some letters whole, all letters whole, headers alone, or what is not there."""
    inbox, select = list(sizes), ("select", "INBOX", "R=OK", 300)
    if name == "refused":
        answer = '"R=""a4 NO The specified message set is invalid."";Rows=0"'
        return [select, ("fetch", "900:910 (BODY.PEEK[])", answer, 60)], {}
    if name == "imaphead":
        fetch = ("fetch", f"1:* {FLAGS}", f"R=OK;Rows={len(inbox)}", 400 * len(inbox))
        return [select, fetch], dict.fromkeys(inbox, "in_reach|not_accessed")
    chosen = inbox if name == "imapall" else server.rng.sample(inbox, min(5, len(inbox)))
    total = sum(sizes[copy] for copy in chosen)
    numbers = (
        "1:*" if chosen is inbox else ",".join(str(number + 1) for number, copy in enumerate(inbox) if copy in chosen)
    )
    for copy in chosen:
        copy.opened = True
    fetch = ("fetch", f"{numbers} (BODY.PEEK[])", f"R=OK;Rows={len(chosen)}", total + 60 * len(chosen))
    if chosen is inbox:
        return [select, fetch], dict.fromkeys(inbox, "in_reach|copied|accessed")
    rest = {copy: "in_reach" if sizes[copy] < 0.9 * total else "in_reach|not_accessed" for copy in inbox}
    return [select, fetch], rest | dict.fromkeys(chosen, "accessed|in_reach")


def _pop(server: Server, name: str, sizes: dict[Copy, int]) -> tuple[list[Command], dict[Copy, str]]:
    """Retrieve whole letters of the inbox by number: some, all, none."""
    inbox = list(sizes)
    chosen = {"popall": inbox, "popnone": []}.get(name, server.rng.sample(inbox, min(5, len(inbox))))
    asked = [("retr", str(inbox.index(copy) + 1), "R=ok", sizes[copy] + 20) for copy in chosen]
    commands = [("stat", "", f"R=ok;Rows={len(inbox)}", 16), *asked, ("quit", "", "R=ok", 40)]
    for copy in chosen:
        copy.opened = True
    if name == "popall":
        return commands, dict.fromkeys(inbox, "in_reach|copied|accessed")
    most = max((sizes[copy] for copy in chosen), default=0)
    allow = {copy: "in_reach" if sizes[copy] < 0.9 * most else "in_reach|not_accessed" for copy in inbox if chosen}
    return commands, allow | dict.fromkeys(chosen, "accessed|in_reach")


ORDER = (
    "in_reach|copied|accessed",
    "accessed|in_reach",
    "in_reach",
    "in_reach|not_accessed",
    "not_accessed|in_reach",
    "not_accessed|out_of_reach|in_reach",
    "not_accessed",
    "not_accessed|out_of_reach",
)


def _truth(found: dict[Copy, list[str]]) -> None:
    for copy, verdicts in found.items():
        best = next((one for one in ORDER if one in verdicts), "out_of_reach")
        copy.verdict, copy.why = best, f"visits allow {verdicts}; {size(copy)} bytes"
