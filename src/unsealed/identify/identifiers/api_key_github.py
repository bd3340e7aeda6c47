"""Tokens of GitHub.

GitHub (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/ and
https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github):
ghp, gho, ghu, ghs, ghr, an underscore, 36 to 251 letters and digits; github_pat_ and 82. The tokens of apps may
hold dots and hyphens.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import known

IDENTIFIER = Identifier(
    kind="api_key",
    what="token, GitHub",
    pattern=(
        r"(?<![0-9A-Za-z_])(?P<v>gh[pour]_[0-9A-Za-z]{36,251}|ghs_[0-9A-Za-z._-]{36,600}|"
        r"github_pat_[0-9A-Za-z_]{82})(?![0-9A-Za-z_])"
    ),
    anchors=(r"\bgh[pousr]_[0-9A-Za-z._-]{10}", r"\bgithub_pat_[0-9A-Za-z_]{10}"),
    before=22,
    after=600,
    weight=75,
    mask=known(4),
    law="credentials: GDPR art. 32",
    hits=(
        "token ⟦ghp_0123456789abcdefghijABCDEFGHIJ012345⟧",
        "GITHUB_TOKEN=⟦ghs_0123456789abcdefghijABCDEFGHIJ012345⟧",
    ),
    misses=("ghp_0123456789", "ghx_0123456789abcdefghijABCDEFGHIJ012345", "xghp_0123456789abcdefghijABCDEFGHIJ012345"),
)
