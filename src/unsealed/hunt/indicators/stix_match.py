"""What a STIX pattern asks for, as indicators: which property is which kind, and what of a conjunction stands for the whole.

Of comparisons that must hold together a hash alone is enough. Where all can be seen in one letter or in one record, all must
be found there. Else the strongest is used and marked as a part only, so that it is no verdict.
"""

import hashlib
import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from unsealed.hunt.indicators.indicator import About, Indicator, Unusable, guess, one, refang
from unsealed.hunt.indicators.pattern import Alternative, Comparison, Observation

_PATHS = (
    (r"ipv[46]-addr:value", "ip"),
    (r"network-traffic:(?:src|dst)_ref\.value", "ip or domain"),
    (r"domain-name:value", "domain"),
    (r"domain-name:resolves_to_refs\.value", "ip or domain"),
    (r"url:value", "url"),
    (r"email-addr:value|email-message:(?:from|sender|to|cc|bcc)_refs?\.value", "email"),
    (r"email-message:additional_header_fields\.(?:reply-to|return-path|x-sender|sender)", "email"),
    (r"email-message:subject", "subject"),
    (
        r"file:name|email-message:body_multipart\.body_raw_ref\.name|file:content_ref\.name|file:parent_directory_ref\.name",
        "filename",
    ),
    (r"(?:file|artifact|email-message|process)(?::|:[\w.-]*[_.]ref\.)hashes\.(?:md5)", "md5"),
    (r"(?:file|artifact|email-message|process)(?::|:[\w.-]*[_.]ref\.)hashes\.(?:sha-?1)", "sha1"),
    (r"(?:file|artifact|email-message|process)(?::|:[\w.-]*[_.]ref\.)hashes\.(?:sha-?256)", "sha256"),
    (r"network-traffic:extensions\.http-request-ext\.request_header\.user-agent", "user_agent"),
    (r"user-account:(?:user_id|account_login)", "account"),
)
_KINDS = tuple((re.compile(path), kind) for path, kind in _PATHS)
_AROUND = re.compile(
    r"(?:network-traffic:(?:(?:src|dst)_ref\.type|(?:src|dst)_port|protocols|start|end|is_active)|file:size|file:mime_type"
    r"|email-message:(?:is_multipart|content_type|date)|user-account:account_type|domain-name:resolves_to_refs\.type)"
)
"""Properties that only say more of the same thing; a record or letter does not show them."""
_STRENGTH = (
    "sha256",
    "sha1",
    "md5",
    "url",
    "email",
    "domain",
    "ip",
    "network",
    "user_agent",
    "filename",
    "subject",
    "guid",
)
_HASHES = {"sha256", "sha1", "md5"}
_IN_RECORDS = {"ip", "network", "user_agent", "email", "guid"}
_IN_LETTERS = {"email", "domain", "url", "subject", "filename"}
_LIKE_DOMAIN = re.compile(r"%?\.?((?:[a-z0-9_-]+\.)+[a-z0-9-]+)", re.IGNORECASE)
_REGEX_DOMAIN = re.compile(
    r"\^?(?:\(\??:?(?:\.\*|\.\+|\[[^\]]*\][+*]|[^()]*)\\?\.\)[?*+]?|\.\*\\?\.?)?((?:[a-z0-9_-]+\\\.)+[a-z0-9-]+)\$?",
    re.IGNORECASE,
)
_REGEX_PLAIN = re.compile(r"\^?((?:[A-Za-z0-9:/@_%&=~ -]|\\[./?+(){}\[\]|*^$-])+)\$?")


def indicators(observation: Observation, about: About, group: str, of: int) -> Iterator[Indicator | Unusable]:
    """Give the indicators of one observation of a pattern that has `of` of them."""
    if observation.start or observation.stop:
        about = replace(about, valid_from=observation.start, valid_until=observation.stop)
    if of > 1:
        about = replace(about, note=f"one of {of} observations of its pattern; {about.note}")
    for number, alternative in enumerate(observation.alternatives):
        yield from _alternative(alternative, about, f"{group}.{number}")


