"""Access keys of Amazon Web Services.

AWS IAM user guide
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids): AKIA or ASIA
and sixteen letters and digits of base 32; the secret key has forty characters of base 64 and is found behind its
name.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import known

IDENTIFIER = Identifier(
    kind="api_key",
    what="access key, Amazon Web Services",
    pattern=(
        r"(?<![0-9A-Za-z_/+])(?P<v>(?:AKIA|ASIA)[A-Z2-7]{16}|(?:(?<=ecret_access_key = )|"
        r"(?<=ecret_access_key=)|(?<=ecret_access_key: )|(?<=ECRET_ACCESS_KEY=)|"
        r"(?<=SecretAccessKey: )|(?<=SecretAccessKey\": \")|(?<=ecret access key: ))[0-9A-Za-z/+]{40})"
        r"(?![0-9A-Za-z_/+=])"
    ),
    anchors=(r"\bA[KS]IA[A-Z2-7]{16}\b", r"(?i:ecret_?access_?key|ecret access key)[\": =]{1,4}[0-9A-Za-z/+]"),
    before=24,
    after=42,
    weight=75,
    mask=known(4),
    law="credentials: GDPR art. 32",
    hits=("key ⟦AKIAIOSFODNN7EXAMPLE⟧", "aws_secret_access_key = ⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧"),
    misses=("AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLE1", "akiaiosfodnn7example"),
)
