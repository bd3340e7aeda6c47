"""Mail addresses that are written so that programs do not see them: `name [at] example [dot] org`.

The spellings are those of mailing-list archives (Mailman's and pipermail's `user at host.org`) and of web pages.
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


def _plain(value: str) -> str:
    lowered = re.sub(r"\s*[\[({<]?\s*(?:\bat\b|@|アットマーク|あっと)\s*[\])}>]?\s*", "@", value.lower(), count=1)
    return re.sub(r"\s*(?:[\[({<]\s*(?:dot|\.)\s*[\])}>]|\bdot\b)\s*", ".", lowered)


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
