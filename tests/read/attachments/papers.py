"""Documents of every kind, written by hand, with the words that a reader must find in them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import openpyxl
import pyzipper
import xlsxwriter

NAME = "星野蓮"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
)


def zipped(members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def locked_zip(members: dict[str, bytes], password: str) -> bytes:
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(*paragraphs: str, comment: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
    }
    if comment:
        members["word/comments.xml"] = (
            f"<w:comments {W}><w:comment><w:p><w:r><w:t>{comment}</w:t></w:r></w:p></w:comment></w:comments>"
        )
    return zipped(members | (extra or {}))


def pptx(slides: list[str], note: str) -> bytes:
    def page(text: str) -> str:
        return f"<p:sld {A}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>"

    members: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>"}
    members |= {f"ppt/slides/slide{n}.xml": page(text) for n, text in enumerate(slides, 1)}
    return zipped(members | {"ppt/notesSlides/notesSlide1.xml": page(note)})


def odt(body: str) -> bytes:
    content = f"<office:document-content {ODF}>{body}</office:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def xlsx(rows: list[list[object]], comment: str = "") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("名簿")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    if comment:
        sheet.write_comment(0, 0, comment)
    book.close()
    return out.getvalue()


def sparse_xlsx() -> bytes:
    """Give a small workbook with two cells at its ends: as a full table it would take 400 GB."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD1048576"] = "first", "last"
    book.save(out)
    return out.getvalue()


def pdf(text: str, note: str = "") -> bytes:
    """Give a page with a line of text in a font of its own, so that any script can stand in it."""
    codes = "".join(f"{ord(char):04x}" for char in text)
    shown = f"BT /F1 12 Tf 50 700 Td <{codes}> Tj ET".encode()
    pairs = "\n".join(f"<{ord(char):04x}> <{ord(char):04x}>" for char in sorted(set(text)))
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{len(set(text))} beginbfchar\n{pairs}\nendbfchar\n"
        "endcmap end end"
    ).encode()
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [9 0 R] "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 8 0 R >>",
        (
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /FontDescriptor 7 0 R /DW 1000 "
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
        ),
        (
            b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 "
            b"/Descent -200 /CapHeight 700 /StemV 80 >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(table), table),
        b"<< /Type /Annot /Subtype /Text /Rect [10 10 50 50] /Contents (%s) >>" % note.encode(),
    ]
    return _objects(bodies)


def scan() -> bytes:
    """Give a page without any text."""
    return _objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
        ]
    )


def _objects(bodies: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)


def compound(streams: dict[str, bytes]) -> bytes:
    """Give a compound file ([MS-CFB], version 3) with some streams in its root, each of 4,096 bytes or more."""
    packed = [(name, data.ljust(4096, b"\0")) for name, data in streams.items()]
    sectors = [(-(-len(data) // 512)) for _, data in packed]
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    entries = 1 + len(packed)
    catalogue = -(-entries // 4)
    total = catalogue + sum(sectors)
    tables = -(-(total + 1) // 127)
    chain = [table] * tables
    chain += [tables + n + 1 for n in range(catalogue - 1)] + [end]
    starts = []
    for count in sectors:
        starts.append(len(chain))
        chain += [len(chain) + n + 1 for n in range(count - 1)] + [end]
    chain += [free] * (tables * 128 - len(chain))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<9I", 0, tables, tables, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", *range(tables), *[free] * (109 - tables))
    rows = [_entry("Root Entry", 5, end, 0, child=1)]
    for number, (name, data) in enumerate(packed, start=1):
        right = number + 1 if number < len(packed) else free
        rows.append(_entry(name, 2, starts[number - 1], len(data), right=right))
    rows += [b"\0" * 68 + struct.pack("<3I", free, free, free) + b"\0" * 48] * (catalogue * 4 - entries)
    body = b"".join(data.ljust(count * 512, b"\0") for (_, data), count in zip(packed, sectors, strict=True))
    return head + struct.pack(f"<{len(chain)}I", *chain) + b"".join(rows) + body


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    told = name.encode("utf-16-le") + b"\0\0"
    return (
        told.ljust(64, b"\0")
        + struct.pack("<HBB3I", len(told), kind, 1, 0xFFFFFFFF, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def doc(text: str, *, encrypted: bool = False) -> bytes:
    """Give a document of Word 97: one piece of UTF-16 text."""
    stream = bytearray(0x400)
    struct.pack_into("<H", stream, 0, 0xA5EC)
    struct.pack_into("<H", stream, 0x0A, 0x0300 if encrypted else 0x0200)
    body = text.encode("utf-16-le")
    pieces = struct.pack("<2I", 0, len(text)) + struct.pack("<HIH", 0, len(stream), 0)
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<2I", stream, 0x01A2, 0, len(clx))
    return compound({"WordDocument": bytes(stream) + body, "1Table": clx})


def ppt(*texts: str) -> bytes:
    """Give a presentation of PowerPoint 97: a slide's words as text atoms in nested containers."""
    atoms = b"".join(
        struct.pack("<HHI", 0, 0x0FA0, len(text.encode("utf-16-le"))) + text.encode("utf-16-le") for text in texts
    )
    inner = struct.pack("<HHI", 0x0F, 0x0FF0, len(atoms)) + atoms
    return compound({"PowerPoint Document": struct.pack("<HHI", 0x0F, 0x03E8, len(inner)) + inner})


def bomb(gigabytes: int) -> bytes:
    """Give a zip of a few megabytes whose one member unpacks to many gigabytes of zeros."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(b"\0" * (1 << 24)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    packed = block * (gigabytes * 64) + b"\x03\0"
    name, size = b"zeros.txt", 0xFFFFFFF0
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), size, len(name), 0) + name
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(packed), size, len(name), 0, 0, 0, 0, 0, 0
    )
    start = len(local) + len(packed)
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(entry) + len(name), start, 0)
    return local + packed + entry + name + tail
