"""The leaves of a MIME tree: what is shown on opening the letter, and what hangs on it."""

import re
from collections.abc import Iterator
from typing import Any

from unsealed.read.mail import charsets, headers, htmltext

MAX_DEPTH = 64
MAX_PARTS = 2_000
_CHARSET = re.compile(r"charset\s*\*?=\s*\"?(?:[\w-]*'[\w-]*')?([A-Za-z0-9_:.\-]+)", re.IGNORECASE)
_NAME = re.compile(r"(?:file)?name\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]+))", re.IGNORECASE)
_TYPE = re.compile(r"[^\s/]+/[^\s/]+")
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([A-Za-z0-9_\-]+)", re.IGNORECASE)


class Leaf:
    """One leaf of the tree; its bytes and its text are decoded when they are asked for."""

    def __init__(self, media_type: str, filename: str, charset: str, attached: bool) -> None:
        self.media_type, self.filename, self.charset, self.attached = media_type, filename, charset, attached
        self._data: bytes | None = None
        self._node: Any = None
        self._text: str | None = None

    @classmethod
    def of_bytes(cls, media_type: str, filename: str, charset: str, attached: bool, data: bytes) -> "Leaf":
        """Make a leaf whose bytes are known."""
        leaf = cls(media_type, filename, charset, attached)
        leaf._data = data
        return leaf

    @classmethod
    def of_node(cls, node: Any, attached: bool) -> "Leaf":  # noqa: ANN401 - the parser's node types share no base
        """Make a leaf of a node of fast-mail-parser."""
        content_type = header(node, "content-type")
        match = _CHARSET.search(content_type)
        leaf = cls(
            media_type(node),
            _filename(node, content_type),
            match.group(1) if match else "",
            attached,
        )
        leaf._node = node
        return leaf

    @property
    def is_text(self) -> bool:
        """Whether its text is there to be read without an extractor."""
        return self.media_type.startswith("text/") or self._text is not None

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
                self._text = htmltext.to_text(charsets.decode(data, self.charset or _meta(data)))
            else:
                self._text = charsets.decode(data, self.charset).replace("\r\n", "\n")
            self._text = charsets.clean(self._text).strip("\n")
        return self._text

    def with_text(self, text: str) -> "Leaf":
        """Set the text that stands for it (of an embedded message)."""
        self._text = text
        return self


def header(node: Any, name: str) -> str:  # noqa: ANN401 - as above
    """Give a part's header by its lower-case name."""
    for key, values in node.headers.items():
        if key.lower() == name:
            return str(values[0]) if values else ""
    return ""


def media_type(node: Any) -> str:  # noqa: ANN401 - as above
    """Give a part's media type; what is no type at all is plain text (RFC 2045 5.2)."""
    kind = node.content_type.lower()
    if " " in kind or "\t" in kind:
        kind = kind.split()[0].rstrip(",") if kind.strip() else ""  # parameters without their semicolon
    return kind if _TYPE.match(kind) else "text/plain"


def leaves(tree: Any, trouble: list[tuple[str, str]]) -> Iterator[Leaf]:  # noqa: ANN401 - as above
    """Walk a tree; of alternatives the richest text is given, embedded messages hang on as attachments."""
    for count, leaf in enumerate(_walk(tree, 0, trouble), start=1):
        if count > MAX_PARTS:
            trouble.append(("mime_too_many_parts", f"more than {MAX_PARTS:,} parts: the rest is not read"))
            return
        yield leaf


def _walk(node: Any, depth: int, trouble: list[tuple[str, str]]) -> Iterator[Leaf]:  # noqa: ANN401 - as above
    if depth > MAX_DEPTH:
        if not any(reason == "mime_too_deep" for reason, _ in trouble):
            trouble.append(("mime_too_deep", f"parts nested more than {MAX_DEPTH} deep are not read"))
        return
    if node.is_message and node.children:
        yield _embedded(node, depth, trouble)
    elif node.children:
        if node.content_type.lower() == "multipart/alternative":
            yield from _alternative([leaf for child in node.children for leaf in _walk(child, depth + 1, trouble)])
        else:
            for child in node.children:
                yield from _walk(child, depth + 1, trouble)
    elif not node.content_type.lower().startswith("multipart/") or node.content:
        yield Leaf.of_node(node, _is_attached(node))


def _embedded(node: Any, depth: int, trouble: list[tuple[str, str]]) -> Leaf:  # noqa: ANN401 - as above
    """Give an embedded message as one attachment whose text is its subject, sender and body."""
    inner = node.children[0]
    lines = [headers.decoded(value) for name in ("from", "to", "date", "subject") if (value := header(inner, name))]
    parts = list(_walk(inner, depth + 1, trouble))
    lines += [leaf.text() for leaf in parts if leaf.is_text]
    content = getattr(node, "content", None) or b""
    filename = _filename(node, header(node, "content-type"))
    return Leaf.of_bytes("message/rfc822", filename, "", True, content).with_text("\n".join(lines))


def _alternative(parts: list[Leaf]) -> Iterator[Leaf]:
    """Of plain and HTML, give the plain text unless the HTML plainly says more."""
    plain = [leaf for leaf in parts if not leaf.attached and leaf.media_type == "text/plain"]
    rich = [leaf for leaf in parts if not leaf.attached and leaf.media_type == "text/html"]
    chosen = plain or rich or [leaf for leaf in parts if not leaf.attached][-1:]
    if plain and rich:
        length = sum(len(leaf.text()) for leaf in plain)
        if length * 12 < sum(len(leaf.content()) for leaf in rich) and 2 * length < sum(
            len(leaf.text()) for leaf in rich
        ):
            chosen = rich
    yield from chosen
    yield from (leaf for leaf in parts if leaf.attached)


def _is_attached(node: Any) -> bool:  # noqa: ANN401 - as above
    kind = media_type(node)
    if not kind.startswith(("text/", "message/delivery")):
        return True
    return (node.disposition or "").lower().startswith("attachment") or bool(node.filename)


def _filename(node: Any, content_type: str) -> str:  # noqa: ANN401 - as above
    name = node.filename or ""
    if name and name.isascii() and "=?" not in name:
        return charsets.clean(name)
    for value in (header(node, "content-disposition"), content_type):
        match = _NAME.search(value)
        if match:
            raw = match.group(1) or match.group(2) or ""
            if any("\x80" <= char <= "\xff" for char in raw) and all(char <= "\xff" for char in raw):
                return charsets.clean(charsets.decode(raw.encode("latin-1")))
            if "=?" in raw:
                return headers.decoded(raw)
    return headers.decoded(name)


def _meta(data: bytes) -> str:
    match = _META.search(data, 0, 4096)
    return match.group(1).decode("ascii") if match else ""
