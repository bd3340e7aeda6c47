"""Archives and compressed files, opened with bounds: names from inside never become paths, bombs stop early.

Members are spooled under names of our own in the case's work folder, and are gone when the read ends.
"""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

MAX_RATIO = 250
"""Bytes out for one byte in; mail and logs stay under 50. Judged after `FREE_OUT` bytes."""
FREE_OUT = 64 << 20
MAX_MEMBERS = 500_000
MAX_OUT = 1 << 30
"""Bytes out of one archive and all that is nested in it, where `MAX_RATIO` times its size is less."""
CHUNK = 1 << 20
_MAGIC = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gz",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"BZh": "bz2",
    b"7z\xbc\xaf\x27\x1c": "7z",
}
_DAMAGED = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True)
class Member:
    """One file out of an archive, spooled; `problem` tells what cut it short."""

    name: str
    path: Path
    size: int
    problem: "Problem | None" = None


@dataclass(frozen=True)
class Problem:
    """Something in an archive that can't be had."""

    locator: str
    reason: str
    detail: str


class TooMuchError(Exception):
    """A member, or all of them together, unpack to more than any mail or log does."""


class Budget:
    """Bytes that may still come out of an archive and of what is nested in it, and passwords to try on it."""

    def __init__(self, packed: int, passwords: tuple[str, ...] = ()) -> None:
        self.left, self.passwords = max(MAX_OUT, packed * MAX_RATIO), passwords

    def spend(self, size: int) -> None:
        """Take note of bytes that came out.

        Raises:
            TooMuchError: if it was the last straw.
        """
        self.left -= size
        if self.left < 0:
            raise TooMuchError


def kind(head: bytes) -> str | None:
    """Tell the kind of archive from its first bytes; None if it is none."""
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            whole = b"[Content_Types].xml" in head[:4096] or b"com.microsoft.__" in head  # office, Outlook for Mac
            return None if name == "zip" and whole else name
    return "tar" if head[257:262] == b"ustar" else None


def is_stream(archive: str) -> bool:
    """Tell whether this kind holds one nameless stream."""
    return archive in {"gz", "xz", "zst", "bz2"}


def members(path: Path, archive: str, spool: Path, budget: Budget | None = None) -> Iterator[Member | Problem]:
    """Unpack an archive's files one by one into `spool`."""
    try:
        yield from _OPEN[archive](path, spool, budget or Budget(path.stat().st_size))
    except TooMuchError:
        yield Problem("", "expands_too_much", _BOMB)
    except _DAMAGED as error:
        yield Problem("", "damaged_archive", f"the archive can't be read further: {error}")


_BOMB = f"unpacks to more than {MAX_RATIO} times its size: a decompression bomb, or nothing that mail or logs look like"


def printable(name: str) -> str:
    """Give a member's name as it may be shown: no control characters, no broken ones."""
    told = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else "?" for char in told)[:1000]


def _copy(source: IO[bytes], target: Path, packed: int, budget: Budget) -> tuple[int, Problem | None]:
    """Spool a stream; give its size and what cut it short."""
    size, limit = 0, max(FREE_OUT, packed * MAX_RATIO)
    read = getattr(source, "read1", source.read)  # gives what there is before it complains that the rest is missing
    with target.open("wb") as out:
        while True:
            try:
                chunk = read(CHUNK)
            except _DAMAGED as error:
                return size, Problem("", "damaged_archive", f"ends early, after {size:,} bytes: {error}")
            if not chunk:
                return size, None
            size += len(chunk)
            if size > limit:
                return size, Problem("", "expands_too_much", _BOMB)
            budget.spend(len(chunk))
            out.write(chunk)


def _stream(opener: Any, path: Path, spool: Path, budget: Budget) -> Iterator[Member | Problem]:  # noqa: ANN401 - four modules, one shape
    target = spool / "0"
    with opener(path) as source:
        size, problem = _copy(source, target, path.stat().st_size, budget)
    if problem and problem.reason == "expands_too_much":
        target.unlink()
        yield problem
    else:
        yield Member("", target, size, problem)


