"""Cases with known truth: owners at work, an intruder who comes and goes, and logs that are cut, dark or late."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from unsealed import schema
from unsealed.query import replace

START = datetime(2023, 1, 2, tzinfo=UTC)
DAYS = 120
M365, ENTRA, IMAP = "m365_audit", "entra_signin", "dovecot"
SIGN_INS = {M365: "UserLoggedIn", ENTRA: "Sign-in activity", IMAP: "login"}


def moment(day: float) -> datetime:
    """Give a moment so many days after the start."""
    return START + timedelta(days=day)


@dataclass
class Truth:
    """One case: its visible records, the intruder's among them, and when they really came first and last."""

    seed: int
    first: float = 0.0
    last: float = 0.0
    visits: int = 0
    """Visits of which something is visible."""
    whole: bool = True
    skew: float = 0.0
    """Days by which the clocks of the logs lie apart."""
    told: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    accesses: list[dict[str, Any]] = field(default_factory=list)
    theirs: list[dict[str, Any]] = field(default_factory=list)

    def tables(self, case: Any) -> None:
        """Write the tables that `read` would have written."""
        for name in ("events", "accesses"):
            replace(case, name, pa.Table.from_pylist(getattr(self, name), schema.TABLES[name].schema))

    def act(self) -> pa.Table:
        """Give the activity that a responder who knows the intruder's sessions would have."""
        names = ("event_id", "time", "user", "mailbox")
        rows = [{name: row[name] for name in names} | {"inside": True, "state": "proposed"} for row in self.theirs]
        plain = pa.schema([(f.name, f.type) for f in schema.TABLES["activity"].schema])
        return pa.Table.from_pylist(rows, plain)


