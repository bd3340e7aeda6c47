"""Sigma rules, correlations and filters from YAML files: the only place that knows pySigma.

The format: Sigma specification 2.1, https://sigmahq.io/sigma-specification/. What can't be used is told with its place
and the reason; it never stops the rest. Rule files are read within bounds: size, number, documents, depth.
"""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from sigma import conditions, correlations, exceptions, types
from sigma.correlations import SigmaCorrelationRule, SigmaExtendedCorrelationCondition
from sigma.filters import SigmaFilter
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine, RegexPattern
from sigma.rule import SigmaRule
from sigma.rule.attributes import SigmaLevel, SigmaRuleTag
from sigma.rule.detection import EmptySigmaDetections, SigmaDetection, SigmaDetectionItem
from sigma.rule.logsource import EmptyLogSource, SigmaLogSource

from unsealed.hunt import regex, rulefiles, tree
from unsealed.hunt.rule import Condition, Correlation, Loaded, Rule, Unusable, files
from unsealed.hunt.rulefiles import ODD, Document, Refused, reason
from unsealed.hunt.tree import Node, Test

__all__ = ["Condition", "Correlation", "Loaded", "Rule", "Unusable", "load"]
MAX_TESTS, MAX_DEPTH = 50_000, 60
_COMPARISONS = {
    types.CompareOperators.LT: "lt",
    types.CompareOperators.LTE: "lte",
    types.CompareOperators.GT: "gt",
    types.CompareOperators.GTE: "gte",
}
_FLAGS = types.SigmaRegularExpression.sigma_to_re_flag
_PYTHON_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_MULTI = types.SpecialChars.WILDCARD_MULTI


@dataclass(frozen=True)
class _Wildcard:
    text: str


_WILD, _ONE = _Wildcard("*"), _Wildcard("?")


