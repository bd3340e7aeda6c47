"""The scenes that open nothing in bulk: what an intruder did in one mailbox, and what follows from it."""

from __future__ import annotations

import dataclasses
import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from records import GRAPH, Hand
from stage import DAY, HOUR, MARGIN, Box, Copy, Forward, Stage

if TYPE_CHECKING:
    import random
    from datetime import datetime

MINUTE = timedelta(minutes=1)
AGENTS = [
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:87.0) Gecko/20100101 Firefox/87.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 Chrome/72.0.3626.96 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/79.0.3945.88 Safari/537.36",
    "python-requests/2.28.1",
]


class Scene:
    """One mailbox's story; this base is the mailbox that nobody but its owner entered."""

    name: ClassVar[str] = "untouched"
    item_log: ClassVar[bool] = True
    mail_log: ClassVar[bool] = True
    leads: ClassVar[tuple[str, ...]] = ("ip", "network", "line")
    visits_at: ClassVar[tuple[tuple[int, int], ...]] = ()

    def __init__(self, stage: Stage, box: Box, rng: random.Random) -> None:
        """Fix the times of the visits, and with them every boundary that no letter may arrive near."""
        self.stage, self.box, self.rng = stage, box, rng
        self.visits = [self.moment(rng.randint(*days)) for days in self.visits_at]
        self.borders: list[tuple[datetime, datetime]] = []
        if self.visits:
            self.border(self.visits[-1], after=2 * HOUR)
        self.named: dict[str, tuple[datetime, str]] = {}
        self.absent: list[tuple[str, str]] = []
        self.synced: list[tuple[str, datetime]] = []
        self.dark: list[tuple[datetime, datetime, str]] = []
        self.forwards: list[Forward] = []
        self.reach_until: datetime | None = None
        self.item_gaps: list[tuple[datetime, datetime]] = []
        self.item_log_from = stage.start
        self.lead = rng.choice(self.leads)
        self.hand = self.new_hand()
        self.quoters: dict[str, str] = {}
        self.prepare()

    def prepare(self) -> None:
        """Fix what else must be known before letters are placed."""

    def play(self) -> None:
        """Write the intruder's records; here somebody only fails to get in."""
        outsider = dataclasses.replace(self.hand, ip=self.stage.intruder_ip())
        for day in self.rng.sample(range(30, 50), 3):
            hand = self.rng.choice([outsider, self.hand])
            self.put(self.stage.tenant.signin(hand, self.moment(day), failed=True), neutral=True)
        self.stage.leads.values.append(("ip", self.hand.ip))

    def moment(self, day: int) -> datetime:
        """Give a time on the given day of the log, when the intruder is at work."""
        return self.stage.start + day * DAY + self.rng.randint(12 * 60, 15 * 60) * MINUTE

    def border(self, at: datetime, *, before: timedelta = timedelta(0), after: timedelta = timedelta(0)) -> None:
        """Keep letters from arriving near a moment that decides their verdict."""
        self.borders.append((at - before - MARGIN, at + after + MARGIN))

    def new_hand(self) -> Hand:
        """Make the intruder's browser for this mailbox."""
        agent = self.rng.choice(AGENTS)
        return Hand(self.box.address, self.stage.intruder_ip(), f"Client=OWA;{agent};", agent)

    def put(self, record: dict[str, object], *, neutral: bool = False) -> None:
        """Log a record of the intruder."""
        self.stage.log(record, "neutral" if neutral else "intruder", self.box.address)

    def tell(self) -> None:
        """Give responders the lead that finds this intruder by address."""
        if self.lead == "ip":
            self.stage.leads.values.append(("ip", self.hand.ip))
        elif self.lead == "network":
            width = "/64" if ":" in self.hand.ip else "/32"
            self.stage.leads.values.append(("network", _network(self.hand.ip, width)))
        else:
            wide = _network(self.hand.ip, "/64" if ":" in self.hand.ip else "/24")
            line: dict[str, str | datetime] = {"client_ip": wide, "user": self.hand.user}
            line |= {"from": self.visits[0] - 2 * DAY, "to": self.visits[-1] + 2 * DAY}
            line["basis"] = "hosting provider's answer"
            self.stage.leads.lines.append(line)

    def there(self, when: datetime, folder: str | None = None) -> list[Copy]:
        """Give the copies that had surely arrived by then."""
        return [c for c in self.box.copies if c.arrival < when - MARGIN and folder in (None, c.folder)]

    def sign_in(self, when: datetime) -> None:
        """Sign in as the owner."""
        self.put(self.stage.tenant.signin(self.hand, when))

    def ghost(self, when: datetime) -> str:
        """Name a message that no mailbox holds any more."""
        mid = f"<AM6PR04MB{self.rng.getrandbits(96):024X}@AM6PR04MB5256.eurprd04.prod.outlook.com>"
        self.absent.append((mid, self.box.address))
        self.named[mid] = (when, "bind")
        return mid

    def read(self, when: datetime, count: int, *, throttled: bool = False, hand: Hand | None = None) -> None:
        """Open some messages in one or two folders, one of them now and then long gone."""
        pool = self.there(when)
        folders = self.rng.sample(self.box.folders, 2)
        pool = [c for c in pool if c.folder in folders]
        replies = [
            c
            for c in pool
            if self.quoters.get(c.letter.mid, c.letter.mid) not in self.named
            and c.letter.mid in self.quoters
            and c.letter.mid not in self.quoters.values()
        ]
        chosen: dict[str, list[str]] = {}
        for _ in range(count if pool else 0):
            copy = self.rng.choice(replies if replies and self.rng.random() < 0.6 else pool)
            if copy.letter.mid not in chosen.setdefault(copy.folder, []):
                chosen[copy.folder].append(copy.letter.mid)
                self.named.setdefault(copy.letter.mid, (when, f"bind in {copy.folder}"))
        if not chosen or self.rng.random() < 0.25:
            chosen.setdefault(self.box.folders[0], []).append(self.ghost(when))
        tenant = self.stage.tenant
        self.put(tenant.bind(hand or self.hand, when, chosen, owner=self.box.address, throttled=throttled))

    def send(self, when: datetime) -> None:
        """Send a message as the owner: one that still lies in Sent Items, or one that was removed."""
        free = [
            c
            for c in self.box.copies
            if c.sent
            and not c.letter.refs
            and not c.shared
            and c.letter.mid not in self.named
            and c.letter.source.startswith(("ham", "japanese"))
        ]
        if free and self.rng.random() < 0.7:
            copy = self.rng.choice(free)
            copy.arrival = when
            mid, subject = copy.letter.mid, copy.letter.subject
        else:
            mid, subject = self.ghost(when), "Updated bank details"
        self.named[mid] = (when, "sent_by_intruder")
        self.put(self.stage.tenant.send(self.hand, when, mid, subject))


