"""Mail addresses that are written so that programs do not see them: `name [at] example [dot] org`.

The spellings are those of mailing-list archives (`user at host.org`, as Mailman writes it: https://docs.mailman3.org)
and of web pages.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import mail

_LOCAL = "[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}"
_LABEL = "[A-Za-z0-9-]{1,40}"
_DOT = r"(?:\.| ?[\[({<] ?(?i:dot|\.) ?[\])}>] ?| dot )"
_MARKED = (
    _LOCAL
    + r" ?[\[({<] ?(?i:at|@|アットマーク|あっと) ?[\])}>] ?"
    + f"{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_DOT}[A-Za-z]{{2,24}}"
)
_BARE = (
    r"(?:(?<![^<(\[:;,\"'\n])|(?<=[:;,>] )|(?<=From )|(?=[A-Za-z0-9-]*[._0-9]))"
    + _LOCAL
    + rf" at {_LABEL}(?:\.{_LABEL}){{0,4}}\.(?:com|org|net|edu|gov|jp|uk|de|fr|ch|at|nl|ca|au)"
)
"""Words stand before " at " and a host's name, too: a local part has a dot or a digit, or stands where addresses stand."""


_AT = re.compile(
    r"([a-z0-9._%+-]+)\s*(?:[\[({<]?\s*(?:@|アットマーク|あっと)\s*[\])}>]?|[\[({<]\s*at\s*[\])}>]|\bat\b)\s*(.*)",
    re.DOTALL,
)


def _plain(value: str) -> str:
    """Give the address itself; where it is parted is told by what no local part may hold, so an "at" inside of it stays."""
    parts = _AT.fullmatch(value.lower())
    if not parts:
        return value.lower()
    host = re.sub(r"\s*(?:[\[({<]\s*(?:dot|\.)\s*[\])}>]|\bdot\b)\s*", ".", parts[2])
    return f"{parts[1]}@{host}"


IDENTIFIER = Identifier(
    kind="email_address",
    what="mail address, obfuscated",
    pattern=r"(?<![A-Za-z0-9._%+-])(?P<v>" + _MARKED + "|" + _BARE + r")(?![A-Za-z0-9@])",
    anchors=(
        r"[\[({<] ?(?i:at|@) ?[\])}>]",
        r"[\[({<] ?アットマーク ?[\])}>]",
        r"[\[({<] ?あっと ?[\])}>]",
        " at [A-Za-z0-9-]{1,40}[.]",
    ),
    before=115,
    after=270,
    check=lambda value: len(value) < 254,
    weight=38,
    mask=lambda value: mail(_plain(value)),
    canonical=_plain,
    same=(
        ("jo [at] example.org", "Jo@example.org"),
        ("jo.doe (at) mail (dot) example (dot) com", "jo.doe at mail.example.com"),
        ("cat.at.home at example.org", "cat.at.home@example.org"),
        ("taro(アットマーク)example.jp", "taro あっと example.jp"),
    ),
    different=(("jo [at] example.org", "jo [at] example.com"),),
    law="GDPR art. 4(1); APPI art. 2(1)",
    hits=(
        "⟦jo [at] example.org⟧",
        "⟦jo.doe (at) mail (dot) example (dot) com⟧ please",
        "⟦ripley at stat.example.ac.uk⟧ wrote",
        "⟦taro(アットマーク)example.jp⟧",
    ),
    misses=(
        "meet me at example. com",
        "look at it",
        "jo [at] home",
        "at 10.30 we met",
        "the repository at apt.example.net",
    ),
)
