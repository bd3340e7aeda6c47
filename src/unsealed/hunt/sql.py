"""A rule's condition as SQL for DuckDB: the same answers as the columns give, for a person or another engine to read.

Expressions are RE2's; one that RE2 can't read (look-around) can't be said in SQL.
"""

import ipaddress
import re
from collections.abc import Mapping

from unsealed.hunt import regex, tree
from unsealed.hunt.evaluate import paths
from unsealed.hunt.evaluate.folding import fold
from unsealed.hunt.evaluate.plan import RECORD
from unsealed.hunt.logsources import Field
from unsealed.hunt.tree import Always, And, Node, Not, Or, Test
from unsealed.query import literal

_ORDER = {"number": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_V4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"


def predicate(node: Node, fields: Mapping[str, Field], listed: frozenset[str] = frozenset()) -> str:
    """Write a condition as an SQL expression that is never null.

    Args:
        node: the condition.
        fields: where the value of each field that it names stands.
        listed: columns that hold lists.

    Raises:
        ValueError: if it holds a regular expression that RE2 can't read.
    """
    if isinstance(node, Test):
        return _test(node, fields, listed)
    if isinstance(node, Not):
        return f"(NOT {predicate(node.item, fields, listed)})"
    if isinstance(node, And | Or):
        word = " AND " if isinstance(node, And) else " OR "
        return f"({word.join(predicate(item, fields, listed) for item in node.items)})" if node.items else word
    return str(node.value).upper() if isinstance(node, Always) else ""


def texts(where: Field, listed: frozenset[str] = frozenset()) -> str:
    """Write the texts that a field's value is compared as: a VARCHAR[], null or empty where it is absent."""
    if where == RECORD:
        return "(SELECT list(t.atom->>'$') FROM json_tree(raw) t WHERE t.type NOT IN ('OBJECT', 'ARRAY', 'NULL'))"
    tried = []
    if where.column:
        column = f'"{where.column}"'
        tried.append(f"{column}::VARCHAR[]" if where.column in listed else f"[{column}::VARCHAR]")
        tried[0] = f"nullif(list_filter({tried[0]}, lambda v: v IS NOT NULL), [])"
    tried += [_texts_of(_values(way)) for way in where.paths]
    return tried[0] if len(tried) == 1 else f"coalesce({', '.join(tried)})"


def _texts_of(values: str) -> str:
    """Write the texts of JSON values; null where there is no value."""
    plain = "list_filter(json_extract(v, '$[*]'), lambda e: json_type(e) <> 'NULL')"
    nested = "len(list_filter(json_extract(v, '$[*]'), lambda e: json_type(e) IN ('OBJECT', 'ARRAY'))) > 0"
    one = f"""CASE json_type(v)
        WHEN 'ARRAY' THEN CASE WHEN {nested} THEN [v::VARCHAR] ELSE list_transform({plain}, lambda e: e->>'$') END
        WHEN 'OBJECT' THEN [v::VARCHAR] ELSE [v->>'$'] END"""
    return f"flatten(list_transform(nullif({values}, []), lambda v: {one}))"


def _values(way: str) -> str:
    """Write the JSON values, none null, that a path leads to."""
    found = "[raw::JSON]"
    for step in paths.steps(way):
        inside = "(v->>'$')"
        value = f"""CASE WHEN json_type(v) = 'VARCHAR' AND {inside}[1] IN ('{{', '[') THEN TRY_CAST({inside} AS JSON)
            ELSE v END"""
        found = f"list_transform({found}, lambda v: {value})"
        if isinstance(step, tuple):
            name = "".join("/" + _pointer(key) for key in step[0])
            elements = "CASE json_type(v) WHEN 'ARRAY' THEN json_extract(v, '$[*]') ELSE [v] END"
            named = f"lower(e->>{literal(name)}) = {literal(step[1])}"
            plain = f"json_type(e, {literal(name)}) NOT IN ('OBJECT', 'ARRAY')"
            found = (
                f"flatten(list_transform({found}, lambda v: list_filter({elements}, lambda e: {named} AND {plain})))"
            )
        elif step == paths.ALL:
            elements = """CASE json_type(v) WHEN 'ARRAY' THEN json_extract(v, '$[*]')
                WHEN 'OBJECT' THEN json_extract(v, '$.*') ELSE [] END"""
            found = f"flatten(list_transform({found}, lambda v: {elements}))"
        else:
            found = f"list_transform({found}, lambda v: json_extract(v, {literal('/' + _pointer(step))}))"
        found = f"list_filter({found}, lambda v: v IS NOT NULL)"
    return f"list_filter({found}, lambda v: json_type(v) <> 'NULL')"


def _test(test: Test, fields: Mapping[str, Field], listed: frozenset[str]) -> str:
    held = texts(fields[test.field or ""], listed)
    if test.op in tree.REFERENCE_OPS:
        other = texts(fields[str(test.value)], listed)
        how = {
            "fieldref_contains": "contains(lower(v), lower(w))",
            "fieldref_startswith": "starts_with(lower(v), lower(w))",
            "fieldref_endswith": "suffix(lower(v), lower(w))",
        }.get(test.op, "lower(v) = lower(w)")
        any_other = f"len(list_filter({other}, lambda w: w <> '' AND {how})) > 0"
        return f"coalesce(len(list_filter({held}, lambda v: v <> '' AND {any_other})) > 0, FALSE)"
    return f"coalesce(len(list_filter({held}, lambda v: {_condition(test)})) > 0, FALSE)"


def _condition(test: Test) -> str:
    """Write one test of the text `v`."""
    op = test.op
    if op == "exists":
        return "v IS NOT NULL"
    if op in tree.TEXT_OPS:
        value, given = ("v", str(test.value)) if test.cased else ("lower(v)", fold(str(test.value)))
        if op == "equals":
            return f"{value} = {literal(given)}"
        if op == "wild":
            return f"regexp_matches({value}, {literal(_wild(given))})"
        function = {"contains": "contains", "startswith": "starts_with", "endswith": "suffix"}[op]
        return f"{function}({value}, {literal(given)})"
    if op in _ORDER:
        return f"CASE WHEN regexp_full_match(v, {literal(tree.NUMBER)}) THEN v::DOUBLE {_ORDER[op]} {test.value!r} END"
    if op in tree.TIME_OPS:
        moment = "TRY_CAST(v AS TIMESTAMPTZ)"
        return f"CASE WHEN regexp_full_match(v, {literal(tree.TIME)}) THEN extract({op} FROM {moment}) = {test.value!r} END"
    if op == "cidr":
        return _network(str(test.value))
    pattern, flags = tree.expression(test)
    expression = regex.linear(pattern, flags)
    if expression is None:
        raise ValueError(f"{pattern}: look-around can't be said in SQL")
    return f"regexp_matches(v, {literal(expression)})"


def _wild(pattern: str) -> str:
    parts = tree.pieces(pattern)
    return "(?s)^" + "".join({"*": ".*", "?": "."}.get(part) or re.escape(part[1:]) for part in parts) + "$"


def _network(text: str) -> str:
    """Write whether `v` is an address in a network, by arithmetic on its numbers."""
    network = ipaddress.ip_network(text)
    first, last = int(network.network_address), int(network.broadcast_address)
    if isinstance(network, ipaddress.IPv4Network):
        parts = "string_split(regexp_replace(v, '^::[fF]{4}:', ''), '.')"
        canonical = f"len(list_filter({parts}, lambda p: p::INT > 255 OR (len(p) > 1 AND p[1] = '0'))) = 0"
        number = " + ".join(f"{parts}[{at}]::BIGINT * {256 ** (4 - at)}" for at in range(1, 5))
        return f"""CASE WHEN regexp_full_match(v, {literal(f"(?:::[fF]{{4}}:)?{_V4}")})
            THEN {canonical} AND {number} BETWEEN {first} AND {last} END"""
    group = "[0-9a-fA-F]{1,4}"
    whole, part = f"{group}(?::{group}){{7}}", f"(?:{group}(?::{group})*)?"
    sides = "list_transform(string_split(v, '::'), lambda s: list_filter(string_split(s, ':'), lambda g: g <> ''))"
    zeros = f"list_transform(range(8 - len({sides}[1]) - len({sides}[2])), lambda z: '0')"
    groups = (
        f"CASE WHEN contains(v, '::') THEN list_concat({sides}[1], {zeros}, {sides}[2]) ELSE string_split(v, ':') END"
    )
    padded = f"array_to_string(list_transform({groups}, lambda g: lower(lpad(g, 4, '0'))), '')"
    mapped = f"starts_with({padded}, '00000000000000000000ffff')"
    return f"""CASE WHEN regexp_full_match(v, {literal(f"{whole}|{part}::{part}")}) AND len(string_split(v, ':')) <= 9
        THEN len({groups}) = 8 AND NOT {mapped} AND {padded} BETWEEN '{first:032x}' AND '{last:032x}' END"""


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
