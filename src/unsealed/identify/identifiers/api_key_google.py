"""API keys and OAuth secrets of Google.

Google Cloud (https://cloud.google.com/docs/authentication/api-keys;
https://developers.google.com/identity/protocols/oauth2): AIza and 35 characters; GOCSPX- and 28; access tokens
begin with ya29.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import prefix

IDENTIFIER = Identifier(
    kind="api_key",
    what="API key, Google",
    pattern=(
        r"(?<![0-9A-Za-z_-])(?P<v>AIza[0-9A-Za-z_-]{35}|GOCSPX-[0-9A-Za-z_-]{28}|"
        r"ya29\.[0-9A-Za-z_-]{30,400})(?![0-9A-Za-z_-])"
    ),
    anchors=(r"\bAIza[0-9A-Za-z_-]{20}", r"\bGOCSPX-[0-9A-Za-z_-]{20}", r"\bya29\.[0-9A-Za-z_-]{20}"),
    before=28,
    after=400,
    weight=75,
    mask=prefix("AIza", "GOCSPX-", "ya29."),
    law="credentials: GDPR art. 32",
    hits=("key=⟦AIzaSyA0123456789abcdefghijABCDEFGHIJ01⟧", "⟦GOCSPX-0123456789abcdefghijABCDEFGH⟧"),
    misses=("AIzaSyA0123456789", "AIzaSyA0123456789abcdefghijABCDEFGHIJ01234"),
)
