"""Permanent account numbers of India, where the text says so or the fourth letter is a person's.

Income Tax Department (https://incometaxindia.gov.in, rule 114): five letters, four digits, a letter; the fourth
tells the kind of holder (P is a person).
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail

IDENTIFIER = Identifier(
    kind="in_pan",
    what="permanent account number, India",
    pattern=r"(?<![0-9A-Za-z_])(?P<v>[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z])(?![0-9A-Za-z_])",
    before=10,
    after=1,
    check=lambda value: value[5:9] != "0000",
    context=("pan", "permanent account", "income tax", "tds"),
    needs_context=True,
    weight=50,
    mask=tail(2),
    law="Digital Personal Data Protection Act 2023",
    hits=("PAN: ⟦ABCPE1234F⟧", "permanent account number ⟦AAACB1234C⟧"),
    misses=("part ABCPE1234F", "PAN ABCXE1234F", "PAN ABCPE0000F"),
)
