"""The case's own key for hashes of values: who has the tables without it can't try values out."""

import hmac
import os
import secrets
from pathlib import Path

from unsealed.errors import CaseError

NAME = "identify.key"
SIZE = 32
"""Bytes, as long as the hash (RFC 2104, section 3)."""


def case_key(folder: Path) -> bytes:
    """Give the key of a case, made at random when it is first asked for; only its owner may read the file.

    Raises:
        CaseError: if there is a file of that name that holds no key.
    """
    path = folder / NAME
    if not path.exists():
        fresh = folder / f".{NAME}.{os.getpid()}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(SIZE))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    key = path.read_bytes()
    if len(key) != SIZE:
        raise CaseError(f"{path}: no key of {SIZE} bytes. Put the right file back, or remove it and identify again.")
    return key


def keyed_hash(key: bytes, kind: str, value: str) -> str:
    """Give the keyed hash of a value of a kind (HMAC-SHA-256, RFC 2104), 64 hex digits."""
    return hmac.digest(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256").hex()
