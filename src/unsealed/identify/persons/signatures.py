"""What people sign their letters with: names in both scripts, phones, the organisation.

A signature stands behind `-- ` (RFC 3676, 4.3), or is made of last lines that a sender's letters repeat. What stands in a
quotation is another person's. Nothing is taken from a single letter but what stands right under the sender's own name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import phonenumbers

from unsealed.identify.persons.addresses import Address, name_in, spellings, word_of
from unsealed.identify.persons.kana import has_kana
from unsealed.identify.persons.likeness import Level, compare
from unsealed.identify.persons.names import Name, parse
from unsealed.identify.persons.places import region

LINES = 12
"""So many last lines may be a signature."""
LONGEST = 80
"""Characters of a line of a signature."""
LOOKED_AT = 6_000
"""Characters of a letter that are looked at."""
_QUOTE = re.compile(
    r"(?m)^(?:>|[ \t]*-{2,} ?(?:Original|Forwarded|Ursprüngliche|Message d'origine|元のメッセージ|転送)|-{20,}|_{10,}"
    r"|(?:From|Von|De|差出人|送信者|Sent by):[ \t]|On .{5,120}(?:wrote|writes):|.{3,80}(?:schrieb|a écrit|wrote):[ \t]*$|\d{4}年.{1,60}:$)"
)
_MARK = re.compile(r"(?m)^-- ?$|^[-=_*─━＝※]{5,}[ \t]*$")
_FAX = re.compile(r"(?i)\b(?:fax|facsimile|telefax|telecopier|f)\b|ＦＡＸ|ファ(?:ッ)?クス")
_DIGITS = re.compile(r"(?:\d[\s().\-/‐–]{0,3}){7,}")
_FIRM = re.compile(
    r"(?:\b(?:Inc|Incorporated|Ltd|Limited|LLC|LLP|L\.L\.P|Corp|Corporation|Company|GmbH|AG|S\.A\.|SARL|B\.V\.|Pty|plc|PLC|University|Universität"
    r"|Université|Institute|College|Agency|Ministry|Bank|Foundation|Associates|Partners)\b\.?"
    r"|株式会社|有限会社|合同会社|大学|法人|財団|社団|機構|研究所|銀行|省$|庁$|市役所|協会)"
)
_NO_NAME = re.compile(
    rf"(?i:\d|[:@]|\b(?:phone|tel|fax|mobile|cell|email|e-mail|skriver|schrieb|wrote|writes|regards|cheers|thanks|department|dept|road"
    rf"|street|avenue|building|suite)\b)|{_FIRM.pattern}"
)
_BEHIND_FIRM = re.compile(r"(?i)\s*(?:\b(?:phone|tel|fax|mobile|office|e-?mail)\b|https?:|www\.|[|;]).*$")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Signed:
    """What a sender's signatures tell."""

    names: tuple[str, ...] = ()
    phones: frozenset[str] = frozenset()
    """E.164."""
    organisation: str = ""


def own_words(text: str) -> str:
    """Give what a sender wrote, without what is quoted below it."""
    text = text[:LOOKED_AT]
    found = _QUOTE.search(text)
    return text[: found.start()] if found else text


def signed(address: Address, texts: Sequence[str], names: Iterable[str] = ()) -> Signed:
    """Read the signatures of one sender.

    Args:
        address: the sender's.
        texts: some of the sender's letters, no two of them copies of each other.
        names: the sender's display names.
    """
    names = list(names)
    known = [name for written in names if (name := parse(written))]
    if told := name_in(address.local):
        known.append(told)
    blocks = [_block(text) for text in texts]
    often = Counter(line for lines, _ in blocks for line in set(lines))
    lines = list[str]()
    for some, marked in blocks:
        at = next((i for i, line in enumerate(some) if _fits(parse(line), known, address)), None)
        for i, line in enumerate(some):
            if marked or often[line] > 1 or (at is not None and i >= at):
                lines.append(line)
    lines = list(dict.fromkeys(lines))
    found = tuple(_names(lines, known, address))
    return Signed(found, _phones(lines, address), _firm(lines, [*names, *found]))


