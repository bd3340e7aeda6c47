"""Keys and tokens of any provider, where a name says so and what follows looks random.

"Random" is by Shannon's entropy (A Mathematical Theory of Communication,
https://doi.org/10.1002/j.1538-7305.1948.tb01338.x): at least three bits a character, with letters and digits, and no word
that stands where a key shall be put in. A name ends in key, token, secret or so, and a sign stands between it and the key;
behind a space alone the key has twenty characters.
"""

import math
import re
from collections import Counter

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

_FILLER = re.compile(
    r"(?i)(?:[a-z]{2,}-){2,}[a-z]|your|x{6}|placeholder|change_?me|insert|replace|_here|example|dummy|redacted|getenv|process\.env|"
    r"^[a-z]+(?:[._-][a-z]+)*$|^(?:https?:)?//|^[a-z_]+\.[a-z_.]+$"
)
_HAS = "key|token|secret|credentials?|passcode|auth|access|private|pat|crumb"
_NAME = rf"(?:[a-z0-9_.-]{{0,40}}(?:{_HAS})|(?:api|app|access|account|auth|client|private|master|signing|license)[ ](?:{_HAS}))"

_ENDS = rf"(?i:{_HAS})(?i:[_-]?(?:sid|value|v[0-9]))?[\"'\]]{{0,2}}"
_BEFORE = r"[ \t]{0,8}(?:(?i:bearer|token|basic) )?[\"'`(]{0,3}[0-9A-Za-z_+/~.=$!:%-]{16}"


def random(value: str) -> bool:
    """Tell whether a text looks drawn at random rather than written."""
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return bits >= 3 and any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and not _FILLER.search(value)


IDENTIFIER = Identifier(
    kind="api_key",
    what="key or token, any provider",
    pattern=(
        rf"(?<![A-Za-z0-9_.-])(?!(?i:[a-z0-9_.-]{{0,30}}public))(?:(?i:{_NAME}(?:[_-]?(?:sid|value|v[0-9]))?)|(?i:bearer|ssws)|アクセストークン|APIキー)"
        r"[\"'\]]{0,2}(?:[ \t]{0,12}(?:=>|:=|==|[=:,(])|[ ](?i:is|key)[ :]?|は|[ -]{1,2}(?=[0-9A-Za-z_+/~.=-]{20}))"
        r"[ \t]{0,8}(?:(?i:bearer|token|basic)[ ])?[\"'`(]{0,3}(?P<v>[0-9A-Za-z_+/~.=$!:%-]{16,200})(?![0-9A-Za-z_+/~=$!%-])"
    ),
    anchors=(
        rf"{_ENDS}[ -]{{1,2}}[0-9A-Za-z_+/~.=-]{{16}}",
        rf"{_ENDS}[ \t]{{0,12}}(?:=>|:=|==|[=:,(]){_BEFORE}",
        rf"{_ENDS} (?i:is|key)[ :]?{_BEFORE}",
        rf"{_ENDS}は{_BEFORE}",
        "(?i:bearer|ssws)",
        "アクセストークン",
        "APIキー",
    ),
    before=80,
    after=240,
    check=random,
    weight=68,
    mask=hidden,
    law="credentials: GDPR art. 32",
    hits=(
        "api_key = ⟦9f86d081884c7d659a2feaa0c55ad015⟧",
        "Authorization: Bearer ⟦a1b2c3d4e5f6g7h8i9j0k1l2⟧",
        'client_secret: "⟦Zx9-Yw8_Vu7Ts6Rq5Po4Nm3⟧"',
        "アクセストークン：⟦a1b2c3d4e5f6g7h8i9j0k1l2⟧",
        "JIRA_API_TOKEN='⟦Q7w8E9r0T1y2U3i4O5p6⟧'",
    ),
    misses=(
        "api_key = YOUR_API_KEY_GOES_HERE",
        "the api key is in the vault",
        "access token expired",
        "token = process.env.SECRET_TOKEN_2",
        "public_key: see the page of 2023-04-01",
        "monkey: 123456",
    ),
)
