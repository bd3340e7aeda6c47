"""Simulate a year of conversations: who writes, when, to whom, and which letter answers which."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from unsealed.demo import letters, world
from unsealed.demo.attachments import make_attachment
from unsealed.demo.model import Letter
from unsealed.demo.world import (
    DESK,
    LIST_ADDRESS,
    MAIL_FROM,
    MAIL_UNTIL,
    OUTSIDERS,
    Organisation,
    Person,
    settle,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from unsealed.demo.letters import Kind

CONVERSATIONS = 620
SUBSCRIBERS = (world.A, world.D, world.E)
LIST = Person(
    LIST_ADDRESS,
    "共同分析 一覧",
    "all (joint-analysis)",
    Organisation("list", "共同分析一覧", "Joint analysis list", world.LIST_HOST, "en", 1),
)
_INSIDERS = (world.A, world.A, world.A, world.B, world.B, world.C, world.D, world.E, world.CHIEF, world.AIDE)
_OFFICERS = (world.A, world.B, world.C, world.D, world.E)
_WEIGHTS = {
    "internal": 30,
    "hr": 12,
    "company": 30,
    "partner": 22,
    "vendor": 5,
    "list": 5,
    "desk": 14,
    "notice": 7,
}
_COMPANY_OF = {
    "incident": ("minato", "aoba"),
    "logs": ("minato", "aoba"),
    "vuln": ("aoba", "shinonome"),
    "quote": ("shinonome", "aoba"),
    "lecture": ("shirakaba",),
    "exercise_ja": ("minato", "aoba"),
    "port": ("minato",),
    "press": ("chuo",),
    "ticket": ("hayate",),
    "suspicious": ("minato", "aoba", "shirakaba", "chuo"),
    "consult": ("minato", "shinonome", "shirakaba"),
    "seminar": ("kyokai",),
}


@dataclass(slots=True)
class Conversation:
    """One thread in the making."""

    kind: Kind
    us: tuple[Person, ...]
    them: tuple[Person, ...]
    joins_later: tuple[Person, ...] = ()
    has_index: bool = False
    only_in_reply_to: bool = False
    used: set[int] = field(default_factory=set)
    written: list[Letter] = field(default_factory=list)


def message_id(rng: Random, sender: Person, date: datetime) -> str:
    """Return a Message-ID in the manner of the sender's mail system."""
    if sender.organisation is world.AGENCY and sender is not DESK:
        server = f"TYXPR01MB{rng.randrange(4000, 4012)}"
        return f"<{server}{rng.getrandbits(92):023X}@{server}.jpnprd01.prod.outlook.example>"
    if sender.organisation.language == "ja":
        stamp = f"{date:%Y%m%d%H%M%S}.{rng.getrandbits(32):08X}"
        return f"<{stamp}.{sender.organisation.key}@{sender.organisation.domain}>"
    return f"<{uuid.UUID(int=rng.getrandbits(128), version=4)}@{sender.organisation.domain}>"


def _in_office(rng: Random, moment: datetime, zone: int) -> datetime:
    """Move a moment on into the sender's office hours, on a working day."""
    local = moment + timedelta(hours=zone)
    if local.hour >= 19:
        local = (local + timedelta(days=1)).replace(hour=8)
    if local.hour < 9:
        local = local.replace(hour=9, minute=rng.randrange(60), second=rng.randrange(60))
    while local.weekday() >= 5:
        local += timedelta(days=1)
    return settle(local - timedelta(hours=zone))


def _some(rng: Random, people: tuple[Person, ...], most: int) -> tuple[Person, ...]:
    chosen: list[Person] = []
    for _ in range(rng.randrange(1, most + 1)):
        person = rng.choice(people)
        if person not in chosen:
            chosen.append(person)
    return tuple(chosen)


def _colleagues(rng: Random, kind: Kind) -> Conversation:
    people = _some(rng, _INSIDERS, 4)
    while len(people) < 2 or not any(person.address in world.MAILBOXES for person in people):
        people = _some(rng, _INSIDERS, 4)
    return Conversation(kind, people[:1], people[1:])


def _personnel(rng: Random, kind: Kind) -> Conversation:
    return Conversation(kind, (world.F,), _some(rng, _INSIDERS, 2))


def _mailing_list(rng: Random, kind: Kind) -> Conversation:
    insiders = rng.sample(SUBSCRIBERS, 2)
    return Conversation(kind, tuple(insiders), OUTSIDERS["nordhavn"][:2] + OUTSIDERS["southmark"][:1])


def _consultation(rng: Random, kind: Kind) -> Conversation:
    adviser = _some(rng, (world.C, world.D, world.E), 1)
    if kind.side == "us":
        return Conversation(kind, adviser, (DESK,))
    firm = OUTSIDERS[rng.choice(_COMPANY_OF[kind.id])]
    return Conversation(kind, (DESK,), _some(rng, firm, 1), adviser)


def _circular(rng: Random, kind: Kind) -> Conversation:
    sender = OUTSIDERS["kyokai"] if kind.language == "ja" else (world.EDITOR,)
    return Conversation(kind, _some(rng, (world.A, world.B, world.C, world.D, world.E, world.F), 4), sender)


def _business(rng: Random, kind: Kind) -> Conversation:
    firm = OUTSIDERS[rng.choice(_COMPANY_OF[kind.id])]
    ours = (world.C, world.F) if kind.id in {"press", "lecture"} else _OFFICERS
    return Conversation(kind, _some(rng, ours, 2), _some(rng, firm, 2))


def _abroad(rng: Random, kind: Kind) -> Conversation:
    outside = OUTSIDERS[rng.choice(("nordhavn", "southmark"))]
    return Conversation(kind, _some(rng, (world.A, world.A, world.B, world.D, world.E), 3), _some(rng, outside, 2))


