"""Text that a letter carries but does not show: what phishers pad with, and newsletters preview with.

Judged by what an element itself says (attributes and inline style), never by a style sheet: where one may have the
last word on colours, nothing is called hidden by its colour. https://attack.mitre.org/techniques/T1027/
"""

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

MAX_NODES = 50_000
"""Of a document; what lies beyond is taken for visible."""
_ANCHORS = ("none", "hidden", "font-size:0", "font-size: 0", "font-size:1p", "font-size: 1p", "opacity")
_COLOURS = ("#fff", "white", "rgb(255")
_TINY = re.compile(r"(?:0+(?:\.\d+)?|0?\.\d+|1)(?:px|pt)?|0+(?:\.0+)?(?:em|rem|%|ex|vw|vh)")
_ZERO = re.compile(r"0+(?:\.0+)?(?:px|pt|em|%)?")
_WHITE = frozenset(("white", "#fff", "#ffffff", "#fffffe", "#fefefe", "rgb(255,255,255)", "ffffff", "#ffffffff"))
_UNKNOWN = "?"


def suspected(html: str) -> bool:
    """Tell whether a document has anything that could hide text; nearly free."""
    low = html.lower()
    return any(anchor in low for anchor in _ANCHORS) or any(colour in low for colour in _COLOURS)


def take_out(tree: LexborHTMLParser) -> str:
    """Take hidden text out of a document and give it."""
    if tree.body is None:
        return ""
    gone = list(_unseen(tree.body, sheet=tree.css_first("style") is not None))
    found = [node.text(deep=True, separator=" ") for node in gone]
    for node in gone:
        node.decompose()
    return " ".join(" ".join(found).split())


def _unseen(root: Any, *, sheet: bool) -> Iterator[Any]:  # noqa: ANN401 - selectolax has no types
    """Give the nodes that hide text: whole elements, or single texts of a shown one."""
    # (node, its text is too small or unseen, its colour is white, the colour behind it)
    stack = [(root, False, False, _UNKNOWN if sheet else "white")]
    for _ in range(MAX_NODES):
        if not stack:
            return
        node, small, pale, behind = stack.pop()
        if node.next is not None and node is not root:
            stack.append((node.next, small, pale, behind))
        if node.tag == "-text":
            if (small or (pale and behind == "white")) and (node.text_content or "").strip():
                yield node
            continue
        attributes = node.attributes if (node.tag or "-")[:1] != "-" else {}
        if attributes:
            style = _style(attributes.get("style"))
            if node is not root and _removed(style, attributes):
                yield node
                continue
            small, pale, behind = _inherited(style, attributes, sheet, (small, pale, behind))
        if node.child is not None:
            stack.append((node.child, small, pale, behind))


def _style(value: str | None) -> dict[str, str]:
    if not value or ":" not in value:
        return {}
    pairs = (declaration.partition(":") for declaration in value.lower().split(";"))
    return {name.strip(): told.replace("!important", "").replace(" ", "").strip() for name, _, told in pairs}


def _removed(style: dict[str, str], attributes: dict[str, str | None]) -> bool:
    if style:
        if style.get("display") == "none" or ("opacity" in style and _ZERO.fullmatch(style["opacity"])):
            return True
        if style.get("overflow") == "hidden" and any(
            _ZERO.fullmatch(style.get(side, "-")) for side in ("height", "max-height", "width", "max-width")
        ):
            return True
    return "hidden" in attributes and "display" not in style


def _inherited(
    style: dict[str, str], attributes: dict[str, str | None], sheet: bool, above: tuple[bool, bool, str]
) -> tuple[bool, bool, str]:
    small, pale, behind = above
    size, seen = style.get("font-size"), style.get("visibility")
    if size or seen:
        small = bool(size and _TINY.fullmatch(size)) or seen == "hidden"
    colour = style.get("color") or (attributes.get("color") or "").lower().strip()
    if colour:
        pale = colour in _WHITE
    ground = (
        style.get("background-color") or style.get("background") or (attributes.get("bgcolor") or "").lower().strip()
    )
    if ground and ground not in {"transparent", "none", "inherit", "initial"}:
        behind = "white" if ground in _WHITE else _UNKNOWN
    elif "background" in attributes or "background-image" in style or (sheet and "class" in attributes):
        behind = _UNKNOWN
    return small, pale, behind
