"""Find names in many texts, as rows; runs in worker processes beside the scanner."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

import pyarrow as pa

from unsealed.errors import UnsealedError
from unsealed.identify.key import keyed_hash
from unsealed.identify.names.forms import canonical, initials
from unsealed.identify.names.japanese import Japanese
from unsealed.identify.names.latin import Latin
from unsealed.identify.names.lexicon import Lexicon
from unsealed.identify.names.rows import rows
from unsealed.identify.names.spot import Spot, apart
from unsealed.identify.names.standing import block

KIND = "person_name"
CACHED = 50_000
"""Names whose hash is kept at hand."""
LONGEST = 100
"""Characters; what is longer is no name."""
_BLANK = " \t\r\n>|*"
NAMED = pa.schema(
    [
        ("k", pa.int64()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("name", pa.string()),
        ("how", pa.string()),
        ("grp", pa.int64()),
        ("value_masked", pa.string()),
        ("value_hash", pa.string()),
        ("record_start", pa.int64()),
        ("record_end", pa.int64()),
        ("line_start", pa.int64()),
        ("line_end", pa.int64()),
        ("reach_end", pa.int64()),
        ("paragraph_start", pa.int64()),
        ("paragraph_end", pa.int64()),
    ]
)
"""A row a name: `k` is the number given with its text; `grp` numbers records inside of it, with where they begin and end;
`line_*` are the ends of the name's line, `reach_end` that of the next one where it belongs to the same paragraph."""


class Names:
    """A case's names, ready to be found; the rows hold them in the clear, so they stay in the run's own folder."""

    def __init__(self, key: bytes, lexicon: Lexicon) -> None:
        self._latin, self._japanese = Latin(lexicon), Japanese(lexicon.japanese)

        @lru_cache(CACHED)
        def told(name: str) -> tuple[str, str]:
            return initials(name), keyed_hash(key, KIND, canonical(name))

        self._told = told

    def find(
        self, numbers: Sequence[int], texts: Sequence[str | None], near: Sequence[Collection[str] | None] | None = None
    ) -> pa.RecordBatch:
        """Give the names in texts, as rows of `NAMED`.

        Args:
            numbers: of the texts.
            texts: as the tables hold them.
            near: for each text words of names, in lower case, of those in its conversation (`acquaint`).

        Raises:
            UnsealedError: if finding fails; it names the error and no text.
        """
        try:
            found = [
                (number, *row)
                for place, (number, text) in enumerate(zip(numbers, texts, strict=True))
                if text
                for row in self._rows(text, (near[place] if near else None) or ())
            ]
        except Exception as error:  # noqa: BLE001 - the text of an error may hold the name it is about
            raise UnsealedError(
                f"finding names failed with {type(error).__name__}; this is a bug, please report it."
            ) from None
        columns = list(zip(*found, strict=True)) if found else [()] * len(NAMED)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, NAMED, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=NAMED)

    def spots(self, text: str, near: Collection[str] = ()) -> list[Spot]:
        """Give the names in one text, in order, none over another; places count its characters."""
        found = self._latin.find(text, near)
        japanese = () if text.isascii() else self._japanese.find(text)
        fields = (
            one._replace(record=block(text, one.start, one.end)) if one.how == "field" else one for one in japanese
        )
        more = [*rows(text), *fields]
        return apart([*found, *more]) if more else found

    def _rows(self, text: str, near: Collection[str]) -> Iterator[tuple[int | str | None, ...]]:
        around, groups = _Around(text), dict[tuple[int, int], int]()
        for spot in self.spots(text, near):
            name = spot.name or text[spot.start : spot.end]
            name = " ".join(name.split()) if "\n" in name or "  " in name or "\t" in name else name
            if len(name) > LONGEST:
                continue
            masked, hashed = self._told(name)
            record = spot.record or (None, None)
            group = groups.setdefault(spot.record, len(groups)) if spot.record else None
            yield (
                spot.start,
                spot.end,
                name,
                spot.how,
                group,
                masked,
                hashed,
                *record,
                *around.of(spot.start, spot.end),
            )


class _Around:
    """Where lines and paragraphs around names end; names come in order, and no line is measured twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line = self._paragraph = (0, -1)
        self._reach = -1

    def of(self, start: int, end: int) -> tuple[int, int, int, int, int]:
        """Give the ends of the line, the end of what a name reaches, and the ends of the paragraph."""
        text = self._text
        if end > self._line[1]:
            first, last = self._from("\n", self._line, start), self._end("\n", end)
            following = self._end("\n", min(last + 1, len(text)))
            self._line, self._reach = (first, last), following if text[last:following].strip(_BLANK) else last
        if end > self._paragraph[1]:
            self._paragraph = self._from("\n\n", self._paragraph, start), self._end("\n\n", end)
        return *self._line, self._reach, *self._paragraph

    def _from(self, sign: str, before: tuple[int, int], start: int) -> int:
        """Give where what holds a place begins; it is not looked for before the end of the one `before`."""
        if start < before[1]:
            return before[0]
        place = self._text.rfind(sign, max(0, before[1]), start)
        return 0 if place < 0 else place + len(sign)

    def _end(self, sign: str, start: int) -> int:
        end = self._text.find(sign, start)
        return len(self._text) if end < 0 else end
