"""PDF: its words page by page, with notes and the fields of forms; ISO 32000-2, read by PDFium."""

import importlib
import re
from typing import Any

from unsealed.read.attachments.outcome import MAX_TEXT, EncryptedError, NotReadError

_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")
_NO_PASSWORD = 4
"""FPDF_ERR_PASSWORD."""
_FIELDS = ("Contents", "V", "TU")
MAX_PAGES = 20_000


def words(data: bytes, passwords: tuple[str, ...]) -> tuple[str, list[str]]:
    """Give the words of a PDF, and what could not be read of it."""
    pdfium: Any = importlib.import_module("pypdfium2")
    document = _opened(pdfium, data, passwords)
    out: list[str] = []
    trouble: list[str] = []
    size = 0
    for number in range(min(len(document), MAX_PAGES)):
        try:
            page = document[number]
            text = page.get_textpage().get_text_range()
        except pdfium.PdfiumError as error:
            trouble.append(f"page {number + 1} can't be read ({error})")
            continue
        noted = _notes(pdfium.raw, page)
        out += [_HYPHEN.sub("", text).replace("\r\n", "\n").strip(), *noted]
        size += len(text)
        page.close()
        if size > MAX_TEXT:
            break
    return "\n".join(part for part in out if part), trouble


def _opened(pdfium: Any, data: bytes, passwords: tuple[str, ...]) -> Any:  # noqa: ANN401 - the library has no types
    for password in (None, *passwords):
        try:
            return pdfium.PdfDocument(data, password=password)
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) != _NO_PASSWORD and "assword" not in str(error):
                raise NotReadError(f"no PDF that can be read: {error}") from error
    raise EncryptedError


def _notes(raw: Any, page: Any) -> list[str]:  # noqa: ANN401 - as above
    """Give what is written in the notes and the form of a page."""
    found = []
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), 5_000)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        for key in _FIELDS[: 2 if raw.FPDFAnnot_GetSubtype(note) != raw.FPDF_ANNOT_LINK else 0]:
            length = raw.FPDFAnnot_GetStringValue(note, key.encode(), None, 0)
            if 2 < length <= 1 << 20:
                held = (raw.FPDF_WCHAR * (length // 2))()
                raw.FPDFAnnot_GetStringValue(note, key.encode(), held, length)
                found.append(bytes(held)[: length - 2].decode("utf-16-le", "replace").replace("\r", "\n").strip())
        raw.FPDFPage_CloseAnnot(note)
    return found
