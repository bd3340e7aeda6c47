"""Exchange on premises, seen in IIS logs alone: OWA, EWS, ActiveSync, MAPI over HTTP, autodiscover.

learn.microsoft.com: W3C logging; Exchange's virtual directories; MS-ASHTTP (Cmd in the query); the real lines of
data/logs/iis. No item log exists: whoever was answered by a service that gives letters could open whatever lay there
until its last answer (in_reach). Sizes and commands bound it:
 owa, ews, mapi, eassync: content was asked for and given (200): in reach until the last such answer.
 easping: OPTIONS, Provision, FolderSync, Ping, Settings only (O8). autodiscover: autodiscover and OAB only (O8).
 tiny (where sc-bytes is logged): EWS answers of a few hundred bytes in all, smaller than any letter: not_accessed|in_reach.
 failed: 401 and the way back to the sign-in page. shared: opened through another's session by /owa/ADDRESS/.
 quiet: its owner alone. Owners use OWA and a telephone from networks of their own.
Two cases: with sc-bytes, without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .common import DAY, HOUR, MINUTE, Box, Case, World

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path

FIELDS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
    "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status"
)
FIREFOX = "Mozilla/5.0+(X11;+Linux+x86_64;+rv:102.0)+Gecko/20100101+Firefox/102.0"
EDGE = "Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+(KHTML,+like+Gecko)+Chrome/112.0.0.0+Edg/112.0"
NAMES = ("owa", "ews", "mapi", "eassync", "easping", "autodiscover", "tiny", "failed", "shared", "quiet")
IDS = "&CorrelationID=<empty>;&cafeReqId=1c0d6f2e-9b1f-4a39-8a0d-3c5f0a5a0b11;"


class Front(World):
    """A front end and its log."""

    def __init__(self, rng: random.Random, root: Path, *, bytes_: bool) -> None:
        """Begin the log."""
        super().__init__(rng, root, "example.go.jp")
        self.lines: list[tuple[datetime, str]] = []
        self.bytes, self.ips = bytes_, {}  # type: ignore[var-annotated]

    def ask(
        self,
        when: datetime,
        method: str,
        stem: str,
        query: str,
        user: str,
        ip: str,
        agent: str,
        status: int = 200,
        size: int = 900,
    ) -> None:
        """Log one request."""
        name = "-" if user == "-" else "EXAMPLE\\" + user.split("@", maxsplit=1)[0]
        sizes = f" {size} {self.rng.randint(300, 900)}" if self.bytes else ""
        text = f"{when:%Y-%m-%d %H:%M:%S} 10.0.0.4 {method} {stem} {query or '-'} 443 {name} {ip} {agent} - {status} 0 0{sizes} 15\r\n"
        self.lines.append((when, text))

    def live(self, box: Box) -> None:
        """Let the owner use OWA at the office and a telephone everywhere."""
        ip = self.ips.setdefault(box.address, f"192.0.2.{10 + len(self.ips)}")
        for day in range(self.days):
            at = self.at(day)
            self.owa(box, at, ip, EDGE, 3)
            for part in range(2):
                self.eas(box, at + part * HOUR, ip, "Sync", "ApplC39V", "iPhone", "Apple-iPhone14C2/2005.72", 4000)

    def owa(
        self, box: Box, at: datetime, ip: str, agent: str, opened: int, path: str = "/owa/", user: str = ""
    ) -> None:
        """Sign in by the form and open letters."""
        who = user or box.address
        self.ask(at, "POST", "/owa/auth.owa", IDS, who, ip, agent, 302, 700)
        self.ask(at + MINUTE / 30, "GET", path, IDS, who, ip, agent, 200, 64_000)
        self.ask(
            at + MINUTE / 20, "POST", path + "sessiondata.ashx", "appcacheclient=0" + IDS, who, ip, agent, 200, 120_000
        )
        for number in range(opened):
            when = at + (number + 1) * MINUTE
            self.ask(
                when,
                "POST",
                path + "service.svc",
                f"action=GetConversationItems&ID=-{number}&AC=1" + IDS,
                who,
                ip,
                agent,
                200,
                self.rng.randint(9000, 60_000),
            )

    def eas(self, box: Box, at: datetime, ip: str, command: str, device: str, kind: str, agent: str, size: int) -> None:
        """Ask as a telephone."""
        local = box.address.split("@")[0]
        query = f"User={local}&DeviceId={device}{len(local):04}&DeviceType={kind}&Cmd={command}" + IDS
        method = "OPTIONS" if command == "Options" else "POST"
        self.ask(at, method, "/Microsoft-Server-ActiveSync/default.eas", query, box.address, ip, agent, 200, size)

    def close(self, name: str, indicators: list[str]) -> Case:
        """Write one log a fortnight, as the server would one a day."""
        self.lines.sort()
        head = (
            "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: {:%Y-%m-%d %H:%M:%S}\r\n#Fields: "
            + FIELDS
        )
        head += (" sc-bytes cs-bytes" if self.bytes else "") + " time-taken\r\n"
        for part in range(0, self.days + 14, 14):
            low, high = self.start + part * DAY, self.start + (part + 14) * DAY
            text = "".join(line for when, line in self.lines if low <= when < high)
            if text:
                self.write(f"LogFiles/W3SVC1/u_ex{low:%y%m%d}.log", head.format(low) + text)
        return self.case(name, indicators=indicators, innocent_ips=set(self.ips.values()))


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build both cases."""
    return [_case(rng, root / "bytes", bytes_=True), _case(rng, root / "nobytes", bytes_=False)]


