"""Correlations: rules over the hits of other rules within a sliding span of time, never over the logs themselves.

A hit of a correlation names the event that completes it and lists the events that it rests on; as long as the condition
keeps holding, later events belong to the same hit. Hits whose group-by fields are absent are left out: what has no
account is not one account's doing. Group-by values are compared without regard to case. Times are in microseconds.

The format: Sigma correlation rules, https://sigmahq.io/sigma-specification/specification/sigma-correlation-rules-specification.html
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from unsealed.hunt import logsources, tree
from unsealed.hunt.evaluate import plan
from unsealed.hunt.evaluate.batch import Batch
from unsealed.hunt.evaluate.columns import Column, positions
from unsealed.hunt.evaluate.folding import fold, folded
from unsealed.hunt.evaluate.keywords import Sieve
from unsealed.hunt.evaluate.matching import Matcher
from unsealed.hunt.evaluate.plan import Fields, Group, Resolve
from unsealed.hunt.evaluate.read import Reader
from unsealed.hunt.evaluate.run import key_classes
from unsealed.hunt.logsources import Variant
from unsealed.hunt.rulefiles import Unusable
from unsealed.hunt.sigma import Correlation, Loaded
from unsealed.hunt.tree import And, Node, Not, Or, Test
from unsealed.query import Engine, literal

MOST_EVENTS = 1000
"""Events that one hit lists; of more, the first."""
_VALUES = pa.schema([("variant", pa.int32()), ("event_id", pa.string()), ("message_id", pa.string())])
"""And a column for each name of a field."""
_LISTS = frozenset({"recipients"})
_OPS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "=", "neq": "<>"}
_FIGURES = {
    "value_sum": "sum(figure) OVER w",
    "value_avg": "avg(figure) OVER w",
    "value_median": "quantile_cont(figure, 0.5) OVER w",
    "value_count": "count(DISTINCT held) OVER w",
    "event_count": "count(*) OVER w",
}


def correlate(db: Engine, loaded: Loaded, resolve: Resolve = logsources.find) -> None:
    """Add the hits of correlations to `sigma_hits`: `rule` is the number of rules plus the place in `correlations`.

    Args:
        db: the case; `sigma_hits` holds the hits of the rules.
        loaded: the rules and correlations.
        resolve: tells the variants of a log source.
    """
    if not loaded.correlations:
        return
    ids = [*(rule.rule_id for rule in loaded.rules), *(one.rule_id for one in loaded.correlations)]
    numbers = {rule_id: number for number, rule_id in enumerate(ids)}
    possible = _possible(db, loaded, numbers)
    if not possible:
        return
    loaded = replace(loaded, correlations=tuple(possible))
    names = _names(loaded)
    known = _values(db, loaded, numbers, names, resolve)
    db.execute("CREATE OR REPLACE TEMP TABLE sigma_groups (rule BIGINT, id VARCHAR, us BIGINT, held VARCHAR[])")
    for one in possible:
        _Query(one, loaded, numbers, names, known).run(db)


def _possible(db: Engine, loaded: Loaded, numbers: Mapping[str, int]) -> list[Correlation]:
    """Give the correlations for which there are hits enough at all."""
    hits = {row["rule"]: row["n"] for row in db.rows("SELECT rule, count(*) AS n FROM sigma_hits GROUP BY rule")}
    most = {rule.rule_id: hits.get(numbers[rule.rule_id], 0) for rule in loaded.rules}
    found = []
    for one in loaded.correlations:
        counts = [most.get(rule, 0) for rule in one.rules]
        needed = _least(one)
        enough = (
            sum(1 for count in counts if count) >= needed if one.kind.startswith("temporal") else sum(counts) >= needed
        )
        most[one.rule_id] = sum(counts) if enough else 0
        if enough:
            found.append(one)
    return found


def _least(one: Correlation) -> float:
    """Tell how many events, or of how many rules, a correlation needs at least in one group."""
    if one.kind == "temporal_ordered":
        return len(one.rules)
    counted = one.condition.op in {"gte", "gt", "eq"} and one.kind in {"event_count", "value_count", "temporal"}
    return max(1, one.condition.count) if counted and one.condition.expression is None else 1


def useless(loaded: Loaded, resolve: Resolve = logsources.find) -> list[Unusable]:
    """Tell the correlations that can never fire, since no log of their rules has what they group by or count."""
    by_id = {rule.rule_id: rule for rule in loaded.rules}
    found = []
    for one in loaded.correlations:
        for rule in (by_id[rule_id] for rule_id in one.rules if rule_id in by_id):
            variants = resolve(rule.product, rule.category, rule.service)
            lost = [name for name in _wanted(one, rule.rule_id) if all(v.field(name) is None for v in variants)]
            if lost:
                found.append(Unusable(one.source, f"no log of “{rule.title}” has the field {lost[0]}"))
                break
    return found


def _wanted(one: Correlation, rule_id: str) -> list[str]:
    """Give the names that a rule's events have for the fields a correlation groups by and counts."""
    return [one.aliases.get(name, {}).get(rule_id, name) for name in (*one.group_by, *one.condition.field)]


