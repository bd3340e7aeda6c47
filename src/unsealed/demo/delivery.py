"""Deliver letters: which mailbox gets a copy, by which servers, into which folder."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from unsealed.demo import world
from unsealed.demo.model import DELETED, INBOX, SENT, Copy, Hop
from unsealed.demo.threads import SUBSCRIBERS
from unsealed.demo.world import (
    AGENCY,
    AGENCY_DOMAIN,
    DESK,
    GATEWAY,
    LIST_HOST,
    MAILBOXES,
    NEW_GATEWAY,
    REACH_TO,
)

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from unsealed.demo.model import Letter
    from unsealed.demo.world import Mailbox

CLOUD = "mbx01.jpnprd01.prod.outlook.example"
SUBMIT = "smtp01.jpnprd01.prod.outlook.example"
LOCAL_STORE = f"imap.{AGENCY_DOMAIN}"
_SERVERS = {
    GATEWAY: "192.0.2.25",
    NEW_GATEWAY: "192.0.2.26",
    LIST_HOST: "198.51.100.41",
    SUBMIT: "192.0.2.31",
    CLOUD: "192.0.2.32",
    LOCAL_STORE: "192.0.2.33",
}


def _address_of(host: str) -> str:
    return _SERVERS.get(host) or f"198.51.100.{50 + sum(host.encode()) % 90}"


class _Route:
    """A letter on its way: each stop adds a Received line a few seconds later."""

    def __init__(self, rng: Random, start: datetime) -> None:
        self._rng, self.time = rng, start
        self.hops: list[Hop] = []

    def stop(self, sender: str, by: str, zone: int) -> None:
        self.time += timedelta(seconds=self._rng.randrange(1, 19))
        self.hops.append(Hop(by, sender, _address_of(sender), self.time, zone))


def _gateway(moment: datetime) -> str:
    return GATEWAY if moment < REACH_TO else NEW_GATEWAY


def _route(rng: Random, letter: Letter, mailbox: Mailbox) -> _Route:
    route = _Route(rng, letter.date)
    store = CLOUD if mailbox.in_cloud else LOCAL_STORE
    inside = letter.sender.organisation is AGENCY
    origin = SUBMIT if letter.sender is not DESK else LOCAL_STORE
    gateway = _gateway(letter.date)
    if inside and not letter.via_list:
        route.stop(origin, store, 9)
        return route
    organisation = letter.sender.organisation
    outgoing = f"mail.{organisation.domain}"
    if inside:
        route.stop(origin, gateway, 9)
        outgoing = gateway
    else:
        route.stop(
            f"pc{1 + sum(letter.sender.address.encode()) % 40:02d}.{organisation.domain}",
            outgoing,
            organisation.zone,
        )
    if letter.via_list:
        route.stop(outgoing, LIST_HOST, 1)
        outgoing = LIST_HOST
    route.stop(outgoing, gateway, 9)
    route.stop(gateway, store, 9)
    return route


class Delivery:
    """Puts copies into folders, and remembers where each mailbox files which conversation."""

    def __init__(self, rng: Random) -> None:
        """Start with empty mailboxes."""
        self._rng = rng
        self._filed: dict[tuple[str, str], str] = {}
        self.copies: list[Copy] = []

    def _folder(self, letter: Letter, mailbox: Mailbox) -> str:
        if letter.kind in {"digest", "seminar"} and mailbox.in_cloud:
            return DELETED if self._rng.random() < 0.35 else INBOX
        own = letter.kind in mailbox.own_kinds if mailbox.own_kinds else letter.project
        if not own or mailbox.own_folder is None:
            return INBOX
        key = (mailbox.address, (letter.root or letter).message_id)
        if key not in self._filed:
            self._filed[key] = mailbox.own_folder if self._rng.random() < 0.55 else INBOX
        return self._filed[key]

    def deliver(self, letter: Letter) -> None:
        """Add every copy of the letter that the evidence may hold."""
        sender = letter.sender.address
        if sender in MAILBOXES and letter.sender is not DESK:
            self.copies.append(Copy(sender, SENT, letter, letter.date))
        readers = SUBSCRIBERS if letter.via_list else letter.recipients
        for address in dict.fromkeys(person.address for person in readers):
            if address not in MAILBOXES:
                continue
            mailbox = MAILBOXES[address]
            route = _route(self._rng, letter, mailbox)
            self.copies.append(Copy(address, self._folder(letter, mailbox), letter, route.time, tuple(route.hops)))


def passed_gateway(copy: Copy) -> bool:
    """Tell whether this copy went through the gateway while the intruder held it."""
    return any(GATEWAY in (hop.by, hop.sender) and world.REACH_FROM <= hop.time <= world.REACH_TO for hop in copy.hops)


def deliver_all(rng: Random, letters: list[Letter]) -> Delivery:
    """Deliver all letters."""
    delivery = Delivery(rng)
    for letter in letters:
        delivery.deliver(letter)
    return delivery


def purge(rng: Random, copies: list[Copy]) -> None:
    """Mark what will have been deleted before the evidence is taken: letters that nobody answered."""
    holders: dict[str, int] = {}
    for copy in copies:
        holders[copy.letter.message_id] = holders.get(copy.letter.message_id, 0) + 1
    before, after = world.FIRST_IN_A - timedelta(days=150), world.FIRST_IN_A - world.MARGIN
    for mailbox, count in ((world.A.address, 6), (world.B.address, 4), (world.D.address, 3)):
        fit = [
            copy
            for copy in copies
            if copy.mailbox == mailbox
            and before < copy.arrived < after
            and copy.folder == INBOX
            and not copy.letter.children
            and copy.letter.kind != "lure"
        ]
        alone = [copy for copy in fit if holders[copy.letter.message_id] == 1]
        for copy in rng.sample(alone, min(count, len(alone))):
            copy.purged = True
        if mailbox == world.A.address:
            shared = [copy for copy in fit if holders[copy.letter.message_id] == 2 and not copy.letter.quotes_parent]
            for copy in rng.sample(shared, min(2, len(shared))):
                copy.purged = True
