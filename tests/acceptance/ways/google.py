"""Google Workspace: Reports API activities of login, gmail, token, user_accounts, takeout, vault and admin.

developers.google.com/workspace/admin/reports/v1/appendix/activity/{gmail,login,token,takeout,vault,user-accounts,
admin-gmail-settings}; support.google.com/a/answer/12384955 (Gmail log events: an opening is logged the first time only).
Case `items`, with Gmail's own log, which also names every delivery:
 - opened: the intruder opens, answers, downloads attachments; letters that the owner had opened before are open (O12).
 - forwarded: forwarding to an outside address, every letter autoforwarded is named; delegated: a delegate reads.
 - quiet: nobody but its owner.
Case `bare`, without Gmail's log:
 - login: sign-ins alone; forwarded: from the setting on; token: an application with mail scope from authorize to revoke;
   sendonly: an application that may only send; takeout, drivetakeout (no mail in it), waiting (never downloaded, O9);
   vault, vaultquery, vaultleft (never downloaded, O9): by a rogue administrator; watched: an email monitor.
How Vault's log names the accounts searched is taken as `target_user`; no real sample was at hand.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from .common import DAY, HOUR, MINUTE, Box, Case, Copy, World, entry

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

    def put(self, app: str, when: datetime, user: str, ip: str | None, kind: str, name: str, parameters: list[Row], *, innocent: bool = False) -> None:
        """Log one activity."""
        unique = str(-self.rng.getrandbits(60))
        row: Row = {
            "kind": "admin#reports#activity",
            "id": {"time": f"{when:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z", "uniqueQualifier": unique, "applicationName": app, "customerId": self.customer},
            "etag": f'"{self.rng.getrandbits(64):x}"',
            "actor": {"callerType": "USER", "email": user, "profileId": f"1{abs(hash_of(user)):020d}"[:21]},
        }  # fmt: skip
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
        says = [plain("login_type", "google_password"), many("login_challenge_method", ["password"]), {"name": "is_suspicious", "boolValue": False}]
        self.put("login", when, box.address, ip, "login", "login_success", says, innocent=innocent)
        if not innocent:
            box.traces.append(when)

    def mail(self, copy: Copy, when: datetime, number: int, ip: str | None, *, delegate: str = "", innocent: bool = False) -> None:
        """Log a Gmail event about a letter."""
        context = [plain("client_type", "WEB")] if ip else []
        if ip:
            session = [plain("dusi", f"{hash_of(ip + copy.mailbox):x}")] + ([plain("delegate_user_email", delegate)] if delegate else [])
            context.append(nested("session_context", session))
        event = [{"name": "mail_event_type", "intValue": str(number)}, {"name": "success", "boolValue": True}, plain("timestamp_usec", str(int(when.timestamp() * 1e6)))]
        letter = [plain("rfc2822_message_id", copy.letter.mid), plain("subject", copy.letter.subject), nested("source", [plain("address", copy.letter.sender)]),
                  {"name": "destination", "multiMessageValue": [{"parameter": [plain("address", to)]} for to in copy.letter.to]}]  # fmt: skip
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
            text = "".join(json.dumps(row) + "\n" for row in rows) if lines else json.dumps({"kind": "admin#reports#activities", "items": rows})
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
                text += first + b"\nX-GM-THRID: " + str(abs(hash_of(copy.letter.mid))).encode() + b"\nX-Gmail-Labels: " + label.encode() + b"\n" + rest
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


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build both cases."""
    return [_items(rng, root), _bare(rng, root)]


def _forward(tenant: Workspace, box: Box, when: datetime, ip: str) -> None:
    tenant.put("user_accounts", when, box.address, ip, "email_forwarding_change", "email_forwarding_out_of_domain",
               [plain("email_forwarding_destination_address", "archive@elsewhere.example")])  # fmt: skip
    box.traces.append(when)
    box.rules.append((when, tenant.end + 60 * DAY, lambda _: True, "forwarding out of the domain"))
    for copy in box.copies:
        copy.opened |= not copy.sent and copy.arrived >= when


