"""The case's own key for hashes of values: who has the tables without it can't try values out."""

import hmac
import os
import secrets
import stat
import tempfile
from pathlib import Path

from unsealed.errors import CaseError

NAME = "identify.key"
SIZE = 32
"""Bytes, as long as the hash (RFC 2104, section 3)."""
_PUT_BACK = "Put the right file back, or remove it and identify again."


def case_key(folder: Path) -> bytes:
    """Give the key of a case, made at random when it is first asked for; only its owner may read the file.

    A file that others may read, an old one or one that was copied, is closed to them first.

    Raises:
        CaseError: if what bears that name is no key, or not ours: a link, a file of somebody else, of another length.
    """
    path = folder / NAME
    if not path.exists() and not path.is_symlink():
        _make(path)
    try:
        # a pipe that somebody laid there would be waited for
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise CaseError(f"{path}: can't be opened as the case's key ({error.strerror}). {_PUT_BACK}") from None
    try:
        there = os.fstat(opened)
        if not stat.S_ISREG(there.st_mode) or there.st_uid != os.geteuid():
            raise CaseError(f"{path}: no file of yours. {_PUT_BACK}")
        if there.st_mode & 0o077:
            os.fchmod(opened, 0o600)
        key = os.read(opened, SIZE + 1)
    finally:
        os.close(opened)
    if len(key) != SIZE:
        raise CaseError(f"{path}: no key of {SIZE} bytes. {_PUT_BACK}")
    return key


def _make(path: Path) -> None:
    """Lay a new key down; the case is locked, so nobody else does."""
    opened, name = tempfile.mkstemp(prefix=f".{NAME}.", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(opened, "wb") as stream:
            os.fchmod(opened, 0o600)
            stream.write(secrets.token_bytes(SIZE))
            stream.flush()
            os.fsync(opened)
        fresh.rename(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def keyed_hash(key: bytes, kind: str, value: str) -> str:
    """Give the keyed hash of a value of a kind (HMAC-SHA-256, RFC 2104), 64 hex digits."""
    return hmac.digest(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256").hex()
