"""Plain text, an indicator a line or several: headings, bullets, tables and sentences around them, defanged or not.

In a sentence only what is defanged, an address, a network or a hash is taken: a name in plain letters may be the reporter's own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from unsealed.hunt.indicators.indicator import AGENT, About, Indicator, Unusable, guess, one, plain, refang
from unsealed.hunt.indicators.kinds import TYPES, word

SENTENCE = 8
"""From so many words on, most of them no indicators, a line is a sentence."""
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|;).*$")
_TYPED = re.compile(r"^\s*([A-Za-z][A-Za-z0-9_ -]{1,20}?)\s*[:=]\s*(\S.*)$")
_BULLET = re.compile(r"^\s*(?:[-*•‣▪+>]|\d{1,3}[.)])\s+")
_RULE = re.compile(r"^[\s=\-*_#|:+~.]*$")
_SPLIT = re.compile(r"[\s,|\t]+")
_EDGES = "()<>.,;:!?\"'`*[]{}"
_SURE = {"ip", "network", "sha256", "sha1", "md5"}
_BY_WORD = {"user_agent", "subject", "filename", "session_id", "app_id"}


def read(rows: Iterable[tuple[int, str]], name: str) -> Iterator[Indicator | Unusable]:
    """Read numbered lines; a heading such as `Subjects:` says what the lines below it are."""
    under = ""
    for number, line in rows:
        if not under and (found := plain(line.strip())):
            yield Indicator(*found, f"{name} line {number}")
            continue
        heading = _heading(line)
        if heading is not None:
            under = heading
            continue
        if not _RULE.match(line):
            yield from _line(_BULLET.sub("", line), About(f"{name} line {number}"), under)


def _heading(line: str) -> str | None:
    """Give the kind that a heading announces, empty where it announces none; None where the line is no heading."""
    text = line.strip().strip("#*_= ")
    bare = text.rstrip(": ")
    told = word(bare)
    kind = TYPES.get(told, "")
    if kind and " " not in told:
        return kind if kind in _BY_WORD else ""
    if text.endswith(":") and not _found(text):
        return ""
    return None


def _found(text: str) -> list[str]:
    """Give the words of a line that are indicators by their form."""
    found = []
    for token in _SPLIT.split(text):
        bare = _bare(token)
        if bare:
            found.append(bare)
    return found


def _bare(token: str) -> str | None:
    """Give a word without what stands around it, if it is an indicator by its form."""
    for form in (token, token.strip(_EDGES)):
        if form and guess(refang(form)):
            return form
    return None


def _line(line: str, about: About, under: str) -> Iterator[Indicator | Unusable]:
    agent = AGENT.match(line.strip())
    comment = None if agent or under in _BY_WORD else _COMMENT.search(line)
    note = comment.group().strip(" #/;\t") if comment else ""
    text = _COMMENT.sub("", line).strip() if comment else line.strip()
    about = replace(about, note=note)
    if not text:
        return
    typed = _TYPED.match(text)
    if typed and word(typed[1]) in TYPES and not typed[2].startswith("//"):
        yield from cell(typed[2], typed[1], about)
        return
    if agent:
        yield one(text, "user_agent", about)
        return
    if under and not guess(refang(text)):
        yield one(text, under, about)
        return
    tokens = [token for token in _SPLIT.split(text) if token]
    if len(tokens) > 1:
        known = tokens[0].lower().rstrip(":")
        if word(known) in TYPES:
            yield from cell(text[len(tokens[0]) :].strip(" ,|\t:"), known, about)
            return
        found = _found(text)
        if len(tokens) >= SENTENCE and len(found) * 2 < len(tokens):
            yield from _sentence(text, found, about)
            return
        if found:
            yield from (one(token, "", about) for token in found)
            return
    yield one(text, "", about)


def _sentence(text: str, found: list[str], about: About) -> Iterator[Indicator | Unusable]:
    sure = [token for token in found if refang(token) != token or (guess(token) or ("",))[0] in _SURE]
    yield from (one(token, "", about) for token in sure)
    if not sure:
        yield Unusable(about.source, text[:200], "a sentence; names within one are taken only where they are defanged")


def cell(text: str, declared: str, about: About) -> Iterator[Indicator | Unusable]:
    """Read one value of a kind, or several in one: `a,b`, `address|port`, `name|hash`."""
    whole = one(text, declared, about)
    parts = [part for part in re.split(r"[|,;\s]+", text) if part]
    several = [one(part, "", about) for part in parts if guess(refang(part))] if len(parts) > 1 else []
    if isinstance(whole, Indicator) or not several:
        yield whole
    else:
        yield from several
