"""Write mailboxes in the forms in which responders are handed them."""

from __future__ import annotations

import base64
import gzip
import io
import re
import zipfile
from typing import TYPE_CHECKING

from unsealed.demo.mime import hash_of, render, trace
from unsealed.demo.model import INBOX
from unsealed.demo.world import MAILBOXES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unsealed.demo.model import Copy

    Folders = dict[str, list[tuple[Copy, bytes]]]

_EPOCH = (2023, 6, 21, 9, 0, 0)
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)


def _as_mbox(items: list[tuple[Copy, bytes]]) -> bytes:
    out = bytearray()
    for copy, raw in items:
        day = f"{copy.arrived:%a %b} {copy.arrived.day:2d} {copy.arrived:%H:%M:%S %Y}"
        out += f"From {copy.letter.sender.address} {day}\n".encode()
        out += _FROM_LINE.sub(rb">\1", raw)
        out += b"\n"
    return bytes(out)


def _crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _mbox(place: Path, address: str, folders: Folders) -> None:
    for folder, items in folders.items():
        _write(place / address / f"{folder}.mbox", _as_mbox(items))


def _mbox_gz(place: Path, address: str, folders: Folders) -> None:
    for folder, items in folders.items():
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=6, mtime=0) as packed:
            packed.write(_as_mbox(items))
        _write(place / address / f"{folder}.mbox.gz", buffer.getvalue())


def _inferred(place: Path, _address: str, folders: Folders) -> None:
    own = [(copy, f"Delivered-To: {copy.mailbox}\n".encode() + raw) for copy, raw in folders[INBOX]]
    _write(place / "recovered" / f"{INBOX}.mbox", _as_mbox(own))


def modified_utf7(name: str) -> str:
    """Return a folder name as IMAP servers write it on disk (RFC 3501, 5.1.3)."""

    def shifted(match: re.Match[str]) -> str:
        code = base64.b64encode(match[0].encode("utf-16-be")).decode()
        return f"&{code.rstrip('=').replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, name.replace("&", "&-"))


def _maildir(place: Path, address: str, folders: Folders) -> None:
    for folder, items in folders.items():
        root = place / address / ("" if folder == INBOX else f".{modified_utf7(folder)}")
        for part in ("cur", "new", "tmp"):
            (root / part).mkdir(parents=True, exist_ok=True)
        for number, (copy, raw) in enumerate(items):
            stamp = int(copy.arrived.timestamp())
            name = f"{stamp}.M{number:06d}P{hash_of(copy.letter.message_id) % 30000}.mbx01,S={len(raw)}:2,S"
            fresh = number >= len(items) - 3 and folder == INBOX
            _write(root / ("new" if fresh else "cur") / (name.partition(":")[0] if fresh else name), raw)


def _eml(place: Path, address: str, folders: Folders) -> None:
    for folder, items in folders.items():
        for number, (_, raw) in enumerate(items, start=1):
            _write(place / address / folder / f"{number:05d}.eml", _crlf(raw))


def _zip(place: Path, address: str, folders: Folders) -> None:
    place.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place / f"{address}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for folder, items in folders.items():
            for number, (_, raw) in enumerate(items, start=1):
                entry = zipfile.ZipInfo(f"{folder}/{number:05d}.eml", _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, _crlf(raw))


_FORMS: dict[str, Callable[[Path, str, Folders], None]] = {
    "mbox": _mbox,
    "mbox.gz": _mbox_gz,
    "maildir": _maildir,
    "eml": _eml,
    "zip": _zip,
    "inferred": _inferred,
}


def write_mailboxes(place: Path, copies: list[Copy]) -> None:
    """Write every mailbox under `place`, leaving out what was deleted since."""
    rendered: dict[str, bytes] = {}
    boxes: dict[str, Folders] = {address: {} for address in MAILBOXES}
    for copy in sorted(copies, key=lambda copy: (copy.arrived, copy.letter.message_id)):
        if copy.purged:
            continue
        body = rendered.get(copy.letter.message_id)
        if body is None:
            body = rendered[copy.letter.message_id] = render(copy.letter)
        boxes[copy.mailbox].setdefault(copy.folder, []).append((copy, trace(copy) + body))
    for address, folders in boxes.items():
        _FORMS[MAILBOXES[address].form](place, address, folders)
