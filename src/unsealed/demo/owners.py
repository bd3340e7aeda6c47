"""The owners' own traffic, and what administrators and services write into the same log."""

from __future__ import annotations

import bisect
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from unsealed.demo import world
from unsealed.demo.audit import (
    EXCHANGE_ONLINE,
    OUTLOOK_DESKTOP,
    OUTLOOK_MOBILE,
    TENANT,
    AuditLog,
    Client,
    stable_uuid,
)
from unsealed.demo.model import DELETED, INBOX, SENT, Copy
from unsealed.demo.world import LOG_FROM, LOG_UNTIL, MAILBOXES, Mailbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

OFFICE = "192.0.2.10"
HOTEL = "203.0.113.140"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_EDGE = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/112.0.0.0 Safari/537.36 Edg/112.0.1722.39"
_HOSTED = "JPNPRD01.PROD.OUTLOOK.EXAMPLE/Microsoft Exchange Hosted Organizations"
_PHONE = "Outlook-iOS/2.0"
_JAPAN = timedelta(hours=9)


class Owner:
    """One mailbox owner at work."""

    def __init__(self, rng: Random, log: AuditLog, mailbox: Mailbox, copies: Sequence[Copy]) -> None:
        """Take the copies that lie, or once lay, in the mailbox."""
        self._rng, self._log, self._mailbox = rng, log, mailbox
        self._copies = sorted(copies, key=lambda copy: (copy.arrived, copy.letter.message_id))
        self._arrivals = [copy.arrived for copy in self._copies]
        number = list(MAILBOXES).index(mailbox.address) + 1
        self._home = f"203.0.113.{20 + number}"
        self._phone = f"2001:db8:50:{number}::{number * 7:x}"

    def _desktop(self, session: str | None = None) -> Client:
        return Client(OFFICE, "Client=MSExchangeRPC", OUTLOOK_DESKTOP, _EDGE, "OUTLOOK.EXE", session)

    def _browser(self, address: str, session: str | None) -> Client:
        return Client(address, f"Client=OWA;{_EDGE};", EXCHANGE_ONLINE, _EDGE, None, session)

    def _mobile(self) -> Client:
        return Client(self._phone, "Client=REST;Client=RESTSystem;;", OUTLOOK_MOBILE, _PHONE)

    def _recent(self, moment: datetime, most: int) -> list[Copy]:
        end = bisect.bisect_left(self._arrivals, moment)
        pool = self._copies[max(0, end - 25) : end]
        return self._rng.sample(pool, min(len(pool), self._rng.randrange(1, most + 1)))

    def _bind(self, moment: datetime, client: Client) -> None:
        limited = self._mailbox.address == world.B.address
        dark = limited and world.THROTTLE <= moment <= world.THROTTLE_ENDS
        copies = self._recent(moment, 6)
        if copies and self._mailbox.item_log and not dark:
            self._log.bind(moment, self._mailbox.address, client, copies)

    def _morning(self, day: datetime) -> None:
        """Sign in at the office and let Outlook synchronise."""
        rng, log, address = self._rng, self._log, self._mailbox.address
        start = day + timedelta(minutes=rng.randrange(5, 40), seconds=rng.randrange(60))
        session = log.new_id()
        away = address == world.A.address and world.SYNC.date() <= day.date() <= (world.SYNC + timedelta(days=3)).date()
        browser = self._browser(HOTEL if away else OFFICE, session)
        if rng.random() < 0.06:
            log.sign_in(start - timedelta(seconds=41), address, browser, "50126")
        log.sign_in(start, address, browser)
        self._bind(start + timedelta(minutes=rng.randrange(2, 50)), browser)
        if rng.random() < 0.5:
            plain = self._browser(browser.address, session if rng.random() < 0.6 else None)
            self._bind(start + timedelta(hours=rng.randrange(2, 7), seconds=rng.randrange(60)), plain)
        if self._mailbox.item_log and not away:
            wanted = [INBOX, SENT, self._mailbox.own_folder or DELETED]
            for number, folder in enumerate(wanted[: rng.randrange(1, 4)]):
                moment = start + timedelta(minutes=12, seconds=7 * number)
                log.sync(moment, address, self._desktop(session), folder)

    def _evening(self, day: datetime) -> None:
        moment = day + timedelta(hours=rng_hours(self._rng), seconds=self._rng.randrange(3600))
        if self._rng.random() < 0.15:
            session = self._log.new_id()
            self._log.sign_in(moment, self._mailbox.address, self._browser(self._home, session))
            self._bind(moment + timedelta(minutes=4), self._browser(self._home, session))

    def days(self) -> None:
        """Live through the time of the log, day by day."""
        day = LOG_FROM
        while day < LOG_UNTIL:
            if (day + _JAPAN).weekday() < 5:
                self._morning(day)
                self._evening(day)
            glance = day + timedelta(hours=self._rng.randrange(1, 13), seconds=self._rng.randrange(3600))
            self._bind(glance, self._mobile())
            day += timedelta(days=1)

    def letters(self) -> None:
        """Send what lies in Sent Items, and throw away what lies in Deleted Items."""
        for copy in self._copies:
            if not LOG_FROM < copy.arrived < LOG_UNTIL:
                continue
            if copy.folder == SENT:
                self._log.send(copy.arrived, self._mailbox.address, self._desktop(), copy)
            elif copy.folder == DELETED:
                before = Copy(copy.mailbox, INBOX, copy.letter, copy.arrived)
                moment = copy.arrived + timedelta(minutes=self._rng.randrange(5, 300))
                self._log.removal(moment, self._mailbox.address, self._desktop(), before, "MoveToDeletedItems")

    def cleared(self) -> None:
        """Delete for good, after the incident, what the evidence no longer holds."""
        for number, copy in enumerate(copy for copy in self._copies if copy.purged):
            moment = world.CONTAINED + timedelta(days=1, hours=2, minutes=3 * number)
            self._log.removal(moment, self._mailbox.address, self._desktop(), copy, "SoftDelete")


