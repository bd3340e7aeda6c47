"""A Google Workspace tenant's logs, as the Reports API gives them, with owners who live in it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from .common import HOUR, Box, Case, Copy, World, entry

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path

Row = dict[str, Any]


class Workspace(World):
    """A Google tenant: its logs by application, and owners who live in it."""

    def __init__(self, rng: random.Random, root: Path) -> None:
        """Begin the logs."""
        super().__init__(rng, root, "agency.example.net")
        self.logs: dict[str, list[Row]] = {}
        self.innocent: set[str] = set()
        self.ips: dict[str, str] = {}
        self.customer = f"C0{rng.getrandbits(28):07x}"

    def put(
        self,
        app: str,
        when: datetime,
        user: str,
        ip: str | None,
        kind: str,
        name: str,
        parameters: list[Row],
        *,
        innocent: bool = False,
    ) -> None:
        """Log one activity."""
        unique = str(-self.rng.getrandbits(60))
        row: Row = {
            "kind": "admin#reports#activity",
            "id": {
                "time": f"{when:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
                "uniqueQualifier": unique,
                "applicationName": app,
                "customerId": self.customer,
            },
            "etag": f'"{self.rng.getrandbits(64):x}"',
            "actor": {"callerType": "USER", "email": user, "profileId": f"1{abs(hash_of(user)):020d}"[:21]},
        }
        if ip:
            row["ipAddress"] = ip
        row["events"] = [{"type": kind, "name": name, "parameters": parameters}]
        self.logs.setdefault(app, []).append(row)
        if innocent:
            self.innocent.add(unique)

    def home(self, box: Box) -> str:
        """The owner's own address."""
        return self.ips.setdefault(box.address, f"192.0.2.{10 + len(self.ips)}")

    def login(self, box: Box, when: datetime, ip: str, *, innocent: bool = False) -> None:
        """Log a sign-in."""
        says = [
            plain("login_type", "google_password"),
            many("login_challenge_method", ["password"]),
            {"name": "is_suspicious", "boolValue": False},
        ]
        self.put("login", when, box.address, ip, "login", "login_success", says, innocent=innocent)
        if not innocent:
            box.traces.append(when)

    def mail(
        self, copy: Copy, when: datetime, number: int, ip: str | None, *, delegate: str = "", innocent: bool = False
    ) -> None:
        """Log a Gmail event about a letter."""
        context = [plain("client_type", "WEB")] if ip else []
        if ip:
            session = [plain("dusi", f"{hash_of(ip + copy.mailbox):x}")] + (
                [plain("delegate_user_email", delegate)] if delegate else []
            )
            context.append(nested("session_context", session))
        event = [
            {"name": "mail_event_type", "intValue": str(number)},
            {"name": "success", "boolValue": True},
            plain("timestamp_usec", str(int(when.timestamp() * 1e6))),
        ]
        letter = [
            plain("rfc2822_message_id", copy.letter.mid),
            plain("subject", copy.letter.subject),
            nested("source", [plain("address", copy.letter.sender)]),
            {
                "name": "destination",
                "multiMessageValue": [{"parameter": [plain("address", to)]} for to in copy.letter.to],
            },
        ]
        says = [nested("event_info", [*event, nested("client_context", context)]), nested("message_info", letter)]
        self.put("gmail", when, copy.mailbox, ip, "delivery_type", "delivery", says, innocent=innocent)

    def live(self, box: Box, *, items: bool) -> set[str]:
        """Let the owner live: sign-ins every few days, letters opened once each; gives what they opened when."""
        ip, opened = self.home(box), set()
        for day in range(0, self.days, 2):
            self.login(box, self.at(day), ip, innocent=True)
        for copy in box.copies if items else ():
            if self.start <= copy.arrived < self.end:
                self.mail(copy, copy.arrived, 1 if copy.sent else 2, ip if copy.sent else None, innocent=True)
                if not copy.sent and copy.letter.mid not in box.named and self.rng.random() < 0.5:
                    self.mail(copy, copy.arrived + self.rng.randint(1, 20) * HOUR, 7, ip, innocent=True)
                    opened.add(copy.letter.mid)
        return opened

    def close(self, name: str, indicators: list[str]) -> Case:
        """Write the logs, the mail as Takeout gives it, and the case."""
        for app, rows in self.logs.items():
            rows.sort(key=lambda row: row["id"]["time"], reverse=True)
            lines = self.rng.random() < 0.5
            text = (
                "".join(json.dumps(row) + "\n" for row in rows)
                if lines
                else json.dumps({"kind": "admin#reports#activities", "items": rows})
            )
            self.write(f"google/{app}.{'jsonl' if lines else 'json'}", text)
        return self.case(name, indicators=indicators, innocent_ids=self.innocent, innocent_ips=set(self.ips.values()))

    def write_mail(self, *_: object, **__: object) -> None:
        """Write each mailbox as one mbox with labels."""
        for box in self.boxes:
            home = self.root / "evidence" / "mail" / box.address
            home.mkdir(parents=True, exist_ok=True)
            text = b""
            for copy in box.copies:
                first, _, rest = entry(copy).partition(b"\n")
                label = {"Inbox": "Inbox,Opened", "Sent Items": "Sent"}.get(copy.folder, "Archived,Projects")
                text += (
                    first
                    + b"\nX-GM-THRID: "
                    + str(abs(hash_of(copy.letter.mid))).encode()
                    + b"\nX-Gmail-Labels: "
                    + label.encode()
                    + b"\n"
                    + rest
                )
            (home / "All mail Including Spam and Trash.mbox").write_bytes(text)


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def plain(name: str, value: str) -> Row:
    """A parameter."""
    return {"name": name, "value": value}


def many(name: str, values: list[str]) -> Row:
    """A parameter of several values."""
    return {"name": name, "multiValue": values}


def nested(name: str, parameters: list[Row]) -> Row:
    """A parameter of parameters."""
    return {"name": name, "messageValue": {"parameter": parameters}}
