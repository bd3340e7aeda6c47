"""Mail addresses that are written so that programs do not see them: `name [at] example [dot] org`.

The spellings are those of mailing-list archives (Mailman's and pipermail's `user at host.org`) and of web pages.
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import mail


def _plain(value: str) -> str:
    lowered = re.sub(r"\s*[\[({<]?\s*(?:\bat\b|@|アットマーク|あっと)\s*[\])}>]?\s*", "@", value.lower(), count=1)
    return re.sub(r"\s*(?:[\[({<]\s*(?:dot|\.)\s*[\])}>]|\bdot\b)\s*", ".", lowered)


IDENTIFIER = Identifier(
    kind="email_address",
    what="mail address, obfuscated",
    pattern=(
        r"(?<![A-Za-z0-9._%+-])(?P<v>[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}(?: ?[\[({<] ?(?i:at|@|"
        r"アットマーク|あっと) ?[\])}>] ?[A-Za-z0-9-]{1,40}(?:(?:\.| ?[\[({<] ?(?i:dot|\.) ?[\])}>] ?|"
        r" dot )[A-Za-z0-9-]{1,40}){0,4}(?:\.| ?[\[({<] ?(?i:dot|\.) ?[\])}>] ?| dot )[A-Za-z]{2,24}|"
        r" at [A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){0,4}\.(?:com|org|net|edu|gov|jp|uk|de|fr|ch|"
        r"at|nl|ca|au)))(?![A-Za-z0-9@])"
    ),
    anchors=(
        r"[\[({<] ?(?i:at|@) ?[\])}>]",
        r"[\[({<] ?アットマーク ?[\])}>]",
        r"[\[({<] ?あっと ?[\])}>]",
        " at [A-Za-z0-9-]{1,40}[.]",
    ),
    before=90,
    after=230,
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
    misses=("meet me at example. com", "look at it", "jo [at] home", "at 10.30 we met"),
)
