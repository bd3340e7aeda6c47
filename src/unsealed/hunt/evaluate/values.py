"""What the rows that a rule hits hold in some of their fields: correlations group and count by it."""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from unsealed.hunt.evaluate.batch import Batch
from unsealed.hunt.evaluate.columns import Column, positions
from unsealed.hunt.evaluate.folding import fold, folded
from unsealed.hunt.evaluate.plan import Kept

IDS = (("rule", pa.int64()), ("event_id", pa.string()), ("message_id", pa.string()), ("us", pa.int64()))
SEPARATOR = "\x1f"
"""Between the texts of a field that has several."""


def schema(count: int) -> pa.Schema:
    """Give the columns of the rows: of a hit, and `value0`, `value1`, …, of each name that is wanted."""
    return pa.schema([*IDS, *((f"value{at}", pa.string()) for at in range(count))])


def held(
    batch: Batch, found: Mapping[int, int], kept: Mapping[int, Sequence[Kept]], wanted: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Give what is kept of the rows of a batch that rules have hit: a row for each variant of a log that they belong to.

    Args:
        batch: the rows.
        found: by the number of a rule, the rows that it hits.
        kept: by the number of a rule, what is kept.
        wanted: the columns, from `schema`.
    """
    for rule, hits in found.items():
        for one in kept.get(rule, ()) if hits else ():
            if rows := hits & batch.evaluate(one.where):
                places = positions(rows, batch.rows)
                columns = [pa.repeat(pa.scalar(rule, pa.int64()), len(places))]
                columns += [batch.table.column(name).take(places) for name, _ in IDS[1:]]
                for at in range(len(wanted) - len(IDS)):
                    name = one.fields.get(at)
                    columns.append(_texts(batch.column(name), places) if name else pa.nulls(len(places), pa.string()))
                yield pa.RecordBatch.from_arrays(columns, schema=wanted)


def _texts(column: Column, places: pa.Array) -> pa.Array:
    """Give a field's value in each of these rows as one text, in the case in which texts are compared; null where absent."""
    if column.owners is None:
        return folded(column.texts).take(column.codes.take(places))
    joined = [fold(SEPARATOR.join(texts)) if texts else None for texts in column.of_entry()]
    return pa.array(joined, pa.string()).take(column.codes.take(places))
