"""The scenes that take mail in bulk, move between addresses, or come in by another's door."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from records import Hand
from scenes import AGENTS, MINUTE, Scene
from stage import DAY, HOUR, Box, Forward, Match, Stage

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime

    from corpus import Letter

COMMON = [
    "error",
    "problem",
    "version",
    "account",
    "package",
    "window",
    "email",
    "click",
    "function",
    "message",
]
Parameters = list[tuple[str, str]]


class Sync(Scene):
    """Desktop Outlook copied two folders whole."""

    name = "sync"
    leads = ("ip", "line", "session")
    visits_at = ((18, 26), (55, 66))

    def new_hand(self) -> Hand:
        """Make the intruder's Outlook."""
        ip = self.stage.intruder_ip()
        return Hand(self.box.address, ip, "Client=MSExchangeRPC", AGENTS[1], app=None, desktop=True)

    def play(self) -> None:
        """Copy the first folder at both visits and the third at the first one."""
        plan = [[self.box.folders[0], self.box.archive], [self.box.folders[0]]]
        for visit, folders in zip(self.visits, plan, strict=True):
            self.hand = dataclasses.replace(self.hand, session=self.stage.tenant.guid())
            if self.lead == "session":
                self.stage.leads.values.append(("session_id", str(self.hand.session)))
            else:
                self.sign_in(visit)
            for number, folder in enumerate(folders):
                when = visit + (2 + number) * MINUTE
                self.put(self.stage.tenant.sync(self.hand, when, folder))
                self.synced.append((folder, when))
        if self.lead != "session":
            self.tell()

    def prepare(self) -> None:
        """Keep letters from arriving near either copy."""
        self.border(self.visits[0], after=HOUR)


class SyncUnnamed(Scene):
    """A folder was copied, and the record does not say which."""

    name = "sync_unnamed"
    leads = ("ip", "line")
    visits_at = ((45, 60),)

    def new_hand(self) -> Hand:
        """Make the intruder's Outlook."""
        ip = self.stage.intruder_ip()
        return Hand(self.box.address, ip, "Client=MSExchangeRPC", AGENTS[1], app=None, desktop=True)

    def prepare(self) -> None:
        """Whatever lay there may be what was copied."""
        self.dark.append((self.visits[0], self.visits[0], "unnamed_folder"))

    def play(self) -> None:
        """Copy a folder without a name."""
        self.hand.session = self.stage.tenant.guid()
        self.sign_in(self.visits[0])
        self.put(self.stage.tenant.sync(self.hand, self.visits[0] + 3 * MINUTE, None))
        self.tell()


class Hop(Scene):
    """One session moves over three addresses; the owner sits behind the second one, too."""

    name = "hop"
    leads = ("ip", "session", "session_line")
    visits_at = ((16, 22), (33, 40), (61, 69))

    def prepare(self) -> None:
        """Fix the addresses and the owner's own browser at the shared one."""
        self.border(self.visits[-1], after=4 * HOUR)
        self.first, self.shared, self.third = (self.stage.intruder_ip() for _ in range(3))
        agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
        self.owner = Hand(self.box.address, self.shared, f"Client=OWA;{agent};", agent)

    def play(self) -> None:
        """Begin at the first address, go on at the shared one, end at the third without a session id."""
        for visit in self.visits:
            session = self.stage.tenant.guid()
            self.hand = dataclasses.replace(self.hand, ip=self.first, session=session)
            if self.lead == "ip":
                self.sign_in(visit)
            elif self.lead == "session":
                self.stage.leads.values.append(("session_id", session))
            else:
                self.stage.leads.lines.append({"session_id": session, "basis": "seen by the owner"})
            self.read(visit + 4 * MINUTE, 4)
            for place, minutes in ((self.shared, 40), (self.shared, 55), (self.third, 80)):
                self.read(visit + minutes * MINUTE, 3, hand=dataclasses.replace(self.hand, ip=place))
            bare = dataclasses.replace(self.hand, ip=self.third, session=None)
            self.read(visit + 125 * MINUTE, 3, hand=bare)
            self._owner_nearby(visit)
        if self.lead == "ip":
            self.stage.leads.values.append(("ip", self.first))

    def _owner_nearby(self, visit: datetime) -> None:
        """Have the owner sign in and read from the shared address, before and after."""
        tenant = self.stage.tenant
        hand = dataclasses.replace(self.owner, session=tenant.guid())
        self.stage.log(tenant.signin(hand, visit + 10 * MINUTE), "owner", self.box.address)
        for minutes, session in ((12, hand.session), (47, hand.session), (71, None)):
            pool = self.there(visit)
            if pool:
                copy = self.rng.choice(pool)
                own = dataclasses.replace(hand, session=session)
                record = tenant.bind(own, visit + minutes * MINUTE, {copy.folder: [copy.letter.mid]})
                self.stage.log(record, "owner", self.box.address)