def _researchers(rng: Random, kind: Kind) -> Conversation:
    return Conversation(kind, _some(rng, (world.D, world.E), 2), _some(rng, OUTSIDERS["kestrel"], 2))


_PARTIES: dict[str, Callable[[Random, Kind], Conversation]] = {
    "internal": _colleagues,
    "hr": _personnel,
    "company": _business,
    "partner": _abroad,
    "vendor": _researchers,
    "list": _mailing_list,
    "desk": _consultation,
    "notice": _circular,
}


def _dress(rng: Random, letter: Letter) -> None:
    """Choose how the letter is encoded."""
    if letter.language == "ja":
        choices = [("utf-8", "base64"), ("iso-2022-jp", "7bit"), ("shift_jis", "base64")]
        choices += [("utf-8", "quoted-printable"), ("utf-8", "8bit")]
        letter.encoding = rng.choices(choices, (38, 34, 10, 10, 8))[0]
    elif letter.text.isascii():
        choices = [("us-ascii", "7bit"), ("utf-8", "quoted-printable"), ("iso-8859-1", "quoted-printable")]
        letter.encoding = rng.choices(choices, (50, 35, 15))[0]
    letter.shape = rng.choices(("plain", "alternative", "html"), (60, 33, 7))[0]


def _add(rng: Random, talk: Conversation, letter: Letter) -> None:
    letters.finish(rng, letter)
    if talk.has_index:
        if letter.parent is None:
            stamp = int((letter.date - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() * 10**7)
            letter.thread_index = (stamp >> 16).to_bytes(6, "big") + rng.randbytes(16)
        else:
            letter.thread_index = letter.parent.thread_index + rng.randbytes(5)
    _dress(rng, letter)
    if talk.kind.attach and rng.random() < (0.75 if letter.parent is None else 0.08):
        letter.attachments = (make_attachment(rng, talk.kind.attach, letter.language, letter.subject),)
    if letter.parent is not None:
        letter.parent.children += 1
    talk.written.append(letter)


def _open(rng: Random, talk: Conversation, start: datetime) -> None:
    kind = talk.kind
    ours = kind.side == "us" or (kind.side == "either" and rng.random() < 0.5)
    senders, readers = (talk.us, talk.them) if ours else (talk.them, talk.us)
    sender, to, cc = senders[0], readers[:1], readers[1:] + senders[1:]
    if kind.correspondents == "list":
        to, cc = (LIST,), to[:0]
    date = _in_office(rng, start, sender.organisation.zone)
    subject, text = letters.first_letter(rng, kind, (sender, to[0]), date)
    letter = Letter(message_id(rng, sender, date), date, sender, to, cc, subject, kind.language, text)
    letter.project, letter.kind, letter.via_list = kind.project, kind.id, kind.correspondents == "list"
    _add(rng, talk, letter)


def _answer(rng: Random, talk: Conversation) -> bool:
    """Add one answer; False when the year is over."""
    parent = talk.written[-1] if len(talk.written) < 2 or rng.random() < 0.92 else rng.choice(talk.written)
    everyone = {parent.sender, *parent.recipients, *talk.us[:2], *talk.them[:2], *talk.joins_later}
    if parent.via_list:
        candidates = sorted(everyone - {parent.sender, LIST}, key=lambda person: person.address)
        sender, to, cc = rng.choice(candidates), (LIST,), parent.cc[:0]
    else:
        direct = [person for person in parent.to if person != parent.sender] or list(parent.cc)
        others = [person for person in parent.cc if person != parent.sender]
        sender = rng.choice(others) if others and rng.random() < 0.25 else direct[0]
        rest = sorted(everyone - {sender, parent.sender}, key=lambda person: person.address)
        to, cc = (parent.sender,), tuple(rest)
    date = _in_office(rng, parent.date + timedelta(minutes=rng.randrange(25, 3300)), sender.organisation.zone)
    if date > MAIL_UNTIL:
        return False
    subject = parent.subject if parent.parent else f"{'RE' if talk.has_index else 'Re'}: {parent.subject}"
    text = letters.reply(rng, talk.kind, (sender, to[0]), date, talk.used)
    letter = Letter(message_id(rng, sender, date), date, sender, to, cc, subject, talk.kind.language, text)
    letter.parent, letter.root = parent, talk.written[0]
    letter.project, letter.kind, letter.via_list = talk.kind.project, talk.kind.id, parent.via_list
    letter.linked = not (talk.has_index and rng.random() < 0.06)
    if letter.linked:
        letter.references = (parent.message_id,) if talk.only_in_reply_to else (*parent.references, parent.message_id)
    letter.quotes_parent = letter.linked and rng.random() < 0.66
    _add(rng, talk, letter)
    return True


def simulate(rng: Random) -> list[Letter]:
    """Return every letter of the year, oldest first."""
    by_correspondents: dict[str, list[Kind]] = {}
    for kind in letters.kinds():
        by_correspondents.setdefault(kind.correspondents, []).append(kind)
    span = int((MAIL_UNTIL - MAIL_FROM).total_seconds())
    written: list[Letter] = []
    for _ in range(CONVERSATIONS):
        group = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        talk = _PARTIES[group](rng, rng.choice(by_correspondents[group]))
        talk.has_index, talk.only_in_reply_to = rng.random() < 0.3, rng.random() < 0.1
        _open(rng, talk, MAIL_FROM + timedelta(seconds=rng.randrange(span)))
        if group != "notice":
            for _ in range(rng.choices((0, 1, 2, 3, 4, 6), (20, 26, 22, 16, 10, 6))[0]):
                if not _answer(rng, talk):
                    break
        written += talk.written
    return sorted((letter for letter in written if letter.date <= MAIL_UNTIL), key=lambda letter: letter.date)
