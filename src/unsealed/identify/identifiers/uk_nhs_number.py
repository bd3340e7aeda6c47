"""NHS numbers of England, Wales and the Isle of Man.

NHS Data Model and Dictionary (https://www.datadictionary.nhs.uk/attributes/nhs_number.html): ten digits, the last by
modulus 11 with weights 10 to 2. One in eleven of all numbers fits, so without the 3-3-4 form and a word it is none.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT, SEP


def _can_be(value: str) -> bool:
    number = digits(value)
    rest = 11 - checks.weighted(number[:9], range(10, 1, -1)) % 11
    return checks.various(number) and rest % 11 == int(number[9]) and rest != 10


IDENTIFIER = Identifier(
    kind="uk_nhs_number",
    what="NHS number, United Kingdom",
    pattern=LEFT + r"(?P<v>[0-9]{3}" + SEP + "[0-9]{3}" + SEP + "[0-9]{4})" + RIGHT,
    before=14,
    after=1,
    check=_can_be,
    proves=True,
    context=("nhs", "patient (?:number|no|id)", "health service number"),
    needs_context=True,
    weight=52,
    mask=tail(2),
    canonical=digits,
    same=(("943 476 5919", "9434765919"),),
    different=(("943 476 5919", "943 476 5991"),),
    law="UK GDPR art. 9 (health)",
    hits=("NHS number ⟦943 476 5919⟧", "NHS: ⟦9434765919⟧"),
    misses=("943 476 5919", "NHS number 943 476 5918", "NHS 111 111 1111"),
)
