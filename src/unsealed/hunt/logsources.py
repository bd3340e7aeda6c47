"""Which of our rows a rule speaks of, and where the value of each field that it names stands in them.

What is known of a family of logs is in `logsources/*.toml`: its variants (which rows, which fields) and the Sigma log
sources that they answer to. The taxonomy: https://sigmahq.io/docs/basics/log-sources.html,
https://github.com/SigmaHQ/sigma/tree/master/documentation/logsource-guides

A path is a JSON Pointer (RFC 6901) into an event's `raw`, with two steps more: `*` for every element of a list or
value of an object, and `[Name=ForwardTo]` for the elements of a list whose `Name` is that, in any case. A step that meets
JSON text inside JSON goes on in that.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from unsealed import schema
from unsealed.hunt.tree import ORDER_OPS, TEXT_OPS, And, Node, Not, Or, Test

KEYS = ("source", "workload", "operation")
"""The columns by which rows fall into classes; a rule that needs another class is dropped before any other column is read."""
FOLDER = Path(__file__).with_suffix("")
_FOUND = frozenset({*TEXT_OPS, *ORDER_OPS, "number", "re", "cidr"})
"""The tests that say what a value is, as against whether there is one."""
_ESCAPED = str.maketrans({"~": "~0", "/": "~1"})
_SLUG = re.compile(r"[^a-z0-9]+")

DERIVED: Mapping[str, str] = {"user_domain": """nullif(split_part(coalesce("user", mailbox), '@', 2), '')"""}
"""Columns beside those of `events`, as SQL over them: the domain of who acted."""
_OWN = frozenset({*schema.TABLES["events"].schema.names, *DERIVED})
MESSAGES = """
    SELECT m.message_id, a.attachment_id, epoch_us(coalesce(m.arrived, m.date)) AS us, 'messages' AS source,
           NULL::VARCHAR AS workload, NULL::VARCHAR AS operation, m.subject, m.text, m.hidden_text, m.mailbox, m.folder,
           m.labels, m.size_bytes, m.attachment_count, m.internet_message_id, m.in_reply_to, m.date, m.from_address,
           m.from_name, nullif(split_part(m.from_address, '@', -1), '') AS from_domain,
           [x.address FOR x IN m."to"] AS to_address, [x.name FOR x IN m."to"] AS to_name,
           [split_part(x.address, '@', -1) FOR x IN m."to"] AS to_domain,
           [x.address FOR x IN m.cc] AS cc_address, [x.address FOR x IN m.bcc] AS bcc_address,
           [concat_ws(' ', 'from', x."from", x.ip, 'by', x.by) FOR x IN m.received] AS received,
           [x.ip FOR x IN m.received] AS received_ip, m.links, m.reply_to, m.return_path,
           nullif(split_part(m.reply_to, '@', -1), '') AS reply_to_domain,
           nullif(split_part(m.return_path, '@', -1), '') AS return_path_domain,
           [regexp_extract(lower(x), '^[a-z]+://(?:[^/@]*@)?([^/:?#]+)', 1) FOR x IN m.links] AS link_domain,
           a.filename AS attachment_filename, a.media_type AS attachment_media_type, a.size_bytes AS attachment_size_bytes,
           a.sha256 AS attachment_sha256, a.sha1 AS attachment_sha1, a.md5 AS attachment_md5, a.text AS attachment_text,
           a.text_status AS attachment_text_status
    FROM messages m LEFT JOIN attachments a USING (message_id)"""
"""The rows that rules on mail are tried on: a row a message and attachment, so that what a rule asks of one is of one."""


@dataclass(frozen=True)
class Field:
    """Where a field's value stands: in a column, else at the first of these paths at which there is something."""

    column: str | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variant:
    """One form of a log: its rows, its fields, and the words that it has where rules have others."""

    name: str
    table: str
    where: Node
    """Which rows; its fields are names like any rule's (`field` finds them), already in this log's words."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    """By lower-case names; an empty one is known to be nowhere in this log."""
    fallback: tuple[str, ...] = ()
    """Where fields are looked for that are not listed."""
    strip: tuple[str, ...] = ()
    """How names may begin that mean the same without."""
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """By field and lower-case value: what this log writes for it."""
    endings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By field: what this log may write behind a value."""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By field: other fields that may hold what a rule looks for in it."""
    keywords: tuple[str, ...] = ("raw",)
    """The columns that words without a field are looked for in."""

    def __hash__(self) -> int:
        return hash(self.name)

    def field(self, name: str) -> Field | None:
        """Tell where a field's value stands; None where this log has nothing that could bear the name."""
        return _field(self, name)

    def adapt(self, test: Test) -> Node:
        """Say a rule's test in this log's words; nearly always it is the same test."""
        if test.field is None or test.op not in _FOUND:
            return test
        name = self._plain(test.field)
        said = self._said(test, name)
        others = [
            self._said(Test(other, test.op, test.value, test.cased), other.lower()) for other in self.also.get(name, ())
        ]
        return Or((said, *others)) if others else said

    def _said(self, test: Test, name: str) -> Node:
        if test.op == "equals" and (words := self.values.get(name, {}).get(str(test.value).lower())) is not None:
            return _any([Test(test.field, "equals", word, test.cased) for word in words])
        if test.op in {"equals", "endswith"} and isinstance(test.value, str) and name in self.endings:
            longer = [Test(test.field, test.op, test.value + more, test.cased) for more in self.endings[name]]
            return _any([test, *longer])
        return test

    def _plain(self, name: str) -> str:
        lowered = name.lower()
        return next((lowered[len(start) :] for start in self.strip if lowered.startswith(start)), lowered)