def _alternative(alternative: Alternative, about: About, group: str) -> Iterator[Indicator | Unusable]:
    """Give what one conjunction comes to."""
    usable: list[Indicator] = []
    missing: list[Unusable] = []
    for comparison in alternative:
        if _AROUND.fullmatch(comparison.path) and len(alternative) > 1:
            continue
        found = _compare(comparison, about)
        (usable if isinstance(found, Indicator) else missing).append(found)  # type: ignore[arg-type]  # each to its own list
    if not usable:
        yield from missing or [Unusable(about.source, "", "its pattern compares nothing that mail or its logs show")]
        return
    hashes = [item for item in usable if item.kind in _HASHES]
    if hashes or len(usable) == len(alternative) == 1:
        yield from hashes or usable
        return
    kinds = {item.kind for item in usable}
    if len(usable) > 1 and not missing and (kinds <= _IN_RECORDS or kinds <= _IN_LETTERS):
        name = hashlib.sha256(group.encode("utf-8", "replace")).hexdigest()[:16]
        parts = {(item.kind, item.value) for item in usable}
        yield from (replace(item, group=name, parts=len(parts)) for item in usable)
        return
    strongest = min(usable, key=lambda item: _STRENGTH.index(item.kind))
    alone = not missing and kinds <= {"ip", "network", "domain", "url"}
    doubt = about.doubt or ("" if alone else "only a part of what its author's pattern asks for")
    yield replace(strongest, doubt=doubt)


def _kind(path: str) -> str:
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(path)), "")


def _compare(comparison: Comparison, about: About) -> Indicator | Unusable:
    """Give the indicator that one comparison means, or why it means none here."""
    shown = f"{comparison.path} {comparison.test} {comparison.value}"[:200]
    kind = _kind(comparison.path)
    if comparison.negated:
        return Unusable(about.source, shown, "says what it is not; what is, can't be looked for by it")
    if not kind:
        return Unusable(about.source, shown, f"compares {comparison.path[:80]}, which mail and its logs do not show")
    if comparison.test in {"<", ">", "<=", ">=", "EXISTS", "ISSUPERSET"}:
        return Unusable(about.source, shown, f"{comparison.test} names no value to look for")
    value: str | None = comparison.value
    if comparison.test == "LIKE":
        value = _like(comparison.value, kind)
    elif comparison.test == "MATCHES":
        value = _regex(comparison.value, kind)
    if value is None:
        return Unusable(
            about.source, shown, f"{comparison.test} with a form that is no address, network, domain or plain text"
        )
    return _value(value, kind, about, shown)


def _value(value: str, kind: str, about: About, shown: str) -> Indicator | Unusable:
    if kind == "account":
        found = guess(refang(value))
        if found and found[0] in {"email", "guid"}:
            return about.indicator(*found)
        return Unusable(about.source, shown, "an account's name without its domain may be anybody's")
    if kind == "ip or domain":
        found = guess(refang(value))
        if found and found[0] in {"ip", "network", "domain"}:
            return about.indicator(*found)
        return Unusable(about.source, shown, "not a valid ip")
    return one(value, kind, about)


def _like(value: str, kind: str) -> str | None:
    """Give the domain, network or text that a LIKE pattern means; `%` is any text, `_` any one character."""
    if "%" not in value and "_" not in value:
        return value
    if kind in {"domain", "email"} and (match := _LIKE_DOMAIN.fullmatch(value)):
        return match[1] if kind == "domain" else None
    if kind.startswith("ip") and value.endswith("%"):
        octets = value[:-1].rstrip(".").split(".")
        if 1 <= len(octets) <= 3 and value[:-1].endswith(".") and all(octet.isdecimal() for octet in octets):
            text = ".".join([*octets, *["0"] * (4 - len(octets))]) + f"/{8 * len(octets)}"
            return text if _is_network(text) else None
    if kind in {"filename", "subject", "url", "user_agent"} and "%" not in value:
        return value
    if kind == "user_agent":
        inner = value.strip("%")
        return inner if "%" not in inner else None
    return None


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _regex(value: str, kind: str) -> str | None:
    """Give the domain or plain text that a regular expression means, where it means only one."""
    if len(value) > 1_000:
        return None
    if kind in {"domain", "ip or domain"} and (match := _REGEX_DOMAIN.fullmatch(value)):
        return match[1].replace("\\", "")
    if match := _REGEX_PLAIN.fullmatch(value):
        anchored = value.startswith("^") and value.endswith("$")
        return re.sub(r"\\(.)", r"\1", match[1]) if anchored or kind == "user_agent" else None
    return None


def observable(item: dict[str, Any], about: About) -> Iterator[Indicator | Unusable]:
    """Give the indicators that a cyber-observable is: its value, its hashes, a message's sender and subject."""
    kind = str(item.get("type") or "")
    for path, value in _properties(item, kind):
        found = _compare(Comparison(path, "=", value, negated=False), about)
        if isinstance(found, Indicator):
            yield found


def _properties(item: dict[str, Any], kind: str) -> Iterable[tuple[str, str]]:
    for key, value in list(item.items())[:100]:
        if isinstance(value, str):
            yield f"{kind}:{key}".lower(), value
        elif key == "hashes" and isinstance(value, dict):
            yield from ((f"{kind}:hashes.{name}".lower(), str(text)) for name, text in list(value.items())[:20])
