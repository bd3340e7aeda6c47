"""Private keys in text: PEM (RFC 7468, RFC 1421), OpenSSH's and PGP's (RFC 9580) armour."""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

IDENTIFIER = Identifier(
    kind="private_key",
    what="private key",
    pattern=(
        r"(?P<v>-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{1,8000}-----END "
        r"(?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----)?)"
    ),
    anchors=("PRIVATE KEY(?: BLOCK)?-----",),
    before=60,
    after=8080,
    weight=95,
    mask=hidden,
    canonical=lambda value: "".join(value.split()),
    law="credentials: GDPR art. 32",
    hits=(
        "⟦-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9\n-----END RSA PRIVATE KEY-----⟧",
        "⟦-----BEGIN OPENSSH PRIVATE KEY-----⟧",
        "⟦-----BEGIN PGP PRIVATE KEY BLOCK-----⟧",
    ),
    misses=("-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "a PRIVATE KEY"),
)
