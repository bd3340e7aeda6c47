"""A Microsoft 365 tenant's audit log, with owners who live in it; record shapes from `records.py` (real ones)."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from records import GRAPH, Hand, Tenant

from .common import DAY, MINUTE, Box, Case, Copy, World

if TYPE_CHECKING:
    import random

Record = dict[str, Any]
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/112.0.0.0 Safari/537.36"
TOOL = "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0"
BACKUP = "6c0b7a52-1f55-4e0e-9a0f-3f8a6f1d7c11"


class Office(World):
    """A tenant: mailboxes, their owners' daily traffic, a backup service's, and the intruder's records."""

    def __init__(self, rng: random.Random, root: Path, days: int = 90) -> None:
        """Begin the log."""
        super().__init__(rng, root, "example.go.jp", days)
        self.tenant = Tenant(self.domain, rng)
        self.records: list[Record] = []
        self.innocent: set[str] = set()
        self.drawn = 0
        self.owner_ips: dict[str, str] = {}

    def owner(self, box: Box) -> Hand:
        """The owner's own browser."""
        ip = self.owner_ips.setdefault(box.address, f"192.0.2.{10 + len(self.owner_ips)}")
        return Hand(box.address, ip, f"Client=OWA;{CHROME};", CHROME, session=self.tenant.known("s" + box.address))

    def intruder(self, user: str, *, desktop: bool = False) -> Hand:
        """A foreign browser or Outlook at an address of its own."""
        self.drawn += 1
        ip = f"203.0.113.{self.drawn}"
        client = "Client=MSExchangeRPC" if desktop else f"Client=OWA;{TOOL};"
        return Hand(user, ip, client, "" if desktop else TOOL, session=self.tenant.guid(), desktop=desktop)

    def put(self, record: Record, *, innocent: bool = False) -> Record:
        """Log a record."""
        self.records.append(record)
        if innocent:
            self.innocent.add(record["Id"])
        return record

    def live(self, box: Box, *, items_off: tuple[tuple[datetime, datetime], ...] = (), mail_items: bool = True) -> None:
        """Let the owner sign in and read every day; the item log may be off for a while."""
        hand = self.owner(box)
        for day in range(self.days):
            when = self.at(day, 300)
            self.put(self.tenant.signin(hand, when), innocent=True)
            for part in range(self.rng.randint(1, 2)):
                at = when + (5 + 50 * part) * MINUTE
                if mail_items and not any(start <= at < end for start, end in items_off):
                    self.own_read(box, hand, at)
        self.service(box, items_off=items_off, mail_items=mail_items)

    def own_read(self, box: Box, hand: Hand, at: datetime) -> None:
        """Let the owner open a few letters."""
        there = [copy for copy in box.copies if copy.there(at)]
        chosen: dict[str, list[str]] = {}
        for copy in self.rng.sample(there, min(len(there), self.rng.randint(1, 3))):
            chosen.setdefault(copy.place(at), []).append(copy.letter.mid)
        if chosen:
            self.put(self.tenant.bind(hand, at, chosen), innocent=True)

    def service(
        self, box: Box, *, items_off: tuple[tuple[datetime, datetime], ...] = (), mail_items: bool = True
    ) -> None:
        """Let the organisation's backup read every few nights, under its own application."""
        hand = Hand(box.address, "2603:10a6:10:77::5", "Client=REST;Client=RESTSystem;;", "", GRAPH, BACKUP)
        for day in range(1, self.days, 4):
            at = self.start + day * DAY + self.rng.randint(60, 180) * MINUTE
            if mail_items and not any(start <= at < end for start, end in items_off):
                self.own_read(box, hand, at)

    def sign_in(self, box: Box | None, hand: Hand, when: datetime) -> None:
        """Let the intruder sign in as somebody; a trace where it is the mailbox's owner."""
        self.put(self.tenant.signin(hand, when))
        if box:
            box.traces.append(when)

    def read(
        self, box: Box, hand: Hand, when: datetime, count: int, *, folder: str | None = None, how: str = "bind"
    ) -> list[Copy]:
        """Let the intruder open letters that lie there; the log names each."""
        there = [copy for copy in box.copies if copy.there(when) and folder in (None, copy.place(when))]
        chosen: dict[str, list[str]] = {}
        opened = self.rng.sample(there, min(count, len(there)))
        for copy in opened:
            chosen.setdefault(copy.place(when), []).append(copy.letter.mid)
            box.named.setdefault(copy.letter.mid, (when, how))
            copy.opened = True
        if chosen:
            self.put(self.tenant.bind(hand, when, chosen, owner=box.address))
            box.traces.append(when)
        return opened

    def peek(self, box: Box, when: datetime, count: int) -> None:
        """Let the intruder open letters that no log names."""
        there = [copy for copy in box.copies if copy.there(when)]
        for copy in self.rng.sample(there, min(count, len(there))):
            copy.opened = True

    def cmdlet(self, hand: Hand, when: datetime, name: str, **parameters: str) -> Record:
        """Log an Exchange cmdlet."""
        record = self.tenant.cmdlet(hand, when, name, [(key.rstrip("_"), value) for key, value in parameters.items()])
        return self.put(record)

    def called(self, box: Box) -> str:
        """Give a mailbox as a cmdlet's Identity may name it: by address, by alias, by its place in the directory."""
        local = box.address.split("@")[0]
        place = (
            f"EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{self.tenant.onmicrosoft}/{local}"
        )
        return self.rng.choice([box.address, box.address, local, place])

    def folder_grant(self, box: Box, hand: Hand, when: datetime, member: str, rights: str) -> None:
        """Log what Outlook leaves of a permission on the inbox: AddFolderPermissions."""
        record = self.tenant.sync(hand, when, "Inbox")
        del record["OperationProperties"]
        record["Operation"] = "AddFolderPermissions"
        parent = {
            "Id": self.tenant.blob(),
            "MemberRights": rights,
            "MemberSid": "S-1-5-21-1376570662-7",
            "MemberUpn": member,
        }
        record["Item"] = {"Id": parent["Id"], "ParentFolder": {**parent, "Name": "Inbox", "Path": "\\Inbox"}}
        self.put(record)
        box.traces.append(when)

    def directory(
        self, user: str, ip: str, when: datetime, operation: str, changes: dict[str, str], target: list[Record]
    ) -> Record:
        """Log a record of the directory: a consent, a licence."""
        record = self.tenant.common(when, operation, 8, "AzureActiveDirectory", "Success")
        key = self.tenant.known("object" + user)
        record |= {"UserKey": "1003" + key[:12].upper() + "@" + self.tenant.onmicrosoft, "ClientIP": ip, "UserId": user}
        record |= {"ObjectId": str(target[-1]["ID"]), "AzureActiveDirectoryEventType": 1}
        record["ExtendedProperties"] = [{"Name": "additionalDetails", "Value": json.dumps({"User-Agent": "EvoSTS"})}]
        record["ModifiedProperties"] = [
            {"Name": name, "NewValue": value, "OldValue": ""} for name, value in changes.items()
        ]
        record["Actor"] = [
            {"ID": user, "Type": 5},
            {"ID": "User_" + key, "Type": 2},
            {"ID": key, "Type": 2},
            {"ID": "User", "Type": 2},
        ]
        record |= {"ActorContextId": self.tenant.org_id, "ActorIpAddress": ip, "InterSystemsId": self.tenant.guid()}
        record |= {
            "IntraSystemId": self.tenant.guid(),
            "SupportTicketId": "",
            "Target": target,
            "TargetContextId": self.tenant.org_id,
        }
        return self.put(record)

    def close(self, name: str, **more: Any) -> Case:
        """Write mail and log."""
        known = list(more.pop("indicators", []))
        self.write_log()
        return self.case(
            name, indicators=known, innocent_ips=set(self.owner_ips.values()), innocent_ids=self.innocent, **more
        )

    def write_log(self, since: datetime | None = None) -> None:
        """Write the log in one of the shapes that responders bring."""
        kept = [r for r in self.records if since is None or _time(r) >= since.replace(tzinfo=None)]
        kept.sort(key=_time)
        shape = self.rng.choice(["lines", "array", "search", "portal"])
        if shape == "lines":
            self.write("audit/auditdata.jsonl", "".join(json.dumps(r) + "\n" for r in kept))
        elif shape == "array":
            self.write("audit/AuditLogs.json", json.dumps(kept, indent=1))
        else:
            self.write("audit/audit.csv", _csv(kept, portal=shape == "portal"))


