"""Passwords as a system keeps them, of which weak ones are soon guessed.

Forms of crypt(5) (https://manpages.debian.org/crypt.5): `$1$`, `$2a$`, `$5$`, `$6$`, `$y$`, Argon2's (RFC 9106), and
answers of Kerberos that hold one (RFC 4120, section 3.1).
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

IDENTIFIER = Identifier(
    kind="password_hash",
    what="hash of a password",
    pattern=(
        r"(?<![0-9A-Za-z$])(?P<v>\$2[abxy]?\$[0-9]{2}\$[0-9A-Za-z./]{53}|\$(?:1|5|6|8|y|apr1)\$(?:rounds=[0-9]{1,9}\$)?"
        r"[0-9A-Za-z./]{1,24}\$(?:[0-9A-Za-z./]{22}|[0-9A-Za-z./]{43}|[0-9A-Za-z./]{86})|"
        r"\$krb5(?:asrep|tgs)\$[0-9]{2}\$[0-9A-Za-z.@*/:$_-]{40,3000}|\$argon2(?:id|i|d)\$v=[0-9]{2}\$[a-z0-9=,]{8,40}\$[0-9A-Za-z+/]{8,64}\$[0-9A-Za-z+/]{20,100})(?![0-9A-Za-z./$])"
    ),
    anchors=(
        r"\$2[abxy]?\$[0-9]{2}\$[0-9A-Za-z./]",
        r"\$(?:1|5|6|8|y|apr1)\$(?:rounds=[0-9]{1,9}\$)?[0-9A-Za-z./]{1,24}\$",
        r"\$krb5(?:asrep|tgs)\$[0-9]{2}\$[0-9A-Za-z.@*/:$_-]{40,3000}|\$argon2(?:id|i|d)\$v=",
    ),
    before=60,
    after=3100,
    weight=72,
    mask=hidden,
    law="account credentials: Cal. Civ. Code 1798.82(h)(2)",
    hits=(
        "root:⟦$1$28772684$iEwNOgGugqO9.bIz5sk8k/⟧:18000",
        "⟦$2a$05$LhayLxezLhK1LhWvKxCyLOj0j1u.Kj0jZ0pEmm134uzrQlFvQJLF6⟧",
    ),
    misses=("$1$short$abc", "it costs $5$ or $6$"),
)
