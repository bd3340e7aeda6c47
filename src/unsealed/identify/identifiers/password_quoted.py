"""Passwords in quotes behind the word: `password = "open sesame"`, the password is 'pyne'.

Quotes tell where a password ends and that it is one, so that a plain word counts, too; what programs and forms put there
is left out. NIST SP 800-63B calls them memorized secrets (https://pages.nist.gov/800-63-3/sp800-63b.html).
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.identifiers.password import CODE
from unsealed.identify.mask import hidden

_NONE = re.compile(
    r"(?i)^(?:\W*|(?:your|my|the|new|old|enter|user|db|admin|current|confirm|repeat)?[ _-]?"
    r"(?:password|passwd|passwort|pass|pwd|secret|passphrase)[ _-]?(?:here|hash|field)?|"
    r"required|optional|string|text|hidden|submit|null|none|true|false|username|user|email|e-mail|login|changeme|change_me|redacted|"
    r"x{3,}|\*+|\.{3,}|forgot.*|reset.*|invalid.*|incorrect.*|wrong.*|weak.*|strong.*|expired|protected|must .*)$|^(?:https?:)?//|"
    r"[{}<>]|%s|\$\("
)


_WORDS = "(?:(?i:passwords?|passwd|passwort|passphrase|passcode|pwd|pass|kennwort)|パスワード)"
_SIGN = r"[ \t]{0,12}(?:=>|:=|[=!]=|->|[=:]|(?:is|was|set to)\b|は)"


def _can_be(value: str) -> bool:
    return not _NONE.search(value) and not CODE.search(value) and value.count(" ") <= 2 and len(set(value)) > 2


IDENTIFIER = Identifier(
    kind="password",
    what="password in quotes",
    pattern=(
        r"(?<![A-Za-z0-9_.-])(?:[A-Za-z0-9_.-]{0,30}(?i:passwords?|passwd|passwort|passphrase|passcode|pwd|kennwort)|"
        r"(?:[A-Za-z0-9_.-]{0,29}[_.-])?(?i:pass)|[A-Za-z0-9]{1,29}Pass|パスワード)[0-9_]{0,10}[\"'\]]{0,2}"
        rf"(?: (?:for|to|of) [^\n:=]{{1,40}}?{_SIGN}|{_SIGN}|[ \t]{{0,8}}(?=[\"'`]))[ \t]{{0,8}}"
        r"(?P<q>[\"'`])(?P<v>[^\"'`\s\0][^\"'`\n\0]{2,62}[^\"'`\s\0])(?P=q)"
    ),
    anchors=(
        rf"{_WORDS}[0-9_]{{0,10}}[\"'\]]{{0,2}}(?:[ \t]{{0,12}}(?:=>|:=|[=!]=|->|[=:]|is|was|set to|は))?[ \t]{{0,8}}[\"'`]",
        rf"{_WORDS}[0-9_]{{0,10}}[\"'\]]{{0,2}} (?:for|to|of) ",
    ),
    before=90,
    after=190,
    check=_can_be,
    weight=73,
    mask=hidden,
    different=(("Hunter22", "hunter22"),),
    law="account credentials: Cal. Civ. Code 1798.82(h)(2); APPI Enforcement Rules art. 7(2)",
    hits=(
        "password = '⟦open sesame⟧'",
        '"AdminPassword" : "⟦thisismypassword⟧"',
        'The default password for the user "pyne-user" is "⟦pyne⟧".',
        "with password '⟦AtomicBomb9⟧', and",
    ),
    misses=(
        "password: 'required'",
        'type="password" name="login"',
        'password = "${DB_PASSWORD}"',
        "password = 'your password'",
        "passwords 'must be at least eight characters long'",
        "compass 'north'",
    ),
)
