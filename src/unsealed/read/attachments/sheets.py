"""Workbooks (xlsx, xlsb, xls): a line a row, cells parted by tabs, the sheet's name above; comments and boxes below.

ECMA-376 part 1, section 18; [MS-XLS]. Numbers and dates stand as they are kept, not as their format shows them. Empty cells
keep their place, so that each cell stands in its column; those at the end of a row are left out. Line breaks and tabs inside
of a cell are spaces.
"""

import io
import re
from datetime import date, datetime, time
from typing import Any

from unsealed.read.attachments.outcome import MAX_TEXT, EncryptedError, NotReadError
from unsealed.read.attachments.xml_text import Package, Words, gathered

_BESIDE = ("xl/comments", "xl/threadedComments/", "xl/drawings/drawing", "xl/charts/chart", "xl/persons/")
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
"""What would look like the end of a cell or of a row."""


def workbook(data: bytes) -> tuple[str, list[str]]:
    """Give the words of a workbook, and what could not be read of it."""
    trouble: list[str] = []
    out: list[str] = []
    try:
        _cells(data, out, trouble)
    except NotReadError:
        if not data.startswith(b"PK"):
            raise
        trouble.append("its sheets can't be read: the words are given without their rows")
    if data.startswith(b"PK"):
        package = Package(data)
        words = Words(
            frozenset(("t", "text", "v")), frozenset(("comment", "threadedComment", "p", "pt", "sp", "si")), frozenset()
        )
        beside = sorted(name for name in package.names if name.startswith(_BESIDE) and name.endswith(".xml"))
        gathered(package, beside, words)
        if trouble:
            texts = Words(frozenset(("t",)), frozenset(("si", "c")), frozenset())
            kept = sorted(name for name in package.names if name.lower().endswith("sharedstrings.xml"))
            gathered(
                package, kept + sorted(name for name in package.names if name.startswith("xl/worksheets/sheet")), texts
            )
            out.append(texts.told())
        out.append(words.told())
        trouble += package.trouble
    text = "\n".join(out).strip()
    if trouble and not text:
        raise NotReadError(trouble[0])
    return text, trouble


def _cells(data: bytes, out: list[str], trouble: list[str]) -> None:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
    except calamine.PasswordError as error:
        raise EncryptedError from error
    except calamine.CalamineError as error:
        raise NotReadError(str(error)) from error
    size = 0
    for name in names:
        try:
            rows = book.get_sheet_by_name(name).iter_rows()
        except calamine.CalamineError as error:
            if type(error).__name__ != "WorksheetNotFound":  # a chart on a sheet of its own
                trouble.append(f"sheet {name!r}: {error}")
            continue
        out.append(name)
        for row in rows:
            line = "\t".join(map(_shown, row)).rstrip("\t ")
            if line:
                out.append(line)
                size += len(line)
                if size > MAX_TEXT:
                    return


def _shown(cell: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """Give a cell as a person would type it."""
    if isinstance(cell, str):
        return _BREAKS.sub(" ", cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e21 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)
