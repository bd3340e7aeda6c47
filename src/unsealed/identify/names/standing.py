"""Places where names stand, whoever bears them: headers that a letter quotes, greetings, signatures, titles, fields."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache

from unsealed.identify.names.forms import LETTER, UPPER, WORD, parse
from unsealed.identify.names.spot import Spot
from unsealed.identify.names.words import (
    CLOSINGS,
    COMMON,
    FIELDS,
    GREETINGS,
    LABELS,
    NO_NAME,
    ORGANISATION,
    PARTICLES,
    ROLES,
    SURE,
    TITLES,
)

LINE = 4_000
"""Characters of a header that are read."""
RECORD = 600
"""Characters of a signature or a block of fields."""
LINES = 10
"""Lines of it."""

TRIGGERS: dict[str, str] = {}
"""A word with a capital, and what stands behind it."""
for _words, _what in (
    (FIELDS, "field"),
    (LABELS, "label"),
    (CLOSINGS, "closing"),
    (GREETINGS, "greeting"),
    (TITLES, "title"),
):
    for _word in _words:
        TRIGGERS |= dict.fromkeys((_word.capitalize(), _word.title()), _what)
        if _what != "title" or len(_word) > 2:
            TRIGGERS[_word.upper()] = _what
TRIGGERS |= dict.fromkeys(
    ("Forwarded", "Sent", "Prepared", "Signed", "Written", "Created", "Submitted", "Posted"), "by"
)

_PARTICLES = "|".join(sorted(PARTICLES, key=len, reverse=True))
_MORE = rf"(?:[ ]{{1,2}}(?:[{UPPER}]\.?[ ]{{1,2}}){{0,2}}(?:(?:{_PARTICLES})[ ]){{0,2}}{WORD})"
_NAME = rf"(?:[{UPPER}]\.[ ]?){{0,2}}{WORD}{_MORE}{{0,2}}"
_TITLED = re.compile(rf"\.?[ ]{{1,2}}({_NAME})")
_GREETED = re.compile(rf"[ ]{{1,2}}(?:(?:Mr|Mrs|Ms|Dr|Prof|Professor)\.?[ ])?({_NAME})(?=[ ]?(?:[,:!;.\n-]|and |& |$))")
_AND = re.compile(rf"[ ]?(?:,|and|&|,[ ]?and)[ ]({WORD})(?=[ ]?(?:[,:!;.\n-]|and |& |$))")
_CLOSED = re.compile(
    rf"(?:[ ](?!{WORD}[ ]?\n)[^\n]{{0,30}}?)?"
    rf"(?:[ ]?[,.!:;-]{{0,3}}[ \t]*\n(?:[ \t>]*\n){{0,3}}[ \t>*_~-]*|[ ]?[,.!-]{{1,2}}[ ]{{1,3}})"
    rf"({_NAME}|[{UPPER}]{{2,3}})[ \t]*[.]?[ \t*_]*(?=\n|$|[|(/<])"
)
_LABEL = re.compile(r"[ \t]?:[ \t]*")
_LABEL_FRONT = re.compile(r"(?:^|\n)[ \t>|*]*(?:X[ ]?-[ ]?)?$")
_VALUE = re.compile(
    rf"[ ]?(?:[Nn]ame[ ]?)?(?:\([^()\n]{{0,20}}\)[ ]?)?[:：][ \t]*(?:(?:Mr|Mrs|Ms|Dr|Miss)\.?[ ])?"
    rf"({_NAME}|{WORD}[ ]?,[ ]{WORD})(?=[ ]?(?:[\t\n,;(<|/]|$|[ ]{{2}}))"
)
_FIELD_LINE = re.compile(r"[ \t>*-]*[^\s:：][^:：\n]{0,40}[:：]")
_OF_LETTERS = frozenset(("sent", "date", "subject", "送信日時", "日時", "件名", "差出人", "送信者", "宛先"))
"""Labels of a quoted letter's head: no record begins above or goes on below them."""
_END_OF_PIECE = re.compile(r"[<\[(]| ?/ ?[A-Z]|@|\s+on behalf of\b")
_BY = re.compile(rf"[ ][Bb]y[ ]?:?[ ]({_NAME})")
_PIECE = re.compile(r"[^;\n]+")
_WROTE = re.compile(rf"({_NAME})[ ]?(?:[<\[(][^<>\[\]()\n]{{1,80}}[>\])][ ]?)?(?:\n[ >]*)?$")
_THINGS = ORGANISATION | ROLES
_NO_FIRST = NO_NAME | (COMMON - SURE)
Known = Callable[[str], int | None]


