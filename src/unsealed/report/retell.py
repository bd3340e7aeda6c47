"""Notes, reasons and details as they stand in tables, told again in the reader's language.

Tables hold them in English, the same on every machine. What has a template in `notes` is recognised by it, and told in the
words that its translation has, with the same names, numbers and times in their places; anything else stays as it is.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from unsealed.report.notes import TEMPLATES

_FIELD = re.compile(r"\{(\w+)\}")
_PAUSE = "; "
MAX_TEXT = 2_000
"""A longer note is no note of ours."""
_ANYTHING = ("what", "why", "client", "basis", "finding", "condition", "line", "value", "folder")
"""Places in which any text may stand; in others stands one word."""
_NUMBERS = (
    "number",
    "days",
    "all",
    "most",
    "known",
    "hours",
    "records",
    "visits",
    "span",
    "minutes",
    "distance",
    "kept",
)
DEPTH = 4
"""A note in a note in a note: where it ends."""

Translate = Callable[[str], str]


class Retelling:
    """Tells notes in one language."""

    def __init__(self, translate: Translate, templates: Iterable[str] = TEMPLATES) -> None:
        self._pause, self._translate = translate(_PAUSE), translate
        known = [(template, translate(template)) for template in templates]
        known = [(template, other) for template, other in known if other != template]
        # The more a template says itself, the less may stand in its places.
        known.sort(key=lambda pair: -len(_FIELD.sub("", pair[0])))
        self._known = [(_pattern(template), other) for template, other in known]
        self._cached = lru_cache(maxsize=50_000)(self._tell)

    def tell(self, text: str | None) -> str:
        """Give a note in this language; what is not known as it is."""
        return self._cached(text, DEPTH) if text else ""

    def _tell(self, text: str, depth: int) -> str:
        if not depth or len(text) > MAX_TEXT:
            return text
        if text.strip() and (other := self._translate(text)) != text:
            return other
        for pattern, other in self._known:
            if found := pattern.fullmatch(text):
                return other.format(**{name: self._tell(value, depth - 1) for name, value in found.groupdict().items()})
        pieces = text.split(_PAUSE)
        told = [self._tell(piece, depth - 1) for piece in pieces] if len(pieces) > 1 else pieces
        return self._pause.join(told) if told != pieces else text


@lru_cache(maxsize=4)
def retelling(translate: Translate) -> Retelling:
    """Give the retelling into the language of a translator, made once."""
    return Retelling(translate)


def _pattern(template: str) -> re.Pattern[str]:
    """Give the expression that recognises a note by its template."""
    parts = []
    for number, piece in enumerate(_FIELD.split(template)):
        word = r"[\d,.]+" if piece in _NUMBERS else r"[^\s;]+(?: \d\d:\d\d)?"  # a day may have its time
        inside = ".+?" if piece in _ANYTHING else word
        parts.append(re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>{inside})")
    return re.compile("".join(parts), re.DOTALL)