def _network(ip: str, width: str) -> str:
    return str(ipaddress.ip_network(ip + width, strict=False))


class Whole(Scene):
    """The item log is whole, and names what was opened."""

    name = "whole"
    leads = ("ip", "network", "line", "session", "session_line")
    visits_at = ((14, 20), (28, 34), (45, 50), (62, 70))

    def play(self) -> None:
        """Read on every visit, send once, hide a message that was read."""
        by_session = self.lead.startswith("session")
        for number, visit in enumerate(self.visits):
            self.hand = dataclasses.replace(self.hand, session=self.stage.tenant.guid())
            if by_session:
                self._tell_session()
            else:
                self.sign_in(visit)
            for part in range(self.rng.randint(2, 4)):
                self.read(visit + (3 + 7 * part) * MINUTE, self.rng.randint(1, 7))
            self._sessionless(visit + 33 * MINUTE)
            if number == 1:
                self.send(visit + 40 * MINUTE)
        self._hide(self.visits[0] + 45 * MINUTE)
        if not by_session:
            self.tell()

    def _tell_session(self) -> None:
        session = str(self.hand.session)
        if self.lead == "session":
            self.stage.leads.values.append(("session_id", session))
        else:
            self.stage.leads.lines.append({"session_id": session, "basis": "the owner was on leave"})

    def _sessionless(self, when: datetime) -> None:
        """Read on under the same address, client and application, in records that bear no session."""
        bare = dataclasses.replace(self.hand, session=None)
        self.read(when, 3, hand=bare)
        self.read(when + 55 * MINUTE, 2, hand=bare)

    def _hide(self, when: datetime) -> None:
        """Move to Deleted Items one of the messages that the first visit opened."""
        opened = [c for c in self.box.copies if self.named.get(c.letter.mid, (when, ""))[0] < when and not c.sent]
        if opened:
            copy = self.rng.choice(opened)
            late = self.visits[-1] + 46 * MINUTE
            self.put(self.stage.tenant.delete(self.hand, late, copy.folder, [copy.letter.mid]))


class SignInOnly(Scene):
    """The item log is whole and names nothing: the intruder signed in and left."""

    name = "whole_signin"
    visits_at = ((16, 22), (40, 46), (60, 66))

    def play(self) -> None:
        """Sign in, now and then."""
        for visit in self.visits:
            self.sign_in(visit)
        self.tell()


class NoItemLog(SignInOnly):
    """No licence for the item log: only the sign-ins are known."""

    name = "no_item_log"
    item_log = False
    mail_log = False

    def prepare(self) -> None:
        """Nothing tells what was read while they came and went."""
        self.dark.append((self.visits[0], self.visits[-1], "no_item_log"))


