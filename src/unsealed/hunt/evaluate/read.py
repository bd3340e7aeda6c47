"""Read a table's rows once, with just what the open rules of their class need of each record."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, cached_property

import pyarrow as pa
import pyarrow.compute as pc

from unsealed.hunt import logsources
from unsealed.hunt.evaluate import paths
from unsealed.hunt.evaluate.columns import coded
from unsealed.hunt.evaluate.keywords import Sieve
from unsealed.hunt.evaluate.plan import RECORD, Fields, Group
from unsealed.query import Engine, literal

BATCH_ROWS, PENDING_BYTES = 65_536, 192 << 20
"""Rows that are evaluated together, and what may wait for more of its kind in memory."""
ENOUGH = 25_000
"""Rows of one part that do not wait for more; that many are worth numbering the words of each column before they are taken."""
COMMON = 8
"""A key that the paths of so many fields lead through is looked for before they are tried, if that saves as many."""
MOST_NAMED = 300
"""Operations up to which a query names them."""
_NONE = pa.scalar(None, pa.int32())
_OURS = frozenset({"found", "record", "part", "class"})
_IDENTITY = frozenset({"event_id", "message_id", "us", "hidden", "record"})
_DERIVED = ", ".join(f"{text} AS {name}" for name, text in logsources.DERIVED.items())
RELATIONS = {"events": f"SELECT *, {_DERIVED} FROM events", "messages": logsources.MESSAGES}
_IDS = {"events": ("event_id", "NULL::VARCHAR", "epoch_us(time)"), "messages": ("NULL::VARCHAR", "message_id", "us")}


class Reader:
    """Rows of a table with what their groups need of them, in batches of one group each.

    Args:
        db: the case.
        table: `events` or `messages`.
        fields: every field, by name.
        keys: the key columns.
        groups: what is needed of which classes.
        where: SQL that narrows the rows.
    """

    def __init__(
        self, db: Engine, table: str, fields: Fields, keys: Sequence[str], groups: Sequence[Group], where: str = "TRUE"
    ) -> None:
        self._db, self._relation, self._ids = db, RELATIONS[table], _IDS[table]
        self._fields, self._keys, self._groups, self._where = fields.by_name, keys, groups, where
        self._types = db.table(f"SELECT * FROM ({self._relation}) LIMIT 0").schema
        self.listed = frozenset(field.name for field in self._types if pa.types.is_nested(field.type))

    @cached_property
    def pointers(self) -> list[list[str]]:
        """The pointers that each part of the rows needs: of each group, its flat records, then those with a mark."""
        found: list[list[str]] = []
        for group in self._groups:
            ways = [way for name in group.fields if self._fields[name] != RECORD for way in self._fields[name].paths]
            flat = [way for way in ways if _mark(way) not in self._marks]
            found += [sorted({paths.head(way)[0] for way in held}) for held in (flat, ways)]
        return found

    @cached_property
    def _marks(self) -> frozenset[str]:
        """The keys that the paths of many fields lead through: a record without any is flat, and little is tried on it."""
        fields = {name for group in self._groups for name in group.fields}
        counted = Counter(mark for name in fields for mark in {_mark(way) for way in self._fields[name].paths} if mark)
        return frozenset(mark for mark, count in counted.items() if count >= COMMON)

    def batches(self, sieve: Sieve) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Give rows of one part, some thousand at a time, with the part's number: twice its group's, or one more.

        Args:
            sieve: the search for records in which keywords may stand; only these are read whole.
        """
        sql = self.sql(sieve)
        self._register()
        pending: dict[int, list[pa.RecordBatch]] = {}
        bytes_of: Counter[int] = Counter()
        rows_of: Counter[int] = Counter()
        for read in self._db.batches(sql):
            for number, rows in self._split(read, sieve):
                if rows.num_rows >= ENOUGH:
                    yield number, rows
                    continue
                pending.setdefault(number, []).append(rows)
                rows_of[number] += rows.num_rows
                bytes_of[number] += rows.nbytes
            full = [number for number, count in rows_of.items() if count >= BATCH_ROWS]
            while bytes_of.total() - sum(bytes_of[number] for number in full) > PENDING_BYTES:
                full.append(max(bytes_of.keys() - set(full), key=lambda number: bytes_of[number]))
            for number in full:
                del rows_of[number], bytes_of[number]
                yield number, pa.concat_batches(pending.pop(number))
        for number in list(pending):
            yield number, pa.concat_batches(pending.pop(number))

    def _split(self, read: pa.RecordBatch, sieve: Sieve) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Give the rows of each part in memory of their own: a slice would keep all the rest alive while it waits."""
        parts = read.column("part")
        starts = values = None
        if "found" in read.schema.names:
            found = read.column("found")
            starts, values = pc.if_else(found.is_valid(), found.offsets[:-1], _NONE), found.values.cast(pa.string())
        plain = self._plain(read)
        if "record" in read.schema.names:
            records = read.column("record")
            kept = sieve.kept(records, [part // 2 for part in parts.to_pylist()])
            rows = pc.index_in(pa.array(range(len(parts)), pa.uint64()), value_set=kept)
            plain = plain.append_column("record", records.take(kept).take(rows))
        order = pc.array_sort_indices(parts)
        start = 0
        counts = sorted((row["values"], row["counts"]) for row in pc.value_counts(parts).to_pylist())
        named = {name for number, count in counts if count >= ENOUGH for name in self._asked[number // 2]}
        words = _numbered(plain, named) if named else plain
        for number, count in counts:
            places = order.slice(start, count)
            start += count
            asked = [name for name in plain.schema.names if name in self._asked[number // 2]]
            rows = (words if count >= ENOUGH else plain).select(asked).take(places)
            if starts is not None and values is not None:
                # One gather a pointer, straight from the values of all lists.
                at = starts.take(places)
                for i, pointer in enumerate(self.pointers[number]):
                    rows = rows.append_column(pointer, values.take(pc.add(at, _number(i)) if i else at))
            yield number, rows

    @cached_property
    def _asked(self) -> list[frozenset[str]]:
        """The columns that are taken of each group's rows: of others no rule that is open there asks anything."""
        asked = []
        for group in self._groups:
            columns = {self._fields[name].column for name in group.fields}
            written = {f"{column} as JSON" for column in columns}
            asked.append(frozenset({*self._keys, *_IDENTITY, *written, *(one for one in columns if one)}))
        return asked

    def _plain(self, read: pa.RecordBatch) -> pa.RecordBatch:
        """Give the columns of rows; those of the keys as numbers of words, by the rows' classes."""
        made = {name: read.column(name) for name in read.schema.names if name not in _OURS}
        for key, (codes, words) in self._words.items():
            made[key] = pa.DictionaryArray.from_arrays(codes.take(read.column("class")), words)
        return pa.RecordBatch.from_arrays(list(made.values()), list(made))

    @cached_property
    def _words(self) -> dict[str, tuple[pa.Array, pa.Array]]:
        """Of each key: the number of its word in each class, and the words."""
        found = {}
        for place, key in enumerate(self._keys):
            words = [values[place] for group in self._groups for values in group.classes]
            encoded = pa.array(words, pa.string()).dictionary_encode()
            found[key] = (encoded.indices, encoded.dictionary)
        return found

    def _register(self) -> None:
        rows = [(*values, number) for number, group in enumerate(self._groups) for values in group.classes]
        held = list(zip(*rows, strict=True))
        table = {f"class_{key}": pa.array(values, pa.string()) for key, values in zip(self._keys, held, strict=False)}
        numbers = {"group": pa.array(held[-1], pa.int32()), "class": pa.array(range(len(rows)), pa.int32())}
        self._db.register("sigma_classes", pa.table(table | numbers))

    def sql(self, sieve: Sieve) -> str:
        """Give the query that reads all that is needed: once, and the records themselves only of groups that ask for them."""
        every = range(len(self._groups))
        asking = [at for at in every if self.pointers[2 * at + 1] or at in sieve.groups]
        rest = [at for at in every if at not in asking]
        if not rest or not asking or "operation" not in self._keys or self._relation != RELATIONS["events"]:
            return self._query(sieve, every, "")
        operations = {
            dict(zip(self._keys, values, strict=True))["operation"]
            for at in asking
            for values in self._groups[at].classes
        }
        if None in operations or len(operations) > MOST_NAMED:
            return self._query(sieve, every, "")
        # A condition on a word in lower case is tried before the other columns are read; a plain IN is not.
        named = ", ".join(sorted({f"lower({literal(str(name))})" for name in operations}))
        return f"{self._query(sieve, asking, f'lower(operation) IN ({named})')} UNION ALL BY NAME {self._query(sieve, rest, '')}"

    def _query(self, sieve: Sieve, groups: Sequence[int], among: str) -> str:
        """Give the query that reads the rows of some groups, where `among` holds of them."""
        chosen = [
            f"{self._ids[0]} AS event_id",
            f"{self._ids[1]} AS message_id",
            f"{self._ids[2]} AS us",
            "part",
            "class",
        ]
        chosen += self._columns()
        parts = [(number, self.pointers[number]) for at in groups for number in (2 * at, 2 * at + 1)]
        extracted = [(number, _extract(held)) for number, held in parts if held]
        hidden = [(number, _hidden(held)) for number, held in parts if _hiding(held)]
        records = [(number, sieve.sql(number // 2)) for number, _ in parts if number // 2 in sieve.groups]
        for name, cases in (("found", extracted), ("hidden", hidden), ("record", records)):
            if cases:
                told = " ".join(f"WHEN {number} THEN {value}" for number, value in cases)
                chosen.append(f"CASE part {told} END AS {name}")
        on = " AND ".join(f"e.{key} IS NOT DISTINCT FROM g.class_{key}" for key in self._keys)
        # Without the quotation mark before it: a search that begins with JSON's commonest character is slow.
        marked = " OR ".join(f"contains(raw, {literal(mark + chr(34))})" for mark in sorted(self._marks)) or "FALSE"
        few = [at for at in groups if len(self.pointers[2 * at + 1]) - len(self.pointers[2 * at]) < COMMON]
        if len(few) == len(groups):
            marked = "TRUE"
        elif few:
            marked = f'CASE WHEN g."group" IN ({", ".join(map(str, few))}) THEN TRUE ELSE {marked} END'
        relation = f"SELECT * FROM ({self._relation}) WHERE {among}" if among else self._relation
        ours = "" if len(groups) == len(self._groups) else f"""WHERE g."group" IN ({", ".join(map(str, groups))})"""
        rows = f"""SELECT e.*, 2 * g."group" + ({marked})::INT AS part, g."class"
            FROM ({relation}) e JOIN sigma_classes g ON {on} {ours}"""
        return f"SELECT {', '.join(chosen)} FROM ({rows}) WHERE {self._where}"

    def _columns(self) -> list[str]:
        fields = {self._fields[name] for group in self._groups for name in group.fields}
        plain = sorted({field.column for field in fields if field.column and not field.paths} - set(self._keys))
        mixed = sorted({field.column for field in fields if field.column and field.paths and field != RECORD})
        chosen = [f'{_column(name, self._types.field(name).type)} AS "{name}"' for name in plain]
        return chosen + [
            f'{_column(name, self._types.field(name).type, json=True)} AS "{name} as JSON"' for name in mixed
        ]

    def found(self, number: int, rows: pa.RecordBatch) -> dict[str, pa.Array]:
        """Give what was found in the records of a part's rows, by pointer."""
        return {pointer: rows.column(pointer) for pointer in self.pointers[number]}


def _numbered(rows: pa.RecordBatch, wanted: AbstractSet[str]) -> pa.RecordBatch:
    """Give rows whose columns are numbers of words, so that no word is copied when some of the rows are taken."""
    texts = {field.name for field in rows.schema if pa.types.is_string(field.type)} & wanted - _IDENTITY
    names = rows.schema.names
    made = [coded(column) if name in texts else column for name, column in zip(names, rows.columns, strict=True)]
    return pa.RecordBatch.from_arrays(made, names)


@cache
def _number(value: int) -> pa.Scalar:
    return pa.scalar(value, pa.int32())


def _mark(way: str) -> str | None:
    """Give the first key of a path that has more steps: where a record lacks it, the path leads nowhere."""
    first, *more = paths.steps(way) or ("",)
    return first if more and isinstance(first, str) and first.isascii() and not {first} & {paths.ALL, ""} else None


def _column(name: str, kind: pa.DataType, *, json: bool = False) -> str:
    """Write a column as text (RFC 3339 for times), or as JSON text where it is a list or to be mixed with such."""
    if pa.types.is_nested(kind):
        return f'CASE WHEN len("{name}") > 0 THEN to_json("{name}")::VARCHAR END'
    written = f'"{name}"::VARCHAR'
    if pa.types.is_timestamp(kind):
        written = f"strftime(\"{name}\", '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"to_json({written})::VARCHAR" if json else written


def _extract(pointers: Sequence[str]) -> str:
    return f"TRY(json_extract(raw, [{', '.join(map(literal, pointers))}]))"


def _hiding(pointers: Sequence[str]) -> list[str]:
    """Give the pointers at which JSON text inside JSON would hide what is looked for."""
    return sorted({prefix for pointer in pointers for prefix in paths.prefixes(pointer)})


def _hidden(pointers: Sequence[str]) -> str:
    """Write: the whole record, if it holds JSON text inside JSON on the way of one of the pointers."""
    listed = ", ".join(map(literal, _hiding(pointers)))
    # Without the quotation mark before the brace, which is slow to look for.
    likely = "contains(raw, '{\\') OR contains(raw, '{ ') OR contains(raw, '\"[')"
    return f"CASE WHEN ({likely}) AND list_contains(TRY(json_type(raw, [{listed}])), 'VARCHAR') THEN raw END"
