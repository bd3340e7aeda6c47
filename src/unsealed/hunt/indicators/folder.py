"""Many indicator files at once: a folder, a zip, a gzip; such as the copy of a MISP feed (`manifest.json` and a file an event).

Bounds: files, size of one, size of all. Names within an archive never become paths. Nothing is followed out of the folder.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from unsealed.errors import IndicatorError

MAX_FILES = 20_000
MAX_BYTES = 256 << 20
"""Of one file."""
MAX_ALL = 1 << 30
"""Of all files of a folder or an archive."""
_PASSED = ("manifest.json", "hashes.csv")
"""What lies beside the events of a MISP feed and holds no indicator of its own."""


class Left(Exception):  # noqa: N818 - it is what was left
    """One file of many that is not read, and why."""


def files(path: Path) -> Iterator[tuple[str, bytes | Left]]:
    """Give (name, bytes) of every file of a folder or an archive, or of the one file; of one that can't be read the reason.

    Raises:
        IndicatorError: if the path itself can't be read, or is larger than the bounds.
    """
    try:
        if path.is_dir():
            yield from _folder(path)
            return
        data = _bytes(path)
    except OSError as error:
        raise IndicatorError(f"{path}: {error.strerror}. Check the path given with --indicators.") from error
    if data[:4] == b"PK\x03\x04":
        yield from _zip(path)
    elif data[:2] == b"\x1f\x8b":
        yield path.name, _gzip(path, data)
    else:
        yield path.name, data


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise IndicatorError(f"{path}: larger than {MAX_BYTES >> 20} MiB. Give the indicators in several files.")
    return data


def _folder(path: Path) -> Iterator[tuple[str, bytes | Left]]:
    size = 0
    for number, file in enumerate(sorted(_inside(path)), start=1):
        name = str(file.relative_to(path))
        if number > MAX_FILES:
            raise IndicatorError(f"{path}: more than {MAX_FILES:,} files. Give it in parts.")
        if file.name in _PASSED:
            continue
        try:
            size += file.stat().st_size
        except OSError as error:
            yield name, Left(str(error.strerror))
            continue
        if size > MAX_ALL:
            raise IndicatorError(f"{path}: larger than {MAX_ALL >> 20} MiB. Give it in parts.")
        try:
            yield name, _bytes(file)
        except IndicatorError as error:
            yield name, Left(str(error))
        except OSError as error:
            yield name, Left(str(error.strerror))


def _inside(path: Path) -> Iterator[Path]:
    """Give the files below a folder; hidden ones, links and what is neither are passed."""
    for file in path.rglob("*"):
        parts = file.relative_to(path).parts
        if file.is_file() and not file.is_symlink() and not any(part.startswith(".") for part in parts):
            yield file


def _zip(path: Path) -> Iterator[tuple[str, bytes | Left]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if not item.is_dir()]
            if len(members) > MAX_FILES:
                raise IndicatorError(f"{path}: more than {MAX_FILES:,} files. Give it in parts.")
            size = 0
            for item in members:
                name = item.filename.rsplit("/", 1)[-1]
                if name in _PASSED or name.startswith("."):
                    continue
                found = _member(archive, item)
                size += len(found) if isinstance(found, bytes) else 0
                if size > MAX_ALL:
                    raise IndicatorError(f"{path}: unpacks to more than {MAX_ALL >> 20} MiB. Give it in parts.")
                yield item.filename[:200], found
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise IndicatorError(f"{path}: not a zip that can be read ({error}). Unpack it and give the folder.") from error


def _member(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> bytes | Left:
    if item.flag_bits & 1:
        return Left("encrypted; unpack it and give the folder")
    try:
        with archive.open(item) as stream:
            data = stream.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError) as error:
        return Left(f"damaged ({error})")
    return data if len(data) <= MAX_BYTES else Left(f"larger than {MAX_BYTES >> 20} MiB")


def _gzip(path: Path, data: bytes) -> bytes | Left:
    del data
    try:
        with gzip.open(path) as stream:
            found = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise IndicatorError(f"{path}: not a gzip that can be read ({error}). Unpack it first.") from error
    if len(found) > MAX_BYTES:
        raise IndicatorError(
            f"{path}: unpacks to more than {MAX_BYTES >> 20} MiB. Give the indicators in several files."
        )
    return found
