"""The false letters: the notice with which it began, and those sent in an owner's name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from unsealed.demo import letters, world
from unsealed.demo.attachments import docx
from unsealed.demo.model import Attachment, Letter
from unsealed.demo.threads import message_id
from unsealed.demo.world import A, B

if TYPE_CHECKING:
    from random import Random

LURE = Attachment(
    "参加者名簿_更新.docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    docx(["マクロを有効にしてください。", "This file is part of an invented case and does nothing."]),
)
LURE_SHA256 = hashlib.sha256(LURE.content).hexdigest()
_PHISH = """Dear {given},

One of our colleagues found that the list of participants for the next
call was wrong, so we have moved the corrected one to the new document
portal. Please sign in with your office account and confirm your entry:

https://portal.{domain}/joint-analysis/participants?id={number}

The link works until this evening. If the page asks twice for your
password, that is expected while the migration is under way.

Kind regards,
Haruka"""
_FIRST_LURE = """橘様

お世話になっております。共同分析の事務局です。

次回会合の参加者名簿を更新しましたので、添付をご確認のうえ、下記の
新しい文書共有サイトに業務用の職員番号と暗証で一度ログインしてください。
https://portal.{domain}/login

本日中にご確認いただけない場合、会合の資料が届かないことがあります。
お手数をおかけしますが、よろしくお願いいたします。"""


def first_lure(rng: Random) -> Letter:
    """Return the letter with which it began: a false notice from outside, to both mailboxes."""
    date = datetime(2023, 4, 10, 1, 22, 8, tzinfo=world.MAIL_FROM.tzinfo)
    organisation = replace(world.NORDHAVN, key="lure", domain=world.PHISH_DOMAIN)
    sender = world.Person(f"jimukyoku@{world.PHISH_DOMAIN}", "共同分析 事務局", "Joint Analysis", organisation)
    text = _FIRST_LURE.format(domain=world.PHISH_DOMAIN)
    letter = Letter(message_id(rng, sender, date), date, sender, (A, B), (), "【要確認】参加者名簿の更新", "ja", text)
    letter.kind, letter.attachments = "lure", (LURE,)
    letters.finish(rng, letter)
    return letter


def forged(rng: Random, parent: Letter, date: datetime) -> Letter:
    """Return a false letter in the name of the owner of mailbox A, as an answer to a real one."""
    text = _PHISH.format(given=parent.sender.given, domain=world.PHISH_DOMAIN, number=rng.randrange(10_000))
    subject = parent.subject if parent.parent else f"Re: {parent.subject}"
    letter = Letter(message_id(rng, A, date), date, A, (parent.sender,), (), subject, "en", text)
    letter.parent, letter.root, letter.quotes_parent = parent, parent.root or parent, True
    letter.references = (*parent.references, parent.message_id)
    letter.kind, letter.encoding = "forged", ("utf-8", "quoted-printable")
    letters.finish(rng, letter)
    return letter
