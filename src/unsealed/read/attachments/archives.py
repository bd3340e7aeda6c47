"""Archives on a letter: every member's name, and its words where it has some; bombs and archives in archives stop early.

.ZIP File Format Specification (APPNOTE 6.3.10), its AES extension (winzip.com/en/support/aes-encryption), 7z, tar, gzip.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from unsealed.read.attachments.outcome import MAX_BYTES, EncryptedError, NotReadError, TooLargeError
from unsealed.read.intake.unpack import printable, zip_name

MAX_MEMBERS = 10_000
_DAMAGED = (
    OSError, EOFError, ValueError, RuntimeError, NotImplementedError, KeyError, TypeError, zlib.error, lzma.LZMAError,
    zipfile.BadZipFile, tarfile.TarError, zipfile.LargeZipFile,
)  # fmt: skip
Opened = tuple[str, bytes | Exception | None]
"""A member's name and its bytes; what is wrong with it; or nothing (a folder)."""


class Budget:
    """Bytes that may still come out of an attachment and of what is nested in it."""

    def __init__(self) -> None:
        self.left = 4 * MAX_BYTES

    def take(self, size: int) -> None:
        """Take note of bytes that came out.

        Raises:
            TooLargeError: if it was the last straw.
        """
        self.left -= size
        if self.left < 0:
            raise TooLargeError


def members(kind: str, data: bytes, passwords: tuple[str, ...], budget: Budget) -> Iterator[Opened]:
    """Give the members of an archive; a compressed file is its only member, without a name.

    Raises:
        NotReadError: if no member can be had.
        EncryptedError: if not even the names can be had.
    """
    opener: Callable[..., Iterator[Opened]] = {"zip": _zip, "7z": _seven, "tar": _tar}.get(kind, _stream)
    try:
        yield from opener(data, passwords, budget) if opener is not _stream else _stream(kind, data, budget)
    except _DAMAGED as error:
        raise NotReadError(f"the archive can't be read further ({error})") from error


def _read(source: IO[bytes], budget: Budget) -> bytes:
    out = bytearray()
    while chunk := source.read(1 << 18):
        budget.take(len(chunk))
        out += chunk
        if len(out) > MAX_BYTES:
            raise TooLargeError
    return bytes(out)


def _zip(data: bytes, passwords: tuple[str, ...], budget: Budget) -> Iterator[Opened]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for number, info in enumerate(archive.infolist()[:MAX_MEMBERS]):
            name = printable(zip_name(info))
            if info.is_dir():
                yield name, None
                continue
            try:
                if info.flag_bits & 1:
                    yield name, _unlocked(data, number, passwords, budget)
                else:
                    with archive.open(info) as source:
                        yield name, _read(source, budget)
            except (EncryptedError, TooLargeError) as error:
                yield name, error
            except _DAMAGED as error:
                yield name, NotReadError(str(error))


def _unlocked(data: bytes, number: int, passwords: tuple[str, ...], budget: Budget) -> bytes:
    import pyzipper

    for password in passwords:
        for encoding in ("utf-8",) if password.isascii() else ("utf-8", "cp932"):
            try:
                with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
                    secret = password.encode(encoding, "surrogateescape")
                    with archive.open(archive.infolist()[number], pwd=secret) as source:
                        return _read(source, budget)
            except (pyzipper.zipfile.BadZipFile, *_DAMAGED):  # a wrong password shows as this, or as broken data
                continue
    raise EncryptedError


def _seven(data: bytes, passwords: tuple[str, ...], budget: Budget) -> Iterator[Opened]:
    import py7zr
    from py7zr.io import BytesIOFactory

    for password in (None, *passwords):
        try:
            with py7zr.SevenZipFile(io.BytesIO(data), password=password) as archive:
                if password is None and archive.needs_password():
                    continue
                listed = [info for info in archive.list() if not info.is_directory][:MAX_MEMBERS]
                budget.take(sum(info.uncompressed or 0 for info in listed))
                factory = BytesIOFactory(MAX_BYTES)
                archive.extract(targets=[info.filename for info in listed], factory=factory)
        except py7zr.exceptions.PasswordRequired:
            continue
        except (py7zr.exceptions.ArchiveError, py7zr.exceptions.Bad7zFile, *_DAMAGED) as error:
            if password is None:
                raise NotReadError(str(error)) from error
            continue  # a wrong password shows as broken data
        for name, held in factory.products.items():
            held.seek(0)
            yield printable(name), held.read()
        return
    raise EncryptedError


def _tar(data: bytes, _: tuple[str, ...], budget: Budget) -> Iterator[Opened]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errorlevel=0) as archive:
        for number, info in enumerate(archive):
            if number >= MAX_MEMBERS:
                return
            source = archive.extractfile(info) if info.isfile() else None
            try:
                yield printable(info.name), _read(source, budget) if source else None
            except TooLargeError as error:
                yield printable(info.name), error


def _stream(kind: str, data: bytes, budget: Budget) -> Iterator[Opened]:
    opened: Any
    if kind == "zst":
        try:
            from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # Python 3.14 and newer
        except ImportError:
            from backports import zstd
        opened = zstd.open(io.BytesIO(data))
    else:
        openers: dict[str, Any] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
        opened = openers[kind](io.BytesIO(data))
    with opened:
        yield "", _read(opened, budget)
