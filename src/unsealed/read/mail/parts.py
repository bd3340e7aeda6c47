"""The leaves of a MIME tree: what is shown on opening the letter, and what hangs on it (RFC 2045 to 2049)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import fast_mail_parser

from unsealed.read.mail import charsets, flowed, htmltext, params

MAX_DEPTH = 64
MAX_PARTS = 2_000
_CHARSET = re.compile(r"charset\s*\*?=\s*\"?(?:[\w-]*'[\w-]*')?([A-Za-z0-9_:.\-]+)", re.IGNORECASE)
_TYPE = re.compile(r"[^\s/]+/[^\s/]+")
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([A-Za-z0-9_\-]+)", re.IGNORECASE)
_SHOWN = frozenset(("text/plain", "text/html"))
_HUNG = frozenset(("text/calendar", "text/x-vcard", "text/vcard", "text/directory", "text/rtf", "text/css"))
"""Texts that a mail program offers beside the letter, not as the letter."""
_FORMATTED = frozenset(("text/enriched", "text/richtext"))
_COMMAND = re.compile(r"<(/?)([a-z0-9-]{1,60})>", re.IGNORECASE)
_MESSAGES = frozenset(("message/global", "message/news"))
"""What is a message, though the parser does not open it."""

TOLD = ("from", "to", "date", "subject")
"""Headers of an embedded message that its text begins with."""

Trouble = list[tuple[str, str]]


class Unstructured(Exception):  # noqa: N818 - it is no error, but a turn to another reader
    """A multipart in which the fast parser finds no part."""


class Leaf:
    """One leaf of the tree; its bytes and its text are decoded when they are asked for."""

    def __init__(self, media_type: str, filename: str, charset: str, attached: bool, content_type: str = "") -> None:
        self.media_type, self.filename, self.charset, self.attached = media_type, filename, charset, attached
        self.content_type = content_type
        self.embedded_id = ""
        """The Message-ID of the letter that it is, where the evidence tells it apart from its bytes."""
        self.hidden = ""
        """Text that is there but not shown; known once the text is."""
        self.beside: tuple[Leaf, ...] = ()
        """The same in HTML, where the plain text was taken instead."""
        self._data: bytes | None = None
        self._node: Any = None
        self._text: str | None = None

    @classmethod
    def of_bytes(
        cls, media_type: str, filename: str, charset: str, attached: bool, data: bytes, content_type: str = ""
    ) -> "Leaf":
        """Make a leaf whose bytes are known."""
        leaf = cls(media_type, filename, charset, attached, content_type)
        leaf._data = data
        return leaf

    @classmethod
    def of_node(cls, node: Any, kind: str, attached: bool) -> "Leaf":  # noqa: ANN401 - the parser's nodes share no base
        """Make a leaf of a node of fast-mail-parser."""
        content_type = header(node, "content-type")
        leaf = cls(kind, _filename(node, content_type), charset_of(content_type), attached, content_type)
        leaf._node = node
        return leaf

    @property
    def is_text(self) -> bool:
        """Whether its text is there to be read without an extractor."""
        return self.media_type.startswith(("text/", "message/")) or self._text is not None

    def content(self) -> bytes:
        """Give the decoded bytes.

        Raises:
            fast_mail_parser.ParseError: if the transfer encoding is broken.
        """
        if self._data is None:
            self._data = self._node.content or b""
            self._node = None
        return self._data

    def text(self) -> str:
        """Give the text, HTML brought to plain words."""
        if self._text is None:
            data = self.content()
            if self.media_type == "text/html":
                text, self.hidden = htmltext.texts(charsets.decode(data, self.charset or _meta(data)))
            else:
                text = charsets.decode(data, self.charset).replace("\r\n", "\n")
                if flowed.is_flowed(self.content_type):
                    text = flowed.unwrap(text, self.content_type)
                elif self.media_type in _FORMATTED:
                    text = _unformatted(text)
            self._text = charsets.clean(text).strip("\n")
        return self._text

    def with_text(self, text: str) -> "Leaf":
        """Set the text that stands for it (of an embedded message)."""
        self._text = text
        return self

    def with_content(self, data: bytes) -> "Leaf":
        """Set the bytes that are left when files and armour have been taken out."""
        self._data, self._node, self._text = data, None, None
        return self


@lru_cache(maxsize=2_000)
def charset_of(content_type: str) -> str:
    """Give the charset that a Content-Type names; empty where it names none."""
    match = _CHARSET.search(content_type)
    return match.group(1) if match else ""


def header(node: Any, name: str) -> str:  # noqa: ANN401 - as above
    """Give a part's header by its lower-case name."""
    for key, values in node.headers.items():
        if key.lower() == name:
            return str(values[0]) if values else ""
    return ""


