"""Addresses of the Internet Protocol, version 6.

Forms of RFC 4291, section 2.2; what Python's `ipaddress` takes for one is one.
"""

import ipaddress

from unsealed.identify.identifier import Identifier


def _can_be(value: str) -> bool:
    try:
        return not ipaddress.IPv6Address(value).is_unspecified and len(value) > 6
    except ValueError:
        return False


IDENTIFIER = Identifier(
    kind="ip_address",
    what="IP address, version 6",
    pattern=(
        r"(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f:]{0,36}::|(?:[0-9A-Fa-f]{1,4}:){7})(?P<v>[0-9A-Fa-f]{0,4}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{1,4})"
        r"(?![0-9A-Za-z_:]|\.[0-9])"
    ),
    anchors=("::[0-9A-Fa-f]", "(?::[0-9A-Fa-f]{1,4}){4}:"),
    before=40,
    after=40,
    check=_can_be,
    weight=34,
    mask=lambda value: value.partition(":")[0] + ":***",
    canonical=str.lower,
    law="GDPR recital 30",
    hits=("from ⟦2001:db8:85a3:0:0:8a2e:370:7334⟧", "⟦2001:db8::1⟧ is up", "⟦d80:e4b5:79da:6cf6:71f3:51f7:9161:c319⟧"),
    misses=("10:30:45", "std::vector", "1:2:3:4:5:6:7:8:9:10", "a:b:c"),
)
