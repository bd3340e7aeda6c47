"""Letters quoted in every way that programs and people quote, and letters that only look alike: truth by construction.

Each pair is a letter and a later one, which is the one that is opened. The words are real ones, given by the caller.
"""

from __future__ import annotations

import html
import itertools
import random
import re
import textwrap
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

FULL, LITTLE = 1.0, 0.12
SIGNS = "。！？"
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(eq=False)
class Pair:
    """A letter, the one that is opened, and how much of the first stands there."""

    name: str
    letter: EmailMessage
    opened: EmailMessage
    share: float
    beside: list[EmailMessage]
    """Others that must be there, neither opened nor asked for."""


class Maker:
    """Makes pairs out of real words."""

    def __init__(
        self, texts: list[str], replies: list[str], rng: random.Random, start: datetime, step: timedelta
    ) -> None:
        """Take the words: `texts` are long enough to be cut, `replies` are what is said on top."""
        self.texts, self.replies, self.rng = iter(texts), replies, rng
        self.time, self.step, self.count = start, step, 0

    def pairs(self) -> Iterator[Pair]:
        """Give every kind of pair in turn, linked and not, until there are no more words."""
        for number in itertools.count():
            for make in self._round(number):
                try:
                    pair = make()
                except StopIteration:
                    return
                yield pair

    def _round(self, number: int) -> Iterator[Callable[[], Pair]]:
        for name, write in WAYS.items():
            quoted = partial(self._quoted, write=write)
            yield partial(quoted, name, share=FULL, linked=True)
            yield partial(quoted, f"{name}, new thread", share=FULL, linked=False)
            for percent in (30, 50, 70):
                yield partial(quoted, f"{name}, {percent} % kept", share=percent / 100, linked=bool(number % 2))
            yield partial(quoted, f"{name}, 12 % kept", share=LITTLE, linked=True)
        for name, lure in LURES.items():
            yield partial(lure, self, name)

    def text(self) -> str:
        """Give the next words; no two letters say the same."""
        return next(self.texts)

    def reply(self) -> str:
        """Give something to say on top."""
        return self.rng.choice(self.replies)

    def letter(self, text: str, answers: EmailMessage | None = None, subject: str | None = None) -> EmailMessage:
        """Write a letter; each is later than the one before."""
        self.time += self.step
        self.count += 1
        message = EmailMessage()
        message["From"] = f"Writer {self.count} <writer{self.count}@example.org>"
        message["To"] = "reader@example.org"
        message["Date"] = format_datetime(self.time)
        message["Subject"] = subject or f"matter {self.count}"
        message["Message-ID"] = f"<made{self.count}@example.org>"
        if answers is not None:
            message["In-Reply-To"] = answers["Message-ID"]
            message["References"] = answers["Message-ID"]
            message.replace_header("Subject", f"Re: {answers['Subject']}")
        message.set_content(text)
        return message

    def _quoted(self, name: str, *, write: Writer, share: float, linked: bool) -> Pair:
        text = self.text()
        kept, part = trimmed(text, share)
        letter = self.letter(text)
        opened = self.letter("", letter if linked else None)
        write(opened, kept, self.reply(), letter)
        return Pair(name, letter, opened, part, [])


def sentences(text: str) -> list[str]:
    """Cut a text where its lines or Japanese sentences end."""
    for sign in SIGNS:
        text = text.replace(sign, sign + "\n")
    return [line for line in text.split("\n") if line.strip()]


def length(text: str) -> int:
    """Count words, and characters of Japanese."""
    return len(TOKEN.findall(text))


def trimmed(text: str, share: float) -> tuple[str, float]:
    """Keep about so much of a text, in one piece; give it and how much it really is."""
    lines = sentences(text)
    if share >= FULL:
        return text, FULL
    whole = length("\n".join(lines))
    best, gap = ("", 0.0), 1.0
    for begin in range(len(lines)):
        for end in range(begin + 1, len(lines) + 1):
            part = length("\n".join(lines[begin:end])) / whole
            # a share that is asked for as a least one is met from above
            if 0 <= part - share < gap or (share == LITTLE and abs(part - share) < gap):
                best, gap = ("\n".join(lines[begin:end]), part), abs(part - share)
    return best


