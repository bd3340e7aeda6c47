"""Files of Sigma rules: the YAML documents in them, each with the lines of its parts, and what can't be read.

Several documents may stand in a file; `action: global`, `repeat` and `reset` say how they are joined
(https://sigmahq.io/docs/meta/rule-conventions.html, https://sigmahq.io/docs/basics/rules.html). All within bounds.
"""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from yaml import YAMLError

from unsealed.hunt.rule import MAX_BYTES, Unusable

MAX_DOCUMENTS = 1000
MAX_NODES = 200_000
"""Values of one document, those that an alias repeats counted each time."""
ODD = (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
"""What documents that only look like rules make parsers raise."""


class Refused(Exception):  # noqa: N818 - carries a reason for people, not an error
    """Something in a rule that we can't use."""


@dataclass
class Document:
    """One YAML document: what it says and where."""

    path: Path
    node: Any
    content: dict[str, Any]

    def place(self, *keys: object) -> str:
        """Give `path:line` of what the keys lead to, as deep as they can be followed."""
        node = self.node
        line = node.start_mark.line
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                found = [(k, v) for k, v in node.value if getattr(k, "value", None) == str(key)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                line = node.start_mark.line
            else:
                break
        return f"{self.path}:{line + 1}"


def documents(path: Path, unusable: list[Unusable]) -> Iterator[Document]:
    """Read one file's documents as `action` joins them; after one that can't be parsed, no other of that file can."""
    return _merged(_read(path, unusable), unusable)


def _read(path: Path, unusable: list[Unusable]) -> Iterator[Document]:
    line = 0
    try:
        loader = yaml.CSafeLoader(_text(path))
        for _ in range(MAX_DOCUMENTS):
            if not loader.check_node():
                return
            node: Any = loader.get_node()
            line = node.start_mark.line
            _check(node)
            content = loader.construct_document(node)
            if isinstance(content, dict):
                yield Document(path, node, content)
            elif content is not None:
                unusable.append(Unusable(f"{path}:{line + 1}", "not a rule: names and values are expected"))
        unusable.append(Unusable(f"{path}:{line + 1}", f"more than {MAX_DOCUMENTS:,} documents in one file"))
    except (Refused, OSError, YAMLError, *ODD) as error:
        mark = getattr(error, "problem_mark", None)
        told = str(getattr(error, "problem", None) or reason(error))
        unusable.append(Unusable(f"{path}:{(mark.line if mark else line) + 1}", told))


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Refused(f"larger than {MAX_BYTES >> 20} MiB")
    return data.decode("utf-8-sig")


def _check(root: Any) -> None:  # noqa: ANN401 - PyYAML has no types
    """Refuse names that are given twice, and aliases that repeat or contain too much."""
    sizes: dict[int, int] = {}

    def size(node: Any) -> int:  # noqa: ANN401
        known = sizes.get(id(node))
        if known is not None:
            return known
        sizes[id(node)] = MAX_NODES + 1  # what contains itself never ends
        if isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if len(set(names)) < len(names):
                twice = next(name for name in names if names.count(name) > 1)
                raise Refused(f"“{twice}” is given twice")
            found = 1 + sum(size(key) + size(value) for key, value in node.value)
        else:
            found = 1 + sum(map(size, node.value)) if isinstance(node, yaml.SequenceNode) else 1
        if found > MAX_NODES:
            raise Refused(f"more than {MAX_NODES:,} values, aliases counted")
        sizes[id(node)] = found
        return found

    size(root)


def _merged(documents: Iterable[Document], unusable: list[Unusable]) -> Iterator[Document]:
    """Follow `action`: `global` adds to all that come after, `repeat` changes the last one, `reset` ends `global`."""
    common: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for document in documents:
        content = {key: value for key, value in document.content.items() if key != "action"}
        action = document.content.get("action")
        try:
            if action == "global":
                common = last = content
            elif action == "reset":
                common = {}
            elif action == "repeat":
                last = _joined(last, content)
                yield replace(document, content=last)
            elif action is not None:
                unusable.append(Unusable(document.place("action"), f"unknown action {str(action)[:50]}"))
            elif common and not {"correlation", "filter"} & content.keys():
                last = _joined(content, common)
                yield replace(document, content=last)
            else:
                last = content
                yield document
        except ODD as error:
            unusable.append(Unusable(document.place("action"), reason(error)))


def _joined(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Add to a mapping what another holds, mapping by mapping; the other wins."""
    found = copy.deepcopy(base)
    for key, value in more.items():
        known = found.get(key)
        found[key] = (
            _joined(known, value) if isinstance(known, dict) and isinstance(value, dict) else copy.deepcopy(value)
        )
    return found


def reason(error: Exception) -> str:
    """Say in one line what pySigma, YAML or we ourselves don't like."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return " ".join(str(error).split())[:500] or type(error).__name__
