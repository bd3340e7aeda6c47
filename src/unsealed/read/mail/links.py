"""Where the links of an HTML letter lead: what a reader would open, whatever the words say."""

import html

from fast_mail_parser import ParseError

from unsealed.read.mail.parts import Leaf

MAX_LINKS = 500
"""Links of one letter that are kept."""
MAX_LINK = 2_000
"""Characters of one link that are kept."""
MAX_HTML = 8 << 20
_MARKS = (b"href=", b"HREF=", b"action=", b"ACTION=")
_NOWHERE = ("#", "mailto:", "cid:", "tel:", "javascript:", "data:")


class Links:
    """The links of one letter, each once, in their order."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._seen: set[str] = set()

    def take(self, leaf: Leaf) -> None:
        """Take those of a leaf, and of the HTML that stands beside it."""
        for part in (leaf, *leaf.beside):
            if part.media_type == "text/html":
                try:
                    self._scan(part.content()[:MAX_HTML])
                except ParseError:  # its transfer encoding is broken, which is told where its text is read
                    continue

    def _scan(self, data: bytes) -> None:
        for mark in _MARKS:
            at = data.find(mark)
            while at >= 0 and len(self.found) < MAX_LINKS:
                at += len(mark)
                self._add(_value(data, at))
                at = data.find(mark, at)

    def _add(self, link: str) -> None:
        if not link or link.startswith(_NOWHERE) or link in self._seen:
            return
        self._seen.add(link)
        self.found.append(link)


def _value(data: bytes, at: int) -> str:
    """Give the attribute's value that begins here, quoted or not."""
    while data[at : at + 1] in (b" ", b"\n", b"\r", b"\t"):
        at += 1
    quote = data[at : at + 1]
    if quote in (b'"', b"'"):
        end = data.find(quote, at + 1, at + 1 + MAX_LINK)
        raw = data[at + 1 : end if end >= 0 else at + 1 + MAX_LINK]
    else:
        raw = (data[at : at + MAX_LINK].split(b">", 1)[0].split(maxsplit=1) or [b""])[0]
    text = raw.decode("utf-8", "replace").replace("\n", "").replace("\r", "").replace("\t", "").strip()
    return html.unescape(text)[:MAX_LINK] if "&" in text else text
