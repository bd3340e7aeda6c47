"""Civil registration numbers (CPR) of Denmark, where the text says so.

CPR-kontoret (https://cpr.dk, "Opbygning af CPR-nummeret"): date of birth and four digits; since 2007 the old
check digit is not kept for all, so only the date is checked.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="dk_cpr",
    what="civil registration number, Denmark",
    pattern=LEFT + r"(?P<v>[0-3][0-9][01][0-9]{3}[- ]?[0-9]{4})" + RIGHT,
    before=12,
    after=0,
    check=lambda value: checks.short_date(int(value[4:6]), int(value[2:4]), int(value[:2])),
    context=("cpr", "cpr-?n(?:r|ummer)", "personnummer"),
    needs_context=True,
    near=40,
    weight=50,
    mask=tail(2),
    canonical=digits,
    same=(("070761-4285", "0707614285"),),
    different=(("070761-4285", "070761-4258"),),
    law="GDPR art. 87; Databeskyttelsesloven § 11",
    hits=("CPR-nr. ⟦070761-4285⟧", "CPR: ⟦0707614285⟧"),
    misses=("070761-4285", "CPR 071361-4285"),
)
