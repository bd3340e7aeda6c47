"""Private keys in text: PEM (RFC 7468, RFC 1421), OpenSSH's and OpenPGP's (RFC 9580) armour.

From the line that begins one to the line that ends it, or, where a text breaks off, as far as its base 64 goes. A line that
begins a key and no key behind it is none. The hash is of the key alone, however its lines are broken or quoted.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

_LABEL = r"(?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
_HEADER = re.compile(r"(?m)^[> \t]*[A-Za-z][A-Za-z-]{2,30}: .*$")


def _body(value: str) -> str:
    """Give the base 64 of a key."""
    inner = value.replace("\\r", "").replace("\\n", "\n").split("-----")
    return "".join(re.findall("[0-9A-Za-z+/=]+", _HEADER.sub("", inner[2] if len(inner) > 2 else "")))


IDENTIFIER = Identifier(
    kind="private_key",
    what="private key",
    pattern=(
        rf"(?P<v>-----BEGIN {_LABEL}(?:(?:[^\0-]|-(?!----)){{1,16000}}-----END {_LABEL}|"
        r"[> \t\r\n]{1,8}(?:[A-Za-z-]{3,30}: [^\0\n]{0,200}[> \t\r\n]{1,8}){0,6}"
        r"(?:[0-9A-Za-z+/=]{16,80}[> \t\r\n]{1,8}){0,170}[0-9A-Za-z+/=]{4,2000}))"
    ),
    anchors=("-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----",),
    before=60,
    after=18_700,
    check=lambda value: len(_body(value)) >= 16,
    weight=95,
    mask=hidden,
    canonical=_body,
    same=(
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj3\n4GkxFhD9\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\n> MIIBOgIBAAJBAKj34GkxFhD9\n> -----END RSA PRIVATE KEY-----",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\\nMIIBOgIBAAJBAKj34GkxFhD9\\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9\n-----END PRIVATE KEY-----",
        ),
    ),
    different=(
        (
            "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,00\n\nMIIBOgIBAAJBAKj3\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,00\n\nMIIBOgIBAAJBAKj4\n-----END RSA PRIVATE KEY-----",
        ),
    ),
    law="credentials: GDPR art. 32",
    hits=(
        "⟦-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9\n-----END RSA PRIVATE KEY-----⟧",
        "⟦-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,00\n\nMIIBOgIBAAJBAKj34GkxFhD9\n-----END RSA PRIVATE KEY-----⟧",
        "⟦-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=⟧",
    ),
    misses=(
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
        "a PRIVATE KEY",
        "It begins with -----BEGIN RSA PRIVATE KEY----- and then comes the key.",
    ),
)
