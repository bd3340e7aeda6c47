"""STIX patterns to alternatives of comparisons: STIX 2.1, part 9, https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html.

A small parser of our own: OASIS's stix2-patterns pins an old ANTLR runtime and builds a tree many times the pattern's size.
Bounds: length, depth of brackets, and the number of alternatives that a pattern unfolds to.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from unsealed.hunt.indicators.indicator import moment

MAX_LENGTH = 4 << 20
MAX_DEPTH = 40
MAX_ALTERNATIVES = 100_000
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<path>[A-Za-z][\w-]*:(?:[\w-]+|'(?:[^'\\]|\\.)*')(?:\[(?:\d+|\*)\]|\.(?:[\w-]+|'(?:[^'\\]|\\.)*'))*)
    |(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<literal>[hbt]'[^']*')
    |(?P<number>[+-]?\d+(?:\.\d+)?)
    |(?P<sign>==|=|!=|<>|<=|>=|<|>|[\[\](),])
    |(?P<word>[A-Za-z]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMPARE = {"=", "==", "!=", "<>", "<", ">", "<=", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"}


class NotAPattern(ValueError):  # noqa: N818 - it is what the text is not
    """A text that is no STIX pattern, or a larger one than is read; says why and where."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One property of an object compared with one value."""

    path: str
    """In lower case, without quotes and list steps: `file:hashes.sha-256`."""
    test: str
    """`=`, `!=`, `<`, `>`, `<=`, `>=`, `LIKE`, `MATCHES`, `ISSUBSET`, `ISSUPERSET` or `EXISTS`."""
    value: str
    negated: bool


Alternative = tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """What one bracket asks for: any of the alternatives, each of comparisons that must all hold."""

    alternatives: tuple[Alternative, ...]
    start: datetime | None = None
    stop: datetime | None = None


def parse(text: str) -> list[Observation]:
    """Give the observations that a pattern asks for, whatever joins them.

    Raises:
        NotAPattern: if the text is none, or unfolds to more than is read.
    """
    if len(text) > MAX_LENGTH:
        raise NotAPattern(f"longer than {MAX_LENGTH:,} characters")
    reader = _Reader(text)
    found = reader.observations(0)
    if reader.kind:
        raise reader.wrong("the end")
    return found