class Throttled(Scene):
    """So much was read that the log fell silent for a day."""

    name = "throttled"
    visits_at = ((15, 20), (35, 40), (52, 64))

    def prepare(self) -> None:
        """Fix the silent day."""
        self.silent = self.visits[1] + 30 * MINUTE
        self.dark.append((self.silent, self.silent + DAY, "throttled"))
        self.item_gaps.append((self.silent - 10 * MINUTE, self.silent + DAY + HOUR))
        self.border(self.silent)
        self.border(self.silent + DAY, after=10 * HOUR)

    def play(self) -> None:
        """Read, be throttled, come back later and read again."""
        for visit in self.visits:
            self.hand = dataclasses.replace(self.hand, session=self.stage.tenant.guid())
            self.sign_in(visit)
            for part in range(3):
                self.read(visit + (4 + 8 * part) * MINUTE, self.rng.randint(1, 6))
        self.hand = dataclasses.replace(self.hand, session=None)
        self.read(self.silent, 4, throttled=True)
        self.tell()


class LogGap(Scene):
    """The item log has a hole of twelve days while the intruder came and went."""

    name = "log_gap"
    visits_at = ((14, 18), (29, 31), (37, 39), (58, 66))

    def prepare(self) -> None:
        """Fix the hole."""
        hole = (self.stage.start + 28 * DAY, self.stage.start + 41 * DAY)
        self.item_gaps.append(hole)
        self.dark.append((*hole, "log_gap"))
        self.borders.append((hole[1] - 2 * DAY, hole[1] + 2 * DAY))

    def play(self) -> None:
        """Read where the log is on; only sign in where it is not."""
        for number, visit in enumerate(self.visits):
            self.hand = dataclasses.replace(self.hand, session=self.stage.tenant.guid())
            self.sign_in(visit)
            if number in (0, 3):
                self.read(visit + 6 * MINUTE, 5)
                self.read(visit + 18 * MINUTE, 4)
        self.tell()


class LateLog(Scene):
    """The item log begins only when the intruder has been there for weeks."""

    name = "late_log"
    visits_at = ((10, 14), (24, 28), (52, 56), (64, 70))

    def prepare(self) -> None:
        """Fix the day when the item log begins."""
        begins = self.stage.start + 42 * DAY
        self.item_log_from = begins
        self.dark.append((self.visits[0], begins, "log_gap"))
        self.borders.append((begins - 2 * DAY, begins + 2 * DAY))

    def play(self) -> None:
        """Sign in early, read late."""
        for number, visit in enumerate(self.visits):
            self.hand = dataclasses.replace(self.hand, session=self.stage.tenant.guid())
            self.sign_in(visit)
            if number > 1:
                self.read(visit + 5 * MINUTE, 6)
                self.read(visit + 19 * MINUTE, 3)
        self.tell()


class App(Scene):
    """An application with a consent of its own reads through REST, from Microsoft, without a session."""

    name = "app"
    leads = ("app", "app_line")
    visits_at = ((15, 20), (27, 35), (44, 50), (60, 68))

    def new_hand(self) -> Hand:
        """Make the application."""
        own = self.stage.tenant.guid()
        self.app = own
        first = GRAPH if self.rng.random() < 0.5 else own
        client = "Client=REST;;" if first == GRAPH else "Client=REST;Client=RESTSystem;;"
        return Hand(self.box.address, "2603:10a6:10:113::10", client, "", first, own)

    def play(self) -> None:
        """Read at every visit from another of Microsoft's addresses."""
        for visit in self.visits:
            self.hand = dataclasses.replace(self.hand, ip=f"2603:10a6:803:{self.rng.randrange(1, 4096):x}::b0")
            for part in range(3):
                self.read(visit + 12 * part * MINUTE, self.rng.randint(1, 6))
        if self.lead == "app":
            self.stage.leads.values.append(("app_id", self.app))
        else:
            self.stage.leads.lines.append({"app_id": self.app, "basis": "nobody knows this application"})


class ReachMailbox(Scene):
    """Responders know the mailbox was reachable; the log holds no trace of an intruder, nor of items."""

    name = "reach_mailbox"
    item_log = False
    mail_log = False

    def prepare(self) -> None:
        """Fix what responders know."""
        self.reach_until = self.stage.start + 55 * DAY
        self.border(self.reach_until)

    def play(self) -> None:
        """Write no record, only the responders' line."""
        line: dict[str, str | datetime] = {"kind": "mailbox", "name": self.box.address}
        line["basis"] = "its password was on the list"
        line |= {"from": self.stage.start + 5 * DAY, "to": self.stage.start + 55 * DAY}
        self.stage.leads.reach.append(line)
