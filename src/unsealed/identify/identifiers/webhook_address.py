"""Addresses of incoming webhooks: who has one may post.

Discord (https://discord.com/developers/docs/resources/webhook), Microsoft Teams
(https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook), Zapier
(https://help.zapier.com). Those of Slack are found by `api_key_slack`.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

IDENTIFIER = Identifier(
    kind="api_key",
    what="address of an incoming webhook",
    pattern=(
        r"(?<![0-9A-Za-z_.-])(?P<v>(?:discord(?:app)?\.com/api/webhooks/[0-9]{15,21}/[0-9A-Za-z_-]{30,120}|"
        r"(?:[a-z0-9-]{1,40}\.webhook\.office|outlook\.office)\.com/webhook(?:b2)?/[0-9a-f][0-9a-f-]{35}@[0-9a-f-]{36}/IncomingWebhook/"
        r"[0-9a-f]{32}/[0-9a-f-]{36}|hooks\.zapier\.com/hooks/catch/[0-9]{4,12}/[0-9a-z]{5,12}))"
    ),
    anchors=("com/api/webhooks/[0-9]", "com/webhook(?:b2)?/[0-9a-f]", "hooks\\.zapier\\.com/hooks/catch/[0-9]"),
    before=90,
    after=200,
    weight=76,
    mask=hidden,
    law="credentials: GDPR art. 32",
    hits=("post to https://⟦discord.com/api/webhooks/123456789012345678/aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW⟧",),
    misses=("see discord.com/api/webhooks/ for more", "outlook.office.com/mail/inbox"),
)