def _case(rng: random.Random, root: Path, *, bytes_: bool) -> Case:
    front = Front(rng, root, bytes_=bytes_)
    box = {name: front.box(name, logged=False) for name in NAMES if bytes_ or name != "tiny"}
    visits = [front.at(day + rng.randint(0, 2)) for day in (20, 37, 58)]
    for one in box.values():
        one.borders = visits
        front.fill(one, 45)
    front.share(0.04)
    ips = {name: f"203.0.113.{60 + number}" for number, name in enumerate(NAMES)}
    for visit in visits:
        for name, one in box.items():
            _play(front, box, name, one, visit, ips)
    for name in ("easping", "autodiscover", "tiny"):
        if name in box:
            _bounded(box[name], name, visits)
    for one in box.values():
        if one.traces:
            for copy in one.copies:
                copy.opened = copy.there(max(one.traces)) and rng.random() < 0.2
        front.live(one)
    return front.close(f"iis {root.name}", [ip for name, ip in ips.items() if name not in ("quiet", "shared")])


def _bounded(box: Box, name: str, visits: list[datetime]) -> None:
    sets = {
        "easping": ("not_accessed|out_of_reach", "commands that give no letters (O8)"),
        "autodiscover": ("not_accessed|out_of_reach|in_reach", "autodiscover and the address book only (O8)"),
        "tiny": ("not_accessed|in_reach", "all answers together are smaller than any letter (O8)"),
    }
    box.loose.append((min(visits) - 999 * DAY, max(visits), *sets[name]))


def _play(front: Front, box: dict[str, Box], name: str, one: Box, visit: datetime, ips: dict[str, str]) -> None:
    """What the intruder asks for; `traces` are the answers that can hold letters."""
    ip, who = ips[name], one.address
    if name == "owa":
        front.owa(one, visit, ip, FIREFOX, 6)
        one.traces += [visit, visit + 6 * MINUTE]
        # The same browser opens another mailbox, to which this owner has full access.
        front.owa(box["shared"], visit + 9 * MINUTE, ip, FIREFOX, 3, f"/owa/{box['shared'].address}/", who)
        box["shared"].traces += [visit + 9 * MINUTE, visit + 12 * MINUTE]
    elif name in ("eassync", "easping"):
        commands = ("Options", "Provision", "FolderSync", "Settings", "Ping")
        commands += ("Sync", "Sync", "ItemOperations") if name == "eassync" else ()
        phone = "SAMSUNG77", "SamsungDevice", "SAMSUNG-SM-G991B/101.12"
        for part, command in enumerate(commands):
            front.eas(one, visit + part * MINUTE, ip, command, *phone, 90_000 if part > 4 else 400)
        one.traces += [visit, visit + 7 * MINUTE] if name == "eassync" else []
    elif name not in ("shared", "quiet"):
        asked = _requests(front, name, who)
        for part, (method, stem, query, user, agent, status, size) in enumerate(asked):
            front.ask(visit + part * MINUTE, method, stem, query, user, ip, agent, status, size)
        one.traces += [visit, visit + len(asked) * MINUTE - MINUTE] if name in ("ews", "mapi") else []


def _requests(front: Front, name: str, who: str) -> list[tuple[str, str, str, str, str, int, int]]:
    """Give the requests of one visit: method, path, query, user, agent, status, size of the answer."""
    soap, ews = "ExchangeServicesClient/15.00.0913.015", "/EWS/Exchange.asmx"
    outlook = "Microsoft+Office/16.0+(Windows+NT+10.0;+Microsoft+Outlook+16.0.10730;+Pro)"
    mapi = f"MailboxId=5f3c1a77-0d3b-4d0e-9b7e-7d1f6a1b2c3d@{front.domain}" + IDS
    back = "replaceCurrent=1&reason=2&url=https%3a%2f%2fmail%2fowa%2f"
    draw = front.rng.randint
    return {
        "ews": [("POST", ews, IDS, who, soap, 200, draw(20_000, 400_000)) for _ in range(9)],
        "mapi": [("POST", "/mapi/emsmdb/", mapi, who, outlook, 200, draw(5_000, 300_000)) for _ in range(12)],
        "autodiscover": [
            ("POST", "/autodiscover/autodiscover.xml", IDS, who, outlook, 200, 4000),
            ("GET", "/OAB/3f1c/oab.xml", IDS, who, "Microsoft+BITS/7.8", 200, 9000),
        ],
        "tiny": [("POST", ews, IDS, who, soap, 200, 210)],
        "failed": [
            ("POST", ews, IDS, "-", soap, 401, 0),
            ("POST", "/owa/auth.owa", IDS, who, FIREFOX, 302, 600),
            ("GET", "/owa/auth/logon.aspx", back, "-", FIREFOX, 200, 28_000),
        ]
        * 3,
    }[name]
