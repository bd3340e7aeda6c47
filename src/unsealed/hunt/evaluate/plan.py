"""What has to be read for which rows: rules bound to the fields of a log, and tried on classes of rows first.

A class is what rows of equal source, workload and operation make up. Most rules can be settled for most classes by
these three alone; for the rest it is told which values must be taken from the records of that class.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

from unsealed.hunt import tree
from unsealed.hunt.evaluate.matching import Matcher
from unsealed.hunt.logsources import KEYS, Field, Variant
from unsealed.hunt.rule import Rule
from unsealed.hunt.tree import FALSE, Always, Node, Not, Or, Test

RECORD = Field("raw", ("*",))
"""All values of a record: what keywords look into."""
Resolve = Callable[[str | None, str | None, str | None], tuple[Variant, ...]]
Class = tuple[str | None, ...]


@dataclass(frozen=True)
class Bound:
    """One rule for one variant of a log: the fields of its tests are names of `Fields`."""

    rule: int
    table: str
    where: Node
    """Which rows the variant means; part of `tree`."""
    tree: Node


@dataclass
class Fields:
    """Every field that bound rules speak of, by a name of our own."""

    by_name: dict[str, Field] = field(default_factory=dict)
    _names: dict[Field, str] = field(default_factory=dict)

    def name(self, wanted: Field) -> str:
        """Give the field's name; that of a plain column is the column's."""
        known = self._names.get(wanted)
        if known is None:
            known = wanted.column if wanted.column and not wanted.paths else f"field {len(self._names)}"
            self._names[wanted] = known
            self.by_name[known] = wanted
        return known


def bind(rules: Sequence[Rule], resolve: Resolve, fields: Fields) -> list[Bound]:
    """Say each rule in the words of each variant of its log source."""
    found: list[Bound] = []
    wheres: dict[Variant, Node] = {}
    for number, rule in enumerate(rules):
        for variant in resolve(rule.product, rule.category, rule.service):
            if variant not in wheres:
                wheres[variant] = tree.rebuild(variant.where, lambda test, v=variant: bound_test(test, v, fields))  # type: ignore[misc]  # v is bound now
            condition = bound(rule.tree, variant, fields)
            whole = tree.all_of((wheres[variant], condition))
            if whole != FALSE:
                found.append(Bound(number, variant.table, wheres[variant], whole))
    return found


def bound(node: Node, variant: Variant, fields: Fields) -> Node:
    """Say a condition in a variant's words, of our names for its fields."""
    return tree.rebuild(
        node, lambda test: tree.rebuild(variant.adapt(test), lambda one: bound_test(one, variant, fields))
    )


def bound_test(test: Test, variant: Variant, fields: Fields) -> Node:
    """Say one test, already in a variant's words, of our names for its fields."""
    if test.field is None:
        columns = [RECORD if name == "raw" else Field(name) for name in variant.keywords]
        return tree.any_of(Test(fields.name(column), test.op, test.value, test.cased) for column in columns)
    where = variant.field(test.field)
    if where is None:
        return FALSE
    value = test.value
    if test.op in tree.REFERENCE_OPS:
        other = variant.field(str(value))
        if other is None:
            return FALSE
        value = fields.name(other)
    return Test(fields.name(where), test.op, value, test.cased)


@dataclass(frozen=True)
class Kept:
    """What is kept of the rows that a rule hits, in one variant of its log: correlations group by it."""

    table: str
    where: Node
    """Which rows the variant means."""
    fields: Mapping[int, str]
    """By the number of each name that is wanted: our name for the field, where this variant has it."""


def keep(rule: Rule, wanted: Mapping[int, str], resolve: Resolve, fields: Fields) -> list[Kept]:
    """Tell where the values that are kept of a rule's rows stand in each variant of its log source.

    Args:
        rule: the rule.
        wanted: the fields' names in the rule's words, by number.
        resolve: tells the variants of a log source.
        fields: takes in the fields.
    """
    found: list[Kept] = []
    for variant in resolve(rule.product, rule.category, rule.service):
        where = tree.rebuild(variant.where, lambda test, v=variant: bound_test(test, v, fields))  # type: ignore[misc]  # v is bound now
        held = {at: fields.name(field) for at, name in wanted.items() if (field := variant.field(name))}
        found.append(Kept(variant.table, where, held))
    return found


