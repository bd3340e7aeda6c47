"""Tokens and incoming webhooks of Slack.

Slack (https://api.slack.com/concepts/token-types; https://api.slack.com/messaging/webhooks): xoxb, xoxp, xoxa,
xoxr, xoxs, xapp with groups of digits and a secret; hooks.slack.com/services/T…/B…/….
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import prefix

IDENTIFIER = Identifier(
    kind="api_key",
    what="token or webhook, Slack",
    pattern=(
        r"(?<![0-9A-Za-z_])(?P<v>xox[abeoprs]-(?:[0-9]{1,14}-){1,3}[0-9A-Za-z-]{16,70}|"
        r"xapp-[0-9]-[0-9A-Z]{8,14}-[0-9]{10,14}-[0-9a-f]{40,70}|"
        r"hooks\.slack\.com/services/T[0-9A-Z]{8,12}/B[0-9A-Z]{8,12}/[0-9A-Za-z]{20,30})"
        r"(?![0-9A-Za-z_-])"
    ),
    anchors=(r"\bxox[abeoprs]-[0-9]", r"\bxapp-[0-9]-", r"hooks\.slack\.com/services/T"),
    before=28,
    after=160,
    weight=75,
    mask=prefix(*(f"xox{letter}-" for letter in "abeoprs"), "xapp-", "hooks.slack.com/services/"),
    law="credentials: GDPR art. 32",
    hits=(
        "bot ⟦xoxb-123456789012-123456789012-AbCdEfGhIjKlMnOpQrStUvWx⟧",
        "https://⟦hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX⟧",
    ),
    misses=("xoxb-token", "xoxq-123456789012-123456789012-AbCdEfGhIjKlMnOpQrStUvWx"),
)
