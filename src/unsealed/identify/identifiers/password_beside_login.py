"""Passwords that stand beside the mail address they belong to, as in lists of leaked accounts.

`jo@example.org:Hunter-22` and `jo@example.org / Hunter-22`, the form of combination lists (MITRE ATT&CK T1110.004,
https://attack.mitre.org/techniques/T1110/004/). What comes behind must have three of small letters, capitals, digits and signs.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.identifiers.password_after_word import strong
from unsealed.identify.mask import hidden

_END = r"[^\s\"'<>,;`\0]{4,63}[^\s\"'<>,;:`.?()\0]"

IDENTIFIER = Identifier(
    kind="password",
    what="password beside its login",
    pattern=(
        r"(?<![0-9A-Za-z._%+-])[0-9A-Za-z._%+-]{1,64}@(?=[0-9A-Za-z.-]{4,100}(?: / |[:|;]))"
        r"[0-9A-Za-z-]{1,63}(?:\.[0-9A-Za-z-]{1,63}){0,4}\.[A-Za-z]{2,24}"
        rf"(?: / |[:|;])(?P<v>{_END})"
    ),
    anchors=(r"@[0-9A-Za-z.-]{4,100}(?: / |[:|;])",),
    before=240,
    after=240,
    check=strong,
    weight=36,
    mask=hidden,
    law="account credentials: Cal. Civ. Code 1798.82(h)(2); APPI Enforcement Rules art. 7(2)",
    hits=("jo@example.org:⟦Hunter-22⟧", "ann@example.com / ⟦W!nter2024⟧"),
    misses=("https://example.org:8443/a", "see example.org / Example-Page.", "jo@example.org: hello"),
)
