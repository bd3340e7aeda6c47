"""Letters that hang on letters: mail (RFC 5322), Outlook items ([MS-OXMSG]) and `winmail.dat` ([MS-OXTNEF])."""

from collections.abc import Iterator

from unsealed.errors import BadRecord
from unsealed.read.attachments.outcome import NotReadError
from unsealed.read.mail import headers, unwrap
from unsealed.read.mail.parts import Leaf

_TOLD = (b"from", b"to", b"cc", b"date", b"subject")
_ITEM = "__properties_version1.0".encode("utf-16-le")


def is_msg(data: bytes) -> bool:
    """Tell an Outlook item from other compound files."""
    return _ITEM in data


def opened(kind: str, data: bytes) -> tuple[str, Iterator[tuple[str, bytes]]]:
    """Give a letter's heads and words as a reader sees them, and what hangs on it, by name.

    Raises:
        NotReadError: if it is no letter after all.
    """
    block, parts = _mail(data) if kind == "mail" else _outlook(kind, data)
    found = headers.collect(block)
    lines = [headers.decoded(headers.text(value)) for name in _TOLD for value in found.get(name, ())[:1]]
    shown = [leaf.text() for leaf in parts if not leaf.attached]
    return "\n".join(line for line in [*lines, *shown] if line), _attached(parts)


def _mail(data: bytes) -> tuple[bytes, list[Leaf]]:
    data = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    return headers.split(data)[0], list(unwrap.opened(unwrap.structure(data, []), []))


def _outlook(kind: str, data: bytes) -> tuple[bytes, list[Leaf]]:
    from unsealed.read.outlook import cfb, letter, stream

    try:
        made = letter.Letter(stream.item(data) if kind == "tnef" else cfb.Compound(data).item())
    except BadRecord as error:
        raise NotReadError(error.detail) from error
    return made.block, made.parts


def _attached(parts: list[Leaf]) -> Iterator[tuple[str, bytes]]:
    for leaf in parts:
        if leaf.attached:
            yield leaf.filename, leaf.text().encode() if leaf.media_type.startswith("message/") else leaf.content()
