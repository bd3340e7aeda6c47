"""Build a small case as tables, run hunt and expose on it, and read what they say."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import notes
import pyarrow as pa
import pyarrow.parquet as pq

from unsealed import schema
from unsealed.case import Case
from unsealed.expose import expose
from unsealed.hunt import Hunted, hunt
from unsealed.query import replace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

START = datetime(2023, 3, 1, tzinfo=UTC)
ALICE, BOB = "alice@example.org", "bob@example.org"
EVIL_IP, HOME_IP = "203.0.113.7", "192.0.2.10"
EVIL = "Client=OWA;Mozilla/5.0 (X11; Linux x86_64) Firefox/87.0;"
HOME = "Client=OWA;Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/112.0;"
LOST = "Client=OWA;Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) Mobile/15E148;"
Row = dict[str, Any]


def at(day: float, hours: float = 0) -> datetime:
    """Give a moment so many days and hours after the first of March 2023."""
    return START + timedelta(days=day, hours=hours)


def browser(client: str) -> str:
    """Give the user agent in a mailbox client's name, as a sign-in has it."""
    return client.removeprefix("Client=OWA;").rstrip(";")


class Scene:
    """A case under construction: letters and records are added in any order, then `run`."""

    def __init__(self, folder: Path, toml: str = "", domains: tuple[str, ...] = ("example.org",)) -> None:
        self.folder, self.domains, self.toml = folder, domains, toml
        self.messages: list[Row] = []
        self.attachments: list[Row] = []
        self.events: list[Row] = []
        self.accesses: list[Row] = []
        self.indicators = [EVIL_IP]
        self.own_rules = False
        """Whether our own rules hunt, too; without them a scene shows what the rest does."""
        self._count = itertools.count()
        self._case: Case | None = None
        self.told = Hunted()

    # -- evidence ------------------------------------------------------------------------------------------------

    def letter(self, mid: str | None, day: float | None = 0, mailbox: str | None = ALICE, **more: Any) -> str:
        """Lay one message copy; give our id of it."""
        number = next(self._count)
        row = {
            "message_id": f"m{number:05}",
            "mailbox": mailbox,
            "folder": "Inbox",
            "internet_message_id": f"<{mid}@x>" if mid else None,
            "date": None if day is None else at(day),
            "arrived": None if day is None else at(day),
            "from_address": "sender@partner.example",
            "to": [{"address": mailbox, "name": None}] if mailbox else [],
            "cc": [],
            "bcc": [],
            "references": [],
            "received": [],
            "subject": mid or "no id",
            "text": f"text of {mid}",
            "conversation_id": f"c-{mid}",
            "content_hash": f"h-{mid or number}",
        }
        links = more.pop("answers", None)
        if links:
            more |= {"in_reply_to": f"<{links[-1]}@x>", "references": [f"<{link}@x>" for link in links]}
        self.messages.append(row | more)
        return str(row["message_id"])

    def event(self, day: float, operation: str, user: str | None = ALICE, **more: Any) -> str:
        """Lay one log record; give its event id."""
        key = more.pop("key", None) or f"{next(self._count)}"
        row = {
            "event_id": hashlib.sha256(key.encode()).hexdigest()[:32],
            "time": at(day),
            "source": "m365_audit",
            "operation": operation,
            "user": user,
            "mailbox": user if operation not in {"UserLoggedIn", "UserLoginFailed"} else None,
            "client_ip": EVIL_IP,
            "client": EVIL,
            "outcome": "success",
            "raw": "{}",
        }
        self.events.append(row | more)
        return str(row["event_id"])

    def sign_in(self, day: float, user: str = ALICE, *, failed: bool = False, **more: Any) -> str:
        """Lay a sign-in."""
        more["client"] = browser(more.get("client", EVIL))
        name = "UserLoginFailed" if failed else "UserLoggedIn"
        return self.event(day, name, user, **({"outcome": "failure"} if failed else {}), **more)

    def bind(self, day: float, mids: Iterable[str] = (), mailbox: str | None = ALICE, **more: Any) -> str:
        """Lay a MailItemsAccessed record that names messages (or other item records: `operation`, `access`)."""
        access = more.pop("access", "bind")
        folder, throttled = more.pop("folder", "Inbox"), more.pop("throttled", False)
        operation = more.pop("operation", "MailItemsAccessed")
        user = more.pop("user", mailbox)
        event_id = self.event(day, operation, user, mailbox=mailbox, **more)
        for mid in mids:
            self._access(event_id, mailbox, folder, f"<{mid}@x>", access, throttled)
        if throttled and not mids:
            self._access(event_id, mailbox, None, None, access, throttled)
        return event_id

    def sync(self, day: float, folder: str | None, mailbox: str = ALICE, **more: Any) -> str:
        """Lay a MailItemsAccessed record of a synchronised folder."""
        more.setdefault("client", "Client=MSExchangeRPC")
        event_id = self.event(day, "MailItemsAccessed", more.pop("user", mailbox), mailbox=mailbox, **more)
        self._access(event_id, mailbox, folder, None, "sync", throttled=False)
        return event_id

    def cmdlet(self, day: float, operation: str, parameters: Any, user: str = ALICE, **more: Any) -> str:
        """Lay an administration record."""
        if isinstance(parameters, dict):
            parameters = [{"Name": name, "Value": value} for name, value in parameters.items()]
        record = {"Operation": operation, "Parameters": parameters, "ObjectId": more.get("target", "")}
        return self.event(day, operation, user, raw=json.dumps(record), mailbox=None, **more)

    def outlook_rule(self, day: float, mailbox: str = ALICE, user: str | None = None, **properties: str) -> str:
        """Lay an UpdateInboxRules record."""
        more = {key: properties.pop(key) for key in ("client_ip", "client", "session_id") if key in properties}
        pairs = [{"Name": name, "Value": value} for name, value in properties.items()]
        raw = json.dumps({"OperationProperties": pairs})
        return self.event(day, "UpdateInboxRules", user or mailbox, mailbox=mailbox, raw=raw, **more)

    def owner(self, days: Iterable[float], user: str = ALICE, **more: Any) -> None:
        """Have the owner sign in and read something at home on these days."""
        home = {"client_ip": HOME_IP, "client": HOME} | more
        for day in days:
            self.sign_in(day + 0.3, user, **home)
            self.bind(day + 0.31, [f"own-{user}-{int(day) % 3}"], user, **home)

    def _access(
        self, event_id: str, mailbox: str | None, folder: str | None, mid: str | None, access: str, throttled: bool
    ) -> None:
        row = {"event_id": event_id, "mailbox": mailbox, "folder": folder, "internet_message_id": mid}
        self.accesses.append({**row, "access": access, "throttled": throttled, "subject": None})

    # -- running -------------------------------------------------------------------------------------------------

    @property
    def case(self) -> Case:
        """The case folder, made when it is first needed."""
        if self._case is None:
            self._case = Case.create(self.folder, "Test", self.domains)
        return self._case

    def write(self) -> None:
        """Write the tables that `read` would have written."""
        for name in ("messages", "attachments", "events", "accesses"):
            replace(self.case, name, pa.Table.from_pylist(getattr(self, name), schema.TABLES[name].schema))
        if self.toml:
            path = self.folder / "case.toml"
            path.write_text(path.read_text("utf-8") + "\n" + self.toml, "utf-8")
            self.toml = ""
            vars(self.case).pop("config", None)

    def hunt(self) -> Scene:
        """Write the tables and hunt."""
        self.write()
        files = []
        if self.indicators:
            files = [self.folder / "indicators.txt"]
            files[0].write_text("\n".join(self.indicators), "utf-8")
        self.told = hunt(self.case, files, default_rules=self.own_rules)
        notes.check(self.case, "coverage", "activity", "findings")
        return self

    def run(self) -> Scene:
        """Write the tables, hunt, expose."""
        self.hunt()
        expose(self.case)
        notes.check(self.case, "exposures")
        return self

    def decide(self, state: str, *subjects: str) -> None:
        """Decide as `unsealed decide` does: each subject with the events that it stands for now."""
        rows = self.table("activity")
        events = {s: [r["event_id"] for r in rows if r["session"] == s or r["event_id"] == s] for s in subjects}
        self.case.decide(state, events)

    # -- answers -------------------------------------------------------------------------------------------------

    def table(self, name: str) -> list[Row]:
        """Give a table's rows."""
        path = self.case.tables / name / f"{name}.parquet"
        rows: list[Row] = pq.read_table(path).to_pylist() if path.exists() else []
        return rows

    def active(self) -> set[str]:
        """Give the events that count as the intruder's."""
        return {row["event_id"] for row in self.table("activity") if row["state"] != "rejected"}

    def row(self, mid: str, mailbox: str | None = ALICE, folder: str | None = None) -> Row:
        """Give the one row of `exposures` of a message."""
        found = [
            row
            for row in self.table("exposures")
            if (row["internet_message_id"] or "") == f"<{mid}@x>"
            and row["mailbox"] == mailbox
            and (folder is None or row["folder"] == folder)
        ]
        assert len(found) == 1, (mid, mailbox, found)
        return found[0]

    def verdict(self, mid: str, mailbox: str | None = ALICE, folder: str | None = None) -> str:
        """Give a message's verdict and its first ground, as `copied: sync`."""
        row = self.row(mid, mailbox, folder)
        return f"{row['verdict']}: {row['grounds'][0]['how']}"
