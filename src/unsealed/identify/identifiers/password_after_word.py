"""Passwords right behind their word with no sign between: `password Qr7!dke#39`, `-Password Hunter22!`.

NIST SP 800-63B calls them memorized secrets (https://pages.nist.gov/800-63-3/sp800-63b.html). What comes behind must have three
of small letters, capitals, digits and signs, so that no sentence goes on with it.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.identifiers.password import CODE
from unsealed.identify.mask import hidden

_PLACE = re.compile(r"(?i)[a-z]+(?:[-_/](?:[a-z]+|[0-9]))+|[0-9]{1,4}(?:[-/.:][0-9]{1,4}){1,3}")


def strong(value: str) -> bool:
    """Tell whether a text has three of the four kinds of characters, and is no word, path, date or piece of a program."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    mixed = sum(any(map(kind, value)) for kind in kinds) >= 3
    return mixed and len(value) >= 6 and "://" not in value and not CODE.search(value) and not _PLACE.fullmatch(value)


IDENTIFIER = Identifier(
    kind="password",
    what="password right behind its word",
    pattern=(
        r"(?<![A-Za-z0-9])(?i:pass ?words?|passwd|passphrase|passcode|pwd|passwort|kennwort)[ \t\n][\"'*]?"
        r"(?P<v>[^\s\"'<>,;`\0]{4,63}[^\s\"'<>,;:`.?()*\0])"
    ),
    anchors=("(?i:pass ?words?|passwd|passphrase|passcode|pwd|passwort|kennwort)[ \t\n]",),
    before=14,
    after=70,
    check=strong,
    weight=71,
    mask=hidden,
    different=(("Hunter-22", "hunter-22"),),
    law="account credentials: Cal. Civ. Code 1798.82(h)(2); APPI Enforcement Rules art. 7(2)",
    hits=("user lily@example.org with password ⟦Qr7!dke#39⟧.", "connect -User jo -Password ⟦VMware1!⟧"),
    misses=("Password Reset-2", "Password Manager", "passwords from 2023-04-01", "password $ESXi_pass1"),
)
