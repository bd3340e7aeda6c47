"""Names in tables: a line of headings that names a column of people, and a person in each line below.

Workbooks come as lines of cells parted by tabs (`read/attachments/sheets.py`), CSV files as they are written (RFC 4180).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from unsealed.identify.names.forms import WORD, parse
from unsealed.identify.names.spot import Spot
from unsealed.identify.names.words import FAMILY_COLUMNS, GIVEN_COLUMNS, NO_NAME, PLAIN_COLUMNS, TITLES, WHOLE_COLUMNS

HEADING = 2_000
"""Characters of a line of headings."""
TOP = 1_000
"""Characters in which a list without tabs has its headings."""
MARKS = "\t,;|、"
"""What parts cells."""
CELLS = 200
"""Cells of a line that are looked at."""
ROW = 8_000
"""Characters of a row."""
FRUITLESS = 100
"""So many lines of headings without anybody below them are enough for a text."""
MISFITS = 20
"""So many lines without a name end a table."""

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
_THING = re.compile(
    "株式|有限|会社|部$|課$|店$|県|市|区|町|村|丁目|番地|学校|大学|病院|銀行|合計|小計|計$|備考|様式|一覧|名簿|なし|不明|未定|男$|女$|円$|日$|月$|年$"
)


class _Cell(NamedTuple):
    start: int
    end: int
    text: str


class _Columns(NamedTuple):
    size: int
    mark: str
    whole: tuple[int, ...]
    plain: bool
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
    mark = max(MARKS, key=line.count)
    if not line.count(mark):
        return None
    cells = [_key(cell.text) for cell in _cells(text, start, end, mark)]
    if sum(not cell or len(cell) > 40 for cell in cells) > len(cells) // 2:
        return None
    given = next((place for place, cell in enumerate(cells) if cell in GIVEN_COLUMNS), None)
    family = next((place for place, cell in enumerate(cells) if cell in FAMILY_COLUMNS), None)
    # Of a name and its reading the name comes first, whichever stands further left.
    whole = tuple(
        sorted(
            (place for place, cell in enumerate(cells) if cell in WHOLE_COLUMNS),
            key=lambda place: (bool(_READING.search(cells[place])), place),
        )
    )
    plain = tuple(place for place, cell in enumerate(cells) if cell in PLAIN_COLUMNS)
    if given is not None and family is not None:
        return _Columns(len(cells), mark, (), plain=False, given=given, family=family)
    if whole or plain:
        return _Columns(len(cells), mark, whole or plain[:1], plain=not whole, given=None, family=None)
    return None


def _key(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell).casefold()
    return re.sub(r"[\W_]+", "", re.sub(r"\(.*?\)", "", text))


def _cells(text: str, start: int, end: int, mark: str) -> list[_Cell]:
    """Cut a line into cells; in quotes a mark parts nothing."""
    cells: list[_Cell] = []
    at = start
    while at <= end and len(cells) < CELLS:
        if text.startswith('"', at):
            stop = text.find('"', at + 1, end)
            stop = end if stop < 0 else stop
            first, last = at + 1, stop
            at = text.find(mark, stop, end)
        else:
            first, stop = at, text.find(mark, at, end)
            last = end if stop < 0 else stop
            at = stop
        value = text[first:last]
        front = len(value) - len(value.lstrip())
        cells.append(
            _Cell(first + front, first + len(value.rstrip()) if value.strip() else first + front, value.strip())
        )
        if at < 0:
            break
        at += len(mark)
    return cells


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
    cells = _cells(text, start, end, columns.mark)
    record: tuple[int, int] | None = (start, start + len(text[start:end].rstrip()))
    if columns.given is not None and columns.family is not None:
        if max(columns.given, columns.family) < len(cells):
            given, family = cells[columns.given], cells[columns.family]
            if _word(given.text) and _word(family.text):
                yield _joined(given, family, record)
        return
    missing = max(0, columns.size - len(cells))
    for place in columns.whole:
        # Empty cells of a workbook are left out, so that later ones stand further left.
        for shift in range(min(missing, place) + 1):
            if place - shift < len(cells) and _is_name(cells[place - shift].text, plain=columns.plain or shift > 0):
                cell = cells[place - shift]
                yield Spot(cell.start, cell.end, "row", record)
                record = None  # the first heads it
                break


def _joined(given: _Cell, family: _Cell, record: tuple[int, int] | None) -> Spot:
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
        return not _THING.search(cell) and len(cell) > 1 and not (plain and " " not in cell and not 3 <= len(cell) <= 5)
    return bool(_HANGUL.fullmatch(cell))