class _Reader:
    """Walks the tokens of one pattern."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.start = text, 0, 0
        self.kind = self.token = ""
        self.step()

    def step(self) -> None:
        """Go to the next token; its kind is empty at the end."""
        match = _TOKEN.match(self.text, self.place)
        if match is None:
            if self.text[self.place :].strip():
                raise NotAPattern(f"not understood at character {self.place + 1}")
            self.kind = self.token = ""
            return
        self.kind = match.lastgroup or ""
        self.token = match[self.kind]
        self.start, self.place = match.start(self.kind), match.end()

    def wrong(self, wanted: str) -> NotAPattern:
        return NotAPattern(f"{wanted} expected at character {(self.start if self.kind else len(self.text)) + 1}")

    def sign(self, sign: str) -> bool:
        """Take a sign if it is next."""
        if self.kind == "sign" and self.token == sign:
            self.step()
            return True
        return False

    def word(self, *words: str) -> str:
        """Take one of these words if it is next; they are in capitals."""
        if self.kind == "word" and self.token.upper() in words:
            found = self.token.upper()
            self.step()
            return found
        return ""

    def need(self, sign: str) -> None:
        if not self.sign(sign):
            raise self.wrong(f"`{sign}`")

    # -- observations ------------------------------------------------------------------------------------------------

    def observations(self, depth: int) -> list[Observation]:
        found = self.observation(depth)
        while self.word("AND", "OR", "FOLLOWEDBY"):
            found += self.observation(depth)
            if len(found) > MAX_ALTERNATIVES:
                raise NotAPattern(f"more than {MAX_ALTERNATIVES:,} observations")
        return found

    def observation(self, depth: int) -> list[Observation]:
        if depth > MAX_DEPTH:
            raise NotAPattern(f"brackets deeper than {MAX_DEPTH}")
        if self.sign("("):
            found = self.observations(depth + 1)
            self.need(")")
        else:
            self.need("[")
            found = [Observation(tuple(self.any_of(depth + 1)))]
            self.need("]")
        return self.qualified(found)

    def qualified(self, found: list[Observation]) -> list[Observation]:
        """Read what follows a bracket: only the times of START and STOP bear on single records."""
        while word := self.word("WITHIN", "REPEATS", "START"):
            if word == "START":
                start = moment(self.literal())
                if not self.word("STOP"):
                    raise self.wrong("STOP")
                stop = moment(self.literal())
                found = [Observation(item.alternatives, start, stop) for item in found]
                continue
            self.literal()
            if not self.word("SECONDS" if word == "WITHIN" else "TIMES"):
                raise self.wrong("SECONDS" if word == "WITHIN" else "TIMES")
        return found

    # -- comparisons -------------------------------------------------------------------------------------------------

    def any_of(self, depth: int) -> list[Alternative]:
        found = self.all_of(depth)
        while self.word("OR"):
            found += self.all_of(depth)
            if len(found) > MAX_ALTERNATIVES:
                raise NotAPattern(f"more than {MAX_ALTERNATIVES:,} alternatives")
        return found

    def all_of(self, depth: int) -> list[Alternative]:
        sides = [self.comparison(depth)]
        while self.word("AND"):
            sides.append(self.comparison(depth))
        if len(sides) == 1:
            return sides[0]
        count = 1
        for side in sides:
            count *= len(side)
            if count > MAX_ALTERNATIVES or len(sides) > MAX_ALTERNATIVES // 100:
                raise NotAPattern(f"more than {MAX_ALTERNATIVES:,} alternatives")
        return [tuple(part for parts in choice for part in parts) for choice in product(*sides)]

    def comparison(self, depth: int) -> list[Alternative]:
        if depth > MAX_DEPTH:
            raise NotAPattern(f"brackets deeper than {MAX_DEPTH}")
        if self.sign("("):
            found = self.any_of(depth + 1)
            self.need(")")
            return found
        negated = bool(self.word("NOT"))
        exists = bool(self.word("EXISTS"))
        if self.kind != "path":
            raise self.wrong("a property such as `ipv4-addr:value`")
        path = _path(self.token)
        self.step()
        if exists:
            return [(Comparison(path, "EXISTS", "", negated),)]
        negated ^= bool(self.word("NOT"))
        test = self.token.upper()
        if self.kind not in {"sign", "word"} or test not in _COMPARE:
            raise self.wrong("a comparison")
        self.step()
        if test == "IN":
            values = self.values()
            if negated:
                return [tuple(Comparison(path, "=", value, negated=True) for value in values)]
            return [(Comparison(path, "=", value, negated=False),) for value in values]
        negated ^= test in {"!=", "<>"}
        test = "=" if test in {"==", "!=", "<>"} else test
        return [(Comparison(path, test, self.literal(), negated),)]

    def values(self) -> list[str]:
        self.need("(")
        found = [self.literal()]
        while self.sign(","):
            found.append(self.literal())
            if len(found) > MAX_ALTERNATIVES:
                raise NotAPattern(f"a set of more than {MAX_ALTERNATIVES:,} values")
        self.need(")")
        return found

    def literal(self) -> str:
        if self.kind == "text":
            value = _ESCAPE.sub(r"\1", self.token[1:-1])
        elif self.kind == "literal":
            value = self.token[2:-1]
        elif self.kind == "number" or (self.kind == "word" and self.token.lower() in {"true", "false"}):
            value = self.token
        else:
            raise self.wrong("a value")
        self.step()
        return value


def _path(token: str) -> str:
    """Bring a property's path to one form: lower case, no quotes, no list steps."""
    return re.sub(r"\[(?:\d+|\*)\]", "", token).replace("'", "").replace("\\", "").lower()