def standing(text: str, match: re.Match[str], what: str, known: Known) -> list[Spot]:
    """Give the names that a word announces; `what` is its entry in `TRIGGERS`."""
    start, end = match.span()
    if what == "title":
        found = _TITLED.match(text, end)
        return _sound(text, found, "title")
    if what == "by":
        return _sound(text, _BY.match(text, end), "header")
    if what == "label":
        colon = _LABEL.match(text, end)
        if not colon or not _LABEL_FRONT.search(text, max(0, start - 24), start):
            return []
        return list(_header(text, colon.end(), known))
    if what == "field":
        found = _VALUE.match(text, end)
        spots = _sound(text, found, "field")
        return [spot._replace(record=block(text, spot.start, spot.end)) for spot in spots]
    begins = not text[max(0, start - 24) : start].rpartition("\n")[2].strip(" \t>*")
    if what == "greeting":
        return _greeted(text, end) if begins or text[max(0, start - 5) : start].casefold().endswith("good ") else []
    found = _CLOSED.match(text, end) if begins or text[start - 1 : start] == " " else None
    return [
        spot._replace(record=_signature(text, spot.start, spot.end))
        for spot in _sound(text, found, "signature", NO_NAME)
    ]


def _sound(text: str, found: re.Match[str] | None, how: str, never: frozenset[str] = NO_NAME) -> list[Spot]:
    """Give a name without the words at its end that are none; nothing if it begins with one."""
    if not found:
        return []
    start, end = found.span(1)
    words = list(re.finditer(rf"[{LETTER}]+(?:['’`-][{LETTER}]+)*", text[start:end]))
    last = 0
    for word in words:
        lower = word[0].casefold()
        if lower in never and lower not in PARTICLES and len(word[0]) != 1:
            if lower in _THINGS:
                return []  # `Dear Bug Team`
            break
        last = word.end()
    if not last or (len(words) == 1 and len(words[0][0]) == 1) or text[start + last : start + last + 1] in ("@", "_"):
        return []
    return [Spot(start, start + last, how)]


def _greeted(text: str, end: int) -> list[Spot]:
    found = _GREETED.match(text, end)
    spots = _sound(text, found, "salutation")
    while spots and (found := _AND.match(text, spots[-1].end)):
        more = _sound(text, found, "salutation", _NO_FIRST)
        if not more:
            break
        spots += more
    return spots


def _header(text: str, start: int, known: Known) -> Iterator[Spot]:
    """Give the people of a header: `Allen, Phillip; Tim Belden <tim@…>`, over as many lines as end with a comma."""
    end = start
    while end - start < LINE:
        stop = text.find("\n", end)
        stop = len(text) if stop < 0 else stop
        goes_on = text[start:stop].rstrip(" \t\r").endswith((";", ","))
        end = stop + 1
        # A line with a label of its own is another header: no line is read twice.
        if not goes_on or stop == len(text) or _FIELD_LINE.match(text, end, end + 24):
            break
    line = text[start : min(end, start + LINE)]
    for piece in _PIECE.finditer(line):
        for first, last in _people(piece[0]):
            yield from _person(text, start + piece.start() + first, start + piece.start() + last, known)


