"""PDF: its words page by page, with notes and the fields of forms; ISO 32000-2.

Through pypdfium2 where it is installed, which loses nothing; else through kreuzberg, whose guess at the layout of a page
leaves out a sentence here and there.
"""

import importlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from unsealed.read.attachments.outcome import MAX_TEXT, EncryptedError, NotReadError

_HYPHEN = re.compile("[\x02\ufffe](?:\r?\n)?")
_NO_PASSWORD = 4
"""FPDF_ERR_PASSWORD."""
_FIELDS = ("Contents", "V", "TU")
MAX_PAGES = 20_000


def words(data: bytes, passwords: tuple[str, ...]) -> tuple[str, list[str]]:
    """Give the words of a PDF, and what could not be read of it."""
    if importlib.util.find_spec("pypdfium2") is None:
        return _through_kreuzberg(data, passwords), []
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


def _through_kreuzberg(data: bytes, passwords: tuple[str, ...]) -> str:
    import kreuzberg

    options = kreuzberg.PdfConfig(
        extract_images=False, extract_metadata=False, extract_annotations=True, passwords=list(passwords)
    )
    config = kreuzberg.ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        pdf_options=options,
        postprocessor=kreuzberg.PostProcessorConfig(enabled=False),
        concurrency=kreuzberg.ConcurrencyConfig(max_threads=1),
        content_filter=kreuzberg.ContentFilterConfig(
            include_headers=True, include_footers=True, include_watermarks=True, strip_repeating_text=False
        ),
    )
    try:
        with _private_room():
            result = kreuzberg.extract_bytes_sync(data, "application/pdf", config)
    except kreuzberg.KreuzbergError as error:
        if "assword" in str(error):
            raise EncryptedError from error
        raise NotReadError(str(error)[:200]) from error
    notes = [str(text) for note in result.annotations or () if (text := getattr(note, "content", None))]
    return "\n".join([result.content.replace("\r\n", "\n"), *notes]).strip()


@contextmanager
def _private_room() -> Iterator[None]:
    """Let kreuzberg unpack its library where no one else can have put another under its name; it does so once."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="unsealed-") as room:
        os.environ["TMPDIR"] = room
        try:
            yield
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before
