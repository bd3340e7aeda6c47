"""Passwords that a text gives away: the word, a colon, an equals sign or "is", and then the password.

NIST SP 800-63B calls them memorized secrets. What comes behind must not be a plain word: a digit, a sign or mixed
case is asked for.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden
from unsealed.identify.shapes import NO_SPACE

_WORD = (
    r"(?:(?i:pass ?words?|passwd|passphrase|passcode|pwd|kennwort|passwort|mot de passe|"
    r"contraseña)|パスワード|パスコード|暗証番号|ＰＷ|PW|合言葉)"
)
_NONE = {
    "n/a",
    "none",
    "null",
    "xxx",
    "required",
    "protected",
    "incorrect",
    "expired",
    "password",
    "passwords",
    "reset",
    "mailto",
}


def _can_be(value: str) -> bool:
    """Refuse plain words, fillers and addresses of pages."""
    if value.lower() in _NONE or "://" in value or len(set(value)) < 3:
        return False
    kinds = (
        any(map(str.isdigit, value)),
        any(not letter.isalnum() for letter in value.strip(".:()")),
        value[1:] != value[1:].lower(),
    )
    return any(kinds) and not re.fullmatch(r"[A-Za-z]+['’]?[a-z]*[.:!?)]*|[*.•_-]+", value)


IDENTIFIER = Identifier(
    kind="password",
    what="password",
    pattern=r"(?<![A-Za-z])"
    + _WORD
    + (
        r"(?: (?:for|to|of) [^\n:=]{1,30}?)?(?: ?(?:is now|is|was|ist|lautet)(?: ?:)?| ?[:=]| ?は|→|"
        r"「)[ 　「\"'`]{0,3}\n?[ \"'`]{0,2}(?P<v>"
    )
    + NO_SPACE[:-1]
    + r"」。、ぁ-んァ-ヶ一-龠]{4,64})",
    anchors=(
        r"(?i:pass ?words?|passwd|passphrase|passcode|pwd|kennwort|passwort|mot de passe)",
        "(?i:contrase)ñ(?i:a)",
        "パスワード",
        "パスコード",
        "暗証番号",
        "PW",
        "合言葉",
    ),
    before=16,
    after=130,
    check=_can_be,
    weight=72,
    mask=hidden,
    law="account credentials: Cal. Civ. Code 1798.82(h)(2); APPI Enforcement Rules art. 7(2)",
    hits=(
        "Password: ⟦Tr0ub4dor&3⟧",
        "the password is ⟦hunter2⟧",
        "パスワードは⟦Ab9!xyz⟧です",
        "pwd=⟦s3cr3t!⟧;",
        "ＰＷ：⟦ａｂｃ１２３⟧",
        "your password for the portal: ⟦Sommer2024!⟧",
        "暗証番号：⟦4927⟧",
    ),
    misses=(
        "Your password is expired",
        "Password: ********",
        "reset your password here",
        "password: required",
        "パスワードは別途お送りします",
    ),
)
