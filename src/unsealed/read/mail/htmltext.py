"""HTML mail to plain text: words stay whole over inline tags, blocks stay apart, markup and scripts go."""

import re

from selectolax.lexbor import LexborHTMLParser

MAX_HTML = 8 << 20
"""Characters of HTML that are looked at in one part."""
_BLOCKS = re.compile(
    r"<(?=/?(?:p|div|br|tr|table|li|ul|ol|dl|dt|dd|h[1-6]|blockquote|pre|hr|section|article|header|footer|center|"
    r"form|fieldset|address|title|option|caption|tbody|thead|body)\b)",
    re.IGNORECASE,
)
_CELLS = re.compile(r"<(?=/?t[dh]\b)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u200b\u200c\ufeff]+")
_LINES = re.compile(r" ?\n[ \n]*\n ?")
_NEWLINE = re.compile(r" ?\n ?")
_DROP = ("script", "style", "template", "noscript", "head")
_WHITE = str.maketrans("\r\n\t", "   ")
_BLOCK_MARK, _CELL_MARK = "\n<", "\t<"


def to_text(html: str) -> str:
    """Give the readable text of an HTML part; never raises on any input."""
    html = html[:MAX_HTML]
    # Source line breaks mean nothing in HTML; ours, put before every block, survive the parser as text.
    marked = _CELLS.sub(_CELL_MARK, _BLOCKS.sub(_BLOCK_MARK, html.translate(_WHITE)))
    tree = LexborHTMLParser(marked)
    tree.strip_tags(list(_DROP))
    root = tree.body or tree.root
    text = root.text(deep=True, separator="") if root is not None else ""
    text = _SPACES.sub(" ", text)
    text = _LINES.sub("\n\n", text)
    return _NEWLINE.sub("\n", text).strip()