def marked(text: str, mark: str = "> ") -> str:
    """Put a mark before every line."""
    return "\n".join(mark + line for line in text.split("\n"))


def wrapped(text: str, width: int) -> str:
    """Wrap a text anew; Japanese at any character."""
    joined = " ".join(text.split()) if text.isascii() else "".join(text.split("\n"))
    return "\n".join(textwrap.wrap(joined, width, break_long_words=not text.isascii(), break_on_hyphens=False))


def wrote(letter: EmailMessage) -> str:
    """Give the line that announces a quotation."""
    return f"On {letter['Date']}, {letter['From']} wrote:"


def japanese_wrote(letter: EmailMessage) -> str:
    """Give it as Japanese Gmail does."""
    return f"2023年6月1日(木) 10:00 {letter['From']}:"


def heads(letter: EmailMessage) -> str:
    """Give the headers as Outlook writes them over a quotation."""
    return "\n".join(
        [f"From: {letter['From']}", f"Sent: {letter['Date']}", "To: reader", f"Subject: {letter['Subject']}", ""]
    )


def japanese_heads(letter: EmailMessage) -> str:
    """Give them as Japanese Outlook does."""
    return "\n".join(
        ["-----元のメッセージ-----", f"差出人: {letter['From']}", f"送信日時: {letter['Date']}", "件名: 資料", ""]
    )


