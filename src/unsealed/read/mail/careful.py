"""The slow, forgiving way: the standard library reads what the fast parser refuses."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from typing import Any

from unsealed.read.mail import params, parts
from unsealed.read.mail.parts import MAX_DEPTH, MAX_PARTS, Leaf, Trouble

_DEEP = re.compile(rb"(?im)^content-type:\s*multipart/")
_BROKEN = (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError)


def leaves(raw: bytes, trouble: Trouble) -> Iterator[Leaf]:
    """Walk a message with the standard library; never raises."""
    if len(_DEEP.findall(raw)) > MAX_DEPTH:
        trouble.append(("mime_too_deep", f"parts nested more than {MAX_DEPTH} deep: only the plain bytes are read"))
        yield _flat(raw)
        return
    try:
        message: Message = email.message_from_bytes(raw, policy=email.policy.compat32)
        found = list(_walk(message, 0, trouble, [MAX_PARTS]))
    except _BROKEN as error:
        trouble.append(
            ("mime_broken", f"the structure can't be read ({type(error).__name__}): only the plain bytes are")
        )
        found = [_flat(raw)]
    yield from found


def _walk(part: Message, depth: int, trouble: Trouble, left: list[int]) -> Iterator[Leaf]:
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        reason = ("mime_too_many_parts", f"more than {MAX_PARTS:,} parts: the rest is not read")
        if reason not in trouble:
            trouble.append(reason)
        return
    kind = part.get_content_type().lower()
    if not part.is_multipart():
        yield _leaf(part, kind)
        return
    children = [child for child in part.get_payload() if isinstance(child, Message)]
    if kind == "message/rfc822" and children:
        inner = children[0]
        held = Leaf.of_bytes(kind, _name(part), "", True, _attempt(inner.as_bytes) or b"")
        told = [str(inner.get(name) or "") for name in parts.TOLD]
        yield from parts.embedded(held, told, list(_walk(inner, depth + 1, trouble, left)))
    elif kind.startswith("message/"):
        yield Leaf.of_bytes(
            kind, _name(part), "", True, b"\n".join(_attempt(child.as_bytes) or b"" for child in children)
        )
    elif kind == "multipart/alternative":
        yield from parts.alternative([leaf for child in children for leaf in _walk(child, depth + 1, trouble, left)])
    else:
        for child in children:
            yield from _walk(child, depth + 1, trouble, left)


def _leaf(part: Message, kind: str) -> Leaf:
    kind = "text/plain" if kind.startswith("multipart/") else kind
    content_type, name = _header(part, "Content-Type"), _name(part)
    attached = parts.is_attached(kind, _header(part, "Content-Disposition").strip(), name)
    data = _attempt(lambda: part.get_payload(decode=True)) or b""
    return Leaf.of_bytes(kind, name, parts.charset_of(content_type), attached, data, content_type)


def _header(part: Message, name: str) -> str:
    """Give a header with its raw bytes as Latin-1, as the fast parser does."""
    return next(
        (
            str(value).encode("utf-8", "surrogateescape").decode("latin-1")
            for key, value in part.raw_items()
            if key.lower() == name.lower()
        ),
        "",
    )


def _name(part: Message) -> str:
    for header, wanted in (("Content-Disposition", "filename"), ("Content-Type", "name")):
        found = params.parameters(_header(part, header)).get(wanted)
        if found:
            return found
    return ""


def _attempt(call: Any) -> Any:  # noqa: ANN401 - a guard around the standard library's many ways to raise
    try:
        return call()
    except _BROKEN:
        return None


def _flat(raw: bytes) -> Leaf:
    start = max(raw.find(b"\n\n"), raw.find(b"\r\n\r\n"))
    return Leaf.of_bytes("text/plain", "", "", False, raw[max(start, 0) :][: 1 << 20])
