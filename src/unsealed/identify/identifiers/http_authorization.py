"""What a request proves itself with: `Authorization: Basic` and a name and password in base 64 (RFC 7617, section 2)."""

import base64
import binascii

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden


def _pair(value: str) -> bool:
    """Tell whether it is a name, a colon and a password."""
    try:
        plain = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in plain and plain.isascii() and plain.decode().isprintable()


IDENTIFIER = Identifier(
    kind="password",
    what="name and password of a request",
    pattern=r"(?<![0-9A-Za-z])(?i:basic) {1,2}(?P<v>[0-9A-Za-z+/]{8,400}={0,2})(?![0-9A-Za-z+/=])",
    anchors=("(?i:basic) {1,2}[0-9A-Za-z+/]",),
    before=8,
    after=410,
    check=_pair,
    weight=73,
    mask=hidden,
    law="account credentials: Cal. Civ. Code 1798.82(h)(2)",
    hits=("Authorization: Basic ⟦QWxhZGRpbjpvcGVuIHNlc2FtZQ==⟧",),
    misses=("Basic understanding", "Authorization: Basic QWxhZGRpbg=="),
)
