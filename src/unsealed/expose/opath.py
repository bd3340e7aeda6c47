"""What the ContentFilter of a mailbox export asks of a letter: OPATH, `(Subject -like '*invoice*') -and (Sent -gt '1/1/2023')`.

Properties and operators: https://learn.microsoft.com/exchange/filterable-properties-for-the-contentfilter-parameter.
A property that no letter shows can't be told; nor can a filter that is not well formed.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from unsealed.expose import asks
from unsealed.expose.asks import Ask

MAX_TOKENS, MAX_DEPTH = 500, 40
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | -(?P<word>and|or|not)\b | (?P<bang>!)
    | (?P<property>[A-Za-z]\w*)\s+-(?P<operator>eq|ne|like|notlike|lt|le|gt|ge)\s+
        (?:'(?P<single>(?:[^']|'')*)' | "(?P<double>[^"]*)" | (?P<bare>[^\s()]+))
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_PEOPLE = {
    "sender": "sender",
    "to": "to",
    "cc": "cc",
    "bcc": "bcc",
    "recipients": "recipients",
    "participants": "participants",
}
_TEXTS = {"subject": ("subject",), "body": ("text",), "all": ("subject", "text", "participants")}
_DATES = {"received": "c.arrived", "sent": "epoch_us(m.date)"}


class Token(NamedTuple):
    """A piece of a filter."""

    kind: str
    property: str = ""
    operator: str = ""
    value: str = ""


def ask(text: str) -> Ask:
    """Give what a filter asks of a letter; an empty one asks nothing."""
    text = text.strip().strip("{}").strip()
    if not text:
        return asks.YES
    try:
        tokens = _tokens(text)
        found, place = _either(tokens, 0, 0)
    except (ValueError, IndexError):
        return asks.cant_tell(f"filter {text[:120]!r}")
    return found if place == len(tokens) else asks.cant_tell(f"filter {text[:120]!r}")


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match or len(found) > MAX_TOKENS:
            raise ValueError("not a filter that can be read")
        place = match.end()
        part = match.groupdict()
        if part["property"]:
            value = next(part[name] for name in ("single", "double", "bare") if part[name] is not None)
            value = value.replace("''", "'") if part["single"] is not None else value
            found.append(Token("term", part["property"].lower(), part["operator"].lower(), value))
        else:
            word = "not" if part["bang"] else (part["word"] or "").lower()
            found.append(Token("(" if part["open"] else ")" if part["close"] else word))
    return found


def _either(tokens: list[Token], place: int, depth: int) -> tuple[Ask, int]:
    return _chain(tokens, place, depth, "or", _both, asks.some)


def _both(tokens: list[Token], place: int, depth: int) -> tuple[Ask, int]:
    return _chain(tokens, place, depth, "and", _factor, asks.every)


def _chain(
    tokens: list[Token],
    place: int,
    depth: int,
    word: str,
    part: "Callable[[list[Token], int, int], tuple[Ask, int]]",
    joined: "Callable[[list[Ask]], Ask]",
) -> tuple[Ask, int]:
    found, place = part(tokens, place, depth)
    parts = [found]
    while place < len(tokens) and tokens[place].kind == word:
        found, place = part(tokens, place + 1, depth)
        parts.append(found)
    return joined(parts), place


def _factor(tokens: list[Token], place: int, depth: int) -> tuple[Ask, int]:
    token = tokens[place]
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    if token.kind == "not":
        found, place = _factor(tokens, place + 1, depth + 1)
        return asks.none(found), place
    if token.kind == "(":
        found, place = _either(tokens, place + 1, depth + 1)
        if tokens[place].kind != ")":
            raise ValueError("a bracket too few")
        return found, place + 1
    if token.kind != "term":
        raise ValueError("a word that joins nothing")
    return _term(token), place + 1


def _term(token: Token) -> Ask:
    """Give what one comparison asks."""
    if token.operator in {"ne", "notlike"}:
        return asks.none(_term(token._replace(operator="eq" if token.operator == "ne" else "like")))
    name, value = token.property, token.value
    if name in _DATES:
        return _date(_DATES[name], token)
    if name == "size":
        than = asks.size(value)
        if than is None or token.operator == "eq":
            return asks.cant_tell("Size")
        return asks.larger(than) if token.operator in {"gt", "ge"} else asks.none(asks.larger(than))
    if token.operator not in {"eq", "like"}:
        return asks.cant_tell(name)
    if name == "hasattachment":
        has = asks.has_attachment()
        return asks.none(has) if value.lower().lstrip("$") in {"false", "0"} else has
    pattern = _pattern(value)
    if name in _PEOPLE:
        condition = "(regexp_matches(p.address, ?) OR coalesce(regexp_matches(p.name, ?), FALSE))"
        return asks.person(_PEOPLE[name], condition, pattern, pattern)
    within = asks.attachment(
        "(regexp_matches(a.filename, ?) OR regexp_matches(a.text, ?))", pattern, pattern, contents=True
    )
    if name == "attachment":
        return within
    if name in _TEXTS:
        found = [
            asks.matches(asks.TEXTS[field], pattern)
            if field in asks.TEXTS
            else asks.person(field, "(regexp_matches(p.address, ?) OR coalesce(regexp_matches(p.name, ?), FALSE))", pattern, pattern)
            for field in _TEXTS[name]
        ]  # fmt: skip
        return asks.some([*found, within] if name == "all" else found)
    return asks.cant_tell(name)


def _pattern(value: str) -> str:
    """Write a value with `*` for any text as a pattern for the whole of a text."""
    return "(?is)^" + ".*".join(asks.escaped(part) for part in value.split("*")) + "$"


def _date(column: str, token: Token) -> Ask:
    stretch = asks.moment(token.value)
    if stretch is None:
        return asks.cant_tell(f"{token.property} {token.value}")
    low, high = stretch
    # A date is midnight here: -gt the first of May holds for all that came on that day.
    bounds: dict[str, tuple[int | None, int | None]] = {
        "gt": (low, None),
        "ge": (low, None),
        "lt": (None, low),
        "le": (None, low + 1),
    }
    return asks.between(column, *bounds.get(token.operator, (low, high)))