def rng_hours(rng: Random) -> int:
    """Return an hour of the Japanese evening, in UTC."""
    return rng.randrange(10, 14)


def _on_the_road(rng: Random, log: AuditLog, copies: list[Copy]) -> None:
    """Let a colleague work from the address that the intruder moves to: another client, his own mailbox."""
    webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
    agent = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 13_3) {webkit} Version/16.4 Safari/605.1.15"
    own = [copy for copy in copies if copy.mailbox == world.E.address]
    for start in ("2023-04-19T17:52:10", "2023-04-26T19:15:44", "2023-05-30T18:20:31"):
        begin = datetime.fromisoformat(start).replace(tzinfo=LOG_FROM.tzinfo)
        client = Client(
            world.INTRUDER_UNLISTED,
            "Client=WebServices;MacOutlook/16.72;",
            OUTLOOK_DESKTOP,
            agent,
            None,
            log.new_id(),
        )
        log.sign_in(begin, world.E.address, client)
        for minutes in (3, 17, 46):
            pool = [copy for copy in own if copy.arrived < begin - world.MARGIN][-30:]
            log.bind(begin + timedelta(minutes=minutes), world.E.address, client, rng.sample(pool, 3))


def _harmless_rule(log: AuditLog) -> None:
    begin = datetime.fromisoformat("2023-04-06T02:11:09").replace(tzinfo=LOG_FROM.tzinfo)
    client = Client(OFFICE, f"Client=OWA;{_EDGE};", EXCHANGE_ONLINE, _EDGE, None, log.new_id())
    settings = {"Name": "newsletters", "From": world.EDITOR.address, "MoveToFolder": DELETED}
    log.rule(begin, world.E.address, client, "New-InboxRule", settings)


def _services(rng: Random, log: AuditLog) -> None:
    """Add what nobody did by hand: provisioning, Teams, SharePoint."""
    host = r"NT AUTHORITY\SYSTEM (Microsoft.Exchange.ServiceHost)"
    day = LOG_FROM
    while day < LOG_UNTIL:
        moment = day + timedelta(seconds=rng.randrange(86_000))
        user = rng.choice(list(MAILBOXES))
        admin = {
            "ResultStatus": "True",
            "UserKey": host,
            "UserType": 3,
            "ObjectId": f"{_HOSTED}/{TENANT}/{user.partition('@')[0]}",
            "AppId": "",
            "ClientAppId": "",
            "ExternalAccess": True,
            "OrganizationName": TENANT,
            "OriginatingServer": "TYXPR01MB4007 (15.20.6340.020)",
            "Parameters": [
                {"Name": "Identity", "Value": user},
                {"Name": "IssueWarningQuota", "Value": "99 GB (106,300,440,576 bytes)"},
            ],
        }
        log.add(moment, "ExchangeAdmin", host, "Set-Mailbox", admin, hand="system")
        file = {
            "Workload": "SharePoint",
            "ClientIP": OFFICE,
            "ObjectId": f"https://cspa.sharepoint.example/sites/shared/Documents/{rng.randrange(900):03d}.xlsx",
            "EventSource": "SharePoint",
            "ItemType": "File",
            "UserAgent": _EDGE,
            "SourceFileExtension": "xlsx",
            "SiteUrl": "https://cspa.sharepoint.example/sites/shared/",
        }
        log.add(moment + timedelta(minutes=9), "SharePointFileOperation", user, "FileAccessed", file, hand="owner")
        team = {
            "Workload": "MicrosoftTeams",
            "UserType": 5,
            "UserKey": stable_uuid("teams"),
            "CommunicationType": "Team",
            "Members": [{"DisplayName": user.partition("@")[0], "Role": 1, "UPN": user}],
            "TeamName": rng.choice(("共同分析", "演習事務局", "広報連絡")),
        }
        if rng.random() < 0.3:
            log.add(
                moment + timedelta(minutes=21),
                "MicrosoftTeams",
                "Microsoft Teams Sync",
                "MemberAdded",
                team,
                hand="system",
            )
        day += timedelta(days=1)


def ordinary_traffic(rng: Random, log: AuditLog, copies: list[Copy]) -> None:
    """Write everything that is not the intruder's."""
    for mailbox in MAILBOXES.values():
        if mailbox.in_cloud:
            owner = Owner(rng, log, mailbox, [copy for copy in copies if copy.mailbox == mailbox.address])
            owner.days()
            owner.letters()
            owner.cleared()
    _on_the_road(rng, log, copies)
    _harmless_rule(log)
    _services(rng, log)
