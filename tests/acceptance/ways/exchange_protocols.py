"""Exchange's IMAP4 and POP3 protocol logs: every command with its answer, letters by number, bytes a command.

learn.microsoft.com/exchange/.../protocol-logging (POP3 and IMAP4): dateTime, sessionId, seqNumber, sIp, cIp, user,
duration, rqsize, rpsize, command, parameters, context. `Rows` tells how many letters a fetch gave.
 imapfetch: UID FETCH of whole letters of the inbox by number: those opened are in_reach|accessed (a number is a name
   only where the order is known), the other letters of the inbox in reach up to the answer's size; folders never
   selected: not_accessed|out_of_reach. imaphead: flags and headers only (O6). imapall: 1:* (O6: in_reach|copied).
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
TOP = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: {} Log\r\n#Date: {:%Y-%m-%dT%H:%M:%S.000Z}\r\n#Fields: " + MAIL + "\r\n"
FLAGS = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT)])"


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
        entry = [("login", f"{box.address} *****", "R=OK", 30)] if kind == "IMAP4" else [("user", box.address, "R=ok", 5), ("pass", "*****", "R=ok", 34)]
        rows = [("OpenSession", "", "", 0), *entry, *commands, ("CloseSession", "", "", 0)]
        for number, (command, parameters, context, sent) in enumerate(rows):
            at = when + number * MINUTE / 6
            asked = f'"{parameters}"' if "," in parameters else parameters
            text = f"{at:%Y-%m-%dT%H:%M:%S}.{number % 1000:03}Z,{self.count:016X},{number},10.0.0.4:{port},{ip}:{50000 + self.count % 9000},"
            text += f"{local if number else ''},{self.rng.randint(1, 300)},{self.rng.randint(5, 60)},{sent},{command},{asked},{context},\r\n"
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
            self.write(f"Logging/{kind.capitalize()}/{kind.upper()}{self.start:%Y%m%d}-1.LOG", TOP.format(kind + (" Protocol"), self.start) + "".join(row[2] for row in rows))
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
            _truth(box[name], found)
    for visit in visits:
        server.session("POP3", box["failed"], visit, ips["failed"], [])
    server.rows["POP3"] = [(at, n, _failed(text) if ips["failed"] in text else text) for at, n, text in server.rows["POP3"] if ips["failed"] not in text or ",pass," in text]
    for one in box.values():
        server.live(one)
    return [server.close("exchange_protocols", [ip for name, ip in ips.items() if name != "quiet"])]


def _failed(text: str) -> str:
    return text.replace(",R=ok,", ',"R=""-ERR Logon failure: unknown user name or bad password.""",')


def _play(server: Server, box: Box, name: str, visit: datetime, ip: str, inbox: list[Copy], found: dict[Copy, list[str]]) -> None:
    """Play one visit; note what it allows for each letter that lay there."""
    sizes = {copy: size(copy) for copy in inbox}
    chosen = server.rng.sample(inbox, min(5, len(inbox)))
    select, whole = ("select", "INBOX", "R=OK", 300), "(BODY.PEEK[])"
    numbers = sorted(inbox.index(copy) + 1 for copy in chosen)
    total = sum(sizes[copy] for copy in chosen)
    for copy in box.copies:
        if copy.there(visit) and copy.folder != "Inbox":
            found[copy].append("not_accessed|out_of_reach")
    allow = dict.fromkeys(inbox, "not_accessed")
    if name == "imapfetch":
        server.session("IMAP4", box, visit, ip, [select, ("fetch", f"{','.join(map(str, numbers))} {whole}", f"R=OK;Rows={len(chosen)}", total + 200)])
        allow = {c: "accessed|in_reach" if c in chosen else "in_reach" if sizes[c] < 0.9 * total else "in_reach|not_accessed" for c in inbox}
    elif name == "imaphead":
        server.session("IMAP4", box, visit, ip, [select, ("fetch", f"1:* {FLAGS}", f"R=OK;Rows={len(inbox)}", 400 * len(inbox))])
        allow = dict.fromkeys(inbox, "in_reach|not_accessed")
    elif name == "imapall":
        chosen = inbox
        server.session("IMAP4", box, visit, ip, [select, ("fetch", f"1:* {whole}", f"R=OK;Rows={len(inbox)}", sum(sizes.values()) + 60 * len(inbox))])
        allow = dict.fromkeys(inbox, "in_reach|copied|accessed")
    elif name == "refused":
        chosen = []
        answer = '"R=""a4 NO The specified message set is invalid."";Rows=0"'
        server.session("IMAP4", box, visit, ip, [select, ("fetch", f"900:910 {whole}", answer, 60)])
    elif name == "poppart":
        asked = [("retr", str(inbox.index(copy) + 1), "R=ok", sizes[copy] + 20) for copy in chosen]
        server.session("POP3", box, visit, ip, [("stat", "", f"R=ok;Rows={len(inbox)}", 16), *asked, ("quit", "", "R=ok", 40)])
        most = max(sizes[copy] for copy in chosen)
        for copy in inbox:
            near = 0.9 * most < sizes[copy] < 1.1 * most
            allow[copy] = "accessed|in_reach" if copy in chosen else "in_reach|not_accessed" if near else "in_reach" if sizes[copy] < most else "not_accessed|in_reach"
    elif name == "popall":
        chosen = inbox
        asked = [("retr", str(number), "R=ok", sizes[copy] + 20) for number, copy in enumerate(inbox, 1)]
        server.session("POP3", box, visit, ip, [("stat", "", f"R=ok;Rows={len(inbox)}", 16), *asked, ("quit", "", "R=ok", 40)])
        allow = dict.fromkeys(inbox, "in_reach|copied|accessed")
    elif name == "popnone":
        chosen = []
        server.session("POP3", box, visit, ip, [("stat", "", f"R=ok;Rows={len(inbox)}", 16), ("quit", "", "R=ok", 40)])
    if name not in ("imaphead", "refused", "popnone"):
        for copy in chosen:
            copy.opened = True
    for copy, verdict in allow.items():
        found[copy].append(verdict)


ORDER = ("in_reach|copied|accessed", "accessed|in_reach", "in_reach", "in_reach|not_accessed", "not_accessed|in_reach", "not_accessed", "not_accessed|out_of_reach")


def _truth(box: Box, found: dict[Copy, list[str]]) -> None:
    for copy, verdicts in found.items():
        best = next((one for one in ORDER if one in verdicts), "out_of_reach")
        copy.verdict, copy.why = best, f"visits allow {verdicts}; {size(copy)} bytes"