def media_type(node: Any) -> str:  # noqa: ANN401 - as above
    """Give a part's media type; what is no type at all is plain text (RFC 2045 5.2)."""
    kind: str = node.content_type.lower()
    if " " in kind or "\t" in kind:
        kind = kind.split(maxsplit=1)[0].rstrip(",") if kind.strip() else ""  # parameters without their semicolon
    return kind if kind in _SHOWN or _TYPE.match(kind) else "text/plain"


def leaves(tree: Any, trouble: Trouble) -> Iterator[Leaf]:  # noqa: ANN401 - as above
    """Walk a tree; of alternatives the richest text is given, embedded messages and what hangs on them hang on.

    Raises:
        Unstructured: if a multipart has no part.
    """
    for count, leaf in enumerate(_walk(tree, 0, trouble), start=1):
        if count > MAX_PARTS:
            trouble.append(("mime_too_many_parts", f"more than {MAX_PARTS:,} parts: the rest is not read"))
            return
        yield leaf


def _walk(node: Any, depth: int, trouble: Trouble) -> Iterator[Leaf]:  # noqa: ANN401 - as above
    if depth > MAX_DEPTH:
        if not any(reason == "mime_too_deep" for reason, _ in trouble):
            trouble.append(("mime_too_deep", f"parts nested more than {MAX_DEPTH} deep are not read"))
        return
    children = node.children
    if not children:
        kind = media_type(node)
        if kind.startswith("multipart/"):
            raise Unstructured
        if kind in _MESSAGES and (content := node.content):
            yield from _embedded(node, fast_mail_parser.parse_email_tree(content, mode="lazy"), depth, trouble)
        else:
            yield Leaf.of_node(node, kind, is_attached(kind, node.disposition or "", node.filename or ""))
    elif node.is_message:
        yield from _embedded(node, children[0], depth, trouble)
    elif node.content_type.lower() == "multipart/alternative":
        yield from alternative([leaf for child in children for leaf in _walk(child, depth + 1, trouble)])
    else:
        for child in children:
            yield from _walk(child, depth + 1, trouble)


def _embedded(node: Any, inner: Any, depth: int, trouble: Trouble) -> Iterator[Leaf]:  # noqa: ANN401 - as above
    filename = _filename(node, header(node, "content-type"))
    told = [header(inner, name) for name in TOLD]
    parts = list(_walk(inner, depth + 1, trouble))
    yield from embedded(Leaf.of_bytes(media_type(node), filename, "", True, node.content or b""), told, parts)


def embedded(leaf: Leaf, told: list[str], parts: list[Leaf]) -> Iterator[Leaf]:
    """Give an embedded message as one attachment whose text is its subject, sender and body; then what hangs on it."""
    lines = [params.plain(value) for value in told if value]
    lines += [inner.text() for inner in parts if not inner.attached]
    yield leaf.with_text("\n".join(lines))
    yield from (inner for inner in parts if inner.attached)


def alternative(parts: list[Leaf]) -> Iterator[Leaf]:
    """Of plain and HTML, give the plain text; the HTML too where it plainly says more than its stand-in."""
    plain = [leaf for leaf in parts if not leaf.attached and leaf.media_type == "text/plain"]
    rich = [leaf for leaf in parts if not leaf.attached and leaf.media_type == "text/html"]
    chosen = plain or rich or [leaf for leaf in parts if not leaf.attached][-1:]
    if plain and rich:
        length = sum(len(leaf.text()) for leaf in plain)
        if not any(leaf.text().strip() for leaf in plain):
            chosen = rich
        elif length * 12 < sum(len(leaf.content()) for leaf in rich) and 2 * length < sum(
            len(leaf.text()) for leaf in rich
        ):
            chosen = [*plain, *rich]
    if plain and rich and chosen is plain:
        plain[0].beside = tuple(rich)
    yield from chosen
    yield from (leaf for leaf in parts if leaf.attached)


def is_attached(kind: str, disposition: str, filename: str) -> bool:
    """Tell whether a leaf hangs on the letter instead of being shown in it."""
    if not kind.startswith("text/") or kind in _HUNG:
        return True
    return bool(filename) or disposition[:10].lower() == "attachment"


def _filename(node: Any, content_type: str) -> str:  # noqa: ANN401 - as above
    disposition = header(node, "content-disposition") if node.disposition else ""
    for value, wanted in ((disposition, "filename"), (content_type, "name")):
        if "=" in value and "name" in value.lower():
            found = params.parameters(value).get(wanted)
            if found:
                return found
    return params.plain(node.filename) if node.filename else ""


def _unformatted(text: str) -> str:
    """Give the words of text/enriched (RFC 1896): commands go, `<<` is `<`, `<param>` is not shown."""
    text = re.sub(r"<param>.*?</param>", "", text, flags=re.IGNORECASE | re.DOTALL)
    text = re.sub(r"<nl>|</?paragraph>", "\n", text, flags=re.IGNORECASE)
    return _COMMAND.sub("", text.replace("<<", "\0")).replace("\0", "<")


def _meta(data: bytes) -> str:
    match = _META.search(data, 0, 4096)
    return match.group(1).decode("ascii") if match else ""
