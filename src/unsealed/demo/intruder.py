"""The intruder at work in the mailboxes: what is planted, and what the truth must know of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from unsealed.demo import world
from unsealed.demo.audit import EXCHANGE_ONLINE, GRAPH_TOOLS, OUTLOOK_DESKTOP, AuditLog, Client
from unsealed.demo.forgeries import forged
from unsealed.demo.model import INBOX, SENT, Copy, Intrusion
from unsealed.demo.owners import OFFICE
from unsealed.demo.world import MARGIN, A, B, C

if TYPE_CHECKING:
    from random import Random

    from unsealed.demo.model import Record

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0"
_BROWSER = Client(world.INTRUDER_LISTED, f"Client=OWA;{_AGENT};", EXCHANGE_ONLINE, _AGENT, hand="intruder")
_TOOL = Client(world.INTRUDER_UNLISTED, "Client=REST;Client=RESTSystem;;", GRAPH_TOOLS, _AGENT, hand="intruder")
_DESKTOP = Client(
    world.INTRUDER_LISTED, "Client=MSExchangeRPC", OUTLOOK_DESKTOP, _AGENT, "OUTLOOK.EXE", hand="intruder"
)
RULE_NAME = "RSS sync"
RULE_WORDS = ("BLUEFIN", "KAGERO")


class Intruder:
    """Moves through the mailboxes, leaving records, and tells the truth as it goes."""

    def __init__(self, rng: Random, log: AuditLog, copies: list[Copy]) -> None:
        """Take the log to write into and every copy there is."""
        self._rng, self._log = rng, log
        self.copies = copies
        self.did = Intrusion(rule_words=RULE_WORDS)

    def _note(self, mailbox: str, record: Record) -> None:
        last = self.did.last_in.get(mailbox, record.time)
        self.did.last_in[mailbox] = max(last, record.time)

    def _there(self, mailbox: str, moment: datetime) -> list[Copy]:
        return [
            copy
            for copy in self.copies
            if copy.mailbox == mailbox and copy.arrived < moment - MARGIN and not copy.purged
        ]

    def enter(self, mailbox: str, moment: datetime, client: Client = _BROWSER) -> Client:
        """Sign in, and return the client with its session."""
        client = replace(client, session=self._log.new_id())
        self._note(mailbox, self._log.sign_in(moment, mailbox, client))
        return client

    def open(
        self, mailbox: str, moment: datetime, client: Client, chosen: list[Copy], *, throttled: bool = False
    ) -> None:
        """Open letters one by one; the log gathers them in one record."""
        self._note(mailbox, self._log.bind(moment, mailbox, client, chosen, throttled=throttled))
        self.did.opened.update((mailbox, copy.letter.message_id) for copy in chosen)

    def pick(self, mailbox: str, moment: datetime, most: int) -> list[Copy]:
        """Choose recent letters as somebody does who looks for affairs of state."""
        pool = [copy for copy in self._there(mailbox, moment) if copy.arrived > moment - timedelta(days=160)]
        abroad = [copy for copy in pool if copy.letter.language == "en" or copy.letter.project]
        pool = abroad if self._rng.random() < 0.65 else pool
        return self._rng.sample(pool, min(len(pool), self._rng.randrange(2, most + 1)))

    def read(self, mailbox: str, start: datetime, client: Client, rounds: int, *, most: int = 5) -> datetime:
        """Open some letters every few minutes; return the time of the last record."""
        moment = start
        for _ in range(rounds):
            moment += timedelta(minutes=self._rng.randrange(3, 11), seconds=self._rng.randrange(60))
            self.open(mailbox, moment, client, self.pick(mailbox, moment, most))
        return moment

    def spray(self) -> None:
        """Try passwords on every mailbox, from two addresses, without success."""
        moment = world.SPRAY
        for number in range(30):
            address = world.INTRUDER_LISTED if number % 3 else world.SPRAY_UNLISTED
            user = list(world.MAILBOXES)[number % 6]
            client = Client(address, "", EXCHANGE_ONLINE, world.SPRAY_AGENT, hand="intruder")
            self._log.sign_in(moment, user, client, "50053" if number > 23 else "50126")
            moment += timedelta(seconds=self._rng.randrange(20, 95))

    def in_first_mailbox(self) -> None:
        """Live through the visits to mailbox A."""
        who = A.address
        client = self.enter(who, world.FIRST_IN_A)
        self.read(who, world.FIRST_IN_A, client, 3)
        client = self.enter(who, _at("2023-04-19T17:31:02"))
        moment = self.read(who, _at("2023-04-19T17:31:02"), client, 2)
        self._note(who, self._log.search(moment + timedelta(seconds=50), who, client, "BLUEFIN"))
        moved = replace(client, address=world.INTRUDER_UNLISTED)
        moment = self.read(who, moment + timedelta(minutes=6), moved, 2)
        moment = self.read(who, moment + timedelta(minutes=5), replace(moved, session=None), 3)
        self._bury(who, moment + timedelta(minutes=9), replace(moved, session=None))
        client = self.enter(who, _at("2023-04-26T18:43:11"))
        moved = replace(_TOOL, session=client.session)
        moment = self.read(who, _at("2023-04-26T18:43:11"), client, 1)
        moment = self.read(who, moment + timedelta(minutes=4), moved, 1)
        self.read(who, moment + timedelta(minutes=20), _TOOL, 2)
        self._rule()
        client = self.enter(who, world.SYNC - timedelta(minutes=5, seconds=21), _DESKTOP)
        self._note(who, self._log.sync(world.SYNC, who, client, "Projects"))
        tool = replace(_TOOL, address=world.INTRUDER_IN_NETWORK)
        self.read(who, _at("2023-05-23T19:40:00"), tool, 3)
        client = self.enter(who, _at("2023-05-30T18:02:45"))
        moment = self.read(who, _at("2023-05-30T18:02:45"), client, 2)
        self._attachments(who, moment, client)
        client = self.enter(who, world.LAST_IN_A - timedelta(minutes=25))
        last = self.read(who, world.LAST_IN_A - timedelta(minutes=25), client, 1)
        self.open(who, max(world.LAST_IN_A, last), client, self.pick(who, last, 3))

    def in_second_mailbox(self) -> None:
        """Live through the visits to mailbox B, the throttled one among them."""
        who = B.address
        client = self.enter(who, world.FIRST_IN_B)
        moment = self.read(who, world.FIRST_IN_B, client, 3)
        self._bury(who, moment + timedelta(minutes=2), client)
        for start in ("2023-04-27T18:20:00", "2023-05-09T19:05:30"):
            client = self.enter(who, _at(start))
            self.read(who, _at(start), client, 3, most=4)
        start_throttled = world.THROTTLE - timedelta(minutes=40)
        client = self.enter(who, start_throttled)
        self.read(who, start_throttled, client, 2)
        self.open(who, world.THROTTLE, client, self.pick(who, world.THROTTLE, 4), throttled=True)
        self.enter(who, world.THROTTLE + timedelta(hours=22, minutes=6))
        for start in ("2023-05-29T17:55:40", "2023-06-07T18:33:03"):
            client = self.enter(who, _at(start))
            self.read(who, _at(start), client, 2, most=4)
        client = self.enter(who, world.LAST_IN_B - timedelta(minutes=30))
        moment = self.read(who, world.LAST_IN_B - timedelta(minutes=30), client, 1)
        self._attachments(who, moment, client)
        self.open(who, world.LAST_IN_B, client, self.pick(who, moment, 3))

    def in_third_mailbox(self) -> None:
        """Sign in to the mailbox whose licence writes no item log."""
        for moment in (world.FIRST_IN_C, world.LAST_IN_C):
            self.enter(C.address, moment, replace(_BROWSER, address=world.INTRUDER_HOSTED))

    def _bury(self, mailbox: str, moment: datetime, client: Client) -> None:
        """Open the letters that will be deleted before the evidence is taken."""
        gone = [copy for copy in self.copies if copy.mailbox == mailbox and copy.purged]
        for number in range(0, len(gone), 4):
            self.open(mailbox, moment + timedelta(minutes=3 * number), client, gone[number : number + 4])

    def _attachments(self, mailbox: str, moment: datetime, client: Client) -> None:
        bearing = [copy for copy in self._there(mailbox, moment) if copy.letter.attachments and copy.folder == INBOX]
        for number, copy in enumerate(self._rng.sample(bearing, 3)):
            when = moment + timedelta(seconds=70 * (number + 1))
            self._note(mailbox, self._log.attachment(when, mailbox, client, copy))
            self.did.opened.add((mailbox, copy.letter.message_id))

    def _rule(self) -> None:
        who = A.address
        client = self.enter(who, world.RULE_MADE - timedelta(minutes=4))
        settings = {
            "Name": RULE_NAME,
            "SubjectOrBodyContainsWords": ";".join(RULE_WORDS),
            "ForwardTo": world.FORWARD_TARGET,
            "StopProcessingRules": "False",
        }
        self._note(
            who,
            self._log.rule(world.RULE_MADE, who, replace(client, session=None), "New-InboxRule", settings),
        )
        owner = Client(OFFICE, "", EXCHANGE_ONLINE, "")
        self._log.rule(world.RULE_GONE, who, owner, "Remove-InboxRule", {"Identity": f"tachibana.haruka\\{RULE_NAME}"})

    def phish(self) -> None:
        """Write in the owner's name: one letter stays in Sent Items, one is deleted at once."""
        who, start = A.address, _at("2023-06-08T17:48:20")
        client = self.enter(who, start)
        threads = [
            copy.letter
            for copy in self._there(who, start)
            if copy.letter.sender.organisation in world.PARTNERS
            and copy.letter.linked
            and not copy.letter.via_list
            and copy.arrived > start - timedelta(days=40)
        ]
        parents = self._rng.sample(threads, 2)
        for number, parent in enumerate(parents):
            sent = forged(self._rng, parent, start + timedelta(minutes=9 + 12 * number))
            copy = Copy(who, SENT, sent, sent.date, purged=number > 0)
            self._note(who, self._log.send(sent.date, who, client, copy))
            self.did.sent.add((who, sent.message_id))
            self.copies.append(copy)
            if copy.purged:
                self._note(who, self._log.removal(sent.date + timedelta(seconds=48), who, client, copy, "HardDelete"))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=world.MAIL_FROM.tzinfo)


def break_in(rng: Random, log: AuditLog, copies: list[Copy]) -> Intruder:
    """Run the whole intrusion."""
    intruder = Intruder(rng, log, copies)
    intruder.spray()
    intruder.in_first_mailbox()
    intruder.in_second_mailbox()
    intruder.in_third_mailbox()
    intruder.phish()
    return intruder
