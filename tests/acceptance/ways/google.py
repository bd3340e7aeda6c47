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

from typing import TYPE_CHECKING

from .common import DAY, HOUR, MINUTE, Box, Case
from .workspace import Workspace, hash_of, many, plain

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build both cases."""
    return [_items(rng, root), _bare(rng, root)]


def _forward(tenant: Workspace, box: Box, when: datetime, ip: str) -> None:
    tenant.put(
        "user_accounts",
        when,
        box.address,
        ip,
        "email_forwarding_change",
        "email_forwarding_out_of_domain",
        [plain("email_forwarding_destination_address", "archive@elsewhere.example")],
    )
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
            if (
                verdict == "not_accessed"
                and copy.arrived < last
                and (copy.letter.mid in before[box.address] or copy.sent or copy.arrived < tenant.start)
            ):
                copy.verdict, copy.why = (
                    "not_accessed|in_reach",
                    why + "; opened before, so a later opening is not logged (O12)",
                )
    quiet.loose.append((tenant.start - 99 * DAY, tenant.end, "out_of_reach", "nobody"))
    return tenant.close("google items", [ip, other])


def _open(tenant: Workspace, box: Box, visit: datetime, ip: str, delegate: str) -> None:
    there = [
        c
        for c in box.copies
        if c.there(visit) and c.letter.mid not in box.named and not c.sent and c.arrived > tenant.start
    ]
    for number, copy in enumerate(tenant.rng.sample(there, min(7, len(there)))):
        at = visit + (3 + 2 * number) * MINUTE
        tenant.mail(copy, at, 7, ip, delegate=delegate)
        if number in (2, 3):
            tenant.mail(copy, at + MINUTE, 17 if copy.letter.attachment else 10, ip, delegate=delegate)
        box.named[copy.letter.mid], copy.opened = (at, "opened"), True
        box.traces.append(at)


def _bare(rng: random.Random, root: Path) -> Case:
    tenant = Workspace(rng, root / "bare")
    names = (
        "login",
        "forwarded",
        "token",
        "sendonly",
        "takeout",
        "drivetakeout",
        "waiting",
        "vault",
        "vaultquery",
        "vaultleft",
        "watched",
        "quiet",
    )
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
    for name, scope in (
        ("token", "https://mail.google.com/"),
        ("sendonly", "https://www.googleapis.com/auth/gmail.send"),
    ):
        client = f"{abs(hash_of(name))}-x.apps.googleusercontent.com"
        says = [
            plain("client_id", client),
            plain("app_name", "MailSync Pro"),
            plain("client_type", "WEB"),
            many("scope", ["openid", scope]),
            {
                "name": "scope_data",
                "multiMessageValue": [{"parameter": [plain("scope_name", scope), many("product_bucket", ["GMAIL"])]}],
            },
        ]
        tenant.put("token", when, box[name].address, ip, "auth", "authorize", says)
        tenant.put("token", revoked, box[name].address, tenant.home(box[name]), "auth", "revoke", says[:4])
        box[name].traces.append(when)
    box["token"].dark.append((when, revoked, "an application with mail scope; no item log"))


def _takeouts(tenant: Workspace, box: dict[str, Box], when: datetime, ip: str) -> None:
    for name, products in (("takeout", "Gmail, Drive"), ("drivetakeout", "Drive, Calendar"), ("waiting", "Mail")):
        says = [
            plain("TAKEOUT_ID", f"{hash_of(name)}"),
            plain("PRODUCTS_REQUESTED", products),
            plain("USER_EMAIL", box[name].address),
        ]
        done = when + 4 * HOUR
        more = [
            plain("TAKEOUT_STATUS", "COMPLETED"),
            plain("TAKEOUT_DESTINATION", "EMAIL"),
            plain("INITIATED_BY", box[name].address),
        ]
        tenant.put(
            "takeout",
            when,
            box[name].address,
            ip,
            "USER_TAKEOUT",
            "INITIATED_USER_TAKEOUT",
            [*says, plain("TAKEOUT_STATUS", "IN_PROGRESS")],
        )
        tenant.put("takeout", done, box[name].address, ip, "USER_TAKEOUT", "COMPLETED_USER_TAKEOUT", says + more)
        box[name].traces += [when, done]
        if name != "waiting":
            tenant.put(
                "takeout", done + 20 * MINUTE, box[name].address, ip, "USER_TAKEOUT", "DOWNLOADED_USER_TAKEOUT", says
            )
            box[name].traces.append(done + 20 * MINUTE)
        for copy in box[name].copies:
            if copy.there(when) and "ail" in products:
                copy.opened = name == "takeout"
                copy.verdict, copy.why = (
                    ("copied", "Takeout with mail, downloaded")
                    if name == "takeout"
                    else ("copied|in_reach", "not downloaded (O9)")
                )


def _vault(tenant: Workspace, box: dict[str, Box], when: datetime, first: datetime, ip: str) -> None:
    rogue = "root-helper@" + tenant.domain
    tenant.put(
        "login", when - 9 * MINUTE, rogue, ip, "login", "login_success", [plain("login_type", "google_password")]
    )
    for name, query in (("vault", ""), ("vaultquery", "subject:invoice"), ("vaultleft", "")):
        says = [
            plain("matter_id", f"{hash_of(name):x}"),
            plain("resource_name", name),
            plain("target_user", box[name].address),
            plain("query", query),
        ]
        tenant.put("vault", when, rogue, ip, "user_action", "create_export_begin", says)
        tenant.put("vault", when + 30 * MINUTE, rogue, ip, "user_action", "create_export_end", says)
        if name != "vaultleft":
            tenant.put("vault", when + 50 * MINUTE, rogue, ip, "user_action", "export_file_download", says)
        for copy in box[name].copies:
            if copy.there(when) and (not query or "invoice" in copy.letter.subject.lower()):
                copy.opened = name != "vaultleft"
                copy.verdict, copy.why = (
                    ("copied", f"Vault export {query}")
                    if name != "vaultleft"
                    else ("copied|in_reach", "not downloaded (O9)")
                )
    watched = box["watched"]
    says = [
        plain("USER_EMAIL", watched.address),
        plain("EMAIL_MONITOR_DEST_EMAIL", rogue),
        plain("EMAIL_MONITOR_LEVEL_INCOMING_EMAIL", "FULL_MESSAGE"),
        plain("EMAIL_MONITOR_LEVEL_OUTGOING_EMAIL", "NONE"),
        plain("EMAIL_MONITOR_LEVEL_DRAFT_EMAIL", "NONE"),
    ]
    tenant.put("admin", first, rogue, ip, "EMAIL_SETTINGS", "CREATE_EMAIL_MONITOR", says)
    tenant.put("admin", when, rogue, ip, "EMAIL_SETTINGS", "DELETE_EMAIL_MONITOR", says[:2])
    watched.rules.append((first, when, lambda _: True, "email monitor"))
