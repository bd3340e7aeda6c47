"""Keys and secrets of Microsoft's clouds.

Microsoft (https://learn.microsoft.com/en-us/purview/sit-defn-azure-storage-account-key): keys of storage accounts are 86
characters of base 64 and two equals signs behind AccountKey=; signatures of shared access are sig= with an expiry
(https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas). That secrets of Entra applications hold
three characters and "8Q~" is seen in them, not written on a page of Microsoft's.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

IDENTIFIER = Identifier(
    kind="api_key",
    what="key or secret, Microsoft Azure",
    pattern=(
        r"(?<![0-9A-Za-z/+_~.-])(?P<v>(?:(?<=AccountKey=)|"
        r"(?<=SharedAccessKey=))[0-9A-Za-z/+]{43,88}={0,2}|"
        r"[0-9A-Za-z_~.-]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}|(?<=[?&]sig=)[0-9A-Za-z%]{43,70})"
        r"(?![0-9A-Za-z/+=_~-])"
    ),
    anchors=(
        "AccountKey=[0-9A-Za-z/+]",
        "SharedAccessKey=[0-9A-Za-z/+]",
        "[0-9]Q~[0-9A-Za-z_~.-]",
        "[?&]sig=[0-9A-Za-z%]",
    ),
    before=8,
    after=92,
    weight=82,
    mask=hidden,
    law="credentials: GDPR art. 32",
    hits=(
        "secret ⟦abc8Q~0123456789abcdefghijABCDEFGHIJ0123⟧",
        "AccountKey=⟦0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGH==⟧",
    ),
    misses=("AccountKey=short", "8Q~abc", "?sig=no"),
)
