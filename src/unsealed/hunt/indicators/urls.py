"""URLs in one form in which two of them can be compared, and out of the links that mail filters wrap around them.

In the form that is compared there is no scheme, no user name, no standard port and no fragment; the host is in lower case.
Wrapped links carry their target in a parameter: Microsoft Safe Links and Google's redirect as `url=` and `q=`, Proofpoint's
URL Defense v2 with `-` for `%` and `_` for `/`, v3 between underscores with what it replaced in base64. Sources:
https://learn.microsoft.com/defender-office-365/safe-links-about and https://help.proofpoint.com (decoding rewritten URLs).
"""

import base64
import binascii
import re
from urllib.parse import unquote

MAX_URL = 2_000
MAX_WRAPPED = 4
"""How deep wrapped links are unwrapped."""
MAX_PARAMETERS = 50
_PARTS = re.compile(r"^(?:https?:)?//(?:[^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#:\[\]]+)(?::(\d{0,5}))?([^#]*)", re.IGNORECASE)
_INNER = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_TRAILING = ".,;:!?'\")]}>"
_V2 = re.compile(r"urldefense(?:\.proofpoint)?\.com/v2/url\?(?:[^#]*&)?u=([^&#]+)", re.IGNORECASE)
_V3 = re.compile(r"urldefense(?:\.us|\.proofpoint)?(?:\.com)?/v3/__(.+?)__;([^!]*)!", re.IGNORECASE)
_STARS = re.compile(r"\*(?:\*([A-Za-z0-9_-]))?")
_RUNS = {
    letter: number + 2
    for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
}


def normal(url: str) -> str | None:
    """Give a URL in the form in which two are compared, `host[:port]/path?query`; None where it is none."""
    parts = _PARTS.match(url.strip()[:MAX_URL])
    if not parts:
        return None
    host = parts[1].rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if not host or " " in host:
        return None
    port = "" if parts[2] in {None, "", "80", "443"} else f":{parts[2]}"
    rest = parts[3].strip()
    path, mark, query = rest.partition("?")
    return f"{host}{port}{path or '/'}{mark if query else ''}{query}"


def host_of(normalised: str) -> str:
    """Give the host of a URL in the form that `normal` gives."""
    place = re.split(r"[/?]", normalised, maxsplit=1)[0]
    if place.startswith("["):
        return place[1:].partition("]")[0]
    return place.partition(":")[0]


def whole_host(normalised: str) -> bool:
    """Tell whether a URL names a host and nothing below it."""
    return normalised.partition("/")[2] == ""


def reached(url: str) -> list[str]:
    """Give every URL that a link leads to, in compared form: the link itself, and what is wrapped in it, outermost first."""
    found: dict[str, None] = {}
    waiting = [url[:MAX_URL] if "//" in url[:9] else f"http://{url[:MAX_URL]}"]
    for _ in range(MAX_WRAPPED):
        inner: list[str] = []
        for link in waiting:
            for form in (link, link.rstrip(_TRAILING)):
                plain = normal(form)
                if plain:
                    found.setdefault(plain)
            inner += _wrapped(link)
        waiting = inner[:8]
        if not waiting:
            break
    return list(found)


def _wrapped(link: str) -> list[str]:
    """Give the links within a link."""
    second = _V2.search(link)
    if second:
        return [unquote(second[1].replace("-", "%").replace("_", "/"))[:MAX_URL]]
    third = _V3.search(link)
    if third:
        return [_third(third[1], third[2])[:MAX_URL]]
    inner = dict.fromkeys(_INNER.findall(link[8:])[:1])
    for part in re.split(r"[?&]", link[8:])[:MAX_PARAMETERS]:
        name, equals, value = part.partition("=")
        value = value if equals else name
        for _ in range(MAX_WRAPPED):
            match = _INNER.search(value)
            if match:
                inner.setdefault(match[0])
                break
            value, before = unquote(value), value
            if value == before:
                break
    return list(inner)


def _third(text: str, replaced: str) -> str:
    """Put back what version 3 replaced: each `*` is the next character, `**A` the next two, `**B` the next three."""
    try:
        letters = base64.urlsafe_b64decode(replaced + "=" * (-len(replaced) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        letters = ""
    place = 0

    def back(match: re.Match[str]) -> str:
        nonlocal place
        count = _RUNS.get(match[1], 1) if match[1] else 1
        part, place = letters[place : place + count], place + count
        return part or match[0]

    text = _STARS.sub(back, text)
    return re.sub(r"^(https?):/(?!/)", r"\1://", text)