def _zst(path: Path, spool: Path, budget: Budget) -> Iterator[Member | Problem]:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # Python 3.14 and newer
    except ImportError:
        from backports import zstd
    yield from _stream(zstd.open, path, spool, budget)


def _zip(path: Path, spool: Path, budget: Budget) -> Iterator[Member | Problem]:
    with zipfile.ZipFile(path) as archive:
        for number, info in enumerate(archive.infolist()):
            if number >= MAX_MEMBERS:
                yield Problem(
                    "", "too_many_members", f"more than {MAX_MEMBERS:,} files in the archive: the rest is not read"
                )
                return
            if info.is_dir():
                continue
            name = zip_name(info)
            place = f"member:{printable(name)}"
            target = spool / str(number)
            if info.flag_bits & 1:
                opened = _unlocked(path, number, target, budget)
                yield from _spooled(name, target, *opened) if opened else [Problem(place, "encrypted", LOCKED)]
                continue
            try:
                with archive.open(info) as source:
                    size, problem = _copy(source, target, max(info.compress_size, 1), budget)
            except _DAMAGED as error:
                yield Problem(place, "damaged_archive", str(error))
                continue
            yield from _spooled(name, target, size, problem)


LOCKED = "it is encrypted, and no password that was given opens it: give `--passwords FILE`, a password a line"


def _unlocked(path: Path, number: int, target: Path, budget: Budget) -> tuple[int, Problem | None] | None:
    """Spool an encrypted member with the first password that opens it; None if none does."""
    import pyzipper

    for password in budget.passwords:
        for encoding in ("utf-8",) if password.isascii() else ("utf-8", "cp932"):
            try:
                with pyzipper.AESZipFile(path) as archive:
                    info = archive.infolist()[number]
                    with archive.open(info, pwd=password.encode(encoding, "surrogateescape")) as source:
                        size, problem = _copy(source, target, max(info.compress_size, 1), budget)
            except (pyzipper.zipfile.BadZipFile, *_DAMAGED):
                continue
            if problem is None or problem.reason != "damaged_archive":
                return size, problem  # a wrong password that passes the first check shows as damage
    return None


def zip_name(info: zipfile.ZipInfo) -> str:
    """Read a name that has no UTF-8 mark as Shift_JIS where it is that: what Windows in Japan writes."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _spooled(name: str, target: Path, size: int, problem: Problem | None) -> Iterator[Member | Problem]:
    if problem and problem.reason == "expands_too_much":
        target.unlink()
        yield Problem(f"member:{printable(name)}", problem.reason, problem.detail)
    else:
        yield Member(name, target, size, problem)


def _tar(path: Path, spool: Path, budget: Budget) -> Iterator[Member | Problem]:
    packed = path.stat().st_size  # a sparse file tells more than there is
    with tarfile.open(path, "r:", errorlevel=0) as archive:
        number = 0
        while (info := archive.next()) is not None:
            number += 1
            if number > MAX_MEMBERS:
                yield Problem(
                    "", "too_many_members", f"more than {MAX_MEMBERS:,} files in the archive: the rest is not read"
                )
                return
            name = info.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            if not info.isfile():
                if not info.isdir():
                    yield Problem(f"member:{printable(name)}", "not_a_file", "a link or device, not a file")
                continue
            source = archive.extractfile(info)
            if source is None:
                continue
            target = spool / str(number)
            size, problem = _copy(source, target, packed, budget)
            yield from _spooled(name, target, size, problem)
            archive.members = []  # type: ignore[attr-defined]  # it keeps every header otherwise


def _7z(path: Path, spool: Path, budget: Budget) -> Iterator[Member | Problem]:
    from unsealed.read.intake.seven import unpack

    yield from unpack(path, spool, budget)


_OPEN: dict[str, Callable[[Path, Path, Budget], Iterator[Member | Problem]]] = {
    "zip": _zip,
    "tar": _tar,
    "7z": _7z,
    "zst": _zst,
    "gz": partial(_stream, gzip.open),
    "xz": partial(_stream, lzma.open),
    "bz2": partial(_stream, bz2.open),
}
