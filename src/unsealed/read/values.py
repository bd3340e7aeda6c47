"""The small values that logs write each in their way: a client's address, a Message-ID, a count."""

import ipaddress
from functools import lru_cache

MAX_ADDRESS = 100
"""Characters of an address that are looked at; the longest one with its port has 56."""
MAX_DIGITS = 18
"""Digits of the largest count that a column holds."""


def ip_address(text: str) -> str | None:
    """Give a client's address without port, brackets and zone, in its canonical form; None where it is none."""
    return _ip_address(text[:MAX_ADDRESS])


@lru_cache(maxsize=100_000)
def _ip_address(text: str) -> str | None:
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)


def message_id(text: str | None) -> str | None:
    """Give a Message-ID with its angle brackets, which some logs leave out."""
    plain = (text or "").strip("<> \t\r\n")
    return f"<{plain}>" if plain else None


def number(text: str | None) -> int | None:
    """Give a count, where it is one that fits."""
    return int(text) if text and text.isdecimal() and len(text) <= MAX_DIGITS else None
