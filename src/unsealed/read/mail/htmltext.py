"""HTML mail to plain text: words stay whole over inline tags, blocks stay apart, markup and scripts go.

https://html.spec.whatwg.org/multipage/rendering.html says which elements are blocks and which are not rendered.
"""

import re

from selectolax.lexbor import LexborHTMLParser

from unsealed.read.mail import hidden

MAX_HTML = 8 << 20
"""Characters of HTML that are looked at in one part."""
_BLOCKS = re.compile(
    r"<(?=/?(?:p|div|br|tr|table|li|ul|ol|dl|dt|dd|h[1-6]|blockquote|pre|hr|section|article|header|footer|center|"
    r"form|fieldset|address|title|option|caption|tbody|thead|body|html|main|nav|aside|figure|figcaption|legend|"
    r"select|summary|details|button|textarea)\b)",
    re.IGNORECASE,
)
_CELLS = re.compile(r"<(?=/?t[dh]\b)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2002-\u200a\u202f\u205f\u3164]+")
_NARROW = re.compile("[\u00ad\u034f\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff]+")
_JOINERS = re.compile("[\u200c\u200d]+")
_JOINED_SCRIPTS = re.compile("[\u0600-\u0dff\u1000-\u17ff\u2190-\u2bff\U0001f000-\U0001faff]")
_LINES = re.compile(r" ?\n[ \n]*\n ?")
_NEWLINE = re.compile(r" ?\n ?")
_DROP = ["script", "style", "template", "head", "title", "iframe", "noembed"]
_FRAMES = re.compile(r"</?(?:frameset|frame|noframes)\b[^>]*>", re.IGNORECASE)
_WHITE = str.maketrans("\r\n\t", "   ")
_BLOCK_MARK, _CELL_MARK = "\n<", "\t<"


def to_text(html: str) -> str:
    """Give the readable text of an HTML part; never raises on any input."""
    return texts(html)[0]


def texts(html: str) -> tuple[str, str]:
    """Give the text that a reader sees, and the text that is there but hidden."""
    html = html[:MAX_HTML]
    last = html.rfind("<!--")
    if last >= 0 and html.find("-->", last) < 0:
        html = html[:last] + html[last + 4 :]  # a comment that never ends: programs differ in what they show, so all is
    if "frame" in html or "FRAME" in html:
        html = _FRAMES.sub(" ", html)
    # Source line breaks mean nothing in HTML; ours, put before every block, survive the parser as text.
    marked = _CELLS.sub(_CELL_MARK, _BLOCKS.sub(_BLOCK_MARK, html.translate(_WHITE)))
    tree = LexborHTMLParser(marked)
    unseen = hidden.take_out(tree) if hidden.suspected(html) else ""
    tree.strip_tags(_DROP)
    root = tree.body or tree.root
    text = root.text(deep=True, separator="") if root is not None else ""
    return tidy(text), tidy(unseen)


def tidy(text: str) -> str:
    """Bring white space to what a reader sees; drop what has no width and pads words or splits them."""
    if not text.isascii():
        text = _NARROW.sub("", text)
        if ("\u200c" in text or "\u200d" in text) and not _JOINED_SCRIPTS.search(text):
            text = _JOINERS.sub("", text)
    text = _SPACES.sub(" ", text)
    text = _LINES.sub("\n\n", text)
    return _NEWLINE.sub("\n", text).strip()