class Delegate(Scene):
    """Another account of the house, in the intruder's hand, was given this mailbox and reads it."""

    name = "delegate"
    leads = ("ip", "line")
    visits_at = ((20, 28), (36, 42), (58, 66))

    def new_hand(self) -> Hand:
        """Make the hand that goes by another's account."""
        hand = super().new_hand()
        return dataclasses.replace(hand, user="clerk." + self.box.address)

    def play(self) -> None:
        """Sign in as the clerk, take the permission, read."""
        for number, visit in enumerate(self.visits):
            self.hand = dataclasses.replace(self.hand, session=self.stage.tenant.guid())
            self.stage.log(self.stage.tenant.signin(self.hand, visit), "intruder", self.hand.user)
            if number == 0:
                grant = [
                    ("Identity", self.box.address),
                    ("User", self.hand.user),
                    ("AccessRights", "FullAccess"),
                ]
                record = self.stage.tenant.cmdlet(self.hand, visit + MINUTE, "Add-MailboxPermission", grant)
                self.stage.log(record, "intruder", self.hand.user)
            self.read(visit + 8 * MINUTE, 5)
            self.read(visit + 21 * MINUTE, 4)
        self.tell()


def contains(words: list[str], text: str) -> Match:
    """Say whether any word stands in a text; None where only part of a longer word matches."""
    if any(re.search(rf"\b{word}\b", text, re.IGNORECASE) for word in words):
        return True
    return None if any(word in text.lower() for word in words) else False


def body_contains(words: list[str], letter: Letter) -> Match:
    """Say the same of a body; None for a match in anything but one plain text."""
    kind = letter.field(b"content-type").lower()
    plain = kind == "" or kind.startswith("text/plain")
    found = contains(words, letter.markup)
    return found if plain or found is False else None


def either_contains(words: list[str], letter: Letter) -> Match:
    """Say the same of subject and body together."""
    subject, body = contains(words, letter.subject), body_contains(words, letter)
    if subject is True or body is True:
        return True
    return None if None in (subject, body) else False