def _block(text: str) -> tuple[list[str], bool]:
    """Give the last lines of what a sender wrote, and whether a mark says that they are a signature."""
    text = own_words(text).rstrip()
    marks = list(_MARK.finditer(text))
    marked = False
    for mark in reversed(marks[-3:]):
        below = text[mark.end() :].strip()
        if below and below.count("\n") < LINES:
            text, marked = below, True
            break
    lines = [" ".join(line.split()) for line in text[-LINES * LONGEST :].splitlines()]
    return [line for line in lines if line and len(line) <= LONGEST][-LINES:], marked


def _fits(name: Name | None, known: Sequence[Name], address: Address) -> bool:
    """Tell whether a name may be the sender's: it agrees with a display name or with the address."""
    if name is None or not name.full:
        return False
    if any(compare(name, one) >= Level.INITIAL for one in known):
        return True
    return not any(one.full for one in known) and word_of(address.local) in spellings(name)


def _names(lines: Sequence[str], known: Sequence[Name], address: Address) -> Iterable[str]:
    """Give the names that the sender signs with; one in kanji with one in Latin letters beside it."""
    given = set[str]()
    for number, line in enumerate(lines):
        for piece in (line, *re.split(r"[(),|/／（）・]|\s{2,}", line)):
            name = parse(piece) if 3 < len(piece) < 40 or (len(piece) > 1 and not piece.isascii()) else None
            if name is None or name.key in given or len(name.tokens) > 4 or _NO_NAME.search(piece):
                continue
            if _fits(name, known, address) or (name.han and _beside(lines, number, known, address, name)):
                given.add(name.key)
                yield piece.strip()


def _beside(lines: Sequence[str], number: int, known: Sequence[Name], address: Address, name: Name) -> bool:
    """Tell whether a kanji name stands beside one in Latin letters that is the sender's and reads the same in one word."""
    for line in lines[max(0, number - 1) : number + 2]:
        for piece in re.split(r"[(),|/（）]", line):
            latin = parse(piece) if piece.isascii() else None
            if latin and _fits(latin, known, address) and set(latin.tokens) & set(name.tokens):
                return True
    return False


def _phones(lines: Iterable[str], address: Address) -> frozenset[str]:
    found = set[str]()
    for line in lines:
        if len(line) > LONGEST or not _DIGITS.search(line):
            continue
        pieces = re.split(r"(?i)(?=\b(?:fax|facsimile|tel|phone|mobile|cell|direct)\b)", line)
        for piece in pieces:
            if not _FAX.search(piece):
                found |= numbers(piece, region(address.domain) or ("JP" if has_kana(line) else "US"))
    return frozenset(found)


def numbers(text: str, where: str) -> set[str]:
    """Give the valid phone numbers in a short text as E.164; national ones are read as of a country."""
    found = set[str]()
    for match in phonenumbers.PhoneNumberMatcher(text, where, leniency=phonenumbers.Leniency.VALID):
        found.add(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))
    return found


def _firm(lines: Iterable[str], names: Iterable[str]) -> str:
    """Give the line that most names a firm, without the sender's own name in it."""
    own = [re.escape(" ".join(name.split())) for name in names if len(name) > 2]
    named = re.compile("|".join(sorted(own, key=len, reverse=True)) or "(?!)", re.IGNORECASE)
    counted = Counter(
        _BEHIND_FIRM.sub("", named.sub(" ", line)).strip(" ,;|/／")
        for line in lines
        if len(line) < 60 and _FIRM.search(line) and len(_LETTER.findall(line)) > 3 and "@" not in line
    )
    return min(counted, key=lambda line: (-counted[line], line)) if counted else ""