def _names(loaded: Loaded) -> list[str]:
    rules = {rule.rule_id for rule in loaded.rules}
    wanted = {name for one in loaded.correlations for rule in one.rules if rule in rules for name in _wanted(one, rule)}
    return sorted(wanted)


# -- the values that hits are grouped by ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Lookup:
    """What is to be read of one variant of a log: its rows, and its fields by our names for them."""

    variant: Variant
    where: Node
    fields: Mapping[int, str]


def _values(
    db: Engine, loaded: Loaded, numbers: Mapping[str, int], names: Sequence[str], resolve: Resolve
) -> dict[str, list[int]]:
    """Make `sigma_values`: what the events that were hit hold in the fields; give the variants of each rule."""
    by_id = {rule.rule_id: rule for rule in loaded.rules}
    known: dict[str, list[int]] = {}
    wanted: dict[Variant, set[str]] = {}
    for one in loaded.correlations:
        for rule in (by_id[rule_id] for rule_id in one.rules if rule_id in by_id):
            for variant in resolve(rule.product, rule.category, rule.service):
                wanted.setdefault(variant, set()).update(_wanted(one, rule.rule_id))
                at = list(wanted).index(variant)
                if at not in known.setdefault(rule.rule_id, []):
                    known[rule.rule_id].append(at)
    fields = Fields()
    lookups = [_lookup(variant, names, held, fields) for variant, held in wanted.items()]
    with tempfile.TemporaryDirectory(prefix=".hits-", dir=db.case.folder) as folder:
        file = Path(folder) / "values.parquet"
        held_schema = pa.schema([*_VALUES, *((f"value{at}", pa.string()) for at in range(len(names)))])
        with pq.ParquetWriter(file, held_schema, compression="zstd") as writer:
            for table in ("events", "messages"):
                chosen = {at: one for at, one in enumerate(lookups) if one.variant.table == table}
                rules = [numbers[rule] for rule, at in known.items() if chosen.keys() & set(at)]
                if chosen and rules:
                    for held in _read(db, table, chosen, rules, fields, held_schema):
                        writer.write_batch(held)
        rows = f"FROM read_parquet({literal(str(file))})"
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE sigma_values AS SELECT * {rows} WHERE message_id IS NULL
            UNION ALL SELECT DISTINCT ON (variant, message_id) * {rows} WHERE message_id IS NOT NULL""")
    return known


def _lookup(variant: Variant, names: Sequence[str], wanted: set[str], fields: Fields) -> _Lookup:
    found = {at: where for at, name in enumerate(names) if name in wanted and (where := variant.field(name))}
    rows = tree.rebuild(variant.where, lambda test: plan.bound_test(test, variant, fields))
    return _Lookup(variant, rows, {at: fields.name(held) for at, held in found.items()})


def _read(
    db: Engine, table: str, chosen: Mapping[int, _Lookup], rules: Sequence[int], fields: Fields, wanted: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Read the fields of the rows that the rules have hit."""
    key = "event_id" if table == "events" else "message_id"
    among = f"SELECT {key} FROM sigma_hits WHERE rule IN ({', '.join(map(str, rules))})"
    if not db.value(f"SELECT count(*) FROM ({among})"):
        return
    keys, classes = key_classes(db, table)
    needed = {test.field or "" for one in chosen.values() for test in tree.tests(one.where)} - set(keys)
    needed |= {name for one in chosen.values() for name in one.fields.values()}
    wheres = [test for one in chosen.values() for test in tree.tests(one.where) if test.op != "exists"]
    matchers = {name: Matcher(t for t in wheres if t.field == name) for name in {test.field or "" for test in wheres}}
    groups = [Group(tuple(classes), frozenset(needed), frozenset())]
    reader = Reader(db, table, fields, keys, groups, f"{key} IN ({among})")
    for number, rows in reader.batches(Sieve({})):
        batch = Batch(rows, reader.found(number, rows), fields.by_name, matchers, reader.listed)
        for at, one in chosen.items():
            if hits := batch.evaluate(one.where):
                yield _held(batch, positions(hits, batch.rows), at, one, wanted)


