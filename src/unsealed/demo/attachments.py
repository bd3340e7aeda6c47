"""Make small attachments that programs can open: PDF, _DOCX, CSV and plain text, all with invented content."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from unsealed.demo import slots
from unsealed.demo.model import Attachment

if TYPE_CHECKING:
    from random import Random

_EPOCH = (2023, 1, 1, 0, 0, 0)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(lines: list[str]) -> bytes:
    """Return a one-page PDF with the given lines of Latin text."""
    safe = [line.replace("\\", "").replace("(", "[").replace(")", "]") for line in lines]
    shown = "\n".join(f"({line}) Tj 0 -16 Td" for line in safe)
    stream = f"BT /F1 11 Tf 60 780 Td\n{shown}\nET".encode("ascii", "replace")
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)


def docx(lines: list[str]) -> bytes:
    """Return a Word document with one paragraph a line."""
    text = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{_WORD}"><w:body>{text}</w:body></w:document>'
    )
    parts = (("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS), ("word/document.xml", document))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content.encode())
    return buffer.getvalue()


def _people(rng: Random, language: str) -> list[list[str]]:
    rows = []
    for _ in range(rng.randrange(4, 12)):
        name, romaji = slots.person_name(rng)
        who = name if language == "ja" else romaji
        rows.append([who, slots.mobile(rng), slots.postal(rng), slots.street(rng), slots.passport(rng)])
    return rows


def _table(rng: Random, language: str) -> bytes:
    if language == "ja":
        head = "氏名,携帯電話,郵便番号,住所,旅券番号"
        text = "\r\n".join([head, *(",".join(row) for row in _people(rng, language))])
        return text.encode(rng.choice(("cp932", "utf-8-sig")))
    rows = [f"192.0.2.{rng.randrange(100, 190)},scanner,{rng.choice(('low', 'medium', 'high'))}" for _ in range(8)]
    return "\r\n".join(["address,role,confidence", *rows]).encode()


def make_attachment(rng: Random, form: str, language: str, subject: str) -> Attachment:
    """Return an attachment of the given form."""
    number = rng.randrange(1, 200)
    if form == "csv":
        name = f"名簿_{number:03d}.csv" if language == "ja" else f"list-{number:03d}.csv"
        return Attachment(name, "text/csv", _table(rng, language))
    if form == "docx":
        rows = [f"{row[0]} {row[1]} {row[2]} {row[3]}" for row in _people(rng, language)]
        name = f"別紙{number}_案.docx" if language == "ja" else f"draft-{number}.docx"
        return Attachment(name, _DOCX, docx([subject.replace("&", "and"), *rows]))
    _, romaji = slots.person_name(rng)
    lines = [f"Reference CS-{number:04d}", f"Prepared for {romaji}", f"Passport {slots.passport(rng)}"]
    lines += [f"Item {line}: {rng.randrange(1, 90)} units at {rng.randrange(100, 9000)}" for line in range(1, 9)]
    name = f"資料{number}.pdf" if language == "ja" else f"annex-{number}.pdf"
    return Attachment(name, "application/pdf", pdf(lines))
