"""What a web request to a mail system tells: which service it went to, whose mailbox, and whether it was let in."""

import re
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

_SERVICES = {
    "owa": "owa",
    "exchange": "owa",
    "exchweb": "owa",
    "exadmin": "owa",
    "ews": "ews",
    "microsoft-server-activesync": "activesync",
    "eas": "activesync",
    "ecp": "ecp",
    "autodiscover": "autodiscover",
    "mapi": "mapi",
    "rpc": "rpc",
    "rpcwithcert": "rpc",
    "rpchttp": "rpc",
    "oab": "oab",
    "powershell": "powershell",
    "powershell-liveid": "powershell",
    "powershell-proxy": "powershell",
    "api": "rest",
    "rest": "rest",
    **dict.fromkeys(
        ("roundcube", "roundcubemail", "webmail", "squirrelmail", "horde", "sogo", "rainloop", "snappymail", "zimbra"),
        "webmail",
    ),
}
"""By the first folder of the address, lower case; HttpProxy's names of protocols among them."""
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}@", re.IGNORECASE)
_IN_STEM = re.compile(r"^/(?:owa|ecp|exchange)/([^/?]+@[^/?]+?)(?:/|$)", re.IGNORECASE)
_IN_QUERY = re.compile(r"(?:^|[?&])(?:user|_user|email|explicitlogonuser)=([^&;]+)", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def service(stem: str) -> str:
    """Give the service that an address belongs to; `web` where it is none of a mail system's."""
    return _SERVICES.get(stem.lstrip("/").split("/", 1)[0].lower(), "web")


def address(text: str | None) -> str | None:
    """Give a mail address in lower case; None for what is none, such as a mailbox's number with its domain."""
    if not text or "@" not in text:
        return None
    plain = text.strip("<> ").lower()
    return plain if _ADDRESS.fullmatch(plain) and not _GUID.match(plain) else None


def mailbox(stem: str, query: str) -> str | None:
    """Give the mailbox that a request names, where that is an address: explicit logon, or ActiveSync's user."""
    if "@" in stem and (match := _IN_STEM.match(stem)):
        return address(unquote(match[1]))
    if ("@" in query or "%40" in query) and service(stem) in {"activesync", "owa", "ecp", "webmail"}:
        match = _IN_QUERY.search(query)
        return address(unquote_plus(match[1])) if match else None
    return None


@lru_cache(maxsize=2_000)
def outcome(status: str) -> str | None:
    """Tell from a status of HTTP whether the request was let in."""
    if not status.isdigit():
        return None
    return "success" if 200 <= int(status) < 400 else "failure" if int(status) >= 400 else None
