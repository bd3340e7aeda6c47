"""What a content search asks of a letter: Keyword Query Language, as Purview and `New-ComplianceSearch` take it.

Properties, operators and their meaning: https://learn.microsoft.com/purview/edisc-keyword-query-condition-list, and
https://learn.microsoft.com/sharepoint/dev/general-development/keyword-query-language-kql-syntax-reference. A property
that no letter shows (a category, whether it was read) can't be told; nor can a query that is not well formed.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from unsealed.expose import asks
from unsealed.expose.asks import Ask

MAX_TOKENS, MAX_DEPTH = 2_000, 40
"""Bounds on a query; a longer or deeper one can't be told."""
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<joint>\(c:[cs]\))
    | (?P<open>[+-]?\()
    | (?P<close>\))
    | (?P<near>(?:NEAR|ONEAR)(?:\(\s*(?:n\s*=\s*)?\d*\s*\))?(?=[\s("]))
    | (?P<operator>(?:AND|OR|NOT)(?=[\s("-]|$))
    | (?P<sign>[+-]?)(?P<property>[A-Za-z][\w.]*)\s?(?P<compare>:|<>|<=|>=|<|>|=)\s?
        (?P<value>"[^"]*"\*?(?:\.\."[^"]*")?|[^\s()"]+|(?=\())
    | (?P<plus>[+-]?)(?:"(?P<phrase>[^"]*)"(?P<star>\*?)|(?P<word>[^\s()"]+))
    )""",
    re.VERBOSE,
)
_PEOPLE = {
    "from": "sender",
    "sender": "sender",
    "author": "sender",
    "senderauthor": "sender",
    "to": "to",
    "cc": "cc",
    "bcc": "bcc",
    "recipients": "recipients",
    "participants": "participants",
}
_TEXTS = {"subject": ("subject",), "subjecttitle": ("subject",), "title": ("subject",), "body": ("text",)}
_DATES = {"received": "c.arrived", "sent": "epoch_us(m.date)", "date": "c.arrived"}
_KINDS = {"email": asks.YES, "contacts": asks.NO, "im": asks.NO, "microsoftteams": asks.NO, "tasks": asks.NO}


class Token(NamedTuple):
    """A piece of a query: its kind, its text, and the property and comparison where it has them."""

    kind: str
    text: str = ""
    property: str = ""
    compare: str = ":"
    quoted: bool = False
    prefix: bool = False
    sign: str = ""


def ask(query: str, us: int) -> Ask:
    """Give what a query asks of a letter.

    Args:
        query: the query; an empty one asks nothing.
        us: when it was run, in microseconds: "today" is meant so.
    """
    if not query.strip() or query.strip() == "*":
        return asks.YES
    try:
        return _Parser(_tokens(query), us).whole()
    except (ValueError, RecursionError):
        return asks.cant_tell(f"query {query.strip()[:120]!r}")


def _tokens(query: str) -> list[Token]:
    found: list[Token] = []
    place = 0
    query = query.rstrip()
    while place < len(query):
        match = _TOKEN.match(query, place)
        if not match or len(found) > MAX_TOKENS:
            raise ValueError("not a query that can be read")
        place = match.end()
        found.append(_token(match))
    return found


def _token(match: re.Match[str]) -> Token:
    part = match.groupdict()
    if part["joint"]:
        return Token("AND" if part["joint"].lower() == "(c:c)" else "OR")
    if part["open"]:
        return Token("(", sign=part["open"][:-1])
    if part["close"]:
        return Token(")")
    if part["near"]:
        return Token("NEAR")
    if part["operator"]:
        return Token(part["operator"])
    if part["property"]:
        value = part["value"]
        prefix, quoted = value.endswith("*"), value.startswith('"')
        text = value if quoted and '".."' in value else value.rstrip("*").strip('"')
        kind = "term" if value else "property"
        name = part["property"].lower()
        return Token(kind, text, name, part["compare"], quoted, prefix, part["sign"])
    if part["phrase"] is not None:
        return Token("term", part["phrase"], quoted=True, prefix=bool(part["star"]), sign=part["plus"])
    word = part["word"]
    if re.fullmatch(r"\w+[:=<>]+", word):
        raise ValueError("a property without a value")
    return Token("term", word.rstrip("*"), prefix=word.endswith("*"), sign=part["plus"])


class _Parser:
    """Reads tokens by precedence: OR, AND, then what stands side by side."""

    def __init__(self, tokens: list[Token], us: int) -> None:
        self.tokens, self.us = tokens, us
        self.place = self.depth = 0

    def whole(self) -> Ask:
        found = self._either("")
        if self.place != len(self.tokens):
            raise ValueError("a bracket too many")
        return found

    def _next(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _takes(self, *kinds: str) -> Token | None:
        token = self._next()
        if token and token.kind in kinds:
            self.place += 1
            return token
        return None

    def _either(self, name: str) -> Ask:
        found = [self._both(name)]
        while self._takes("OR"):
            found.append(self._both(name))
        return asks.some(found)

    def _both(self, name: str) -> Ask:
        found = [self._side_by_side(name)]
        while self._takes("AND"):
            found.append(self._side_by_side(name))
        return asks.every(found)

    def _side_by_side(self, name: str) -> Ask:
        """Read what stands without a word between: all must hold, but values of one property are alternatives."""
        loose: list[Ask] = []
        by_property: dict[str, list[Ask]] = {}
        while (token := self._next()) and token.kind not in {")", "AND", "OR"}:
            sure, property_name, found = self._factor(name)
            if sure and property_name and property_name not in _DATES:
                by_property.setdefault(property_name, []).append(found)
            else:
                loose.append(found)
        if not loose and not by_property:
            raise ValueError("nothing where something should stand")
        return asks.every([*(asks.some(same) for same in by_property.values()), *loose])

    def _factor(self, name: str) -> tuple[bool, str, Ask]:
        """Read one term or bracket; tell whether it stands plainly, and for which property."""
        if self._takes("NOT"):
            return False, "", asks.none(self._factor(name)[2])
        token = self._next()
        self.place += 1
        if token is None or token.kind not in {"(", "term", "property"}:
            raise ValueError("a word that joins nothing")
        if token.kind == "term":
            found = restriction(token._replace(property=token.property or name), self.us)
        else:
            if token.kind == "property" and not self._takes("("):
                raise ValueError("a property without a value")
            found = self._bracket(token.property or name)
        if token.sign == "-":
            return False, "", asks.none(found)
        if self._takes("NEAR"):
            other = self._factor(name)[2]
            return False, "", asks.every([found, other, asks.cant_tell("how near the words stand")])
        return not token.sign, token.property, found

    def _bracket(self, name: str) -> Ask:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("too deep")
        found = self._either(name)
        if not self._takes(")"):
            raise ValueError("a bracket too few")
        self.depth -= 1
        return found


def restriction(token: Token, us: int) -> Ask:
    """Give what one term asks: words anywhere in the letter, or a property's value."""
    name = token.property
    if not name:
        return asks.anywhere(token.text, prefix=token.prefix)
    if token.compare == "<>":
        return asks.none(restriction(token._replace(compare="="), us))
    if name in _DATES:
        return _date(_DATES[name], token, us)
    if name == "size":
        return _size(token)
    if token.compare not in {":", "="}:
        return asks.cant_tell(name)
    if name in _PEOPLE:
        return asks.named(_PEOPLE[name], token.text + ("*" if token.prefix else ""))
    if name in _TEXTS:
        return asks.phrase(_TEXTS[name], token.text, prefix=token.prefix)
    if name == "kind":
        return _KINDS.get(token.text.lower(), asks.cant_tell(f"kind:{token.text}"))
    return _attached(token)


def _attached(token: Token) -> Ask:
    """Read what is asked of attachments; any other property no letter shows."""
    if token.property == "hasattachment":
        has = asks.has_attachment()
        return {"true": has, "false": asks.none(has)}.get(token.text.lower(), asks.cant_tell(token.property))
    pattern = asks.word_pattern(token.text, prefix=token.prefix)
    if token.property in {"attachmentnames", "attachment"} and pattern:
        return asks.attachment("regexp_matches(a.filename, ?)", pattern)
    return asks.cant_tell(token.property)


def _size(token: Token) -> Ask:
    """Read a size in bytes, or a range of sizes."""
    low, dots, high = token.text.partition("..")
    sizes = [asks.size(part) for part in ((low, high) if dots else (low,))]
    if None in sizes:
        return asks.cant_tell("size")
    first, last = sizes[0] or 0, sizes[-1] or 0
    if dots:
        return asks.every([asks.larger(first), asks.none(asks.larger(last))])
    if token.compare in {">", ">="}:
        return asks.larger(first)
    return asks.none(asks.larger(first)) if token.compare in {"<", "<="} else asks.cant_tell("size")


def _date(column: str, token: Token, us: int) -> Ask:
    """Read a date, a time, a range of either or a named stretch, and compare."""
    low, dots, high = token.text.partition("..")
    first, last = _stretch(low, us), _stretch(high if dots else low, us)
    if first is None or last is None:
        return asks.cant_tell(f"{token.property}{token.compare}{token.text}")
    begins, ends = first[0], last[1]
    bounds: dict[str, tuple[int | None, int | None]] = {
        ">": (ends, None),
        ">=": (begins, None),
        "<": (None, begins),
        "<=": (None, ends),
    }
    return asks.between(column, *bounds.get(token.compare, (begins, ends)))


def _stretch(text: str, us: int) -> tuple[int, int] | None:
    """Give a date or one of the language's named stretches as microseconds from, and up to."""
    word = text.strip().strip('"').lower()
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    week = today - timedelta(days=(today.weekday() + 1) % 7)
    named = {
        "today": (today, today + timedelta(days=1)),
        "yesterday": (today - timedelta(days=1), today),
        "this week": (week, week + timedelta(days=7)),
        "this month": (month, (month + timedelta(days=32)).replace(day=1)),
        "last month": ((month - timedelta(days=1)).replace(day=1), month),
        "this year": (year, year.replace(year=year.year + 1)),
        "last year": (year.replace(year=year.year - 1), year),
    }
    if word in named:
        low, high = (int((one - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) for one in named[word])
        return low, high
    return asks.moment(word.upper() if "t" in word else word)
