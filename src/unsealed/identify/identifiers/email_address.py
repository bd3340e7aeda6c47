"""Addresses of electronic mail.

The dot-atom form of RFC 5322, section 3.4.1, with the lengths of RFC 5321, section 4.5.3.1, and host names of
letters, digits and hyphens; Latin letters with accents count, too (RFC 6531, RFC 5890). Quoted local parts and addresses in other
alphabets are not looked for. Stamps that programs make for a Message-ID (RFC 5322, section 3.6.4) are none.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import mail

_LATIN = "".join(chr(code) for code in (*range(0xC0, 0xD7), *range(0xD8, 0xF7), *range(0xF8, 0x250)))
_LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+'&-" + _LATIN
_FILES = {"png", "jpg", "jpeg", "gif", "svg", "bmp", "webp", "css", "js", "html", "htm", "php", "pdf", "docx", "xlsx"}
_STAMP = re.compile(r"(?=[^@]*[0-9A-Fa-f]{10})[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]+)+@")
"""Figures with dots; without a dot it may be the number that people have for a name, as at QQ."""


def _no_file(value: str) -> bool:
    """Refuse names of files such as `logo@2x.png`, dots that follow each other, and stamps of a Message-ID."""
    if _STAMP.match(value):
        return False
    return value.rpartition(".")[2].lower() not in _FILES and ".." not in value and ".@" not in value


IDENTIFIER = Identifier(
    kind="email_address",
    what="mail address",
    pattern=(
        r"(?<![A-Za-zÀ-ÖØ-öø-ɏ0-9._%+'&-])[.%+'&-]{0,120}(?P<v>[A-Za-zÀ-ÖØ-öø-ɏ0-9_][A-Za-zÀ-ÖØ-öø-ɏ0-9._%+'&-]{0,63}@"
        r"(?:[A-Za-zÀ-ÖØ-öø-ɏ0-9](?:[A-Za-zÀ-ÖØ-öø-ɏ0-9-]{0,61}[A-Za-zÀ-ÖØ-öø-ɏ0-9])?\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9@])"
    ),
    anchors=("@",),
    before=187,
    after=255,
    left=_LOCAL,
    check=_no_file,
    weight=40,
    mask=mail,
    canonical=str.lower,
    same=(("Jo.Doe@Example.org", "jo.doe@example.org"),),
    different=(("jo.doe@example.org", "jodoe@example.org"),),
    law="GDPR art. 4(1); APPI art. 2(1)",
    hits=(
        "Write to ⟦jo.doe+news@mail.example.org⟧.",
        "<⟦T.Yamada@example.co.jp⟧>",
        "メール:⟦taro@example.jp⟧まで",
        "連絡先は⟦taro@example.jp⟧です",
        "<⟦1234567890@example.cn⟧>",
        "Contact ⟦jérôme.lefèvre@société.example.fr⟧.",
    ),
    misses=(
        "logo@2x.png",
        "@handle",
        "a@b",
        "x..y@example.org",
        "user@localhost",
        "<3703.1033415613@dimebox.bmc.com>",
        "<20170429233445.9C8036C2E7D8@mail.example.com>",
    ),
)
