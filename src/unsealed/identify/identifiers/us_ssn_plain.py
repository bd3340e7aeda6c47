"""Social security numbers of the United States written with spaces, dots or nothing, where the text says so.

Social Security Administration (https://www.ssa.gov/employer/randomization.html); what cannot be one is told in `us_ssn`.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.identifiers.us_ssn import IDENTIFIER as USUAL
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="us_ssn",
    what="social security number without hyphens, United States",
    pattern=LEFT + r"(?P<v>[0-8][0-9]{2}(?:[0-9]{6}| [0-9]{2} [0-9]{4}|\.[0-9]{2}\.[0-9]{4}))" + RIGHT,
    before=11,
    after=0,
    check=USUAL.check,
    context=("ssn", "ss#", "social security", "socialnum", "soc sec", "社会保障番号"),
    needs_context=True,
    near=30,
    weight=54,
    mask=tail(2),
    canonical=digits,
    same=(("460899847", "460 89 9847"), ("460.89.9847", "460899847")),
    different=(("460899847", "460899874"),),
    law="state breach laws, e.g. Cal. Civ. Code 1798.82(h); 45 CFR 164.514(b)(2)",
    hits=("SSN: ⟦460899847⟧", "Social security number ⟦460 89 9847⟧", "SSN ⟦460.89.9847⟧"),
    misses=("460899847", "order 460 89 9847", "SSN 000123456", "Suite 680 36 4022 Oak Lane"),
)
