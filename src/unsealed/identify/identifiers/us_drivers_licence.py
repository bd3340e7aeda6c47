"""Driver's licence numbers of the United States, where the text says so: each state has a form of its own.

Forms after the American Association of Motor Vehicle Administrators (https://www.aamva.org) and the states' own pages: up to two letters
and 5 to 14 digits, or nine digits.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum, digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="us_drivers_licence",
    what="driver's licence number, United States",
    pattern=LEFT
    + (
        r"(?P<v>[A-Za-z]{0,2}[0-9]{5,14}[A-Za-z]?|[A-Za-z][0-9]{3}-[0-9]{4}-[0-9]{4}|"
        r"[A-Za-z][0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{3}-[0-9]|[0-9]{3}-[0-9]{3}-[0-9]{3}|"
        r"[0-9]{2}-[0-9]{3}-[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{4})"
    )
    + RIGHT,
    before=20,
    after=2,
    check=lambda value: 5 <= len(digits(value)) <= 14 and checks.various(digits(value)),
    context=(
        "driver'?s? licen[cs]e",
        "drivers' licen[cs]e",
        "driving licen[cs]e",
        "licen[cs]e (?:no|number|#)",
        "driver id",
        "dl ?#",
        "dl number",
        "dln",
    ),
    needs_context=True,
    near=40,
    weight=30,
    mask=tail(2),
    canonical=alnum,
    same=(("123-456-789", "123456789"), ("a1234567", "A1234567")),
    different=(("A1234567", "B1234567"),),
    law="state breach laws, e.g. Cal. Civ. Code 1798.82(h)",
    hits=("my driver's license number is ⟦F162823540116⟧", "Driver's license ⟦6940579⟧", "license number: ⟦A1234567⟧"),
    misses=("invoice F162823540116", "driver's license expired", "driver's license 11111"),
)