@dataclass(frozen=True)
class LogSource:
    """A log source as rules name it, and the forms in which we have it; none where no reader gives its records."""

    product: str
    category: str
    service: str
    variants: tuple[Variant, ...]
    reason: str = ""


def find(product: str | None, category: str | None, service: str | None) -> tuple[Variant, ...]:
    """Give the variants that a rule's log source means; none where we have no such records (`why` says it)."""
    known = _known(product, category, service)
    return known.variants if known else ()


def why(product: str | None, category: str | None, service: str | None) -> str:
    """Say why a log source can't be used; empty where it can."""
    known = _known(product, category, service)
    if known:
        return "" if known.variants else known.reason
    told = ", ".join(f"{key} {value}" for key, value in _named(product, category, service) if value)
    return (
        f"no evidence that is read has records of this log source ({told})" if told else "the rule names no log source"
    )


@cache
def every() -> tuple[LogSource, ...]:
    """Give every log source that the files name."""
    variants: dict[str, Variant] = {}
    files = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.toml"))]
    told = {name: held for file in files for name, held in file.get("variant", {}).items()}
    for name in told:
        variants[name] = _variant(name, told)
    made: list[LogSource] = []
    for file in files:
        for entry in file.get("logsource", []):
            chosen = tuple(variants[name] for name in entry.get("variants", []))
            chosen += tuple(_channel(held, variants["windows"]) for held in entry.get("events", []))
            made += [LogSource(*key, chosen, entry.get("reason", "")) for key in _keys(entry)]
    return tuple(made)


def _known(product: str | None, category: str | None, service: str | None) -> LogSource | None:
    """Find a log source: as it is named, else by what of it says enough."""
    product, category, service = ((word or "").lower() for word in (product, category, service))
    by_key = _by_key()
    tried = [(product, category, service), (product, category, "*")]
    if category:
        tried += [("*", category, service), ("*", category, "*")]
    tried += [(product, "*", service), (product, "*", "*")]
    return next((by_key[key] for key in tried if key in by_key), None)


@cache
def _by_key() -> dict[tuple[str, str, str], LogSource]:
    made: dict[tuple[str, str, str], LogSource] = {}
    for source in every():
        made.setdefault((source.product, source.category, source.service), source)
    return made


def _named(*words: str | None) -> Iterable[tuple[str, str | None]]:
    return zip(("product", "category", "service"), words, strict=True)


