"""MISP events, attributes and objects, as exported or served by a feed: https://www.misp-standard.org/rfc/misp-standard-core.html.

`to_ids` says what its author means for detection, and is held to: what is not marked is told and not used. Many events mark
nothing at all; of those the attributes in the categories of traces are used, so that such an event is not lost.
`first_seen` and `last_seen` are observations: the indicator counts from the first until a year after the last.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from unsealed.hunt.indicators.indicator import About, Indicator, Unusable, moment, one, seen_until
from unsealed.hunt.indicators.kinds import TYPES, word
from unsealed.hunt.indicators.text import cell

MAX_EVENTS = 100_000
MAX_DEPTH = 8
_TRACES = {
    "network activity",
    "payload delivery",
    "payload installation",
    "artifacts dropped",
    "persistence mechanism",
    "",
}
"""Categories whose attributes are traces of an intruder, and not words or references about one."""
_OPENING = ("ip-src|port", "ip-dst|port", "hostname|port")
_YES = {"1", "true", "yes"}
Attributes = Sequence[tuple[dict[str, Any], str]]


def is_misp(document: object) -> bool:
    """Tell MISP's JSON by its keys."""
    return any(True for _ in _events(document))


def read(document: object, name: str) -> Iterator[Indicator | Unusable]:
    """Read every event in a document, or the attributes of a search's answer."""
    for number, event in enumerate(_events(document)):
        if number >= MAX_EVENTS:
            yield Unusable(name, "", f"more than {MAX_EVENTS:,} events in one file; the rest is not read")
            return
        title = str(event.get("info") or "")[:200]
        found = list(_attributes(event, f"{name} event {event.get('uuid') or event.get('id') or number + 1}"))
        yield from attributes(found, {"info": title, "Tag": event.get("Tag")})


def _events(document: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(document, list):
        for item in document:
            if isinstance(item, dict | list):
                yield from _events(item, depth + 1)
    elif isinstance(document, dict):
        if isinstance(document.get("Event"), dict):
            yield document["Event"]
        elif isinstance(document.get("response"), dict | list):
            yield from _events(document["response"], depth + 1)
        elif isinstance(document.get("Attribute"), list) or isinstance(document.get("Object"), list):
            yield document


def _attributes(event: dict[str, Any], source: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Give an event's attributes and those of its objects, each with its place."""
    objects = event.get("Object")
    groups = [event.get("Attribute"), *(item.get("Attribute") for item in _dicts(objects))]
    for group in groups:
        for attribute in _dicts(group):
            yield attribute, f"{source} attribute {attribute.get('uuid') or attribute.get('id') or '?'}"


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def attributes(found: Attributes, event: dict[str, Any]) -> Iterator[Indicator | Unusable]:
    """Read the attributes of one event, or of one table of them, with the places where they stand."""
    marked = any(_flag(attribute.get("to_ids")) for attribute, _ in found)
    for attribute, source in found:
        value = attribute.get("value")
        text = str(value) if isinstance(value, str | int | float) else ""
        if _flag(attribute.get("deleted")):
            yield Unusable(source, text[:200], "deleted by its author")
        elif marked and not _flag(attribute.get("to_ids")):
            yield Unusable(source, text[:200], "not marked for detection by its author (to_ids)")
        elif "value" not in attribute:
            about = _about(attribute, source, event)
            for key, item in attribute.items():
                if isinstance(item, str) and word(key) in TYPES:
                    yield from cell(item, key, about)
        elif not marked and str(attribute.get("category") or "").lower() not in _TRACES:
            category = str(attribute.get("category"))[:50]
            yield Unusable(source, text[:200], f"not marked for detection (to_ids), and in the category {category}")
        else:
            yield from _one(text, str(attribute.get("type") or ""), _about(attribute, source, event))


def _flag(value: object) -> bool:
    return value is True or (not isinstance(value, bool) and str(value).strip().lower() in _YES)


def _about(attribute: dict[str, Any], source: str, event: dict[str, Any]) -> About:
    words = [str(text) for text in (attribute.get("comment"), event.get("info")) if isinstance(text, str) and text]
    tags = [*_dicts(attribute.get("Tag")), *_dicts(event.get("Tag"))]
    names = [str(tag.get("name") or "").lower() for tag in tags]
    names += str(attribute.get("attribute_tag") or "").lower().split(",")
    terms = next((name for name in names if name.startswith("tlp:")), "")
    return About(
        source,
        "; ".join(words),
        moment(attribute.get("first_seen")),
        seen_until(attribute.get("last_seen")),
        "",
        terms.upper(),
    )


def _one(text: str, kind: str, about: About) -> Iterator[Indicator | Unusable]:
    """Read an attribute; of `filename|hash` the hash, of `address|port` the address, of `domain|ip` both."""
    first, bar, second = text.partition("|")
    named = kind.strip().lower()
    if named.startswith("filename|") and bar:
        yield one(second, named.removeprefix("filename|"), about)
    elif named == "malware-sample" and bar:
        yield one(second, "md5", about)
    elif named in _OPENING and bar:
        yield one(first, named.partition("|")[0], about)
    elif named == "domain|ip" and bar:
        yield one(first, "domain", about)
        yield one(second, "ip-dst", about)
    elif bar:
        yield from cell(text, named, about)
    else:
        yield one(text, named, about)