def _top(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    opened.set_content(f"{said}\n\n{wrote(letter)}\n{marked(kept)}\n")


def _bottom(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    opened.set_content(f"{wrote(letter)}\n\n{marked(wrapped(kept, 66))}\n\n{said}\n")


def _between(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    lines = sentences(kept)
    middle = max(1, len(lines) // 2)
    first, second = "\n".join(lines[:middle]), "\n".join(lines[middle:])
    opened.set_content(f"{wrote(letter)}\n{marked(first)}\n\n{said}\n\n{marked(second)}\n\n{said.upper()}\n")


def _nested(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    opened.set_content(f"{said}\n> Not at all.\n>\n> {wrote(letter)}\n{marked(wrapped(kept, 50), '> > ')}\n")


def _unmarked(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    opened.set_content(f"{said}\n\n-----Original Message-----\n{heads(letter)}\n{wrapped(kept, 90)}\n")


def _japanese(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    opened.set_content(f"{said}\n\n{japanese_heads(letter)}\n{wrapped(kept, 35)}\n")


def _japanese_marked(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    opened.set_content(f"{said}\n\n{japanese_wrote(letter)}\n{marked(kept, '＞')}\n", charset="iso-2022-jp-ext")


def _flowed(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    lines = marked(wrapped(kept, 60).replace("\n", " \n"), "> ")
    opened.set_content(f"{said}\n\n{wrote(letter)}\n{lines}\n")
    opened.set_param("format", "flowed")


def _html(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    quoted = html.escape(kept).replace("\n", "<br>\n")
    opened.set_content(
        f"<html><body><div>{html.escape(said)}</div><br><div class='gmail_quote'><div>{html.escape(wrote(letter))}"
        f"<br></div><blockquote class='gmail_quote'><div>{quoted}</div></blockquote></div></body></html>",
        subtype="html",
        cte="quoted-printable",
    )


def _html_outlook(opened: EmailMessage, kept: str, said: str, letter: EmailMessage) -> None:
    lines = "".join(f"<p class=MsoNormal>{html.escape(line)}</p>" for line in kept.split("\n"))
    head = "<br>".join(
        f"<b>{line.replace(': ', ':</b> ', 1)}" for line in map(html.escape, heads(letter).split("\n")[:4])
    )
    opened.set_content(
        f"<html><body><p>{html.escape(said)}</p><div style='border:none'><p>{head}</p></div>{lines}</body></html>",
        subtype="html",
        cte="quoted-printable",
    )


WAYS = {
    "top-posted": _top,
    "bottom-posted, wrapped anew": _bottom,
    "answered between the lines": _between,
    "quoted twice over": _nested,
    "Outlook, without marks": _unmarked,
    "format=flowed": _flowed,
    "HTML blockquote": _html,
    "HTML of Outlook": _html_outlook,
    "Japanese Outlook, wrapped anew": _japanese,
}
Writer = type(_top)

FOOTER = (
    "\n-- \n{name}\nExample Corporation Limited, Head Office, 1-2-3 Marunouchi, Chiyoda, Tokyo\nTel. 03 1234 5678\n"
)
DISCLAIMER = (
    "\nThis message and any attachment are confidential and intended for the addressee alone. If it has reached you in\n"
    "error please notify the sender at once, delete it from your system and do not disclose its contents to anyone.\n"
)
NOTICE = (
    "Dear customer,\n\nyour order {number} has been received and will leave our warehouse within two working days.\n"
    "You can follow your parcel under the number above on our pages at any time.\n"
    "Should anything be wrong with your order, answer this letter within fourteen days.\n"
    "We thank you for your trust and look forward to seeing you again soon.\n\nYour order team\n"
)
NEWS = (
    "Welcome to this week's letter from the town library, which goes to all our readers every Friday at noon.\n\n{text}\n\n"
    "Our reading room is open from nine to five on working days, and on Saturdays until noon, without any fee.\n"
    "You receive this letter because you gave us your address at the desk; tell us if you do not want it any more.\n"
)


def _signed(maker: Maker, name: str) -> Pair:
    """Write two letters of one person to different people: only the signature and the disclaimer are shared."""
    foot = FOOTER.format(name="Ichiro Tanaka") + DISCLAIMER
    letter = maker.letter(maker.reply() + foot)
    return Pair(name, letter, maker.letter(maker.reply() + "\n" + maker.text() + foot), 0.0, [])


def _disclaimed(maker: Maker, name: str) -> Pair:
    letter = maker.letter(maker.reply() + "\n" + DISCLAIMER)
    opened = maker.letter(maker.text() + "\n" + DISCLAIMER, letter)
    return Pair(name, letter, opened, 0.0, [maker.letter(maker.text() + "\n" + DISCLAIMER) for _ in range(2)])


def _notice(maker: Maker, name: str) -> Pair:
    one, two = (maker.rng.randrange(10**8, 10**9) for _ in range(2))
    letter = maker.letter(NOTICE.format(number=one), subject="Your order")
    return Pair(name, letter, maker.letter(NOTICE.format(number=two), subject="Your order"), 0.0, [])


def _news(maker: Maker, name: str) -> Pair:
    letter = maker.letter(NEWS.format(text=maker.text()), subject="Library news")
    return Pair(name, letter, maker.letter(NEWS.format(text=maker.text()), subject="Library news"), 0.0, [])


def _silent(maker: Maker, name: str) -> Pair:
    letter = maker.letter(maker.text())
    return Pair(name, letter, maker.letter(maker.text(), letter), 0.0, [])


def _siblings(maker: Maker, name: str) -> Pair:
    """Write two answers to a letter that is not in the evidence; each quotes it, the second is opened."""
    lost = maker.letter(maker.text())
    text = lost.get_content()
    one, two = maker.letter("", lost), maker.letter("", lost)
    way = maker.rng.choice([_top, _bottom, _unmarked, _html, _html_outlook])
    way(one, text, maker.text(), lost)
    way(two, text, maker.text(), lost)
    return Pair(name, one, two, 0.0, [])


LURES = {
    "one signature": _signed,
    "one disclaimer": _disclaimed,
    "two notices of one pattern": _notice,
    "two newsletters": _news,
    "an answer without a quotation": _silent,
    "two answers to a lost letter": _siblings,
}
