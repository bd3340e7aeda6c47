"""Correlations: rules over the hits of other rules within a sliding span of time, never over the logs themselves.

A hit of a correlation names the event that completes it and lists the events that it rests on; as long as the condition
keeps holding, later events belong to the same hit. Hits whose group-by fields are absent are left out: what has no
account is not one account's doing. Group-by values are compared without regard to case. Times are in microseconds.

The format: Sigma correlation rules, https://sigmahq.io/sigma-specification/specification/sigma-correlation-rules-specification.html
"""

from collections.abc import Mapping

from unsealed.hunt import logsources
from unsealed.hunt.evaluate import fire
from unsealed.hunt.evaluate.plan import Resolve
from unsealed.hunt.rule import Correlation, Loaded, Unusable
from unsealed.hunt.tree import And, Node, Not, Or, Test
from unsealed.query import Engine

MOST_EVENTS = 1000
"""Events that one hit lists; of more, the first."""
_MOST_BITS = 100
_OPS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "=", "neq": "<>"}
_FIGURES = {
    "value_sum": "sum(figure) OVER w",
    "value_avg": "avg(figure) OVER w",
    "value_median": "quantile_cont(figure, 0.5) OVER w",
    "value_count": "count(DISTINCT held) OVER w",
    "event_count": "count(*) OVER w",
}


def find(db: Engine, loaded: Loaded, resolve: Resolve = logsources.find) -> None:
    """Make `sigma_hits` of all rules and correlations: `rule` is a rule's place in `rules`; behind these come the correlations.

    What rules hit that only feed correlations is not in it.

    Args:
        db: the case.
        loaded: the rules and correlations.
        resolve: tells the variants of a log source.
    """
    ids = [*(rule.rule_id for rule in loaded.rules), *(one.rule_id for one in loaded.correlations)]
    numbers = {rule_id: number for number, rule_id in enumerate(ids)}
    names = _names(loaded)
    wanted: dict[int, dict[int, str]] = {}
    for one in loaded.correlations:
        for rule in (rule for rule in one.rules if numbers.get(rule, len(numbers)) < len(loaded.rules)):
            wanted.setdefault(numbers[rule], {}).update({names[name]: name for name in _wanted(one, rule)})
    silent = {number for number, rule in enumerate(loaded.rules) if rule.rule_id in loaded.silent}
    possible: list[Correlation] = []

    def needed(hits: Mapping[int, int]) -> set[int]:
        possible[:] = _possible(hits, loaded, numbers)
        return {numbers[rule] for one in possible for rule in one.rules if rule in numbers}

    fire(db, loaded.rules, resolve, wanted, silent, needed)
    if not loaded.correlations:
        return
    db.execute("CREATE OR REPLACE TEMP TABLE sigma_groups (rule BIGINT, id VARCHAR, us BIGINT, held VARCHAR[])")
    for one in possible:
        _Query(one, loaded, numbers, names).run(db)


def _possible(hits: Mapping[int, int], loaded: Loaded, numbers: Mapping[str, int]) -> list[Correlation]:
    """Give the correlations for which there are hits enough at all."""
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


def _names(loaded: Loaded) -> dict[str, int]:
    """Number the names of all fields that rules' events are grouped by or counted."""
    rules = {rule.rule_id for rule in loaded.rules}
    wanted = {name for one in loaded.correlations for rule in one.rules if rule in rules for name in _wanted(one, rule)}
    return {name: number for number, name in enumerate(sorted(wanted))}


# -- the conditions ------------------------------------------------------------------------------------------------


class _Query:
    """The SQL of one correlation."""

    def __init__(self, one: Correlation, loaded: Loaded, numbers: Mapping[str, int], names: Mapping[str, int]) -> None:
        self._one, self._numbers, self._names = one, numbers, names
        self._correlations = {other.rule_id: other for other in loaded.correlations}
        self._order = "PARTITION BY keys ORDER BY us"
        self._window = f"({self._order} RANGE BETWEEN {one.timespan_us} PRECEDING AND CURRENT ROW)"

    def run(self, db: Engine) -> None:
        """Add the correlation's hits to `sigma_hits`, and what they are grouped by to `sigma_groups`."""
        inputs = [part for at, rule in enumerate(self._one.rules) if (part := self._input(at, rule))]
        if not inputs:
            return
        db.execute(f"CREATE OR REPLACE TEMP TABLE sigma_input AS {self._narrowed(' UNION ALL '.join(inputs))}")
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
            source = f"(SELECT * FROM sigma_values WHERE rule = {number}) h"
            held = {name: f"h.value{place}" for name, place in self._names.items()}
            identity = "coalesce(h.event_id, h.message_id) AS id, h.event_id IS NULL AS mail, h.us AS us"
        keys = [held.get(name, "NULL::VARCHAR") for name in wanted]
        value = [held.get(name, "NULL::VARCHAR") for name in counted]
        chosen = " || chr(30) || ".join(value) or "NULL::VARCHAR"
        present = " AND ".join(f"{key} IS NOT NULL" for key in keys) or "TRUE"
        return f"""
            SELECT {at} AS place, {identity}, {" || chr(30) || ".join(keys) or "''"} AS keys, {chosen} AS held
            FROM {source} WHERE h.us IS NOT NULL AND {present}"""

    def _narrowed(self, every: str) -> str:
        """Write the hits in those stretches of time in which there are enough of a group for the condition to be met.

        A span lies within two stretches of its length that follow each other: what these two do not hold, it can't.
        """
        least, span = _least(self._one), max(self._one.timespan_us, 1)
        if least <= 1 or len(self._one.rules) > _MOST_BITS:
            return f"SELECT DISTINCT * FROM ({every})"
        if self._one.kind.startswith("temporal"):
            count, both = "bit_or(1::HUGEINT << place)", "bit_count(n | {})"
        else:
            count, both = ("count(DISTINCT held)" if self._one.kind == "value_count" else "count(*)"), "n + {}"
        beside = " OR ".join(
            f"{both.format(f'CASE WHEN abs(stretch - {near}(stretch) OVER w) = 1 THEN {near}(n) OVER w ELSE 0 END')} >= {least!r}"
            for near in ("lag", "lead")
        )
        return f"""
            WITH every AS (SELECT *, us // {span} AS stretch FROM ({every})),
                 counted AS (SELECT keys, stretch, {count} AS n FROM every GROUP BY keys, stretch),
                 enough AS (SELECT keys, stretch FROM counted WINDOW w AS (PARTITION BY keys ORDER BY stretch)
                            QUALIFY {beside})
            SELECT DISTINCT every.* EXCLUDE (stretch) FROM every SEMI JOIN enough USING (keys, stretch)"""

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
