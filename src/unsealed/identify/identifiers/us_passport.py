"""Passport numbers of the United States, where the text says so: nine digits, or a letter and eight.

Department of State
(https://travel.state.gov/content/travel/en/passports/passport-help/next-generation-passport.html).
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="us_passport",
    what="passport number, United States",
    pattern=LEFT + r"(?P<v>[A-Z]?[0-9]{8}[0-9]?)" + RIGHT,
    before=10,
    after=1,
    check=lambda value: len(value) == 9 and checks.various(digits(value)),
    context=("passport", "passport no", "passport number", "passport #"),
    needs_context=True,
    near=40,
    weight=36,
    mask=tail(2),
    law="state breach laws, e.g. Cal. Civ. Code 1798.82(h)",
    hits=("Passport number ⟦A12345678⟧", "US passport: ⟦531234567⟧"),
    misses=("ticket A12345678", "passport 12345678", "passport 111111111"),
)
