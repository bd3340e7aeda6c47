"""What else a log is full of: the owner's own days, other people, strangers at the door, the system."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from corpus import DATA
from records import Hand
from stage import DAY

if TYPE_CHECKING:
    import random
    from datetime import datetime

    from scenes import Scene
    from stage import Copy, Stage

MINUTE = timedelta(minutes=1)
OFFICE_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/112.0 Safari/537.36"
PHONE_AGENT = "Outlook-iOS/723.4027091.prod.iphone (3.30.0)"
PHONE_APP = "27922004-5251-4030-b22d-91ecd9a37ea4"


class Owner:
    """The owner of one mailbox, at the office, at Outlook and on the phone."""

    def __init__(self, stage: Stage, scene: Scene, rng: random.Random) -> None:
        """Give the owner addresses and clients of their own."""
        self.stage, self.scene, self.rng = stage, scene, rng
        user = scene.box.address
        office = stage.owner_ip()
        phone = f"2001:db8:aaaa:{rng.randrange(1, 0xFFFF):x}::{rng.randrange(1, 0xFFFF):x}"
        self.web = Hand(user, office, f"Client=OWA;{OFFICE_AGENT};", OFFICE_AGENT)
        self.desk = Hand(user, office, "Client=MSExchangeRPC", OFFICE_AGENT, app=None, desktop=True)
        self.phone = Hand(user, phone, "Client=OutlookService;Outlook-iOS/2.0;", PHONE_AGENT, app=PHONE_APP)

    def live(self) -> None:
        """Sign in, read and send every day of the log."""
        day = self.stage.start
        while day < self.stage.end:
            self._day(day)
            day += DAY

    def _day(self, day: datetime) -> None:
        tenant, address = self.stage.tenant, self.scene.box.address
        for hand in (self.web, self.desk, self.phone):
            hand.session = tenant.guid() if self.rng.random() < 0.5 else None
        morning = day + self.rng.randint(5, 50) * MINUTE
        self.stage.log(tenant.signin(self.rng.choice([self.web, self.phone]), morning), "owner", address)
        for hour in (1, 8, 17):
            when = day + timedelta(hours=hour, minutes=self.rng.randint(0, 59), seconds=self.rng.randint(0, 59))
            if not self._dark(when):
                self._read(when)
        noon = day + timedelta(hours=4, minutes=self.rng.randint(0, 59))
        if self.scene.item_log and not self._dark(noon):
            self.stage.log(tenant.sync(self.desk, noon, self.rng.choice(self.scene.box.folders)), "owner", address)
        if self.scene.mail_log and not self._dark(noon) and self.rng.random() < 0.3:
            self._send(noon + 7 * MINUTE)

    def _dark(self, when: datetime) -> bool:
        before = when < self.scene.item_log_from
        return before or any(start <= when <= end for start, end in self.scene.item_gaps)

    def _read(self, when: datetime) -> None:
        if not self.scene.item_log:
            return
        pool = [c for c in self.scene.box.copies if c.arrival < when]
        tenant, address = self.stage.tenant, self.scene.box.address
        chosen: dict[str, list[str]] = {}
        for copy in self.rng.sample(pool, min(len(pool), self.rng.randint(1, 4))):
            chosen.setdefault(copy.folder, []).append(copy.letter.mid)
        if self.rng.random() < 0.1 or not chosen:
            gone = f"<VI1PR04MB{self.rng.getrandbits(96):024X}@VI1PR04MB6046.eurprd04.prod.outlook.com>"
            chosen.setdefault(self.scene.box.folders[0], []).append(gone)
        hand = self.rng.choice([self.web, self.web, self.phone])
        self.stage.log(tenant.bind(hand, when, chosen), "owner", address)

    def _send(self, when: datetime) -> None:
        mid = f"<DB8PR04MB{self.rng.getrandbits(96):024X}@DB8PR04MB6875.eurprd04.prod.outlook.com>"
        taken = {c.letter.mid for c in self._sent()}
        mids = sorted(taken - set(self.scene.named)) or [mid]
        self.stage.log(self.stage.tenant.send(self.web, when, self.rng.choice(mids), "Re:"), "owner", self.web.user)

    def _sent(self) -> list[Copy]:
        return [c for c in self.scene.box.copies if c.sent]


def strangers(stage: Stage, addresses: list[str], rng: random.Random) -> None:
    """Let the usual password guessers fail."""
    for _ in range(60):
        ip = f"2001:db8:cccc:{rng.randrange(1, 0xFFFF):x}::1"
        hand = Hand(rng.choice(addresses), ip, "", "CBAInPROD")
        when = stage.start + rng.random() * (stage.end - stage.start)
        stage.log(stage.tenant.signin(hand, when.replace(microsecond=0), failed=True), "noise", hand.user)


def neighbours(stage: Stage, rng: random.Random) -> None:
    """Let a colleague work from the very network that a line of case.toml names for another user."""
    for line in stage.leads.lines:
        network = str(line.get("client_ip", ""))
        if "user" in line and network.endswith("/24"):
            ip = network.rsplit(".", 1)[0] + ".250"
            hand = Hand("colleague@" + stage.tenant.domain, ip, f"Client=OWA;{OFFICE_AGENT};", OFFICE_AGENT)
            for day in range(5, 85, 9):
                when = stage.start + day * DAY + rng.randint(600, 900) * MINUTE
                stage.log(stage.tenant.signin(hand, when), "noise", hand.user)


def system(stage: Stage, rng: random.Random) -> None:
    """Add real records of Microsoft's own services, under ids, times and names of ours."""
    path = DATA / "logs" / "m365_audit" / "auditdata.jsonl"
    lines = [line for line in path.read_text("utf-8").splitlines() if '"NT AUTHORITY' in line]
    for line in rng.sample(lines, 120):
        renamed = line.replace("dutchmasterz.onmicrosoft.com", stage.tenant.onmicrosoft)
        record: dict[str, Any] = json.loads(renamed)
        when = stage.start + rng.random() * (stage.end - stage.start)
        record["CreationTime"] = when.strftime("%Y-%m-%dT%H:%M:%S")
        record |= {"Id": stage.tenant.guid(), "OrganizationId": stage.tenant.org_id}
        stage.log(record, "noise", "")
