"""Paths into the JSON text of a record: to its values, and from values to the texts that tests compare.

A path is a JSON Pointer (RFC 6901) with two steps more: `*` for every element of a list or value of an object, and
`[Name=ForwardTo]` for the elements of a list (or the one object in its place) whose `Name`, ignoring case, is that;
`[a.b=x]` looks deeper. A number is an index where it meets a list. A step that meets JSON text inside JSON goes on in that.
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import orjson

ALL = "*"
MAX_DEPTH = 64
MAX_VALUES = 100_000
"""Values that one path may lead to in one record; more are left out."""
_INSIDE = ("{", "[")
Step = str | tuple[tuple[str, ...], str]
"""A key, `*`, or the way to what names an element, and that name in lower case."""


@lru_cache(maxsize=20_000)
def steps(path: str) -> tuple[Step, ...]:
    """Split a path into its steps."""
    found: list[Step] = []
    rest = path.removeprefix("/")
    while path:
        if rest.startswith("[") and "=" in rest and "]" in rest:
            inner, _, rest = rest[1:].partition("]")
            key, _, wanted = inner.partition("=")
            found.append((tuple(_plain(part) for part in key.split(".")), _plain(wanted).lower()))
            rest, more = rest[1:], rest.startswith("/")
        else:
            key, slash, rest = rest.partition("/")
            found.append(key if key == ALL else _plain(key))
            more = bool(slash)
        if not more:
            break
    return tuple(found)


def head(path: str) -> tuple[str, tuple[Step, ...]]:
    """Split a path into the pointer that DuckDB can follow and the steps left to `dig`; `$` is the whole record."""
    parts = steps(path)
    plain = next((i for i, step in enumerate(parts) if isinstance(step, tuple) or step == ALL), len(parts))
    return "".join("/" + _escaped(str(step)) for step in parts[:plain]) or "$", parts[plain:]


def prefixes(path: str) -> list[str]:
    """Give the pointers to what a plain pointer leads through: where JSON text may hide."""
    parts = path.split("/")[1:]
    return ["/" + "/".join(parts[:i]) for i in range(1, len(parts))]


def dig(value: Any, way: tuple[Step, ...]) -> list[Any]:  # noqa: ANN401 - any JSON value
    """Follow steps from a value; give all that they lead to and that is not null."""
    found: list[Any] = []
    for one in _dig(value, way):
        if one is not None:
            found.append(one)
            if len(found) >= MAX_VALUES:
                break
    return found


def _dig(value: Any, way: tuple[Step, ...]) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    if not way:
        yield value
        return
    if isinstance(value, str) and value.startswith(_INSIDE):
        value = loads(value)
    for element in _step(value, way[0]):
        yield from _dig(element, way[1:])


def _step(value: Any, step: Step) -> Iterable[Any]:  # noqa: ANN401 - any JSON value
    """Give what one step leads to."""
    if isinstance(step, tuple):
        return [one for one in (value if isinstance(value, list) else [value]) if _named(one, *step)]
    if isinstance(value, dict):
        return value.values() if step == ALL else [value[step]] if step in value else ()
    if isinstance(value, list):
        if step == ALL:
            return value
        return [value[int(step)]] if step.isdecimal() and len(step) < 10 and int(step) < len(value) else ()
    return ()


def _named(value: Any, keys: tuple[str, ...], wanted: str) -> bool:  # noqa: ANN401 - any JSON value
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value is not None and not isinstance(value, list | dict) and scalar(value).lower() == wanted


def texts(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    """Give the texts that a value is compared as: all elements of a list of plain values, else one; none for null."""
    if value is None:
        return []
    if isinstance(value, list):
        if any(isinstance(element, list | dict) for element in value):
            return [compact(value)]
        return [scalar(element) for element in value if element is not None]
    return [compact(value) if isinstance(value, dict) else scalar(value)]


def leaves(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Give every plain value in a record as text: what keywords look into."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            todo.extend(one.values())
        elif isinstance(one, list):
            todo.extend(one)
        elif one is not None:
            yield scalar(one)


def scalar(value: Any) -> str:  # noqa: ANN401 - a text, number or truth value
    """Give a plain value as text; truth values as JSON has them."""
    if isinstance(value, str):
        return value
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def compact(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Give a value as compact JSON text."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def loads(text: str | bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON text; None where it is none. Halves of surrogate pairs become the replacement character."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        plain = text if isinstance(text, str) else text.decode("utf-8", "replace")
        return json.loads(json.dumps(json.loads(plain), ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _plain(key: str) -> str:
    return key.replace("~1", "/").replace("~0", "~")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
