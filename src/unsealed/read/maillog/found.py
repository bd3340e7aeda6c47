"""What a program's module makes of one line, and the small readings that all of them need."""

import ipaddress
import re
from functools import lru_cache
from typing import Any

Found = tuple[dict[str, Any], dict[str, Any]]
"""The columns of `events` that a line fills (`operation` always among them), and its fields as the log names them."""

HOST = re.compile(r"(\S*?)\[((?:IPv6:)?[0-9A-Fa-f:.]{2,45}(?:%\w+)?(?:/\d+)?)\](?::(\d+))?")
"""`name[address]` or `[address]:port`, as Postfix and Exim write them."""
_PAIR = re.compile(r"(?<![\w-])([A-Za-z][\w-]*+)=(?:<([^>]*)>|([^\s,;]*))")
_MAPPED = re.compile(r"::ffff:(\d+\.\d+\.\d+\.\d+)$", re.IGNORECASE)


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


@lru_cache(100_000)
def address(text: str | None) -> str | None:
    """Give a client's address without port, brackets, mask or zone; None if it is no address."""
    if not text:
        return None
    plain = text.strip("[]<>,;").removeprefix("IPv6:").partition("/")[0].partition("%")[0]
    if mapped := _MAPPED.match(plain):
        plain = mapped[1]
    if plain.count(".") == 3 and plain.replace(".", "").isdigit():
        return plain
    try:
        return str(ipaddress.ip_address(plain)) if ":" in plain else None
    except ValueError:
        return None


def mailbox(text: str | None) -> str | None:
    """Give an envelope address, lower case; the empty sender of a bounce stays an empty text."""
    return None if text is None else text.strip().removeprefix("<").removesuffix(">").lower()


def message_id(text: str | None) -> str | None:
    """Give a Message-ID with its angle brackets."""
    text = (text or "").strip()
    if not text or text in {"<>", "(unknown)", "unspecified"}:
        return None
    return text if text.startswith("<") else f"<{text}>"


def name(text: str | None) -> str | None:
    """Give a user's name, lower case; None for an empty one."""
    return text.lower() if text else None


def number(text: str | None) -> int | None:
    """Give a count, where it is one that fits."""
    return int(text) if text and text.isdecimal() and len(text) < 18 else None
