"""Write the words of a letter: greeting, paragraphs, signature, and the quoted letter before it."""

from __future__ import annotations

import textwrap
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from unsealed.demo import slots

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from unsealed.demo.model import Letter
    from unsealed.demo.world import Person

_WIDTH_JA = 36
_TAIL = 3
_WIDTH_EN = 72
_REPLY_PARAGRAPHS = 3
_WEEKDAYS_JA = "月火水木金土日"
_KEPT_WHEN_TRIMMED = 0.75


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of office letter: its subjects, and a choice of sentences for each paragraph."""

    id: str
    language: str
    correspondents: str
    side: str
    project: bool
    attach: str | None
    subjects: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]


@cache
def _phrases(language: str) -> dict[str, Any]:
    text = resources.files("unsealed.demo").joinpath("phrases", f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of letter, in the order of the phrase files."""
    return tuple(
        Kind(
            id=raw["id"],
            language=language,
            correspondents=raw["with"],
            side=raw.get("side", "either"),
            project=raw.get("project", False),
            attach=raw.get("attach"),
            subjects=tuple(raw["subjects"]),
            body=tuple(tuple(group) for group in raw["body"]),
        )
        for language in ("ja", "en")
        for raw in _phrases(language)["kind"]
    )


def _wrap_japanese(text: str) -> list[str]:
    lines: list[str] = []
    while len(text) > _WIDTH_JA + _TAIL:
        cut = max(text.rfind(mark, _WIDTH_JA // 2, _WIDTH_JA) for mark in "、。") + 1
        cut = cut or _WIDTH_JA
        if text[cut : cut + 1] in ("、", "。"):
            cut += 1
        lines.append(text[:cut])
        text = text[cut:]
    return [*lines, text] if text else lines


def _paragraphs(language: str, sentences: list[str]) -> str:
    if language == "ja":
        return "\n\n".join("\n".join(_wrap_japanese(sentence)) for sentence in sentences)
    return "\n\n".join("\n".join(textwrap.wrap(sentence, _WIDTH_EN)) for sentence in sentences)


def _frame_japanese(rng: Random, sender: Person, reader: Person, middle: str, *, first: bool) -> str:
    replies = _phrases("ja")["replies"]
    inside = sender.organisation is reader.organisation
    if inside:
        greeting = f"{reader.family}{reader.honorific}\n\nお疲れさまです。{sender.family}です。"
    elif first:
        greeting = (
            f"{reader.organisation.name}\n{reader.family}様\n\n"
            f"お世話になっております。\n{sender.organisation.name}の{sender.family}です。"
        )
    else:
        greeting = f"{reader.family}様\n\nお世話になっております。{sender.family}です。"
    close = rng.choice(replies["internal_close" if inside else "company_close"])
    signature = "" if inside or not first else f"\n\n--\n{sender.name} {sender.organisation.name}"
    return f"{greeting}\n\n{middle}\n\n{close}{signature}"


def _frame_english(rng: Random, sender: Person, reader: Person, middle: str, *, first: bool) -> str:
    greeting = f"{'Dear' if first else rng.choice(('Dear', 'Hello', 'Hi'))} {reader.given},"
    close = rng.choice(_phrases("en")["replies"]["close"])
    name = f"{sender.name_en}\n{sender.organisation.name_en}" if first else sender.given
    return f"{greeting}\n\n{middle}\n\n{close}\n{name}"


def _frame(rng: Random, language: str, people: tuple[Person, Person], middle: str, *, first: bool) -> str:
    frame = _frame_japanese if language == "ja" else _frame_english
    return frame(rng, *people, middle, first=first)


def _slots(rng: Random, language: str, date: datetime) -> dict[str, str]:
    return slots.japanese(rng, date) if language == "ja" else slots.english(rng, date)


def first_letter(rng: Random, kind: Kind, people: tuple[Person, Person], date: datetime) -> tuple[str, str]:
    """Return the subject and the text of a letter that opens a conversation."""
    values = _slots(rng, kind.language, date)
    subject = rng.choice(kind.subjects).format_map(values)
    sentences = [rng.choice(group).format_map(values) for group in kind.body]
    if kind.correspondents != "hr" and rng.random() < 0.5:
        extra = _slots(rng, kind.language, date)
        sentences.append(rng.choice(_phrases(kind.language)["replies"]["body"][-8:]).format_map(extra))
    return subject, _frame(rng, kind.language, people, _paragraphs(kind.language, sentences), first=True)


def reply(rng: Random, kind: Kind, people: tuple[Person, Person], date: datetime, used: set[int]) -> str:
    """Return the own words of an answer; no sentence comes twice while others are left."""
    language = kind.language
    pool = _phrases(language)["replies"]["hr_body" if kind.correspondents == "hr" else "body"]
    free = [number for number in range(len(pool)) if number not in used]
    if len(free) < _REPLY_PARAGRAPHS:
        used.clear()
        free = list(range(len(pool)))
    chosen = rng.sample(free, _REPLY_PARAGRAPHS)
    used.update(chosen)
    sentences = [pool[number].format_map(_slots(rng, language, date)) for number in chosen]
    return _frame(rng, language, people, _paragraphs(language, sentences), first=False)


def _written(person: Person, language: str) -> str:
    return f"{person.name if language == 'ja' else person.name_en} <{person.address}>"


def _head(rng: Random, letter: Letter, parent: Letter) -> tuple[str, bool]:
    local = parent.date + timedelta(hours=letter.sender.organisation.zone)
    sender, readers = (
        _written(parent.sender, letter.language),
        "; ".join(_written(person, letter.language) for person in parent.to),
    )
    if rng.random() < 0.3:
        if letter.language == "ja":
            head = (
                f"-----元のメッセージ-----\n差出人: {sender}\n送信日時: {local:%Y/%m/%d %H:%M}\n"
                f"宛先: {readers}\n件名: {parent.subject}\n"
            )
        else:
            head = (
                f"________________________________\nFrom: {sender}\nSent: {local:%d %B %Y %H:%M}\n"
                f"To: {readers}\nSubject: {parent.subject}\n"
            )
        return head, False
    if letter.language == "ja":
        day = f"{local.year}年{local.month}月{local.day}日({_WEEKDAYS_JA[local.weekday()]}) {local:%H:%M}"
        return f"{day} {sender}:", True
    return f"On {local:%a, %d %b %Y at %H:%M}, {sender} wrote:", True


def _trimmed(text: str) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        kept.append(line)
        if len("\n".join(kept)) >= _KEPT_WHEN_TRIMMED * len(text):
            break
    return "\n".join(kept)


def finish(rng: Random, letter: Letter) -> None:
    """Put own words and quoted letter together, and note whose words now stand in this letter."""
    parent = letter.parent
    if parent is None or not letter.quotes_parent:
        letter.text = letter.own_text
        return
    letter.quote_head, letter.quote_marked = _head(rng, letter, parent)
    trim = not parent.stands_in and rng.random() < 0.15
    letter.quoted_text = _trimmed(parent.text) if trim else parent.text
    quoted = letter.quoted_text
    if letter.quote_marked:
        lines = quoted.split("\n")
        quoted = "\n".join(f">{'' if line.startswith('>') or not line else ' '}{line}" for line in lines)
    letter.text = f"{letter.own_text}\n\n{letter.quote_head}\n{quoted}"
    letter.stands_in = parent.stands_in | {parent.message_id}