@dataclass(frozen=True)
class Group:
    """Classes of which the same is needed."""

    classes: tuple[Class, ...]
    fields: frozenset[str]
    """Names of the fields that open rules need, beside the keys."""
    rules: frozenset[int]
    """Which of the bound rules may hold, by their numbers."""


def group(
    bounds: Sequence[Bound],
    classes: Sequence[Class],
    keys: Sequence[str] = KEYS,
    kept: Mapping[int, Sequence[Kept]] = MappingProxyType({}),
) -> list[Group]:
    """Try all bound rules on all classes; give the classes of which rows are needed at all, by what is needed.

    Args:
        bounds: the bound rules.
        classes: the values of the key columns in each class.
        keys: which columns those are.
        kept: by the number of a rule, what is kept of the rows that it hits.
    """
    decide = _Keys(
        [*(one.tree for one in bounds), *(one.where for held in kept.values() for one in held)], classes, keys
    )
    wheres: dict[Node, list[int]] = defaultdict(list)
    for number, one in enumerate(bounds):
        wheres[one.where].append(number)
    made: dict[frozenset[str], tuple[list[Class], set[int]]] = {}
    for values in classes:
        needed: set[str] = set()
        alive: set[int] = set()
        for where, numbers in wheres.items():
            if decide(where, values)[0] is False:
                continue
            for number in numbers:
                outcome, wanted = decide(bounds[number].tree, values)
                if outcome is not False:
                    alive.add(number)
                    needed |= wanted
                    for held in kept.get(bounds[number].rule, ()):
                        outcome, wanted = decide(held.where, values)
                        if outcome is not False:
                            needed |= (wanted | set(held.fields.values())) - set(keys)
        if alive:
            alike = made.setdefault(frozenset(needed), ([], set()))
            alike[0].append(values)
            alike[1].update(alive)
    return [Group(tuple(alike), needed, frozenset(alive)) for needed, (alike, alive) in made.items()]


class _Keys:
    """Decide conditions by the key columns alone."""

    def __init__(self, trees: Iterable[Node], classes: Sequence[Class], keys: Sequence[str]) -> None:
        self._place = {key: number for number, key in enumerate(keys)}
        self._true: dict[Test, frozenset[str]] = {}
        wanted: dict[str, dict[Test, None]] = {key: {} for key in keys}
        for one in trees:
            for test in tree.tests(one):
                if test.field in wanted and test.op not in tree.REFERENCE_OPS:
                    wanted[test.field][test] = None
        for key, number in self._place.items():
            words = sorted({value for values in classes if (value := values[number]) is not None})
            texts = pa.array(words, pa.string())
            for test, hits in Matcher(t for t in wanted[key] if t.op != "exists").match(texts).items():
                self._true[test] = frozenset(words[hit] for hit in hits)

    def __call__(self, node: Node, values: Class) -> tuple[bool | None, frozenset[str]]:
        """Tell a condition's outcome, or None and the fields that it hangs on."""
        if isinstance(node, Test):
            return self._test(node, values)
        if isinstance(node, Always):
            return node.value, frozenset()
        if isinstance(node, Not):
            outcome, wanted = self(node.item, values)
            return (None if outcome is None else not outcome), wanted
        ends = isinstance(node, Or)
        needed: frozenset[str] = frozenset()
        for item in node.items:
            outcome, wanted = self(item, values)
            if outcome is ends:
                return ends, frozenset()
            if outcome is None:
                needed |= wanted
        return (None, needed) if needed else (not ends, frozenset())

    def _test(self, test: Test, values: Class) -> tuple[bool | None, frozenset[str]]:
        place = self._place.get(test.field or "")
        if place is None or test.op in tree.REFERENCE_OPS:
            others = {str(test.value)} if test.op in tree.REFERENCE_OPS else set()
            return None, frozenset({test.field or "", *others})
        value = values[place]
        if test.op == "exists":
            return value is not None, frozenset()
        return value is not None and value in self._true.get(test, ()), frozenset()


def by_field(trees: Iterable[Node]) -> Mapping[str, list[Test]]:
    """Give the tests of each field that a `Matcher` is to be made for."""
    found: dict[str, dict[Test, None]] = defaultdict(dict)
    for one in trees:
        for test in tree.tests(one):
            if test.op != "exists" and test.op not in tree.REFERENCE_OPS:
                found[test.field or ""][test] = None
    return {name: list(held) for name, held in found.items()}
