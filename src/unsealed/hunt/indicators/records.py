"""JSON and JSON lines: STIX and MISP by their own readers, any other by the words that its keys and types use."""

from collections.abc import Iterator

import orjson

from unsealed.hunt.indicators import misp, stix
from unsealed.hunt.indicators.indicator import About, Indicator, Unusable, doubt_of, moment, one, seen_until
from unsealed.hunt.indicators.kinds import TYPES, word
from unsealed.hunt.indicators.text import cell

MAX_DEPTH = 20
MAX_DOCUMENT = 128 << 20
"""Characters of one document; parsed, it takes several times as much."""
_VALUES = (
    "value",
    "indicator",
    "ioc",
    "ioc_value",
    "indicator_value",
    "observable",
    "pattern",
    "artifact",
    "indicators",
)
_TYPES = ("type", "entity_type", "indicator_type", "kind", "ioc_type", "category", "observable_type")
_NOTES = ("note", "description", "comment", "info", "basis", "context", "title", "malware_printable")


def documents(text: str) -> list[tuple[int, object]] | None:
    """Parse JSON or JSON lines: each document with its line (0: it is the only one), of a broken one the error.

    None where the text is neither: text may begin with a bracket, as defanged addresses do.
    """
    stripped = text.strip()
    if stripped[:1] not in {"{", "["}:
        return None
    whole = _parsed(stripped)
    if not isinstance(whole, Broken):
        return [(0, whole)]
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if isinstance(_parsed(lines[0][1]), Broken):
        if whole.large:
            return [(0, whole)]
        if stripped[0] == "[" or stripped[1:].lstrip()[:1] not in {'"', "'", "}"}:
            return None
    return [(number, _parsed(line)) for number, line in lines]


class Broken(str):
    """What is no JSON, or too much of it: the reason."""

    large = False
    __slots__ = ()


class _Large(Broken):
    large = True
    __slots__ = ()


def _parsed(text: str) -> object:
    if len(text) > MAX_DOCUMENT:
        return _Large(f"a JSON document larger than {MAX_DOCUMENT >> 20} MiB: give it in parts, or as JSON lines")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Broken(f"not valid JSON ({error})")


def read(found: list[tuple[int, object]], name: str) -> Iterator[Indicator | Unusable]:
    """Read a document, or a document a line."""
    for number, document in found:
        source = f"{name} line {number}" if number else name
        if isinstance(document, Broken):
            yield Unusable(source, "", str(document))
        else:
            yield from document_in(document, source)


def document_in(document: object, source: str) -> Iterator[Indicator | Unusable]:
    """Read one parsed document, whatever it is."""
    if stix.is_stix(document):
        yield from stix.read(document, source)
    elif misp.is_misp(document):
        yield from misp.read(document, source)
    elif isinstance(document, dict) and isinstance(document.get("list"), list) and "matching_attributes" in document:
        yield Unusable(source, str(document.get("name"))[:200], "a MISP warning list: give it with --allow")
    else:
        yield from _walk(document, source)


def _walk(value: object, source: str, depth: int = 0) -> Iterator[Indicator | Unusable]:
    if depth > MAX_DEPTH:
        yield Unusable(source, "", f"nested deeper than {MAX_DEPTH}; not read further")
        return
    if isinstance(value, list):
        for item in value:
            yield from [one(item, "", About(source))] if isinstance(item, str) else _walk(item, source, depth + 1)
        return
    if not isinstance(value, dict):
        return
    lowered = {str(key).lower(): item for key, item in value.items()}
    content = next((lowered[key] for key in _VALUES if isinstance(lowered.get(key), str)), None)
    kind = next((str(lowered[key]).lower() for key in _TYPES if isinstance(lowered.get(key), str)), "")
    about = _about(lowered, source)
    if content is not None:
        yield from cell(content, kind, about)
        return
    for key, item in lowered.items():
        if isinstance(item, str) and word(key) in TYPES:
            yield from cell(item, key, about)
        elif isinstance(item, dict | list):
            yield from _walk(item, source, depth + 1)


def _about(told: dict[str, object], source: str) -> About:
    note = next((str(told[key]) for key in _NOTES if isinstance(told.get(key), str)), "")
    terms = str(told.get("tlp") or "").upper().removeprefix("TLP:")
    return About(
        source,
        note,
        moment(told.get("valid_from")) or moment(told.get("first_seen")),
        moment(told.get("valid_until")) or moment(told.get("expiration")) or seen_until(told.get("last_seen")),
        doubt_of(told.get("confidence") or told.get("confidence_level")),
        f"TLP:{terms[:20]}" if terms else "",
    )
