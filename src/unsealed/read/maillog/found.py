"""What a program's module makes of one line, and the small readings that all of them need."""

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from unsealed.read import values
from unsealed.read.values import ip_address

Found = tuple[dict[str, Any], dict[str, Any]]
"""The columns of `events` that a line fills (`operation` always among them), and its fields as the log names them."""

HOST = re.compile(r"(\S*?)\[((?:IPv6:)?[0-9A-Fa-f:.]{2,45}(?:%\w+)?(?:/\d+)?)\](?::(\d+))?")
"""`name[address]` or `[address]:port`, as Postfix and Exim write them."""
_PAIR = re.compile(r"(?<![\w-])([A-Za-z][\w-]*+)=(?:<([^>]*)>|([^\s,;]*))")


_REMEMBERED = 20_000
_SHORT = 300
"""Characters of a text that is worth remembering, and of no more than a hostile log can fill the memory with."""


def remembered(parse: Callable[..., Found]) -> Callable[..., Found]:
    """Let a parser remember what short texts came to: a log names few clients, and each of them again and again."""
    known = lru_cache(_REMEMBERED)(parse)

    @wraps(parse)
    def again(*words: str) -> Found:
        if len(words[-1]) > _SHORT:
            return parse(*words)
        columns, fields = known(*words)
        return columns.copy(), fields.copy()

    return again


def pairs(text: str) -> dict[str, str]:
    """Read `key=value` and `key=<value>`, whatever parts them."""
    return {key: inner or plain for key, inner, plain in _PAIR.findall(text)}


def listed(text: str) -> dict[str, Any]:
    """Read `key=value, key=<value>`; of two with one key the last counts, since what a client sent stands before it."""
    fields = {}
    for piece in text.split(", "):
        key, sign, value = piece.partition("=")
        if sign and " " not in key:
            fields[key] = value[1:-1] if value[:1] == "<" and value[-1:] == ">" else value
    return fields


def peer(text: str) -> tuple[str | None, str | None]:
    """Give name and address of the first `name[address]`."""
    begin = text.find("[")
    while begin >= 0:
        end = text.find("]", begin)
        if end > begin and (ip := address(text[begin + 1 : end])):
            return text[text.rfind(" ", 0, begin) + 1 : begin] or None, ip
        begin = text.find("[", begin + 1)
    return None, None


def address(text: str | None) -> str | None:
    """Give a client's address without port, brackets, mask or zone; None if it is no address."""
    return _address(text[: 2 * values.MAX_ADDRESS]) if text else None


@lru_cache(_REMEMBERED)
def _address(text: str) -> str | None:
    return ip_address(text.strip("[]<>,;").removeprefix("IPv6:").partition("/")[0])


def mailbox(text: str | None) -> str | None:
    """Give an envelope address, lower case; the empty sender of a bounce stays an empty text."""
    return None if text is None else text.strip().removeprefix("<").removesuffix(">").lower()


def message_id(text: str | None) -> str | None:
    """Give a Message-ID with its angle brackets; None where the program says that there was none."""
    return None if text in {"(unknown)", "unspecified"} else values.message_id(text)


def name(text: str | None) -> str | None:
    """Give a user's name, lower case; None for an empty one."""
    return text.lower() if text else None
