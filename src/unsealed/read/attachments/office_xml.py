"""Word and PowerPoint documents of today (docx, pptx) and OpenDocument (odt, ods, odp): all their words in order.

ECMA-376 parts 1 and 4; OASIS OpenDocument 1.3 part 3. Notes, comments, text boxes, headers and footers are read too.
"""

import re

from unsealed.read.attachments.outcome import EncryptedError, NotReadError
from unsealed.read.attachments.xml_text import Package, Words, gathered

_WORD_PARTS = (
    r"word/header\d*\.xml",
    r"word/document\d*\.xml",
    r"word/footer\d*\.xml",
    r"word/footnotes\d*\.xml",
    r"word/endnotes\d*\.xml",
    r"word/comments\d*\.xml",
    r"word/glossary/document\.xml",
    r"word/charts/chart[^/]*\.xml",
    r"word/diagrams/data[^/]*\.xml",
)
_SLIDE_PARTS = (r"ppt/charts/chart[^/]*\.xml", r"ppt/diagrams/data[^/]*\.xml")
_NUMBER = re.compile(r"\d+")
_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_PARAGRAPHS = frozenset(("p", "h"))
_FILLED_IN = frozenset(("binary-data", "page-number", "page-count", "sheet-name", "title", "desc"))
"""What no one wrote: pictures, numbers of pages."""
_OFFICE_BREAKS = frozenset(("p", "tr", "br", "cr", "pt", "cSld", "comment", "cm"))


def docx(data: bytes) -> tuple[str, list[str]]:
    """Give the words of a Word document, and what could not be read of it."""
    package = Package(data)
    words = _office()
    for pattern in _WORD_PARTS:
        gathered(package, _matching(package, pattern), words)
    return _told(package, words, "word/document")


def pptx(data: bytes) -> tuple[str, list[str]]:
    """Give the words of a presentation, slide by slide with its notes and comments."""
    package = Package(data)
    words = _office()
    slides = _matching(package, r"ppt/slides/[^/]+\.xml")
    notes = _matching(package, r"ppt/notesSlides/[^/]+\.xml")
    gathered(package, slides, words)
    gathered(package, notes, words)
    comments = Words(frozenset(("text", "t")), _OFFICE_BREAKS, frozenset(("tab",)))
    gathered(package, _matching(package, r"ppt/comments/[^/]+\.xml"), comments)
    words.out += comments.out
    for pattern in _SLIDE_PARTS:
        gathered(package, _matching(package, pattern), words)
    return _told(package, words, "ppt/slides/")


def odf(data: bytes) -> tuple[str, list[str]]:
    """Give the words of an OpenDocument file, a line a paragraph or cell."""
    package = Package(data)
    if "content.xml" not in package.names:
        raise NotReadError("there is no content in it")
    if "META-INF/manifest.xml" in package.names and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise EncryptedError
    words = Words(_PARAGRAPHS, _PARAGRAPHS | {"line-break"}, frozenset(("tab", "s")), _FILLED_IN)
    gathered(package, ["content.xml"], words)
    if "styles.xml" in package.names:
        gathered(package, ["styles.xml"], words)
    return _told(package, words, "content")


def _office() -> Words:
    # a drawing's words stand a second time in its fallback for older programs
    return Words(frozenset(("t", "delText", "v")), _OFFICE_BREAKS, frozenset(("tab",)), frozenset(("Fallback",)))


def flat(data: bytes) -> str:
    """Give the words of XML that lies bare: Word's own single files as Word shows them, others an element a line."""
    office = any(
        mark in data[:4096] for mark in (b"mso-application", b"pkg:package", b"office/word", b"wordprocessingml")
    )
    words = _office() if office else Words(frozenset(), frozenset(), frozenset())
    problem = words.feed(data)
    text = _LINES.sub("\n\n", words.told()).strip()
    if problem and not text:
        raise NotReadError(problem)
    return text


def _matching(package: Package, pattern: str) -> list[str]:
    names = [name for name in package.names if re.fullmatch(pattern, name, re.IGNORECASE)]
    return sorted(names, key=lambda name: [int(number) for number in _NUMBER.findall(name)])


def _told(package: Package, words: Words, main: str) -> tuple[str, list[str]]:
    text = _LINES.sub("\n\n", words.told()).strip()
    if not text and not any(name.startswith(main) for name in package.names):
        raise NotReadError("its main part is missing")
    return text, package.trouble
