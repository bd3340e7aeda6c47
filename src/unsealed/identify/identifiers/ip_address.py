"""Addresses of the Internet Protocol, version 4, in dotted decimals (RFC 791; RFC 6943, section 3.1.1).

Versions of software look alike; where the word "version" or a v stands before it, it is none.
"""

from unsealed.identify.identifier import Identifier

IDENTIFIER = Identifier(
    kind="ip_address",
    what="IP address, version 4",
    pattern=(
        r"(?<![0-9A-Za-z_.-])(?<![Vv]ersion )(?<![Vv]er\. )(?<!revision )(?<![Ss]ection )(?<!バージョン )"
        r"(?<!バージョン)(?P<v>(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|"
        r"2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))(?![0-9A-Za-z_-]|\.[0-9])"
    ),
    anchors=(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",),
    before=13,
    after=3,
    check=lambda value: not value.startswith("0.") and not value.endswith(".0.0.0"),
    weight=35,
    mask=lambda value: value.partition(".")[0] + ".*.*.*",
    law="GDPR recital 30",
    hits=("from ⟦203.0.113.77⟧ port 22", "[⟦198.51.100.4⟧]", "⟦192.0.2.1⟧/24"),
    misses=(
        "203.0.113.256",
        "version 10.2.3.4",
        "バージョン 10.2.3.4",
        "1.2.3.4.5",
        "0.10.20.30",
        "v1.2.3.4",
        "Section 3.2.1.4",
    ),
)
