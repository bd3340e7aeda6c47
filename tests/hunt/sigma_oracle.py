"""What a condition means, said as plainly as can be: one row, one test at a time, nothing shared with the product's code.

A row is a dictionary of columns; `raw` holds JSON text.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def holds(node: Any, row: Mapping[str, Any], field: Callable[[str], Any], keywords: tuple[str, ...] = ("raw",)) -> bool:
    """Tell whether a condition holds for a row; `field` gives a name's column and paths, or None."""
    kind = type(node).__name__
    if kind == "Always":
        return node.value
    if kind == "Not":
        return not holds(node.item, row, field, keywords)
    if kind == "And":
        return all(holds(item, row, field, keywords) for item in node.items)
    if kind == "Or":
        return any(holds(item, row, field, keywords) for item in node.items)
    values = [text for name in keywords for text in keyword_texts(row, name)]
    if node.field is not None:
        values = values_of(row, field(node.field))
    if node.op.startswith("fieldref"):
        others = values_of(row, field(node.value))
        return any(a and b and refers(node.op, lower(a), lower(b)) for a in values for b in others)
    return any(passes(node, value) for value in values)


def keyword_texts(row: Mapping[str, Any], name: str) -> list[str]:
    if name != "raw":
        return as_texts(row.get(name))
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)
        elif value is not None:
            found.append(as_text(value))

    walk(json.loads(row["raw"]))
    return found


def values_of(row: Mapping[str, Any], where: Any) -> list[str]:
    if where is None:
        return []
    if where.column:
        found = as_texts(row.get(where.column))
        if found:
            return found
    for path in where.paths:
        hits = [hit for hit in follow([json.loads(row["raw"])], path) if hit is not None]
        if hits:
            return [text for hit in hits for text in as_texts(hit)]
    return []


def follow(values: list[Any], path: str) -> list[Any]:
    while path:
        values = [inside(value) for value in values]
        if path.startswith("/["):
            end = path.index("]")
            key, wanted = path[2:end].split("=", 1)
            path = path[end + 1 :]
            elements = [e for value in values for e in (value if isinstance(value, list) else [value])]
            values = [e for e in elements if named(e, key.split("."), wanted)]
            continue
        end = path.find("/", 1)
        key, path = (path[1:], "") if end < 0 else (path[1:end], path[end:])
        key = key.replace("~1", "/").replace("~0", "~") if key != "*" else key
        values = [e for value in values for e in children(value, key)]
    return values


def inside(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


def children(value: Any, key: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values()) if key == "*" else [value[key]] if key in value else []
    if isinstance(value, list):
        if key == "*":
            return value
        return [value[int(key)]] if key.isdecimal() and int(key) < len(value) else []
    return []


def named(element: Any, keys: list[str], wanted: str) -> bool:
    for key in keys:
        if not isinstance(element, dict) or key not in element:
            return False
        element = element[key]
    return isinstance(element, str | int | float) and lower(as_text(element)) == wanted.lower()


def as_texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        if any(isinstance(e, dict | list) for e in value):
            return [json.dumps(value, ensure_ascii=False, separators=(",", ":"))]
        return [as_text(e) for e in value if e is not None]
    return [as_text(value)]


def as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def lower(text: str) -> str:
    """Lower case, character by character: what becomes two characters stays one."""
    return "".join("i" if c == "\u0130" else c.lower() if len(c.lower()) == 1 else c for c in text)


def refers(op: str, a: str, b: str) -> bool:
    return {
        "fieldref": a == b,
        "fieldref_contains": b in a,
        "fieldref_startswith": a.startswith(b),
        "fieldref_endswith": a.endswith(b),
    }[op]


def passes(test: Any, text: str) -> bool:
    op, value = test.op, test.value
    if op == "exists":
        return True
    if op in {"equals", "contains", "startswith", "endswith", "wild"}:
        if not test.cased:
            text, value = lower(text), lower(value)
        if op == "wild":
            return glob(value, text)
        return {
            "equals": text == value,
            "contains": value in text,
            "startswith": text.startswith(value),
            "endswith": text.endswith(value),
        }[op]
    if op in {"number", "lt", "lte", "gt", "gte"}:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", text):
            return False
        a, b = float(text), float(value)
        return {"number": a == b, "lt": a < b, "lte": a <= b, "gt": a > b, "gte": a >= b}[op]
    if op == "re":
        pattern, flags = value
        return (
            re.search(pattern, text, sum({"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}[f] for f in flags))
            is not None
        )
    if op == "cidr":
        return within(text, value)
    return part_of_time(op, text) == value


def glob(pattern: str, text: str) -> bool:
    """Match `*` and `?` by hand; behind a backslash they, and a backslash, are literal."""
    steps: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\" and pattern[at + 1 : at + 2] in {"*", "?", "\\"}:
            steps.append("=" + pattern[at + 1])
            at += 2
        else:
            steps.append(pattern[at] if pattern[at] in "*?" else "=" + pattern[at])
            at += 1
    reached = {0}
    for step in steps:
        if step == "*":
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        else:
            reached = {i + 1 for i in reached if i < len(text) and (step == "?" or text[i] == step[1])}
    return len(text) in reached


def within(text: str, network: str) -> bool:
    base, _, length = network.partition("/")
    a, b = number(text), number(base)
    if a is None or b is None or a[0] != b[0]:
        return False
    return a[1] >> (a[0] - int(length)) == b[1] >> (b[0] - int(length))


def number(text: str) -> tuple[int, int] | None:
    """Give an address as its bits and number; IPv4 in IPv6 is IPv4."""
    if text[:7].lower() == "::ffff:" and "." in text:
        text = text[7:]
    if "." in text and ":" not in text:
        parts = text.split(".")
        if len(parts) != 4 or not all(re.fullmatch(r"0|[1-9][0-9]{0,2}", p) and int(p) < 256 for p in parts):
            return None
        return 32, sum(int(p) << (24 - 8 * i) for i, p in enumerate(parts))
    left, double, right = text.partition("::")
    groups = [g for g in left.split(":") if left], [g for g in right.split(":") if right]
    if not all(re.fullmatch(r"[0-9a-fA-F]{1,4}", g) for side in groups for g in side) or ":" not in text:
        return None
    missing = 8 - len(groups[0]) - len(groups[1])
    if (missing < 1) if double else (missing != 0):
        return None
    found = 0
    for group in [*groups[0], *["0"] * missing, *groups[1]]:
        found = found << 16 | int(group, 16)
    return (32, found & 0xFFFFFFFF) if found >> 32 == 0xFFFF else (128, found)


def part_of_time(op: str, text: str) -> int | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?", text, re.ASCII):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return moment.isocalendar()[1] if op == "week" else getattr(moment, op)
