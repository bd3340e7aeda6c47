"""Try rules on the tables of a case, and note which rule fires on which row."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq

from unsealed.hunt import logsources, tree
from unsealed.hunt.evaluate import columns, memory, plan
from unsealed.hunt.evaluate import values as held_values
from unsealed.hunt.evaluate.batch import Batch
from unsealed.hunt.evaluate.keywords import Sieve
from unsealed.hunt.evaluate.matching import Matcher
from unsealed.hunt.evaluate.plan import RECORD, Bound, Class, Fields, Group, Kept, Resolve
from unsealed.hunt.evaluate.read import RELATIONS, Reader
from unsealed.hunt.logsources import KEYS
from unsealed.hunt.rule import Rule
from unsealed.query import Engine, literal

MAX_CLASSES = 20_000
"""Classes that are told apart by their operation; of more, only by the other keys."""
HITS = pa.schema([("rule", pa.int64()), ("event_id", pa.string()), ("message_id", pa.string()), ("us", pa.int64())])


def fire(
    db: Engine,
    rules: Sequence[Rule],
    resolve: Resolve = logsources.find,
    values: Mapping[int, Mapping[int, str]] = MappingProxyType({}),
    silent: AbstractSet[int] = frozenset(),
    needed: Callable[[Mapping[int, int]], AbstractSet[int]] = frozenset,
) -> None:
    """Make the temporary table `sigma_hits`: `rule` (its place in `rules`), `event_id` or `message_id`, `us`, `events`.

    `events` is null; hits of correlations list there what they rest on. Where `values` are wanted, they stand in
    `sigma_values`, a row for each hit and variant of its log: `rule`, `event_id` or `message_id`, `us`, `value0`, ….

    Args:
        db: the case.
        rules: the rules to try.
        resolve: tells the variants of a log source.
        values: by a rule's place, which fields of its rows to keep: by the number of the column, the name that the rule
            has for it.
        silent: places of rules whose rows are wanted in `sigma_values` alone.
        needed: tells by the number of rows that rules have for `sigma_values` which of these rules' rows are to stand there.
    """
    fields = Fields()
    bounds = plan.bind(rules, resolve, fields)
    kept = {number: plan.keep(rules[number], wanted, resolve, fields) for number, wanted in values.items()}
    columns = held_values.schema(1 + max((at for wanted in values.values() for at in wanted), default=-1))
    counted: Counter[int] = Counter()
    with memory.kept(), tempfile.TemporaryDirectory(prefix=".hits-", dir=db.case.folder) as folder:
        files = {name: Path(folder) / f"{name}.parquet" for name in ("hits", "values")}
        told = [column for column in columns.names if column.startswith(("rule", "value"))]
        with (
            pq.ParquetWriter(files["hits"], HITS, compression="none", use_dictionary=["rule"]) as hits,
            pq.ParquetWriter(files["values"], columns, compression="none", use_dictionary=told) as held,
        ):
            for table in RELATIONS:
                ours = [one for one in bounds if one.table == table]
                for batch, found in _table(db, table, ours, fields, kept):
                    _write(hits, _hits(batch, {rule: rows for rule, rows in found.items() if rule not in silent}))
                    made = list(held_values.held(batch, found, kept, columns))
                    for rows in made:
                        counted[rows.column(0)[0].as_py()] += rows.num_rows
                    _write(held, made)
        # A letter is a row an attachment, and a record one row.
        rows = f"read_parquet({literal(str(files['hits']))}) WHERE message_id IS"
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE sigma_hits AS SELECT *, NULL::VARCHAR[] AS events FROM {rows} NULL
            UNION ALL SELECT DISTINCT *, NULL::VARCHAR[] AS events FROM {rows} NOT NULL""")
        chosen = ", ".join(map(str, sorted(needed(counted)))) or "NULL"
        rows = f"read_parquet({literal(str(files['values']))}) WHERE rule IN ({chosen}) AND message_id IS"
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE sigma_values AS SELECT * FROM {rows} NULL
            UNION ALL SELECT DISTINCT * FROM {rows} NOT NULL""")


def _write(writer: pq.ParquetWriter, batches: Iterable[pa.RecordBatch]) -> None:
    """Write batches as one part of a file."""
    made = list(batches)
    if made:
        writer.write_table(pa.Table.from_batches(made))


def _table(
    db: Engine, table: str, bounds: Sequence[Bound], fields: Fields, kept: Mapping[int, Sequence[Kept]]
) -> Iterator[tuple[Batch, Mapping[int, int]]]:
    """Try rules on one table's rows; give batches of them, and which of their rows each rule hits."""
    if not bounds:
        return
    keys, classes = key_classes(db, table)
    kept = {number: ours for number, every in kept.items() if (ours := [one for one in every if one.table == table])}
    groups = plan.group(bounds, classes, keys, kept)
    if not groups:
        return
    needed = sorted({one for group in groups for one in group.rules})
    trees = [*(bounds[one].tree for one in needed), *(one.where for every in kept.values() for one in every)]
    matchers = {name: Matcher(tests) for name, tests in plan.by_field(trees).items()}
    reader = Reader(db, table, fields, keys, groups)
    for number, rows in reader.batches(_sieve(groups, bounds, fields)):
        batch = Batch(rows, reader.found(number, rows), fields.by_name, matchers, reader.listed)
        found: dict[int, int] = defaultdict(int)
        for one in sorted(groups[number // 2].rules):
            found[bounds[one].rule] |= batch.evaluate(bounds[one].tree)
        yield batch, found


def _sieve(groups: Sequence[Group], bounds: Sequence[Bound], fields: Fields) -> Sieve:
    """Make the search for the keywords of all groups."""
    record = fields.name(RECORD)
    looking = {
        number: tests
        for number, one in enumerate(bounds)
        if (tests := [t for t in tree.tests(one.tree) if t.field == record])
    }
    searched = [number for number, group in enumerate(groups) if record in group.fields]
    return Sieve({number: [t for one in groups[number].rules for t in looking.get(one, ())] for number in searched})


def _hits(batch: Batch, found: Mapping[int, int]) -> Iterator[pa.RecordBatch]:
    """Turn sets of rows into rows of `sigma_hits`."""
    for rule, rows in found.items():
        if rows:
            at = columns.positions(rows, batch.rows)
            ids = [batch.table.column(name).take(at) for name in ("event_id", "message_id", "us")]
            yield pa.RecordBatch.from_arrays([pa.repeat(pa.scalar(rule, pa.int64()), len(at)), *ids], schema=HITS)


def key_classes(db: Engine, table: str) -> tuple[tuple[str, ...], list[Class]]:
    """Give the key columns and their values in each class of rows."""
    keys: tuple[str, ...] = KEYS
    while True:
        names = ", ".join(keys)
        found = db.table(f"SELECT DISTINCT {names} FROM ({RELATIONS[table]}) LIMIT {MAX_CLASSES + 1}")
        if found.num_rows <= MAX_CLASSES or not keys[:-1]:
            return keys, list(zip(*(column.to_pylist() for column in found.columns), strict=True))
        keys = keys[:-1]