def _keys(entry: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    for product in _list(entry.get("product", "")):
        for category in _list(entry.get("category", "")):
            for service in _list(entry.get("service", "")):
                yield product, category, service


def _variant(name: str, told: dict[str, dict[str, Any]]) -> Variant:
    """Make a variant of what the files say of it and of those that it rests on, the nearest first."""
    line = [name]
    while base := told[line[-1]].get("base"):
        line.append(base)
    held = [told[one] for one in line]
    merged: dict[str, dict[str, Any]] = {
        part: {key.lower(): value for one in reversed(held) for key, value in one.get(part, {}).items()}
        for part in ("fields", "values", "endings", "also")
    }
    nearest: dict[str, Any] = {key: value for one in reversed(held) for key, value in one.items()}
    return Variant(
        name,
        nearest.get("table", "events"),
        _where(nearest.get("where", {})),
        {key: _told_field(value) for key, value in merged["fields"].items()},
        tuple(nearest.get("fallback", ())),
        tuple(start.lower() for start in nearest.get("strip", ())),
        {
            key: {word.lower(): tuple(_list(words)) for word, words in value.items()}
            for key, value in merged["values"].items()
        },
        {key: tuple(_list(value)) for key, value in merged["endings"].items()},
        {key: tuple(_list(value)) for key, value in merged["also"].items()},
        tuple(nearest.get("keywords", ("raw",))),
    )


def _channel(told: dict[str, Any], base: Variant) -> Variant:
    """Make the variant of a Windows channel, of all its events or of some."""
    channel, ids = told["channel"], [str(number) for number in _list(told.get("id", []))]
    where: dict[str, Any] = {"source": [slug(one) for one in _list(channel)]} | ({"operation": ids} if ids else {})
    parts = [_where(where)] + [_where({key: value}) for key, value in told.get("where", {}).items()]
    name = f"windows {', '.join(_list(channel))}" + (f" {', '.join(ids)}" if ids else "")
    fields = {key.lower(): _told_field(value) for key, value in told.get("fields", {}).items()}
    values = {
        key.lower(): {word.lower(): tuple(_list(words)) for word, words in value.items()}
        for key, value in told.get("values", {}).items()
    }
    return Variant(
        name + (f" where {sorted(told['where'].items())}" if "where" in told else ""),
        "events",
        And(tuple(parts)) if len(parts) > 1 else parts[0],
        {**base.fields, **fields},
        base.fallback,
        values={**base.values, **values},
        also=base.also,
    )


def slug(channel: str) -> str:
    """Give the name of a Windows channel as `events.source` has it."""
    plain = channel.lower().removeprefix("microsoft-windows-").removesuffix("/operational")
    return f"windows_{_SLUG.sub('_', plain).strip('_')[:60]}"


def _where(told: dict[str, Any]) -> Node:
    """Read a condition: all keys must hold, one word of each; `x*` begins with x; `not` and `any` hold more of it."""
    parts: list[Node] = []
    for name, held in told.items():
        if name == "not":
            parts.append(Not(_where(held)))
        elif name == "any":
            parts.append(_any([_where(one) for one in held]))
        else:
            words = [str(word) for word in _list(held)]
            parts.append(
                _any(
                    [
                        Test(name, "startswith", word[:-1]) if word.endswith("*") else Test(name, "equals", word)
                        for word in words
                    ]
                )
            )
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _any(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))


def _told_field(told: Any) -> Field:  # noqa: ANN401 - as TOML has it
    if isinstance(told, str):
        return Field(paths=(told,)) if told.startswith("/") else Field(told)
    if isinstance(told, dict):
        return Field(told.get("column"), tuple(_list(told.get("paths", ()))))
    return Field(paths=tuple(told))


@lru_cache(maxsize=20_000)
def _field(variant: Variant, name: str) -> Field | None:
    plain = name[len(name) - len(variant._plain(name)) :]  # noqa: SLF001 - its own function, apart for the cache
    known = variant.fields.get(plain.lower())
    if known is not None:
        return known if known.column or known.paths else None
    if plain in _OWN and variant.table == "events":
        return Field(plain)
    if "]" in plain or not plain:
        return None
    words = _words(plain)
    paths = tuple(dict.fromkeys(template.format_map(words) for template in variant.fallback))
    return Field(paths=paths) if paths else None


def _words(name: str) -> dict[str, str]:
    """Give the forms of a name that templates are filled with."""
    steps = name.translate(_ESCAPED).split(".")
    camel = [step[:1].lower() + step[1:] for step in steps]
    pascal = [step[:1].upper() + step[1:] for step in steps]
    whole = name.translate(_ESCAPED)
    return {
        "name": whole,
        "spaced": whole.replace("_", " "),
        "lower": whole.lower(),
        "upper": whole.upper(),
        "path": "/".join(steps),
        "camel": "/".join(camel),
        "dotted": ".".join(camel),
        "pascal": "/".join(pascal),
        "sentinel": "/".join([*pascal[:1], *camel[1:]]),
        "lower_path": "/".join(steps).lower(),
        "messages": "/multiMessageValue/*/parameter/".join(f"[name={step}]" for step in steps),
        "message": "/messageValue/parameter/".join(f"[name={step}]" for step in steps),
    }


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - as TOML has it
    return list(value) if isinstance(value, (list, tuple)) else [value]
