"""STIX 2.0 and 2.1 bundles: the indicators in them, https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html part 4.7.

Of each object the newest version counts. What is revoked, or called benign by its author, is told and not used.
Observations (`observed-data`, `ipv4-addr`, …) are not indicators: a victim's own address stands in a report as one. They are
used where an indicator whose pattern is in another language says that it is based on them, and counted otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from unsealed.hunt.indicators import stix_match
from unsealed.hunt.indicators.indicator import About, Indicator, Unusable, doubt_of, moment
from unsealed.hunt.indicators.pattern import NotAPattern, parse

MAX_LINKS = 1_000
_TLP = {
    "613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:WHITE",
    "34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
    "f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
    "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
    "94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
    "bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
    "55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
    "939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
    "e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
}
"""Markings that every bundle may name without holding them: STIX 2.1, part 7.2.1.4, and its TLP 2.0 extension."""
_OBSERVED = {
    "observed-data", "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "email-message", "file", "artifact",
    "user-account", "network-traffic",
}  # fmt: skip
Object = dict[str, Any]


def is_stix(document: object) -> bool:
    """Tell a bundle, a TAXII envelope or a single indicator by its keys."""
    if isinstance(document, list):
        return any(is_stix(item) for item in document[:50])
    if not isinstance(document, dict):
        return False
    if document.get("type") == "bundle" or (document.get("type") == "indicator" and "pattern" in document):
        return True
    held = document.get("objects")
    return isinstance(held, list) and any(
        isinstance(item, dict) and "--" in str(item.get("id")) and "type" in item for item in held[:50]
    )


def read(document: object, name: str) -> Iterator[Indicator | Unusable]:
    """Read every indicator in a document."""
    objects = _newest(_objects(document))
    based = _based_on(objects.values())
    seen: Counter[str] = Counter()
    used: set[str] = set()
    terms = {str(key): _terms(item) for key, item in objects.items() if item.get("type") == "marking-definition"}
    for key, item in objects.items():
        if item.get("type") == "indicator":
            observed = _observables([objects[ref] for ref in based.get(key, ()) if ref in objects], objects)
            used |= {str(part.get("id")) for part in observed if _language(item) != "stix"}
            used |= set(based.get(key, ())) if _language(item) != "stix" else set()
            yield from _indicator(item, f"{name} {key}", observed, terms)
        elif str(item.get("type")) in _OBSERVED:
            seen[str(item["type"])] += 1
    for key in used:
        if key in objects and str(objects[key].get("type")) in _OBSERVED:
            seen[str(objects[key]["type"])] -= 1
    for kind, count in sorted(seen.items()):
        if count > 0:
            yield Unusable(name, kind, f"{count:,} {kind}: observed, and not given as an indicator")


def _objects(document: object, depth: int = 0) -> Iterator[Object]:
    if isinstance(document, list):
        for item in document:
            if depth < 4:
                yield from _objects(item, depth + 1)
    elif isinstance(document, dict):
        held = document.get("objects")
        if isinstance(held, list):
            yield from (item for item in held if isinstance(item, dict))
        elif "type" in document:
            yield document


def _newest(objects: Iterable[Object]) -> dict[str, Object]:
    """Give the newest version of every object, in the order of the document."""
    found: dict[str, Object] = {}
    for number, item in enumerate(objects):
        key = str(item.get("id") or f"object {number + 1}")
        before = found.get(key)
        if before is None or str(item.get("modified") or "") >= str(before.get("modified") or ""):
            found[key] = item
    return found


def _based_on(objects: Iterable[Object]) -> dict[str, list[str]]:
    """Give for an indicator the observations that it is based on."""
    found: dict[str, list[str]] = {}
    for item in objects:
        if (
            item.get("type") == "relationship"
            and item.get("relationship_type") == "based-on"
            and not item.get("revoked")
        ):
            links = found.setdefault(str(item.get("source_ref")), [])
            if len(links) < MAX_LINKS:
                links.append(str(item.get("target_ref")))
    return found


def _observables(linked: list[Object], objects: dict[str, Object]) -> list[Object]:
    """Give the cyber-observables that linked objects are or hold; of 2.0 those within `observed-data`."""
    found: list[Object] = []
    for item in linked:
        if item.get("type") != "observed-data":
            found.append(item)
            continue
        held, refs = item.get("objects"), item.get("object_refs")
        found += (
            [part for part in held.values() if isinstance(part, dict)][:MAX_LINKS] if isinstance(held, dict) else []
        )
        found += (
            [objects[str(ref)] for ref in refs[:MAX_LINKS] if str(ref) in objects] if isinstance(refs, list) else []
        )
    return found


def _language(item: Object) -> str:
    return str(item.get("pattern_type") or "stix").lower()


def _indicator(
    item: Object, source: str, observed: list[Object], terms: dict[str, str]
) -> Iterator[Indicator | Unusable]:
    text, language = item.get("pattern"), _language(item)
    shown = text[:200] if isinstance(text, str) else ""
    labels = [str(label).lower() for key in ("indicator_types", "labels") for label in _list(item.get(key))]
    if item.get("revoked") is True:
        yield Unusable(source, shown, "revoked by its author")
        return
    if "benign" in labels:
        yield Unusable(source, shown, "benign, says its author")
        return
    about = _about(item, source, terms)
    if language != "stix":
        if not observed:
            yield Unusable(
                source, shown, f"a pattern in another language ({language[:30]}); Sigma rules are given with --rules"
            )
        for part in observed:
            yield from stix_match.observable(part, about)
        return
    if not isinstance(text, str) or not text.strip():
        yield Unusable(source, "", "an indicator without a pattern")
        return
    try:
        observations = parse(text)
    except NotAPattern as error:
        yield Unusable(source, shown, f"not a STIX pattern: {error}")
        return
    for number, observation in enumerate(observations):
        yield from stix_match.indicators(observation, about, f"{source} {number}", len(observations))


def _list(value: object) -> list[Any]:
    return value[:MAX_LINKS] if isinstance(value, list) else []


def _about(item: Object, source: str, terms: dict[str, str]) -> About:
    words = [str(item[key]) for key in ("name", "description") if isinstance(item.get(key), str) and item[key]]
    refs = [str(ref) for ref in _list(item.get("object_marking_refs"))]
    marking = next((terms.get(ref) or _TLP.get(ref.partition("--")[2], "") for ref in refs if _known(ref, terms)), "")
    if not marking:
        labels = [str(label).lower() for label in _list(item.get("labels"))]
        marking = next((label.upper() for label in labels if label.startswith("tlp:")), "")
    return About(
        source,
        "; ".join(words),
        moment(item.get("valid_from")),
        moment(item.get("valid_until")),
        doubt_of(item.get("confidence")),
        marking,
    )


def _known(ref: str, terms: dict[str, str]) -> bool:
    return bool(terms.get(ref) or _TLP.get(ref.partition("--")[2]))


def _terms(item: Object) -> str:
    """Give the Traffic Light Protocol colour of a marking, in either version; nothing for other markings."""
    definition, extensions = item.get("definition"), item.get("extensions")
    if isinstance(definition, dict) and isinstance(definition.get("tlp"), str):
        return f"TLP:{definition['tlp'][:20].upper()}"
    if isinstance(extensions, dict):
        for extension in extensions.values():
            if isinstance(extension, dict) and isinstance(extension.get("tlp_2_0"), str):
                return f"TLP:{extension['tlp_2_0'][:20].upper()}"
    return ""
