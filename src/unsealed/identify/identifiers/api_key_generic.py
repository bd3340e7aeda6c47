"""Keys and tokens of any provider, where a name says so and what follows looks random.

"Random" is by Shannon's entropy (A Mathematical Theory of Communication, 1948): at least three bits a character,
with letters and digits.
"""

import math
from collections import Counter

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden


def _random(value: str) -> bool:
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return (
        bits >= 3 and any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and "example" not in value.lower()
    )


IDENTIFIER = Identifier(
    kind="api_key",
    what="key or token, any provider",
    pattern=(
        r"(?<![A-Za-z])(?i:api[ _-]?key|api[ _-]?token|secret[ _-]?key|access[ _-]?token|"
        r"auth[ _-]?token|client[ _-]?secret|bearer|webhook[ _-]?secret|アクセストークン|"
        r"APIキー)[\"']?(?: ?[:=]| is| =>|は)?[ \"'`]{0,3}(?P<v>[0-9A-Za-z_+/~.=-]{20,128})"
        r"(?![0-9A-Za-z_+/~=-])"
    ),
    anchors=(
        (
            r"(?i:api[ _-]?key|api[ _-]?token|secret[ _-]?key|access[ _-]?token|auth[ _-]?token|"
            r"client[ _-]?secret|webhook[ _-]?secret)"
        ),
        "(?i:bearer)",
        "アクセストークン",
        "(?i:api)キー",
    ),
    before=18,
    after=142,
    check=_random,
    weight=68,
    mask=hidden,
    law="credentials: GDPR art. 32",
    hits=(
        "api_key = ⟦9f86d081884c7d659a2feaa0c55ad015⟧",
        "Authorization: Bearer ⟦a1b2c3d4e5f6g7h8i9j0k1l2⟧",
        'client_secret: "⟦Zx9-Yw8_Vu7Ts6Rq5Po4Nm3⟧"',
    ),
    misses=("api_key = YOUR_API_KEY_GOES_HERE", "the api key is in the vault", "access token expired"),
)
