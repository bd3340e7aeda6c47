"""Workbooks of several sheets, written row after row: a frozen heading, filters, no formula, further sheets where one is full."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from unsealed.report import sheets

WIDE = 50
"""Columns from this width on break their lines."""

Column = tuple[str, int]
"""A heading, and how many characters wide the column is."""


class Book:
    """A workbook that is written row after row, nothing of it held; its temporary files lie in `folder`."""

    def __init__(self, path: Path, folder: str) -> None:
        import xlsxwriter

        safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder, **safe})
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EAF0"})
        self._top = self._book.add_format({"valign": "top"})
        self._asked = self._book.add_format({"valign": "top", "text_wrap": True, "bg_color": "#FFF6CC", "border": 1})
        self._wrap = self._book.add_format({"valign": "top", "text_wrap": True})

    def add(
        self,
        title: str,
        columns: Sequence[Column],
        rows: Iterator[Sequence[Any]],
        *,
        filters: bool = True,
        asked: Sequence[int] = (),
    ) -> int:
        """Write a sheet, and others behind it where it grows too long; give the number of rows. Columns `asked` are to be filled in."""
        sheet, at, number, total = self._sheet(title, columns, 1, asked), 0, 1, 0
        for row in rows:
            if at == sheets.MAX_SHEET_ROWS:
                self._filters(sheet, at, columns, filters)
                number += 1
                sheet, at = self._sheet(title, columns, number, asked), 0
            at += 1
            total += 1
            for column, value in enumerate(row):
                if value not in (None, ""):
                    sheets.put(sheet, at, column, value)
        self._filters(sheet, at, columns, filters)
        return total

    def _sheet(self, title: str, columns: Sequence[Column], number: int, asked: Sequence[int]) -> Any:  # noqa: ANN401 - xlsxwriter has no types
        sheet = self._book.add_worksheet(title if number == 1 else f"{title} {number}")
        sheet.freeze_panes(1, 1)
        for place, (head, width) in enumerate(columns):
            form = self._asked if place in asked else self._wrap if width >= WIDE else self._top
            sheet.set_column(place, place, width, form)
            sheet.write_string(0, place, head, self._head)
        return sheet

    @staticmethod
    def _filters(sheet: Any, rows: int, columns: Sequence[Column], filters: bool) -> None:  # noqa: ANN401 - no types
        if filters:
            sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)

    def close(self) -> None:
        """Put the file together."""
        self._book.close()
