"""Hardware addresses, EUI-48 (IEEE 802): six octets with colons or hyphens, or three groups with dots."""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum

IDENTIFIER = Identifier(
    kind="mac_address",
    what="hardware address",
    pattern=(
        r"(?<![0-9A-Za-z_:.-])(?P<v>[0-9A-Fa-f]{2}(?P<s>[:-])(?:[0-9A-Fa-f]{2}"
        r"(?P=s)){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![0-9A-Za-z_:-]|"
        r"\.[0-9A-Za-z])"
    ),
    anchors=(r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b", r"\b[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b"),
    before=17,
    after=1,
    check=lambda value: checks.various(alnum(value)),
    weight=45,
    mask=lambda value: value[:2] + ":***",
    canonical=alnum,
    same=(("00:1a:2b:3c:4d:5e", "001A.2B3C.4D5E"), ("00-1A-2B-3C-4D-5E", "00:1a:2b:3c:4d:5e")),
    different=(("00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5f"),),
    law="GDPR recital 30",
    hits=("at ⟦00:1a:2b:3c:4d:5e⟧", "⟦00-1A-2B-3C-4D-5E⟧", "⟦001a.2b3c.4d5e⟧ on port 2"),
    misses=("00:1a:2b:3c:4d", "00:1a-2b:3c:4d:5e", "ff:ff:ff:ff:ff:ff", "00:1a:2b:3c:4d:5e:6f"),
)