def _items(rng: random.Random, root: Path) -> Case:
    tenant = Workspace(rng, root / "items")
    opened, forwarded, delegated, quiet = (tenant.box(name) for name in ("opened", "forwarded", "delegated", "quiet"))
    visits = [tenant.at(day) for day in (25, 40, 62)]
    for box in tenant.boxes:
        box.borders = visits
        tenant.fill(box, 90)
    tenant.share(0.04)
    ip, other = "203.0.113.21", "203.0.113.22"
    for visit in visits:
        tenant.login(opened, visit, ip)
        _open(tenant, opened, visit, ip, "")
        _open(tenant, delegated, visit, other, "temp@" + tenant.domain)
    tenant.login(forwarded, visits[0], ip)
    _forward(tenant, forwarded, visits[0] + 5 * MINUTE, ip)
    for copy in forwarded.copies:
        if not copy.sent and visits[0] + 5 * MINUTE < copy.arrived < tenant.end:
            tenant.mail(copy, copy.arrived + 2 * (MINUTE / 60), 11, None)
    before = {box.address: tenant.live(box, items=True) for box in tenant.boxes}
    for box in (opened, forwarded, delegated):
        last = max(box.traces)
        for copy in box.copies:
            verdict, why = box.judge(copy)
            if verdict == "not_accessed" and copy.arrived < last and (copy.letter.mid in before[box.address] or copy.sent or copy.arrived < tenant.start):
                copy.verdict, copy.why = "not_accessed|in_reach", why + "; opened before, so a later opening is not logged (O12)"
    quiet.loose.append((tenant.start - 99 * DAY, tenant.end, "out_of_reach", "nobody"))
    return tenant.close("google items", [ip, other])


def _open(tenant: Workspace, box: Box, visit: datetime, ip: str, delegate: str) -> None:
    there = [c for c in box.copies if c.there(visit) and c.letter.mid not in box.named and not c.sent and c.arrived > tenant.start]
    for number, copy in enumerate(tenant.rng.sample(there, min(7, len(there)))):
        at = visit + (3 + 2 * number) * MINUTE
        tenant.mail(copy, at, 7, ip, delegate=delegate)
        if number in (2, 3):
            tenant.mail(copy, at + MINUTE, 17 if copy.letter.attachment else 10, ip, delegate=delegate)
        box.named[copy.letter.mid], copy.opened = (at, "opened"), True
        box.traces.append(at)


def _bare(rng: random.Random, root: Path) -> Case:
    tenant = Workspace(rng, root / "bare")
    names = ("login", "forwarded", "token", "sendonly", "takeout", "drivetakeout", "waiting", "vault", "vaultquery", "vaultleft", "watched", "quiet")
    box = {name: tenant.box(name, logged=False) for name in names}
    first, second, third = tenant.at(24), tenant.at(43), tenant.at(61)
    for one in box.values():
        one.borders = [first, second, second + 5 * HOUR, third]
        tenant.fill(one, 45)
    tenant.share(0.04)
    ip = "203.0.113.31"
    for name in ("login", "forwarded", "token", "sendonly", "takeout", "drivetakeout", "waiting"):
        tenant.login(box[name], first, ip)
        tenant.login(box[name], second - 9 * MINUTE, ip)
    _forward(tenant, box["forwarded"], first + 6 * MINUTE, ip)
    _tokens(tenant, box, second, third, ip)
    _takeouts(tenant, box, second, ip)
    _vault(tenant, box, second, first, ip)
    for one in box.values():
        tenant.live(one, items=False)
    return tenant.close("google bare", [ip])


def _tokens(tenant: Workspace, box: dict[str, Box], when: datetime, revoked: datetime, ip: str) -> None:
    for name, scope in (("token", "https://mail.google.com/"), ("sendonly", "https://www.googleapis.com/auth/gmail.send")):
        client = f"{abs(hash_of(name))}-x.apps.googleusercontent.com"
        says = [plain("client_id", client), plain("app_name", "MailSync Pro"), plain("client_type", "WEB"), many("scope", ["openid", scope]),
                {"name": "scope_data", "multiMessageValue": [{"parameter": [plain("scope_name", scope), many("product_bucket", ["GMAIL"])]}]}]  # fmt: skip
        tenant.put("token", when, box[name].address, ip, "auth", "authorize", says)
        tenant.put("token", revoked, box[name].address, tenant.home(box[name]), "auth", "revoke", says[:4])
        box[name].traces.append(when)
    box["token"].dark.append((when, revoked, "an application with mail scope; no item log"))


