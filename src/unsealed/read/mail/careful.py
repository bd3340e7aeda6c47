"""The slow, forgiving way: the standard library reads what the fast parser refuses."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from typing import Any

from unsealed.read.mail.parts import MAX_DEPTH, MAX_PARTS, Leaf

_DEEP = re.compile(rb"(?im)^content-type:\s*multipart/")


def leaves(raw: bytes, trouble: list[tuple[str, str]]) -> Iterator[Leaf]:
    """Walk a message with the standard library; never raises."""
    if len(_DEEP.findall(raw)) > MAX_DEPTH:
        trouble.append(("mime_too_deep", f"parts nested more than {MAX_DEPTH} deep: only the plain bytes are read"))
        yield _flat(raw)
        return
    try:
        message: Message = email.message_from_bytes(raw, policy=email.policy.compat32)
        parts = list(message.walk())[:MAX_PARTS]
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        trouble.append(
            ("mime_broken", f"the structure can't be read ({type(error).__name__}): only the plain bytes are")
        )
        yield _flat(raw)
        return
    for part in parts:
        if part.is_multipart():
            continue
        kind = part.get_content_type().lower()
        kind = "text/plain" if kind.startswith("multipart/") else kind
        disposition = str(part.get("Content-Disposition") or "").lower()
        name = _attempt(part.get_filename) or ""
        attached = kind not in {"text/plain", "text/html"} or disposition.startswith("attachment") or bool(name)
        charset = str(part.get_param("charset") or "") if not isinstance(part.get_param("charset"), tuple) else ""
        data = _attempt(lambda part=part: part.get_payload(decode=True)) or b""
        yield Leaf.of_bytes(kind, str(name), charset, attached, data)


def _attempt(call: Any) -> Any:  # noqa: ANN401 - a guard around the standard library's many ways to raise
    try:
        return call()
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        return None


def _flat(raw: bytes) -> Leaf:
    start = max(raw.find(b"\n\n"), raw.find(b"\r\n\r\n"))
    return Leaf.of_bytes("text/plain", "", "", False, raw[max(start, 0) :][: 1 << 20])
