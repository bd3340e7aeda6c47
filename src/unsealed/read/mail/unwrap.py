"""A message's bytes to the leaves of its tree, with what is wrapped opened: S/MIME, PGP, uuencode, yEnc, TNEF.

What is encrypted stays closed, and is told: it was taken all the same.
"""

import re
from collections.abc import Callable, Iterator

import fast_mail_parser

from unsealed.read.mail import careful, cms, headers, inlined
from unsealed.read.mail.parts import MAX_PARTS, Leaf, Trouble, Unstructured, leaves

MAX_WRAPPERS = 8
"""Wrappers in each other."""
ENCRYPTED = ("encrypted", "encrypted content: it was taken with the rest, but can't be read here")
MAX_BARE = 1 << 20
_SCAFFOLDING = re.compile(rb"(?im)^(?:--[^\n]*|(?:content|mime)-[a-z-]+:[^\n]*(?:\n[ \t][^\n]*)*)$")
_SMIME = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_GENERIC = frozenset(("application/octet-stream", "application/x-octet-stream"))
_TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))

Opener = Callable[[Leaf, Trouble], list[Leaf]]
OPENERS: dict[str, Opener] = {}
"""Further wrappers by media type: what is inside, bodies and attachments; the wrapper itself stays an attachment."""


def structure(raw: bytes, trouble: Trouble) -> list[Leaf]:
    """Give the leaves of a message, the slow way where the fast one raises."""
    told = len(trouble)
    if not raw.isascii() and b"quoted-printable" in raw.lower():
        return list(careful.leaves(raw, trouble))  # the fast parser drops raw bytes above 127 from quoted-printable
    try:
        tree = fast_mail_parser.parse_email_tree(raw, mode="lazy")
        found = list(leaves(tree, trouble))
        for leaf in found:
            leaf.content()
    except (fast_mail_parser.ParseError, Unstructured):
        del trouble[told:]
        found = list(careful.leaves(raw, trouble))
    return found if any(leaf.content() for leaf in found) else _bare(raw, found, trouble)


def _bare(raw: bytes, found: list[Leaf], trouble: Trouble) -> list[Leaf]:
    """Give a body in which no part has any content as it stands, without its scaffolding, rather than lose its words."""
    body = _SCAFFOLDING.sub(b"", raw[headers.split(raw)[1] :][:MAX_BARE])
    if not body.strip():
        return found
    trouble.append(("mime_broken", "no part can be found: the plain bytes stand as the text"))
    return [*found, Leaf.of_bytes("text/plain", "", "", False, body)]


def opened(found: list[Leaf], trouble: Trouble, depth: int = 0) -> Iterator[Leaf]:
    """Give leaves with what is wrapped in them opened; wrappers stay as attachments beside it."""
    for leaf in found:
        if not leaf.attached:
            if leaf.media_type != "text/html" and inlined.suspected(leaf.content()):
                yield from _text(leaf, trouble)
            else:
                yield leaf
            continue
        yield leaf
        kind = leaf.media_type
        if not kind.startswith("application/"):
            continue
        if kind in _SMIME or (kind in _GENERIC and leaf.filename.lower().endswith(".p7m")):
            yield from _smime(leaf, trouble, depth)
        elif kind == "application/pgp-encrypted":
            _tell(trouble)
        else:
            opener = _opener(leaf)
            if opener is not None:
                yield from opener(leaf, trouble)


def _opener(leaf: Leaf) -> Opener | None:
    if leaf.filename.lower() == "winmail.dat":
        return OPENERS.get("application/ms-tnef")
    return OPENERS.get("application/ms-tnef" if leaf.media_type in _TNEF else leaf.media_type) if OPENERS else None


def _smime(leaf: Leaf, trouble: Trouble, depth: int) -> Iterator[Leaf]:
    kind, inside = cms.opened(leaf.content())
    if kind == "encrypted":
        _tell(trouble)
    elif kind == "broken":
        trouble.append(("smime_broken", "an S/MIME wrapper that can't be opened: its bytes are kept as an attachment"))
    elif inside:
        if depth >= MAX_WRAPPERS:
            trouble.append(("mime_too_deep", f"more than {MAX_WRAPPERS} wrappers in each other: the rest is not read"))
            return
        yield from opened(structure(inside, trouble)[:MAX_PARTS], trouble, depth + 1)


def _text(leaf: Leaf, trouble: Trouble) -> Iterator[Leaf]:
    found = inlined.take_out(leaf.content())
    if found.encrypted:
        _tell(trouble)
    if found.rest != leaf.content():
        leaf = leaf.with_content(found.rest)
    yield leaf
    for name, data in found.files:
        yield Leaf.of_bytes("application/octet-stream", name, "", True, data)


def _tell(trouble: Trouble) -> None:
    if ENCRYPTED not in trouble:
        trouble.append(ENCRYPTED)