class _Engine(RegexEngine):
    """Regular expressions as `regex` reads them; pySigma only asks whether they can be read."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
        given = "".join(letter for letter, flag in _PYTHON_FLAGS.items() if flags & flag)
        told = regex.why_unusable(pattern, given)
        if told:
            raise re.error(told)
        try:
            return cast("RegexPattern", re.compile(pattern, flags))
        except re.error:
            return cast("RegexPattern", re.compile(""))

    @property
    def error(self) -> type[Exception]:
        return re.error


_POLICY = SigmaPolicy(regex_engine=_Engine())


def load(paths: Iterable[Path]) -> Loaded:
    """Read rule files, and all `.yml` and `.yaml` files of folders; give what can be used and what can't.

    Args:
        paths: files and folders.
    """
    loading = _Loading()
    with _unwatched():
        for path in files(paths, loading.unusable):
            for document in rulefiles.documents(path, loading.unusable):
                loading.take(document)
        return loading.finish()


@contextmanager
def _unwatched() -> Iterator[None]:
    """Put off the search for cycles: thousands of trees are made here, and looking through them takes half the time."""
    watched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if watched:
            gc.enable()


class _Loading:
    """What was read so far, before filters are applied and references followed."""

    def __init__(self) -> None:
        self.unusable: list[Unusable] = []
        self._rules: list[tuple[Document, SigmaRule]] = []
        self._filters: list[tuple[Document, SigmaFilter]] = []
        self._correlations: list[tuple[Document, SigmaCorrelationRule]] = []
        self._ids: set[str] = set()
        self._known: dict[str | tuple[Path, str], str] = {}

    def take(self, document: Document) -> None:
        """Let pySigma parse one document."""
        try:
            if "correlation" in document.content:
                correlation = SigmaCorrelationRule.from_dict(document.content, policy=_POLICY)
                self._correlations.append((document, correlation))
            elif "filter" in document.content:
                rule_filter = SigmaFilter.from_dict(document.content, policy=_POLICY)
                _ = [condition.parsed for condition in rule_filter.filter.parsed_condition]
                self._filters.append((document, rule_filter))
            else:
                rule = SigmaRule.from_dict(document.content, collect_errors=True, policy=_POLICY)
                lacking = isinstance(rule.detection, EmptySigmaDetections) or isinstance(rule.logsource, EmptyLogSource)
                if lacking and rule.errors:
                    self.unusable.append(Unusable(_fault(document), reason(rule.errors[-1])))
                else:
                    self._rules.append((document, rule))
        except (exceptions.SigmaError, re.error, *ODD) as error:
            self.unusable.append(Unusable(_fault(document), reason(error)))

    def finish(self) -> Loaded:
        """Apply filters, turn conditions into trees, follow the references of correlations."""
        self._filter()
        rules = [rule for document, parsed in self._rules if (rule := self._rule(document, parsed))]
        found, silent = self._connect()
        return Loaded(tuple(rules), tuple(found), tuple(self.unusable), frozenset(silent))

    def _filter(self) -> None:
        for document, rule_filter in self._filters:
            used = False
            for _, rule in self._rules:
                before = len(rule.detection.detections)
                rule_filter.apply_on_rule(rule)
                used |= len(rule.detection.detections) > before
            if not used:
                self.unusable.append(Unusable(document.place("filter"), "the filter fits no rule that was loaded"))

    def _rule(self, document: Document, rule: SigmaRule) -> Rule | None:
        try:
            condition = tree.any_of(_node(parsed.parsed) for parsed in rule.detection.parsed_condition)
            _bounded(condition)
        except (exceptions.SigmaError, Refused, *ODD) as error:
            self.unusable.append(Unusable(_fault(document), reason(error)))
            return None
        source = rule.logsource
        return Rule(
            product=source.product,
            category=source.category,
            service=source.service,
            tree=condition,
            **self._common(document, rule),
        )

    def _common(self, document: Document, rule: SigmaRule | SigmaCorrelationRule) -> dict[str, Any]:
        """Give what rules and correlations share, under an id that no other has."""
        place, title = document.place(), str(rule.title)
        rule_id = given = str(
            rule.id or rule.name or sha256(f"{document.path.name}\n{title}".encode()).hexdigest()[:32]
        )
        number = 1
        while rule_id in self._ids:
            number += 1
            rule_id = f"{given}:{number}"
        self._ids.add(rule_id)
        for name in (given, str(rule.name)) if rule.name else (given,):
            self._known.setdefault(name, rule_id)
            self._known.setdefault((document.path, name), rule_id)
        tags = [tag.name for tag in rule.tags if isinstance(tag, SigmaRuleTag) and tag.namespace == "attack"]
        return {
            "rule_id": rule_id,
            "title": title,
            "level": rule.level.name.lower() if isinstance(rule.level, SigmaLevel) else "medium",
            "techniques": tuple(tag.upper() for tag in tags if re.fullmatch(r"t\d{4}(\.\d{3})?", tag)),
            "source": place,
            "description": str(rule.description or ""),
            "falsepositives": tuple(map(str, rule.falsepositives)) if isinstance(rule.falsepositives, list) else (),
            "name": str(rule.name) if rule.name else None,
        }

    def _connect(self) -> tuple[list[Correlation], set[str]]:
        """Follow references until no correlation is left that can be completed."""
        found: list[Correlation] = []
        silent: set[str] = set()
        waiting, before = self._correlations, -1
        while waiting and len(waiting) != before:
            before, todo, waiting = len(waiting), waiting, []
            for document, parsed in todo:
                rules = [self._find(document, name) for name in _references(parsed)]
                if None in rules:
                    waiting.append((document, parsed))
                    continue
                ids = tuple(rule for rule in rules if rule)
                silent |= set() if parsed.generate else set(ids)
                try:
                    found.append(self._correlation(document, parsed, ids))
                except (Refused, *ODD) as error:
                    self.unusable.append(Unusable(document.place("correlation"), reason(error)))
        for document, parsed in waiting:
            lost = [name for name in _references(parsed) if self._find(document, name) is None]
            silent |= {rule for name in _references(parsed) if (rule := self._find(document, name))}
            told = f"it refers to rules that are not loaded, can't be used or refer back to it: {', '.join(lost)}"
            self.unusable.append(Unusable(document.place("correlation", "rules"), told))
        return found, silent

    def _find(self, document: Document, name: str) -> str | None:
        return self._known.get((document.path, name)) or self._known.get(name)

    def _correlation(self, document: Document, parsed: SigmaCorrelationRule, ids: tuple[str, ...]) -> Correlation:
        if not ids:
            raise Refused("it names no rules")
        aliases = {
            alias.alias: {self._find(document, ref.reference) or "": str(name) for ref, name in alias.mapping.items()}
            for alias in parsed.aliases
        }
        return Correlation(
            kind=parsed.type.name.lower(),
            rules=ids,
            group_by=tuple(parsed.group_by or ()),
            aliases=aliases,
            timespan_us=parsed.timespan.seconds * 1_000_000,
            condition=self._condition(document, parsed),
            generate=parsed.generate,
            **self._common(document, parsed),
        )

    def _condition(self, document: Document, parsed: SigmaCorrelationRule) -> Condition:
        given = parsed.condition
        if isinstance(given, SigmaExtendedCorrelationCondition):
            if parsed.type.name == "TEMPORAL_ORDERED":
                raise Refused(
                    "an order together with an expression is not supported: name the rules alone, or take `temporal`"
                )
            return Condition(expression=self._expression(document, given.parsed))
        fields = given.fieldref if isinstance(given.fieldref, list) else [given.fieldref] if given.fieldref else []
        if parsed.type.name == "VALUE_PERCENTILE" and not 0 <= (given.percentile or -1) <= 100:
            raise Refused("a percentile from 0 to 100 is needed")
        return Condition(given.op.name.lower(), given.count, tuple(map(str, fields)), given.percentile)

    def _expression(self, document: Document, item: object) -> Node:
        if isinstance(item, correlations.SigmaRuleReference):
            return Test(self._find(document, item.reference) or "", "exists")
        if isinstance(item, correlations.CorrelationConditionItem):
            items = [self._expression(document, arg) for arg in item.args]
            if isinstance(item, correlations.CorrelationConditionNOT):
                return tree.negate(items[0])
            return (tree.all_of if isinstance(item, correlations.CorrelationConditionAND) else tree.any_of)(items)
        raise Refused("a condition that we don't know")


def _references(parsed: SigmaCorrelationRule) -> list[str]:
    if parsed.rules is None and isinstance(parsed.condition, SigmaExtendedCorrelationCondition):
        return parsed.condition.get_referenced_rules()
    return [str(reference.reference) for reference in parsed.rules or ()]


def _bounded(condition: Node) -> None:
    if tree.depth(condition) > MAX_DEPTH:
        raise Refused("nested too deeply")
    if sum(1 for _ in tree.tests(condition)) > MAX_TESTS:
        raise Refused(f"more than {MAX_TESTS:,} values")


def _fault(document: Document) -> str:
    """Find the line of the first detection item that can't be used; else that of the part that most likely can't."""
    detection = document.content.get("detection")
    if not isinstance(detection, dict) or not isinstance(document.content.get("logsource"), dict):
        lacking = "detection" if isinstance(document.content.get("logsource"), dict) else "logsource"
        return document.place(next((key for key in ("correlation", "filter") if key in document.content), lacking))
    if not _readable(_log_source, document.content["logsource"]):
        return document.place("logsource")
    for name, definition in detection.items():
        if name == "condition":
            continue
        parts = enumerate(definition) if isinstance(definition, list) else [(None, definition)]
        for number, part in parts:
            keys = ("detection", name) if number is None else ("detection", name, number)
            if not isinstance(part, Mapping):
                if not _readable(SigmaDetection.from_definition, part):
                    return document.place(*keys)
                continue
            for key, value in part.items():
                if not _readable(SigmaDetectionItem.from_mapping, key, value):
                    return document.place(*keys, key)
    return document.place("detection", "condition")


def _log_source(told: dict[str, Any], *, policy: SigmaPolicy) -> SigmaLogSource:
    del policy
    return SigmaLogSource.from_dict(told)


def _readable(parse: Any, *given: Any) -> bool:  # noqa: ANN401 - whatever stands in the document
    try:
        item = parse(*given, policy=_POLICY)
        values = item.value if isinstance(item, SigmaDetectionItem) else []
        _ = [_value("field", value) for value in values]
    except (exceptions.SigmaError, Refused, re.error, *ODD):
        return False
    return True


# -- conditions ----------------------------------------------------------------------------------------------------


def _node(item: object) -> Node:
    if isinstance(item, conditions.ConditionNOT):
        return tree.negate(_node(item.args[0]))
    if isinstance(item, conditions.ConditionAND):
        return tree.all_of(_node(arg) for arg in item.args)
    if isinstance(item, conditions.ConditionOR):
        return tree.any_of(_node(arg) for arg in item.args)
    if isinstance(item, conditions.ConditionFieldEqualsValueExpression):
        return _value(item.field, item.value)
    if isinstance(item, conditions.ConditionValueExpression):
        return _value(None, item.value)
    raise Refused("the condition is empty")


def _value(name: str | None, value: types.SigmaType) -> Node:  # noqa: C901 - one line a kind of value
    if isinstance(value, types.SigmaExpansion):
        return tree.any_of(_value(name, part) for part in value.values)
    if isinstance(value, types.SigmaString):
        return _string(name, value)
    if isinstance(value, types.SigmaTimestampPart):
        return Test(name, value.timestamp_part.name.lower(), value.number)
    if isinstance(value, types.SigmaNumber):
        return Test(name, "number", value.number) if name else Test(None, "contains", str(value.number))
    if isinstance(value, types.SigmaBool):
        return Test(name, "equals" if name else "contains", "true" if value.boolean else "false")
    if isinstance(value, types.SigmaRegularExpression):
        return _regular(name, value)
    if name is None:
        raise Refused(f"{type(value).__name__.removeprefix('Sigma')} needs a field")
    if isinstance(value, types.SigmaNull):
        return tree.negate(Test(name, "exists"))
    if isinstance(value, types.SigmaExists):
        return Test(name, "exists") if value.exists else tree.negate(Test(name, "exists"))
    if isinstance(value, types.SigmaCIDRExpression):
        return Test(name, "cidr", str(value.network))
    if isinstance(value, types.SigmaCompareExpression) and value.op in _COMPARISONS:
        return Test(name, _COMPARISONS[value.op], value.number.number)
    if isinstance(value, types.SigmaFieldReference):
        kind = {(True, True): "_contains", (True, False): "_startswith", (False, True): "_endswith"}
        return Test(name, "fieldref" + kind.get((value.starts_with, value.ends_with), ""), value.field)
    raise Refused(f"{type(value).__name__.removeprefix('Sigma')} is not supported")


def _string(name: str | None, value: types.SigmaString) -> Node:
    _no_placeholder(value)
    cased = isinstance(value, types.SigmaCasedString)
    parts = [part if isinstance(part, str) else _WILD if part == _MULTI else _ONE for part in value.s]
    if name is None:
        parts = [_WILD, *parts, _WILD]
    if len(parts) == 3 and parts[0] is parts[2] is _WILD and isinstance(parts[1], str):
        return Test(name, "contains", parts[1], cased)
    if len(parts) == 1 and isinstance(parts[0], str):
        return Test(name, "equals", parts[0], cased)
    text = "".join(tree.escape(part) if isinstance(part, str) else part.text for part in parts)
    return tree.pattern(name, text, cased=cased)


def _regular(name: str | None, value: types.SigmaRegularExpression) -> Node:
    _no_placeholder(value.regexp)
    flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
    expression = value.regexp.to_plain(regex=True)
    told = regex.why_unusable(expression, flags)
    if told:
        raise Refused(told)
    return Test(name, "re", (expression, flags))


def _no_placeholder(value: types.SigmaString) -> None:
    names = [part.name for part in value.s if isinstance(part, types.Placeholder)]
    if names:
        raise Refused(f"the placeholder %{names[0]}% stands for a list that only the rule's user knows")
