"""Zip files that do not play fair, made cheaply."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GIB = 1 << 30
BLOCK = b"A" * 8191 + b"\n"
STEP = BLOCK * (1 << 13)  # 64 MiB, compressed once and written 160 times
REPEATS = 160
CRC = 0x189C613B  # of all that the bomb unpacks to
HEAD = b"From: a@b.example\r\nTo: alice@example.org\r\nSubject: bomb\r\n"
HEAD += b"Message-ID: <bomb@hostile.example>\r\n\r\n"


def bomb(path: Path) -> None:
    """Write a zip of a few MB whose one member, a letter, unpacks to 10 GiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(HEAD) + packer.flush(zlib.Z_FULL_FLUSH)
    step = packer.compress(STEP) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the stream depends on nothing before it: the same bytes may follow again.
    final = packer.flush()
    data_size = len(start) + len(step) * REPEATS + len(final)
    size = len(HEAD) + len(STEP) * REPEATS
    name = b"bomb.eml"
    extra = struct.pack("<HHQQ", 1, 16, size, data_size)
    wide = 0xFFFFFFFF
    local = (
        struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, 0, 8, 0, 0x5621, CRC, wide, wide, len(name), len(extra))
        + name
        + extra
    )
    entry = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\1\2",
        45,
        45,
        0,
        8,
        0,
        0x5621,
        CRC,
        wide,
        wide,
        len(name),
        len(extra),
        0,
        0,
        0,
        0,
        0,
    )
    central = entry + name + extra
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local) + data_size, 0)
    with path.open("wb") as out:
        out.write(local + start)
        for _ in range(REPEATS):
            out.write(step)
        out.write(final + central + end)


def matryoshka(depth: int, raw: bytes) -> Callable[[Path], None]:
    """Make a maker of zips within zips."""

    def make(path: Path) -> None:
        data, name = raw, "letter.eml"
        for number in range(depth):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(zipfile.ZipInfo(name), data)
            data, name = out.getvalue(), f"inner{number}.zip"
        path.write_bytes(data)

    return make


def locked(raw: bytes) -> Callable[[Path], None]:
    """Make a maker of a zip that asks for a password."""

    def make(path: Path) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo("locked.eml"), bytes(12) + bytes(b ^ 0x5A for b in raw))
        data = bytearray(out.getvalue())
        data[6] |= 1
        data[data.index(b"PK\1\2") + 8] |= 1
        path.write_bytes(bytes(data))

    return make