class Forwarding(Scene):
    """A rule or a setting sends mail away from its creation to its removal."""

    name = "forward"
    leads = ("ip", "network")
    visits_at = ((16, 20), (30, 34), (50, 56))
    kinds: ClassVar[tuple[str, ...]] = (
        "all",
        "subject",
        "outlook",
        "mailbox",
        "from",
        "text",
        "body",
        "redirect",
        "attachment",
        "either",
        "set",
    )

    def __init__(self, stage: Stage, box: Box, rng: random.Random, kind: str) -> None:
        """Choose the kind of forwarding and who ends it."""
        self.kind = kind
        self.ended_by_owner = rng.random() < 0.5
        super().__init__(stage, box, rng)

    def new_hand(self) -> Hand:
        """Make the intruder's client: Outlook where the rule is one of Outlook's."""
        hand = super().new_hand()
        if self.kind == "outlook":
            return dataclasses.replace(hand, client="Client=MSExchangeRPC", app=None, desktop=True)
        return hand

    def prepare(self) -> None:
        """Fix creation and removal."""
        self.begin = self.visits[0] + 10 * MINUTE
        self.finish = self.visits[-1] + (7 * DAY if self.ended_by_owner else 10 * MINUTE)
        self.border(self.begin)
        self.border(self.finish)

    def play(self) -> None:
        """Make the rule, read a little, and let somebody end it."""
        self.hand.session = None if self.rng.random() < 0.5 else self.stage.tenant.guid()
        for visit in self.visits:
            self.sign_in(visit)
            self.read(visit + 20 * MINUTE, 3)
        condition, match = self._condition()
        self._create(condition)
        self._remove()
        self.forwards.append(Forward(self.begin, self.finish, match))
        self.tell()

    def _create(self, condition: Parameters) -> None:
        tenant, away = self.stage.tenant, f"collect{self.rng.randrange(100)}@mailhide.example"
        self.rule, self.rule_id = (
            self.rng.choice([".", "Financial Reporting"]),
            str(-self.rng.getrandbits(60)),
        )
        actions: Parameters = [("ForwardTo", away)]
        if self.kind in ("redirect", "attachment"):
            actions = [({"redirect": "RedirectTo"}.get(self.kind, "ForwardAsAttachmentTo"), away)]
        rule = [("Name", self.rule), *condition, *actions]
        if self.kind == "outlook":
            self.put(tenant.outlook_rule(self.hand, self.begin, "AddMailboxRule", self.rule_id, away))
        elif self.kind == "mailbox":
            setting = [("Identity", self.box.address), ("ForwardingSmtpAddress", "smtp:" + away)]
            setting.append(("DeliverToMailboxAndForward", "True"))
            self.put(tenant.cmdlet(self.hand, self.begin, "Set-Mailbox", setting))
        elif self.kind == "set":
            quiet = [("Name", self.rule), ("MarkAsRead", "True")]
            self.put(tenant.cmdlet(self.hand, self.begin - 5 * MINUTE, "New-InboxRule", quiet))
            rule = [("Identity", self._identity()), *actions]
            self.put(tenant.cmdlet(self.hand, self.begin, "Set-InboxRule", rule))
        else:
            self.put(tenant.cmdlet(self.hand, self.begin, "New-InboxRule", rule, as_text=self.kind == "text"))

    def _identity(self) -> str:
        return self.box.address.split("@")[0] + "\\" + self.rule

    def _remove(self) -> None:
        tenant, hand = self.stage.tenant, self.hand
        if self.ended_by_owner:
            agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Edg/90.0"
            client = hand.client if hand.desktop else f"Client=OWA;{agent};"
            hand = Hand(self.box.address, self.stage.owner_ip(), client, agent, desktop=hand.desktop)
        if self.kind == "outlook":
            record = tenant.outlook_rule(hand, self.finish, "RemoveMailboxRule", self.rule_id, "")
        elif self.kind == "mailbox":
            off = [("Identity", self.box.address), ("ForwardingSmtpAddress", "")]
            record = tenant.cmdlet(hand, self.finish, "Set-Mailbox", [*off, ("DeliverToMailboxAndForward", "False")])
        else:
            name = self.rng.choice(["Remove-InboxRule", "Remove-InboxRule", "Disable-InboxRule"])
            record = tenant.cmdlet(hand, self.finish, name, [("Identity", self._identity())])
        self.stage.log(record, "owner" if self.ended_by_owner else "intruder", self.box.address)

    def _condition(self) -> tuple[Parameters, Callable[[Letter], Match]]:
        window = [c.letter for c in self.box.copies if self.begin < c.arrival < self.finish and not c.sent]
        if self.kind == "from":
            counts = Counter(letter.sender for letter in window if letter.sender)
            sender = counts.most_common(1)[0][0]

            def same_sender(letter: Letter) -> Match:
                if letter.sender == sender:
                    return True
                return None if sender in letter.field(b"from").lower() else False

            return [("From", sender)], same_sender
        if self.kind == "subject":
            seen = Counter(
                w for letter in window for w in sorted(set(re.findall(r"\b[a-z]{4,12}\b", letter.subject.lower())))
            )
            words = [word for word, count in seen.most_common(12) if count <= len(window) / 2][:2] or ["invoice"]
            return [("SubjectContainsWords", ";".join(words))], lambda x: contains(words, x.subject)
        words = self.rng.sample(COMMON, 2)
        if self.kind == "body":
            return [("BodyContainsWords", ";".join(words))], lambda x: body_contains(words, x)
        if self.kind == "either":
            return [("SubjectOrBodyContainsWords", ";".join(words))], lambda x: either_contains(words, x)
        return [], lambda _: True