class _World:
    """Builds one case by a seed."""

    def __init__(self, seed: int, *, whole: bool) -> None:
        self.rng, self.truth = random.Random(seed), Truth(seed, whole=whole)
        rng = self.rng
        self.users = [f"user{n}@example.org" for n in range(rng.randint(2, 7))]
        self.weekends = rng.random() < 0.5
        self.sources = [M365] + [ENTRA] * (rng.random() < 0.3) + [IMAP] * (rng.random() < 0.35)
        self.records: list[dict[str, Any]] = []
        self.throttles: list[tuple[str, float]] = []

    def record(self, day: float, source: str, operation: str, user: str, who: str, visit: int = -1) -> None:
        """Lay a record; `who` is `owner` or `intruder`."""
        item = operation in {"MailItemsAccessed", "fetch"}
        self.records.append(
            {"day": day, "source": source, "operation": operation, "user": user, "mailbox": user if item else None,
             "outcome": "success", "who": who, "visit": visit, "throttled": False}
        )  # fmt: skip

    def owners(self) -> None:
        """Live through the days: sign in, read, glance at the telephone."""
        rng = self.rng
        for user in self.users:
            imap = IMAP in self.sources and rng.random() < 0.7
            for day in range(DAYS):
                if rng.random() < 0.03:
                    continue  # away
                if self.weekends or day % 7 < 5:
                    begin = day + rng.uniform(7, 9) / 24
                    self.sign_in(begin, user, "owner")
                    for _ in range(rng.randint(3, 8)):
                        self.record(begin + rng.uniform(0.1, 9) / 24, M365, "MailItemsAccessed", user, "owner")
                for _ in range(rng.randint(0, 2)):
                    self.record(day + rng.uniform(6, 23) / 24, M365, "MailItemsAccessed", user, "owner")
                if imap:
                    for _ in range(rng.randint(1, 4)):
                        self.record(day + rng.uniform(6, 23) / 24, IMAP, "login", user, "owner")

    def sign_in(self, day: float, user: str, who: str, visit: int = -1) -> None:
        """Sign in to Microsoft 365: in the audit log, and in Entra's where it is kept."""
        self.record(day, M365, SIGN_INS[M365], user, who, visit)
        if ENTRA in self.sources:
            self.record(day, ENTRA, SIGN_INS[ENTRA], user, who, visit)

    def intruder(self) -> None:
        """Come and go in a rhythm: no pause is more than twice another."""
        rng, truth = self.rng, self.truth
        rhythm, style = rng.uniform(0.2, 6), rng.choice(["always", "always", "half", "never"])
        doors = [M365] if IMAP not in self.sources else rng.choice([[M365], [M365, IMAP], [IMAP]])
        visits = [rng.uniform(25, 60)]
        count = rng.randint(3, 14)
        while len(visits) < count:
            visits.append(visits[-1] + rng.uniform(rhythm, 2 * rhythm))
        boxes = rng.sample(self.users, rng.randint(1, min(3, len(self.users))))
        truth.first = visits[0]
        for number, visit in enumerate(visits):
            user, door = rng.choice(boxes), rng.choice(doors)
            end = visit
            if door == IMAP:
                self.record(visit, IMAP, "login", user, "intruder", number)
                continue
            if style == "always" or (style == "half" and rng.random() < 0.5):
                self.sign_in(visit, user, "intruder", number)
            for step in range(rng.randint(1, 4)):
                end = visit + step * rng.uniform(0.001, 0.01)
                self.record(end, M365, "MailItemsAccessed", user, "intruder", number)
        truth.last = max(row["day"] for row in self.records if row["who"] == "intruder")

    def cut(self) -> None:
        """Take away what logs lose."""
        rng, told = self.rng, []
        for kind in rng.sample(
            ["start", "end", "dark", "source", "items", "signins", "throttle", "skew"], rng.randint(1, 3)
        ):
            low = rng.uniform(0, 80)
            high = low + rng.choice([rng.uniform(1.2, 4), rng.uniform(4, 25)])
            source, box = rng.choice(self.sources), rng.choice(self.users)
            if kind == "start":
                self.drop(lambda r, low=low: r["day"] < low)
            elif kind == "end":
                self.drop(lambda r, high=high: r["day"] > max(40.0, high))
            elif kind == "dark":
                self.drop(lambda r, low=low, high=high: low < r["day"] < high)
            elif kind == "source":
                self.drop(lambda r, s=source, low=low: r["source"] == s and not low < r["day"] < low + 60)
            elif kind == "items":
                self.drop(lambda r, b=box, low=low, high=high: r["mailbox"] == b and low < r["day"] < high)
            elif kind == "signins":
                self.drop(
                    lambda r, low=low, high=high: (
                        r["operation"] in {"UserLoggedIn", "Sign-in activity"} and low < r["day"] < high
                    )
                )
            elif kind == "throttle":
                self.throttle(box, low)
            else:
                self.truth.skew = rng.uniform(0, 5) / 1440
                for row in self.records:
                    row["day"] += self.truth.skew * (row["source"] == source)
            told.append(f"{kind} {low:.1f}-{high:.1f} {source} {box}")
        self.truth.told = "; ".join(told)

    def drop(self, gone: Any) -> None:
        self.records = [row for row in self.records if not gone(row)]

    def throttle(self, box: str, day: float) -> None:
        """From an item record on that says so, nothing is written of a mailbox's items for 24 hours."""
        at = min((r["day"] for r in self.records if r["mailbox"] == box and r["day"] > day), default=None)
        if at is None:
            return
        self.drop(lambda r: r["mailbox"] == box and at < r["day"] < at + 1)
        for row in self.records:
            if row["mailbox"] == box and row["day"] == at:
                row["throttled"] = True

    def build(self) -> Truth:
        """Give the finished case."""
        self.owners()
        self.intruder()
        if not self.truth.whole:
            self.cut()
        truth = self.truth
        for number, row in enumerate(sorted(self.records, key=lambda r: (r["day"], r["source"]))):
            event = {name: row[name] for name in ("source", "operation", "user", "mailbox", "outcome")}
            event |= {"event_id": f"{number:08}", "time": moment(row["day"]), "raw": "{}"}
            truth.events.append(event)
            if row["mailbox"]:
                truth.accesses.append(
                    {"event_id": event["event_id"], "mailbox": row["mailbox"], "access": "bind",
                     "internet_message_id": "<x@y>", "throttled": row["throttled"]}
                )  # fmt: skip
            if row["who"] == "intruder":
                truth.theirs.append(event)
        truth.visits = len({row["visit"] for row in self.records if row["who"] == "intruder"})
        return truth


def build(seed: int, *, whole: bool = False) -> Truth:
    """Build the case of a seed; `whole`: with logs that lose nothing."""
    return _World(seed, whole=whole).build()