def _held(batch: Batch, places: pa.Array, at: int, one: _Lookup, wanted: pa.Schema) -> pa.RecordBatch:
    count = len(places)
    columns = [pa.repeat(pa.scalar(at, pa.int32()), count)]
    columns += [batch.table.column(name).take(places) for name in ("event_id", "message_id")]
    for i in range(len(wanted) - len(columns)):
        known = one.fields.get(i)
        columns.append(_row_texts(batch.column(known), places) if known else pa.nulls(count, pa.string()))
    return pa.RecordBatch.from_arrays(columns, schema=wanted)


def _row_texts(column: Column, places: pa.Array) -> pa.Array:
    """Give a field's value in each of these rows as one text; null where it is absent."""
    if column.owners is None:
        return folded(column.texts).take(column.codes.take(places))
    joined = [fold("\x1f".join(texts)) if texts else None for texts in column.of_entry()]
    return pa.array(joined, pa.string()).take(column.codes.take(places))


# -- the conditions ------------------------------------------------------------------------------------------------


class _Query:
    """The SQL of one correlation."""

    def __init__(
        self,
        one: Correlation,
        loaded: Loaded,
        numbers: Mapping[str, int],
        names: Sequence[str],
        known: Mapping[str, list[int]],
    ) -> None:
        self._one, self._numbers, self._known = one, numbers, known
        self._names = {name: at for at, name in enumerate(names)}
        self._correlations = {other.rule_id: other for other in loaded.correlations}
        self._order = "PARTITION BY keys ORDER BY us"
        self._window = f"({self._order} RANGE BETWEEN {one.timespan_us} PRECEDING AND CURRENT ROW)"

    def run(self, db: Engine) -> None:
        """Add the correlation's hits to `sigma_hits`, and what they are grouped by to `sigma_groups`."""
        inputs = [part for at, rule in enumerate(self._one.rules) if (part := self._input(at, rule))]
        if not inputs:
            return
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE sigma_input AS
            WITH every AS ({" UNION ALL ".join(inputs)}),
                 enough AS (SELECT keys FROM every GROUP BY keys HAVING {self._enough()} >= {_least(self._one)!r})
            SELECT every.* FROM every SEMI JOIN enough USING (keys)""")
        number, span = self._numbers[self._one.rule_id], self._one.timespan_us
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE sigma_runs AS
            WITH met AS ({self._met()}),
                 before AS (SELECT *, lag(met) OVER ({self._order}, id) AS met_before,
                                   lag(us) OVER ({self._order}, id) AS us_before FROM met),
                 begun AS (SELECT *, coalesce(met AND (NOT coalesce(met_before, FALSE) OR us - us_before > {span}), FALSE)
                                     AS begins FROM before),
                 counted AS (SELECT *, sum(begins::INT) OVER ({self._order}, id) AS run FROM begun)
            SELECT keys, run, arg_min(id, (us, id)) AS id, arg_min(mail, (us, id)) AS mail, min(us) AS us,
                   max(us) AS last
            FROM counted WHERE met GROUP BY keys, run""")
        db.execute(f"""
            INSERT INTO sigma_hits BY NAME
            WITH among AS (SELECT r.keys, r.run, i.id, min(i.us) AS us FROM sigma_runs r
                           JOIN (SELECT DISTINCT keys, id, us FROM sigma_input) i
                               ON i.keys = r.keys AND i.us BETWEEN r.us - {span} AND r.last GROUP BY ALL),
                 told AS (SELECT keys, run, list(id ORDER BY us, id)[:{MOST_EVENTS}] AS events FROM among GROUP BY ALL)
            SELECT {number} AS rule, CASE WHEN NOT mail THEN id END AS event_id, CASE WHEN mail THEN id END AS message_id,
                   us, events FROM sigma_runs JOIN told USING (keys, run)""")
        db.execute(f"INSERT INTO sigma_groups SELECT {number}, id, us, string_split(keys, chr(30)) FROM sigma_runs")

    def _input(self, at: int, rule: str) -> str | None:
        """Write the hits of one of the rules: its place, id, time, group-by values, and the value to count."""
        number = self._numbers.get(rule)
        if number is None:
            return None
        wanted = [self._one.aliases.get(name, {}).get(rule, name) for name in self._one.group_by]
        counted = [self._one.aliases.get(name, {}).get(rule, name) for name in self._one.condition.field]
        if rule in self._correlations:
            held = {name: f"h.held[{place}]" for place, name in enumerate(self._correlations[rule].group_by, start=1)}
            source = f"(SELECT g.*, FALSE AS mail FROM sigma_groups g WHERE rule = {number}) h"
            identity = "h.id AS id, h.mail AS mail, h.us AS us"
        else:
            variants = ", ".join(map(str, self._known.get(rule, [-1])))
            both = f"""
                SELECT h.*, v.* EXCLUDE (variant, event_id, message_id) FROM sigma_hits h
                LEFT JOIN sigma_values v ON h.{{0}} = v.{{0}} AND v.variant IN ({variants})
                WHERE h.rule = {number} AND h.{{0}} IS NOT NULL"""
            source = f"({both.format('event_id')} UNION ALL {both.format('message_id')}) h"
            held = {name: f"h.value{place}" for name, place in self._names.items()}
            identity = "coalesce(h.event_id, h.message_id) AS id, h.event_id IS NULL AS mail, h.us AS us"
        keys = [held.get(name, "NULL::VARCHAR") for name in wanted]
        value = [held.get(name, "NULL::VARCHAR") for name in counted]
        chosen = " || chr(30) || ".join(value) or "NULL::VARCHAR"
        present = " AND ".join(f"{key} IS NOT NULL" for key in keys) or "TRUE"
        return f"""
            SELECT DISTINCT {at} AS place, {identity}, {" || chr(30) || ".join(keys) or "''"} AS keys, {chosen} AS held
            FROM {source} WHERE h.us IS NOT NULL AND {present}"""

    def _enough(self) -> str:
        """Write what a group must have so many of that it is looked at more closely."""
        if self._one.kind == "value_count":
            return "count(DISTINCT held)"
        return "count(DISTINCT place)" if self._one.kind.startswith("temporal") else "count(DISTINCT id)"

    def _met(self) -> str:
        """Write: for each event, whether the condition holds in the span that ends with it."""
        condition, kind = self._one.condition, self._one.kind
        if kind == "temporal_ordered":
            return self._ordered()
        if kind == "temporal":
            met = self._expression(condition.expression) if condition.expression else self._compared(self._distinct())
            return f"SELECT keys, id, mail, us, {met} AS met FROM sigma_input WINDOW w AS {self._window}"
        figure = _FIGURES.get(kind, f"quantile_cont(figure, {(condition.percentile or 0) / 100}) OVER w")
        rows = "SELECT DISTINCT keys, id, mail, us, held, TRY_CAST(held AS DOUBLE) AS figure FROM sigma_input"
        if kind == "event_count":
            rows = "SELECT DISTINCT keys, id, mail, us FROM sigma_input"
        elif kind == "value_count":
            rows += " WHERE held IS NOT NULL"
        else:
            rows += " WHERE TRY_CAST(held AS DOUBLE) IS NOT NULL"
        return f"SELECT keys, id, mail, us, {self._compared(figure)} AS met FROM ({rows}) WINDOW w AS {self._window}"

    def _compared(self, figure: str) -> str:
        return f"({figure}) {_OPS[self._one.condition.op]} {self._one.condition.count!r}"

    def _distinct(self) -> str:
        return " + ".join(f"(bool_or(place = {at}) OVER w)::INT" for at in range(len(self._one.rules)))

    def _expression(self, node: Node) -> str:
        if isinstance(node, Test):
            return f"(bool_or(place = {self._one.rules.index(node.field or '')}) OVER w)"
        if isinstance(node, Not):
            return f"(NOT {self._expression(node.item)})"
        if isinstance(node, And | Or):
            word = " AND " if isinstance(node, And) else " OR "
            return f"({word.join(map(self._expression, node.items))})"
        return str(node.value).upper()

    def _ordered(self) -> str:
        """Write: of each event of the last rule, whether events of all others came before it, in order, in the span.

        Step by step: `since` is the latest moment at which a row of the rules so far, ending here, can have begun.
        """
        last = len(self._one.rules) - 1
        rows = "SELECT *, CASE WHEN place = 0 THEN us END AS since0 FROM sigma_input"
        for at in range(1, last + 1):
            earlier = f"max(since{at - 1}) OVER (PARTITION BY keys ORDER BY us RANGE UNBOUNDED PRECEDING)"
            rows = f"SELECT *, CASE WHEN place = {at} THEN {earlier} END AS since{at} FROM ({rows})"
        met = f"coalesce(us - since{last} <= {self._one.timespan_us}, FALSE)"
        return f"SELECT keys, id, mail, us, bool_or({met}) AS met FROM ({rows}) GROUP BY keys, id, mail, us"
