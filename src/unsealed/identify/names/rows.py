"""Names in tables: a line of headings that names a column of people, and a person in each line below.

What a table is, is told in `identify/tables.py`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from unsealed.identify.names.forms import WORD, parse
from unsealed.identify.names.spot import Spot
from unsealed.identify.names.words import (
    BESIDE_COLUMNS,
    FAMILY_COLUMNS,
    GIVEN_COLUMNS,
    NO_NAME,
    PLAIN_COLUMNS,
    TITLES,
    WHOLE_COLUMNS,
)
from unsealed.identify.tables import HEADING, MARKS, MISFITS, ROW, TOP, Cell, can_head, cells, key, mark_of

FRUITLESS = 100
"""So many lines of headings without anybody below them are enough for a text."""
_LATIN_SIGNS = (
    "name",
    "Name",
    "NAME",
    "atient",
    "mployee",
    "ustomer",
    "articipant",
    "ttendee",
    "tudent",
    "lient",
    "nsured",
)
_SIGNS = tuple({word[:2] for word in WHOLE_COLUMNS | FAMILY_COLUMNS if not word.isascii()})
_READING = re.compile("カナ|フリガナ|ふりがな")
_LATIN = re.compile(
    rf"(?:{WORD}|[A-Z]\.?)(?:[ ,]{{1,2}}(?:(?:van|von|de|del|der|da|di|la|le|bin|al)[ ])?(?:{WORD}|[A-Z]\.?)){{0,4}}"
)
_EASTERN = re.compile(
    "[々〆ヵヶ\u3400-\u9fff\u3041-\u3096\u30a1-\u30faー]{1,8}(?:[ 　・][々〆ヵヶ\u3400-\u9fff\u3041-\u3096\u30a1-\u30faー]{1,12})?"
)
_HANGUL = re.compile("[가-힣]{2,5}")
_THING = re.compile("株式|有限|会社|丁目|番地|学校|大学|病院|銀行|合計|小計|備考|様式|一覧|名簿|なし|不明|未定")
_END = re.compile("^[男女]性?$|(?:[部課店計]|..[県市区町村]|^.{1,2}[円日月年])$")
"""What is no name, where no space parts family and given name: 中村 直子, 町田 和男 and 佐藤 美月 are names."""


class _Columns(NamedTuple):
    size: int
    mark: str
    whole: tuple[int, ...]
    plain: bool
    beside: tuple[int, ...]
    """Columns of people that the row is not about."""
    given: int | None
    family: int | None


def rows(text: str) -> Iterator[Spot]:
    """Give the names in the tables of a text, each with its line as its record."""
    done, fruitless = -1, 0
    for at in _places(text):
        if at < done or fruitless > FRUITLESS:
            continue
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        if end < 0 or end - start > HEADING:
            continue
        if columns := _headings(text, start, end):
            done, fruitless = end, fruitless + 1
            for spot in _people(text, end + 1, columns):
                done, fruitless = spot.end, 0
                yield spot


def _places(text: str) -> list[int]:
    """Give where a word of a heading stands, once a line."""
    lines = dict[int, int]()
    # Lines of commas have their headings at the beginning of a file; what has tabs may be several sheets.
    high = len(text) if "\t" in text else min(len(text), TOP)
    if high <= TOP and not any(mark in text[:high] for mark in MARKS):
        return []
    for sign in _LATIN_SIGNS if text.isascii() else _LATIN_SIGNS + _SIGNS:
        at = text.find(sign, 0, high)
        while at >= 0:
            stop = text.find("\n", at)
            lines.setdefault(stop, at)
            if stop < 0:
                break
            at = text.find(sign, stop, high)
    return sorted(lines.values())


def _headings(text: str, start: int, end: int) -> _Columns | None:
    line = text[start:end]
    mark = mark_of(line)
    if mark is None:
        return None
    keys = [key(cell.text) for cell in cells(text, start, end, mark)]
    if not can_head(keys):
        return None
    given = next((place for place, one in enumerate(keys) if one in GIVEN_COLUMNS), None)
    family = next((place for place, one in enumerate(keys) if one in FAMILY_COLUMNS), None)
    # Of a name and its reading the name comes first, whichever stands further left.
    whole = tuple(
        sorted(
            (place for place, one in enumerate(keys) if one in WHOLE_COLUMNS),
            key=lambda place: (bool(_READING.search(keys[place])), place),
        )
    )
    plain = tuple(place for place, one in enumerate(keys) if one in PLAIN_COLUMNS)
    beside = tuple(place for place, one in enumerate(keys) if one in BESIDE_COLUMNS)
    about = tuple(place for place in whole if place not in beside)
    if given is not None and family is not None:
        return _Columns(len(keys), mark, (), plain=False, beside=beside, given=given, family=family)
    if about or (beside and not plain):
        return _Columns(len(keys), mark, about or beside, False, beside if about else (), None, None)
    if plain:
        return _Columns(len(keys), mark, plain[:1], plain=True, beside=beside, given=None, family=None)
    return None


def _people(text: str, at: int, columns: _Columns) -> Iterator[Spot]:
    misfits = 0
    while at < len(text) and misfits < MISFITS:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        found = []
        if end - at <= ROW and text.find(columns.mark, at, end) >= 0:
            found = list(_row(text, at, end, columns))
        misfits = 0 if found else misfits + 1
        yield from found
        at = end + 1


def _row(text: str, start: int, end: int, columns: _Columns) -> Iterator[Spot]:
    row = cells(text, start, end, columns.mark)
    record: tuple[int, int] | None = (start, start + len(text[start:end].rstrip()))
    if columns.given is not None and columns.family is not None:
        if max(columns.given, columns.family) < len(row):
            given, family = row[columns.given], row[columns.family]
            if _word(given.text) and _word(family.text):
                yield _joined(given, family, record)
        yield from _beside(row, columns)
        return
    missing = max(0, columns.size - len(row))
    for place in columns.whole:
        # Empty cells of a workbook are left out, so that later ones stand further left.
        for shift in range(min(missing, place) + 1):
            if place - shift < len(row) and _is_name(row[place - shift].text, plain=columns.plain or shift > 0):
                cell = row[place - shift]
                yield Spot(cell.start, cell.end, "row", record)
                record = None  # the first heads it
                break
    yield from _beside(row, columns)


def _beside(row: list[Cell], columns: _Columns) -> Iterator[Spot]:
    """Give the names of those whom a row names besides: they head nothing."""
    for place in columns.beside:
        if place < len(row) == columns.size and _is_name(row[place].text, plain=False):
            yield Spot(row[place].start, row[place].end, "row")


def _joined(given: Cell, family: Cell, record: tuple[int, int] | None) -> Spot:
    western = given.text.isascii() or "a" <= given.text[0].casefold() < "\u0370"
    name = f"{given.text} {family.text}" if western else f"{family.text} {given.text}"
    low, high = sorted((given, family))
    if high.start - low.end <= 3:
        return Spot(low.start, high.end, "row", record, name)
    return Spot(family.start, family.end, "row", record, name)


def _word(cell: str) -> bool:
    return bool(_LATIN.fullmatch(cell) or _EASTERN.fullmatch(cell) or _HANGUL.fullmatch(cell)) or (
        cell.isalpha() and 1 < len(cell) <= 20
    )


def _is_name(cell: str, *, plain: bool) -> bool:
    """Tell whether a cell may hold a name; in a column that may be of things, only what is surely one."""
    if _LATIN.fullmatch(cell):
        words = [word for word in re.split(r"[ ,]+", cell) if word.casefold().rstrip(".") not in TITLES]
        if any(word.casefold() in NO_NAME for word in words):
            return False
        return bool(words) and (parse(cell) is not None or not plain)
    if _EASTERN.fullmatch(cell):
        parted = " " in cell or "\u3000" in cell
        if _THING.search(cell) or len(cell) < 2 or (not parted and _END.search(cell)):
            return False
        return parted or not plain or 3 <= len(cell) <= 5
    return bool(_HANGUL.fullmatch(cell))
