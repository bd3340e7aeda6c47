"""Write a text in one way, letter for letter, so that every place in it is a place in the original.

Full-width forms (Unicode block Halfwidth and Fullwidth Forms) become ASCII, every kind of space a space and every kind
of hyphen or dash `-`. The long vowel mark becomes a hyphen between digits, where Japanese typists put it. Invisible
characters, which somebody may have put into a number to hide it, are taken out, and their places kept.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

_HYPHENS = "‐‑‒–—―−﹣－﹘⁃"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
_LONG_VOWEL = re.compile("[ーｰ](?<=[0-9].)(?=[0-9])")
_LONG_VOWELS = "ーｰ"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_BETWEEN = "\n\0\n"
"""Stands between texts that are normalised together: what is done to one does not look beyond it."""
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")


@dataclass(frozen=True)
class Normalised:
    """A normalised text, with the way back."""

    text: str
    places: tuple[int, ...] = ()
    """Where in `text` something invisible was taken out, rising."""
    taken: tuple[int, ...] = ()
    """How many characters were taken out up to each of these places."""

    def original(self, place: int, *, end: bool = False) -> int:
        """Give the place in the original text of one in `text`; of an `end`, what is invisible behind it is left out."""
        if not self.places:
            return place
        number = bisect_right(self.places, place - 1 if end else place)
        return place + (self.taken[number - 1] if number else 0)


def normalise(text: str) -> Normalised:
    """Normalise a text; `original` of what is given leads back."""
    return normalise_all((text,))[0]


def normalise_all(texts: Sequence[str]) -> list[Normalised]:
    """Normalise texts, all that have more than ASCII at once."""
    done = [Normalised(text.replace("\t", " ") if "\t" in text else text) if text.isascii() else None for text in texts]
    others = [number for number, one in enumerate(done) if one is None]
    if others:
        seen = [_visible(texts[number]) for number in others]
        joined, at = _replaced(_BETWEEN.join(one.text for one in seen)), 0
        for number, one in zip(others, seen, strict=True):
            done[number] = Normalised(joined[at : at + len(one.text)], one.places, one.taken)
            at += len(one.text) + len(_BETWEEN)
    return [one for one in done if one is not None]


def _visible(text: str) -> Normalised:
    """Take out what is invisible."""
    if not any(letter in text for letter in INVISIBLE):
        return Normalised(text)
    places, taken, gone = list[int](), list[int](), 0
    for found in _INVISIBLE.finditer(text):
        places.append(found.start() - gone)
        gone += found.end() - found.start()
        taken.append(gone)
    return Normalised(_INVISIBLE.sub("", text), tuple(places), tuple(taken))


def _replaced(text: str) -> str:
    """Write every character as it is written here; a character stays a character."""
    units = text.encode("utf-16-le", "surrogatepass")
    codes = pa.Array.from_buffers(pa.uint16(), len(units) // 2, [None, pa.py_buffer(units)])
    text = pc.take(_table(), codes, boundscheck=False).buffers()[1].to_pybytes().decode("utf-16-le", "surrogatepass")
    return _LONG_VOWEL.sub("-", text) if any(letter in text for letter in _LONG_VOWELS) else text


@cache
def _table() -> pa.Array:
    """Give what each UTF-16 unit becomes."""
    codes = list(range(1 << 16))
    codes[0xFF01:0xFF5F] = range(0x21, 0x7F)
    for letter in _SPACES:
        codes[ord(letter)] = 0x20
    for letter in _HYPHENS:
        codes[ord(letter)] = 0x2D
    return pa.array(codes, pa.uint16())