def _takeouts(tenant: Workspace, box: dict[str, Box], when: datetime, ip: str) -> None:
    for name, products in (("takeout", "Mail, Drive"), ("drivetakeout", "Drive, Calendar"), ("waiting", "Mail")):
        says = [plain("TAKEOUT_ID", f"{hash_of(name)}"), plain("PRODUCTS_REQUESTED", products), plain("USER_EMAIL", box[name].address)]
        done = when + 4 * HOUR
        more = [plain("TAKEOUT_STATUS", "COMPLETED"), plain("TAKEOUT_DESTINATION", "EMAIL"), plain("INITIATED_BY", box[name].address)]
        tenant.put("takeout", when, box[name].address, ip, "USER_TAKEOUT", "INITIATED_USER_TAKEOUT", [*says, plain("TAKEOUT_STATUS", "IN_PROGRESS")])
        tenant.put("takeout", done, box[name].address, ip, "USER_TAKEOUT", "COMPLETED_USER_TAKEOUT", says + more)
        box[name].traces += [when, done]
        if name != "waiting":
            tenant.put("takeout", done + 20 * MINUTE, box[name].address, ip, "USER_TAKEOUT", "DOWNLOADED_USER_TAKEOUT", says)
            box[name].traces.append(done + 20 * MINUTE)
        for copy in box[name].copies:
            if copy.there(when) and "Mail" in products:
                copy.opened = name == "takeout"
                copy.verdict, copy.why = ("copied", "Takeout with mail, downloaded") if name == "takeout" else ("copied|in_reach", "not downloaded (O9)")


def _vault(tenant: Workspace, box: dict[str, Box], when: datetime, first: datetime, ip: str) -> None:
    rogue = "root-helper@" + tenant.domain
    tenant.put("login", when - 9 * MINUTE, rogue, ip, "login", "login_success", [plain("login_type", "google_password")])
    for name, query in (("vault", ""), ("vaultquery", "subject:invoice"), ("vaultleft", "")):
        says = [plain("matter_id", f"{hash_of(name):x}"), plain("resource_name", name), plain("target_user", box[name].address), plain("query", query)]
        tenant.put("vault", when, rogue, ip, "user_action", "create_export_begin", says)
        tenant.put("vault", when + 30 * MINUTE, rogue, ip, "user_action", "create_export_end", says)
        if name != "vaultleft":
            tenant.put("vault", when + 50 * MINUTE, rogue, ip, "user_action", "export_file_download", says)
        for copy in box[name].copies:
            if copy.there(when) and (not query or "invoice" in copy.letter.subject.lower()):
                copy.opened = name != "vaultleft"
                copy.verdict, copy.why = ("copied", f"Vault export {query}") if name != "vaultleft" else ("copied|in_reach", "not downloaded (O9)")
    watched = box["watched"]
    says = [plain("USER_EMAIL", watched.address), plain("EMAIL_MONITOR_DEST_EMAIL", rogue), plain("EMAIL_MONITOR_LEVEL_INCOMING_EMAIL", "FULL_MESSAGE"),
            plain("EMAIL_MONITOR_LEVEL_OUTGOING_EMAIL", "NONE"), plain("EMAIL_MONITOR_LEVEL_DRAFT_EMAIL", "NONE")]  # fmt: skip
    tenant.put("admin", first, rogue, ip, "EMAIL_SETTINGS", "CREATE_EMAIL_MONITOR", says)
    tenant.put("admin", when, rogue, ip, "EMAIL_SETTINGS", "DELETE_EMAIL_MONITOR", says[:2])
    watched.rules.append((first, when, lambda _: True, "email monitor"))
