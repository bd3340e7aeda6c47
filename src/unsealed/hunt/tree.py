"""A rule's condition as our own tree of tests, whatever language the rule was written in.

What a test means, for all who evaluate it (columns, SQL, the oracle of the tests):

- A field's value is a list of texts: one for a text, number or truth value, all elements of a list of those, the
  compact JSON text of anything else; none where the field is absent or null. A test holds if it holds for any of them,
  so that no test holds for an absent field, and its negation always does.
- Case is ignored, character by character, as Unicode's simple mapping to lower case has it; `cased` tests and `re`
  without the flag `i` don't ignore it.
- A number is a text of digits with an optional sign and fraction; numbers are compared as numbers.
- A test without a field is a keyword: it looks into every value of the record.

The words are those of the Sigma specification 2.1, https://sigmahq.io/sigma-specification/.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

TEXT_OPS = ("equals", "contains", "startswith", "endswith", "wild")
"""Ops whose value is a text; of `wild` a pattern with `*` and `?`, in which a backslash makes the next one literal."""
ORDER_OPS = ("lt", "lte", "gt", "gte")
TIME_OPS = ("minute", "hour", "day", "week", "month", "year")
"""Ops on a part, in UTC, of a time that is written as in RFC 3339."""
REFERENCE_OPS = ("fieldref", "fieldref_contains", "fieldref_startswith", "fieldref_endswith")
"""Ops whose value is the name of another field of the same row."""
OPS = (*TEXT_OPS, *ORDER_OPS, *TIME_OPS, *REFERENCE_OPS, "number", "re", "cidr", "exists")
NUMBER = r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?"
"""What is read as a number."""
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
"""What is read as a time; without a zone it is UTC."""
Value = str | int | float | tuple[str, str] | None
"""A text, a number, a regular expression with its flags (of `i`, `m`, `s`), or nothing."""


@dataclass(frozen=True, slots=True)
class Test:
    """One test of one field; without a field, of all that the record holds.

    Args:
        field: the field's name, or None.
        op: one of `OPS`.
        value: what the field is compared with.
        cased: whether case counts.
    """

    field: str | None
    op: str
    value: Value = None
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Always:
    """A condition that is settled."""

    value: bool


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    item: "Node"


Node = And | Or | Not | Test | Always


def expression(test: Test) -> tuple[str, str]:
    """Give the regular expression and the flags of an `re` test."""
    pattern, flags = test.value if isinstance(test.value, tuple) else (str(test.value), "")
    return pattern, flags


TRUE, FALSE = Always(True), Always(False)


def all_of(items: Iterable[Node]) -> Node:
    """Join conditions by "and", without what is settled and tests that are said twice."""
    return _joined(And, items, TRUE, FALSE)


def any_of(items: Iterable[Node]) -> Node:
    """Join conditions by "or", without what is settled and tests that are said twice."""
    return _joined(Or, items, FALSE, TRUE)


def _joined(kind: type[And] | type[Or], items: Iterable[Node], neutral: Always, final: Always) -> Node:
    kept: list[Node] = []
    seen: set[Test] = set()
    for item in items:
        for part in item.items if isinstance(item, kind) else (item,):
            if isinstance(part, Always):
                if part == final:
                    return final
            elif not isinstance(part, Test):
                kept.append(part)
            elif part not in seen:
                seen.add(part)
                kept.append(part)
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else kind(tuple(kept))


def negate(item: Node) -> Node:
    """Give the opposite of a condition."""
    if isinstance(item, Always):
        return Always(not item.value)
    return item.item if isinstance(item, Not) else Not(item)


def rebuild(node: Node, change: Callable[[Test], Node]) -> Node:
    """Put something else in the place of every test, and settle what can be settled then."""
    if isinstance(node, Test):
        return change(node)
    if isinstance(node, And):
        return all_of(rebuild(item, change) for item in node.items)
    if isinstance(node, Or):
        return any_of(rebuild(item, change) for item in node.items)
    if isinstance(node, Not):
        return negate(rebuild(node.item, change))
    return node


def partial(node: Node, decide: Callable[[Test], bool | None]) -> Node:
    """Evaluate in part: `decide` tells a test's outcome, or None where it can't; what is left is the condition."""

    def settled(test: Test) -> Node:
        outcome = decide(test)
        return test if outcome is None else Always(outcome)

    return rebuild(node, settled)


def tests(node: Node) -> Iterator[Test]:
    """Give every test of a condition, as often as it stands there."""
    if isinstance(node, Test):
        yield node
    elif isinstance(node, Not):
        yield from tests(node.item)
    elif isinstance(node, And | Or):
        for item in node.items:
            yield from tests(item)


def depth(node: Node) -> int:
    """Tell how many levels a condition has."""
    if isinstance(node, Not):
        return 1 + depth(node.item)
    return 1 + max((depth(item) for item in node.items), default=0) if isinstance(node, And | Or) else 1


def pattern(field: str | None, text: str, *, cased: bool = False) -> Test:
    """Give the plainest test for a pattern: `*` and `?`, and a backslash that makes the next of these or itself literal."""
    parts = [part for part, before in itertools.pairwise([*reversed(pieces(text)), ""]) if not part == before == "*"]
    parts.reverse()
    if parts == ["*"]:
        return Test(field, "exists")
    head, tail = parts[:1] == ["*"], parts[-1:] == ["*"]
    inner = parts[int(head) : len(parts) - int(tail)]
    if any(part in {"*", "?"} for part in inner):
        return Test(field, "wild", "".join(part if part in {"*", "?"} else escape(part[1:]) for part in parts), cased)
    op = {(False, False): "equals", (False, True): "startswith", (True, False): "endswith"}.get(
        (head, tail), "contains"
    )
    return Test(field, op, "".join(part[1:] for part in inner), cased)


def pieces(text: str) -> list[str]:
    """Split a pattern: `*`, `?`, and between them literals, each behind a backslash so that it is not taken for one."""
    found = re.findall(r"[*?]|(?:\\[*?\\]|\\(?![*?\\])|[^*?\\])+", text, re.DOTALL)
    return [piece if piece in {"*", "?"} else "\\" + re.sub(r"\\([*?\\])", r"\1", piece) for piece in found]


def escape(literal: str) -> str:
    """Make a text stand for itself in a pattern."""
    return re.sub(r"([*?\\])", r"\\\1", literal)