def _time(record: Record) -> datetime:
    return datetime.fromisoformat(record["CreationTime"])


def _csv(records: list[Record], *, portal: bool) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    if portal:
        writer.writerow(
            ["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits"]
        )
        for r in records:
            writer.writerow(
                [
                    r["Id"],
                    r["CreationTime"] + ".0000000Z",
                    r["RecordType"],
                    r["Operation"],
                    r["UserId"],
                    json.dumps(r),
                    "",
                ]
            )
    else:
        writer.writerow(
            [
                "RecordType",
                "CreationDate",
                "UserIds",
                "Operations",
                "AuditData",
                "ResultIndex",
                "ResultCount",
                "Identity",
            ]
        )
        for number, r in enumerate(records, 1):
            when = _time(r)
            hour = f"{when.month}/{when.day}/{when.year} {(when.hour % 12) or 12}:{when:%M:%S %p}"
            writer.writerow(
                [
                    "ExchangeItemAggregated",
                    hour,
                    r["UserId"],
                    r["Operation"],
                    json.dumps(r),
                    number,
                    len(records),
                    r["Id"],
                ]
            )
    return out.getvalue()


def until(moment: datetime) -> datetime:
    """The end of a dark time that a record at the moment ends."""
    return moment + timedelta(seconds=1)
