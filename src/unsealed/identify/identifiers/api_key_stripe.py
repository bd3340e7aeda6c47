"""Secret and restricted keys of Stripe, and the secrets of its webhooks.

Stripe (https://docs.stripe.com/keys): sk_live_, sk_test_, rk_live_, rk_test_, whsec_. Publishable keys (pk_) are
public and none.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import prefix

IDENTIFIER = Identifier(
    kind="api_key",
    what="secret key, Stripe",
    pattern=r"(?<![0-9A-Za-z_])(?P<v>(?:[sr]k_(?:live|test)|whsec)_[0-9A-Za-z]{16,120})(?![0-9A-Za-z_])",
    anchors=(r"\b[sr]k_(?:live|test)_[0-9A-Za-z]{10}", r"\bwhsec_[0-9A-Za-z]{10}"),
    before=20,
    after=120,
    weight=75,
    mask=prefix("sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"),
    law="credentials: GDPR art. 32; PCI DSS 4.0",
    hits=("⟦sk_test_0123456789abcdefABCDEF01⟧", "whook ⟦whsec_0123456789abcdefABCDEF01⟧"),
    misses=("pk_live_0123456789abcdefABCDEF01", "sk_live_short"),
)
