"""A batch of rows and what rules make of it: columns are made when a rule asks, and sets of rows are combined."""

from collections.abc import Mapping, Sequence
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from unsealed.hunt.evaluate import columns, paths
from unsealed.hunt.evaluate.columns import Column
from unsealed.hunt.evaluate.folding import fold
from unsealed.hunt.evaluate.matching import Matcher
from unsealed.hunt.evaluate.pieces import Found
from unsealed.hunt.evaluate.plan import RECORD
from unsealed.hunt.logsources import Field
from unsealed.hunt.tree import REFERENCE_OPS, Always, And, Node, Not, Or, Test

_NULL, _NULL_TEXT = pa.scalar(None, pa.string()), pa.scalar("null")


class Batch:
    """Some thousand rows of which the same was taken from their records.

    Args:
        table: the rows; `record` where keywords look into it, `hidden` where JSON may hide in JSON (both JSON text).
        pointers: by pointer, the JSON text that stands there in each row's record.
        fields: every field, by the name that tests have for it.
        matchers: by field, what is looked for in it.
        listed: names of columns that hold JSON text.
    """

    def __init__(
        self,
        table: pa.RecordBatch,
        pointers: Mapping[str, pa.Array],
        fields: Mapping[str, Field],
        matchers: Mapping[str, Matcher],
        listed: frozenset[str],
    ) -> None:
        self.table = table
        self.rows: int = table.num_rows
        self._pointers, self._fields, self._matchers, self._listed = pointers, fields, matchers, listed
        self._all: int = (1 << self.rows) - 1
        self._columns: dict[str, Column] = {}
        self._found: dict[str, Found] = {}
        self._rows: dict[Test, int] = {}
        self._hidden = self._records("hidden")

    def _records(self, name: str) -> dict[int, object]:
        """Read the whole records that stand in a column, by row."""
        if name not in self.table.schema.names:
            return {}
        texts = self.table.column(name)
        rows = pc.indices_nonzero(texts.is_valid())
        return {
            row: paths.loads(text) for row, text in zip(rows.to_pylist(), texts.take(rows).to_pylist(), strict=True)
        }

    def evaluate(self, node: Node) -> int:
        """Give the rows for which a condition holds."""
        return self._evaluate(node) if self._possible(node) else 0

    def column(self, name: str) -> Column:
        """Give the values of a field, by the name that tests have for it."""
        if name not in self._columns:
            self._columns[name] = self._made(name)
        return self._columns[name]

    def _possible(self, node: Node) -> bool:
        """Tell whether a condition can hold anywhere, from what was seen in the columns alone."""
        if isinstance(node, Test):
            if node.op == "exists" or node.op in REFERENCE_OPS:
                return True
            return node in self._matches(node.field or "")
        if isinstance(node, And):
            return all(map(self._possible, node.items))
        if isinstance(node, Or):
            return any(map(self._possible, node.items))
        return node.value if isinstance(node, Always) else True

    def _evaluate(self, node: Node) -> int:
        if isinstance(node, Test):
            known = self._rows.get(node)
            if known is None:
                known = self._rows[node] = self._test(node)
            return known
        if isinstance(node, Not):
            return self._all & ~self._evaluate(node.item)
        if isinstance(node, Always):
            return self._all if node.value else 0
        if isinstance(node, Or):
            return reduce(lambda rows, item: rows | self._evaluate(item), node.items, 0)
        rows = self._all
        for item in node.items:
            rows &= self._evaluate(item)
            if not rows:
                break
        return rows

    def _test(self, test: Test) -> int:
        name = test.field or ""
        if test.op == "exists":
            return self.column(name).present()
        if test.op in REFERENCE_OPS:
            return self._compare(test.op, self.column(name), self.column(str(test.value)))
        found = self._matches(name).get(test)
        return self.column(name).having(found) if found else 0

    def _matches(self, name: str) -> Found:
        if name not in self._found:
            self._found[name] = self._matchers[name].match(self.column(name).texts)
        return self._found[name]

    def _made(self, name: str) -> Column:
        where = self._fields[name]
        if where == RECORD:
            return self._of_records()
        if not where.paths:
            column = self._read(str(where.column))
            return columns.of_json(column) if where.column in self._listed else columns.of_texts(column)
        parts = [found for way in where.paths if (found := self._at(way)) is not None]
        value = pa.nulls(self.rows, pa.string()) if not parts else pc.coalesce(*parts) if len(parts) > 1 else parts[0]
        if self._hidden:
            dug = pa.array([_first(record, where.paths) for record in self._hidden.values()], pa.string())
            value = pc.replace_with_mask(value, columns.flags(self._hidden, self.rows), dug)
        if where.column:
            value = pc.coalesce(self._read(f"{where.column} as JSON"), value)
        return columns.of_json(value)

    def _read(self, name: str) -> pa.Array:
        """Give a column as it was read; null where no rule needs it, for the keys have settled all that names it."""
        at = self.table.schema.get_field_index(name)
        return self.table.column(at) if at >= 0 else pa.nulls(self.rows, pa.string())

    def _of_records(self) -> Column:
        """Make the column of all values of the records in which a keyword may stand."""
        records = self._records("record")
        numbers = {row: number for number, row in enumerate(records)}
        codes = pa.array([numbers.get(row) for row in range(self.rows)], pa.int32())
        return columns.of_lists(codes, [list(dict.fromkeys(paths.leaves(record))) for record in records.values()])

    def _at(self, way: str) -> pa.Array | None:
        """Give what one path leads to in each row, as JSON text; None where it leads nowhere in this batch."""
        pointer, rest = paths.head(way)
        held = self._pointers.get(pointer)
        if held is None or held.null_count == len(held):
            return None
        if not rest:
            empty = pc.equal(held, _NULL_TEXT)
            return pc.if_else(empty, _NULL, held) if pc.any(empty).as_py() else held
        encoded = held.dictionary_encode()
        dug = [_joined(paths.dig(paths.loads(text), rest)) for text in encoded.dictionary.to_pylist()]
        return pa.array(dug, pa.string()).take(encoded.indices)

    def _compare(self, op: str, left: Column, right: Column) -> int:
        """Give the rows in which any text of one field stands so to any text of another, both not empty."""
        size = pa.scalar(max(right.entries, 1), pa.int64())
        pair = pc.add(pc.multiply(left.codes.cast(pa.int64()), size), right.codes.cast(pa.int64()))
        encoded = pair.dictionary_encode()
        ours, theirs = left.of_entry(), right.of_entry()
        hits = [
            number
            for number, both in enumerate(encoded.dictionary.to_pylist())
            if _stands(op, ours[both // size.as_py()], theirs[both % size.as_py()])
        ]
        empty = pa.array([], pa.string())
        return Column(self.rows, encoded.indices, empty, None, len(encoded.dictionary)).holding(hits)


def _stands(op: str, ours: Sequence[str], theirs: Sequence[str]) -> bool:
    for mine in map(fold, ours):
        for other in map(fold, theirs):
            if (
                mine
                and other
                and (
                    mine == other
                    or (op == "fieldref_contains" and other in mine)
                    or (op == "fieldref_startswith" and mine.startswith(other))
                    or (op == "fieldref_endswith" and mine.endswith(other))
                )
            ):
                return True
    return False


def _first(record: object, ways: Sequence[str]) -> str | None:
    """Give what the first path that leads to anything leads to, as JSON text."""
    return next((text for way in ways if (text := _joined(paths.dig(record, paths.steps(way)))) is not None), None)


def _joined(found: Sequence[object]) -> str | None:
    """Give what a path leads to as one JSON value: what is found in several places is a list of texts."""
    if len(found) == 1:
        return paths.compact(found[0])
    return paths.compact([text for value in found for text in paths.texts(value)]) if found else None
