"""The shapes in which mailboxes are handed over."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import tarfile
import zipfile
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from datetime import datetime
    from pathlib import Path

    from stage import Box, Copy

LAYOUTS = [
    "mbox",
    "maildir",
    "eml",
    "zip_eml",
    "mbox_gz",
    "mbox_dialect",
    "tar_gz",
    "mbox_bare",
    "zip_inside",
    "mbox_xz",
    "eml_gz",
]
Item = tuple["Copy", bytes]


def mbox(items: list[Item], *, dialect: bool = False) -> bytes:
    """Write messages behind From_ lines, as archives of lists do or as mail servers do."""
    out = bytearray()
    for copy, raw in items:
        sender = copy.letter.sender or "MAILER-DAEMON"
        stamp = copy.arrival.strftime("%a %b %d %H:%M:%S %Y")
        who = f"{sender.replace('@', ' at ')}  {stamp}" if dialect else f"{sender} {stamp}"
        quoted = re.sub(rb"(?m)^(>*From )", rb">\1", raw)
        out += f"From {who}\n".encode() + quoted.rstrip(b"\r\n") + b"\n\n"
    return bytes(out)


def _maildir(folder: Path, items: list[Item]) -> None:
    for sub in ("cur", "new", "tmp"):
        (folder / sub).mkdir(parents=True)
    for number, (copy, raw) in enumerate(items):
        seconds = int(copy.arrival.timestamp())
        fresh = number % 9 == 0
        name = f"{seconds}.M{number}P7.mail" + ("" if fresh else ":2,S")
        (folder / ("new" if fresh else "cur") / name).write_bytes(raw)


def _zipped(path: Path, items: list[Item], prefix: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (copy, raw) in enumerate(items):
            entry = zipfile.ZipInfo(f"{prefix}{copy.folder}/{number:04}.eml")
            archive.writestr(entry, raw, zipfile.ZIP_DEFLATED)


def write(root: Path, box: Box, items: list[Item], rng: random.Random) -> None:
    """Write one mailbox below the evidence folder, in its own layout."""
    home = root / "mail" / box.address
    by_folder = {name: [item for item in items if item[0].folder == name] for name in box.folders}
    for group in by_folder.values():
        if rng.random() < 0.5:
            rng.shuffle(group)
    if box.layout == "zip_eml":
        root.mkdir(parents=True, exist_ok=True)
        _zipped(root / f"export-{rng.randrange(1000)}-{box.address.split('@')[0]}.zip", items, box.address + "/")
        return
    if box.layout == "tar_gz":
        _tar(root / f"backup-{box.address.split('@')[0]}.tar.gz", box.address, by_folder)
        return
    home.mkdir(parents=True)
    if box.layout == "zip_inside":
        _zipped(home / "mail.zip", items, "")
        return
    for name, group in by_folder.items():
        _folder(home, name, group, box.layout)


def _folder(home: Path, name: str, group: list[Item], layout: str) -> None:
    if layout == "maildir":
        _maildir(home / name, group)
    elif layout in ("eml", "eml_gz"):
        (home / name).mkdir()
        for number, (_, raw) in enumerate(group):
            packed = layout == "eml_gz" and number % 3 == 0
            path = home / name / (f"{number:04}.eml" + (".gz" if packed else ""))
            path.write_bytes(gzip.compress(raw, mtime=0) if packed else raw)
    elif layout == "mbox_gz":
        (home / f"{name}.mbox.gz").write_bytes(gzip.compress(mbox(group), mtime=0))
    elif layout == "mbox_xz":
        (home / f"{name}.mbox.xz").write_bytes(lzma.compress(mbox(group)))
    elif layout == "mbox_bare":
        (home / name).write_bytes(mbox(group))
    else:
        (home / f"{name}.mbox").write_bytes(mbox(group, dialect=layout == "mbox_dialect"))


def _tar(path: Path, address: str, by_folder: dict[str, list[Item]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, group in by_folder.items():
            data = mbox(group)
            member = tarfile.TarInfo(f"{address}/{name}.mbox")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def hops(copy: Copy, domain: str, gateway: str, rng: random.Random) -> list[str]:
    """Write the Received fields, newest first; nothing for what the owner sent."""
    if copy.sent:
        return []
    relay = gateway if copy.gateway else rng.choice(["mx2." + domain, "mx10." + domain, "edge1." + domain])
    store = "mailstore." + domain
    when: datetime = copy.arrival
    stamp = format_datetime(when)
    sender = f"mail-{rng.randrange(100)}.sender.example"
    queue = f"{rng.getrandbits(48):012X}"
    outer = f"from {sender} ({sender} [192.0.2.{rng.randrange(200, 250)}])\r\n\t"
    outer += f"by {relay} (Postfix) with ESMTPS id {queue}"
    inner = f"from {relay} ({relay} [10.1.0.{rng.randrange(2, 9)}])\r\n\tby {store} with LMTP id {queue[::-1]}"
    fields = [f"{inner};\r\n\t{stamp}", f"{outer}\r\n\tfor <{copy.mailbox}>; {stamp}"]
    newline = copy.letter.newline.decode()
    return [text.replace("\r\n", newline) for text in fields]
