"""Employer identification numbers of the United States, where the text says so.

IRS (https://www.irs.gov/businesses/small-businesses-self-employed/how-eins-are-assigned-and-valid-ein-prefixes): two
digits of a campus, seven more.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

_NONE = {"00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"}
IDENTIFIER = Identifier(
    kind="us_ein",
    what="employer number, United States",
    pattern=LEFT + r"(?P<v>[0-9]{2}-\n?[0-9]{7})" + RIGHT,
    before=11,
    after=1,
    check=lambda value: value[:2] not in _NONE,
    context=("ein", "fein", "employer id(?:entification)?", "tax id", "w-?9", "irs"),
    needs_context=True,
    weight=48,
    mask=tail(2),
    canonical=digits,
    same=(("12-3456789", "12-\n3456789"),),
    different=(("12-3456789", "12-3456798"),),
    law="of sole traders: state breach laws",
    hits=("EIN: ⟦12-3456789⟧", "employer identification number ⟦94-1234567⟧"),
    misses=("part 12-3456789", "EIN: 07-3456789", "EIN: 123456789"),
)
