"""JSON Web Tokens: three parts of base 64 with dots, the first of which says how it is signed (RFC 7519, RFC 7515)."""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

IDENTIFIER = Identifier(
    kind="api_key",
    what="JSON Web Token",
    pattern=(
        r"(?<![0-9A-Za-z_.-])"
        r"(?P<v>eyJ[0-9A-Za-z_-]{8,1000}\.eyJ[0-9A-Za-z_-]{8,4000}\.[0-9A-Za-z_-]{0,1000})"
        r"(?![0-9A-Za-z_.-])"
    ),
    anchors=(r"\beyJ[0-9A-Za-z_-]{8}",),
    before=5020,
    after=6020,
    weight=76,
    mask=hidden,
    law="credentials: GDPR art. 32",
    hits=("Bearer ⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U⟧",),
    misses=("eyJhbGciOiJIUzI1NiJ9", "abc.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x"),
)
