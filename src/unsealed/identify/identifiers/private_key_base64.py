"""Private keys whose whole text (RFC 7468) is in base 64 once more (RFC 4648), as settings and pipelines hold them."""

import base64
import binascii

from unsealed.identify.identifier import Identifier
from unsealed.identify.identifiers.private_key import IDENTIFIER as PLAIN
from unsealed.identify.mask import hidden


def _plain(value: str) -> str:
    """Give the text, as far as its base 64 is whole."""
    try:
        return base64.b64decode(value[: len(value) // 4 * 4]).decode("ascii", "replace")
    except (binascii.Error, ValueError):
        return ""


IDENTIFIER = Identifier(
    kind="private_key",
    what="private key in base 64",
    pattern=r"(?<![0-9A-Za-z+/=])(?P<v>LS0tLS1CRUdJTi[0-9A-Za-z+/]{40,24000}={0,2})(?![0-9A-Za-z+/=])",
    anchors=("LS0tLS1CRUdJTi[0-9A-Za-z+/]",),
    before=20,
    after=24_100,
    check=lambda value: " PRIVATE KEY" in _plain(value)[:60],
    weight=95,
    mask=hidden,
    canonical=lambda value: PLAIN.canonical(_plain(value)),
    same=(
        (
            "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlCT2dJQkFBSkJBS2ozNEdreEZoRDkKLS0tLS1FTkQgUlNBIFBSSVZBVEUgS0VZLS0tLS0K",
            "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlCT2dJQkFBSkJBS2ozNEdreEZoRDkKLS0tLS1FTkQgUlNBIFBSSVZBVEUgS0VZLS0tLS0=",
        ),
    ),
    law="credentials: GDPR art. 32",
    hits=(
        "⟦LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlCT2dJQkFBSkJBS2ozNEdreEZoRDkKLS0tLS1FTkQgUlNBIFBSSVZBVEUgS0VZLS0tLS0K⟧",
    ),
    misses=(
        "LS0tLS1CRUdJTi",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURkekNDQWwrZ0F3SUJBZ0lFQWdBQXVUQU5CZ2txaGtpRw==",
    ),
)