def _people(piece: str) -> Iterator[tuple[int, int]]:
    """Cut what stands between semicolons at the commas that part people, and not at those inside of names."""
    commas = [place for place, letter in enumerate(piece) if letter == ","]
    if not commas:
        yield 0, len(piece)
        return
    parts = piece.split(",")
    words = [len(re.findall(rf"[{LETTER}]{{2,}}", _END_OF_PIECE.split(part, maxsplit=1)[0])) for part in parts]
    closed = "@" in piece or len(parts) > 2 or (words[0] > 1 and words[-1] > 1)
    at, step = 0, 0
    while step < len(parts):
        # `Allen, Phillip <…>`: the first part has no address and one word, the next one ends the name.
        pair = step + 1 < len(parts) and words[step] == 1 and "@" not in parts[step] and 1 <= words[step + 1] <= 2
        size = len(parts[step]) + (1 + len(parts[step + 1]) if pair else 0)
        if not closed and not pair and len(parts) == 2:
            size, pair = len(piece), True
        yield at, at + size
        at, step = at + size + 1, step + (2 if pair else 1)


def _person(text: str, start: int, end: int, known: Known) -> Iterator[Spot]:
    piece = text[start:end]
    cut = _END_OF_PIECE.search(piece)
    name = piece[: cut.start()] if cut else piece
    front = len(name) - len(name.lstrip(" \t\"'*"))
    name = name.strip(" \t\r\"'*,;")
    if not name or "@" in name or (cut and cut[0] == "@" and " " not in name):
        return
    words = name.replace(",", " ").split()
    if parse(name) or (len(words) == 1 and known(name)):
        yield Spot(start + front, start + front + len(name), "header")


def attributions(text: str, known: Known) -> Iterator[Spot]:
    """Give the names in `… X wrote:`, and in headers whose label is in small letters."""
    for label in ("\ncc", "\nbcc", "\nto", "\nfrom"):
        at = text.find(label)
        while at >= 0:
            if colon := _LABEL.match(text, at + len(label)):
                yield from _header(text, colon.end(), known)
            at = text.find(label, at + len(label))
    at = text.find("wrote:")
    while at >= 0:
        found = _WROTE.search(text, max(0, text.rfind(",", max(0, at - 160), at), at - 100), at)
        yield from _sound(text, found, "header")
        at = text.find("wrote:", at + 6)


def _signature(text: str, start: int, end: int) -> tuple[int, int]:
    """Give the lines of a signature: up to an empty line after three, or a letter quoted below."""
    at, empty = end, 0
    for number in range(LINES):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        line = text[at:stop].strip()
        if number and not line:
            empty += 1
        if empty > 1 or line.startswith(("-----", "_____", ">", "From:", "On ")) or stop - start > RECORD:
            break
        end, at = at + len(text[at:stop].rstrip()) if line else end, stop + 1
        if stop == len(text):
            break
    return start, end


def block(text: str, start: int, end: int) -> tuple[int, int]:
    """Give the lines of fields around a name: `label: value` each, no empty line between, none of another name.

    Where records follow each other without an empty line, as in what was a document, one begins wherever the label comes
    again that the first of them begins with.
    """
    low = text.rfind("\n", 0, start) + 1
    starts, lines = _records(text)
    number = bisect_right(starts, start) - 1
    here = lines[number] if number >= 0 and lines[number][-1][1] >= start else [(low, low)]
    near = [line for line in here if start - RECORD < line[0] < start + RECORD]
    if near and near[0][0] <= low < near[-1][1]:
        return near[0][0], max(near[-1][1], end)
    stop = text.find("\n", end)
    return low, max(min(len(text) if stop < 0 else stop, start + RECORD), end)


@lru_cache(2)
def _records(text: str) -> tuple[list[int], list[list[tuple[int, int]]]]:
    """Give where records of fields begin, and the lines of each; a text has many names, and is gone through once."""
    found: list[list[tuple[int, int]]] = []
    first, named, at = "", False, 0
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        label = _FIELD_LINE.match(text, at, stop)
        key = label[0].strip(" \t>*-:：").casefold() if label else ""
        if not key or key in LABELS or key in _OF_LETTERS:
            first = ""
        else:
            name = _names(key)
            if not first or key == first or (name and named):
                found.append([])
                first, named = first or key, False
            named |= name
            found[-1].append((at, at + len(text[at:stop].rstrip())))
        at = stop + 1
    return [lines[0][0] for lines in found], found


def _names(label: str) -> bool:
    """Tell whether a label is that of another person."""
    lower = label.casefold().rstrip(":： ")
    return lower.rsplit(" ", 1)[-1] in FIELDS or lower.endswith(("氏名", "名前"))
