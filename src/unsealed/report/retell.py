"""Notes, reasons and details as they stand in tables, told again in the reader's language.

Tables hold them in English, the same on every machine. What has a template in `notes` is recognised by it, and told in the
words that its translation has, with the same names, numbers and times in their places; anything else stays as it is.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import NamedTuple

from unsealed.report.notes import LISTED, TEMPLATES, UNNAMED

_FIELD = re.compile(r"\{(\w+)\}")
PAUSE = "; "
MAX_TEXT = 2_000
"""A longer note is no note of ours."""
DEPTH = 6
"""A note in a note in a note: where it ends."""
MOST_PIECES, TAIL = 20, 4
"""A text of more pieces is told whole, and so many of them, at most, are a note that follows another."""
_NOTES = ("what", "why")
"""Places in which a note of ours stands; it is told, too."""
_TOLD = ("source",)
"""Places in which a note of ours may stand, or somebody's own words."""
_TEXTS = (
    "name",
    "client",
    "basis",
    "line",
    "value",
    "folder",
    "query",
    "subject",
    "message",
    "path",
    "rights",
    "scopes",
)
"""Places in which any text may stand; it is evidence, and stays as it is."""
_LISTS = ("conditions",)
"""Names of what could not be judged, some of them words of ours."""
_FORMS = {
    "operation": r"[^\s;]+|(?i:messages?|attachments?|links?|gmail|drive) [^;]+?",
    "share": r"[\d.,]+%",
    "start": (_DAY := r"\d{4,6}-\d\d-\d\d(?: \d\d:\d\d)?"),
    "end": _DAY,
    "title": r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"",
}
"""Places with a form of their own; Gmail's operations are several words, a title stands in quotation marks."""
_NUMBERS = (
    *("number", "days", "all", "most", "known", "hours", "records", "visits", "span", "minutes", "distance", "kept"),
    *("letters", "bytes", "sent", "characters", "accounts", "regular", "senders"),
)
_NUMBER = r"[\d,.]+"
_WORD = r"[^\s;]+"

_AROUND = ("{what} (", "{what} [")
_CODE = re.compile(_FORMS["operation"])

Translate = Callable[[str], str]


class Told(NamedTuple):
    """A note in the reader's language, and the parts of it that no template knows."""

    text: str
    unknown: tuple[str, ...] = ()


class Retelling:
    """Tells notes in one language."""

    def __init__(self, translate: Translate, templates: Iterable[str] = TEMPLATES) -> None:
        self._pause = translate(PAUSE)
        self._translate, self._unnamed = translate, {word: translate(word) for word in UNNAMED}
        known = [(template, translate(template)) for template in templates]
        known = (
            known if any(template != other for template, other in known) else []
        )  # none in the language of the tables
        # What stands around a note comes first; then, the more a template says itself, the less may stand in its places.
        known.sort(key=lambda pair: (not pair[0].startswith(_AROUND), -len(_FIELD.sub("", pair[0]))))
        self._known = [(_pattern(template), other) for template, other in known]
        self._listed = [(_listed(template), translate(template)) for template in LISTED]
        self._cached = lru_cache(maxsize=50_000)(self._tell)

    def tell(self, text: str | None) -> str:
        """Give a note in this language; what is not known as it is."""
        return self._cached(text, DEPTH).text if text else ""

    def unknown(self, text: str | None) -> tuple[str, ...]:
        """Give the parts of a note that no template knows, and that therefore stay in English."""
        return self._cached(text, DEPTH).unknown if text else ()

    def _tell(self, text: str, depth: int) -> Told:
        if not depth or len(text) > MAX_TEXT:
            return Told(text, (text,))
        pieces = text.split(PAUSE) if text.count(PAUSE) < MOST_PIECES else [text]
        for place in range(len(pieces) - 1, max(0, len(pieces) - 1 - TAIL), -1):
            # What is evidence may have such a mark of its own: both sides must be known.
            right = self._whole(PAUSE.join(pieces[place:]), depth, follows=True)
            if not right.unknown:
                left = self._cached(PAUSE.join(pieces[:place]), depth)
                if not left.unknown:
                    return Told(f"{left.text}{self._pause}{right.text}")
        whole = self._whole(text, depth)
        if not whole.unknown or len(pieces) == 1:
            return whole
        told = [self._whole(piece, depth) for piece in pieces]
        if all(one.text == piece for one, piece in zip(told, pieces, strict=True)):
            return whole
        return Told(self._pause.join(one.text for one in told), tuple(part for one in told for part in one.unknown))

    def _whole(self, text: str, depth: int, *, follows: bool = False) -> Told:
        """Tell what is one note, whatever marks stand in it; one that follows another begins with words of ours."""
        if text.strip() and (other := self._translate(text)) != text:  # a note without places, the title of a rule
            return Told(other)
        best = None
        for pattern, other in self._known:
            if follows and pattern.pattern.startswith("(?P<"):
                continue
            if found := pattern.fullmatch(text):
                parts = {key: self._place(key, value, depth) for key, value in found.groupdict().items()}
                unknown = tuple(one for part in parts.values() for one in part.unknown)
                told = Told(other.format(**{key: part.text for key, part in parts.items()}), unknown)
                if not unknown:
                    return told
                best = best or told
        return best or Told(text, () if not follows and _CODE.fullmatch(text) else (text,))

    def _place(self, name: str, value: str, depth: int) -> Told:
        """Tell what stands in a template's place, by what may stand there."""
        if name in _NOTES:
            return self._cached(value, depth - 1)
        if name in _TOLD:
            return Told(self._cached(value, depth - 1).text)
        if name in _LISTS:
            for pattern, other in self._listed:
                value = pattern.sub(partial(_filled, other), value)
        return Told(self._unnamed.get(value, value))


@lru_cache(maxsize=4)
def retelling(translate: Translate) -> Retelling:
    """Give the retelling into the language of a translator, made once."""
    return Retelling(translate)


def _filled(template: str, found: re.Match[str]) -> str:
    return template.format(**found.groupdict())


def _pattern(template: str) -> re.Pattern[str]:
    """Give the expression that recognises a note by its template."""
    return re.compile(_expression(template), re.DOTALL)


def _listed(template: str) -> re.Pattern[str]:
    """Give the expression that finds a template among names with commas between them."""
    return re.compile(f"(?:(?<=, )|^)(?:{_expression(template)})(?=, |$)", re.DOTALL)


def _expression(template: str) -> str:
    parts = []
    for number, piece in enumerate(_FIELD.split(template)):
        if number % 2 == 0:
            parts.append(re.escape(piece))
        else:
            any_text = piece in (*_NOTES, *_TOLD, *_TEXTS, *_LISTS)
            inside = (
                ".+"
                if template.startswith(_AROUND) and piece == "what"
                else ".+?"
                if any_text
                else _NUMBER
                if piece in _NUMBERS
                else _FORMS.get(piece, _WORD)
            )
            parts.append(f"(?P<{piece}>{inside})")
    return "".join(parts)
