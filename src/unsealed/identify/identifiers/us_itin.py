"""Individual taxpayer identification numbers of the United States.

IRS (https://www.irs.gov/tin/itin/individual-taxpayer-identification-number-itin; Publication 1915): begins with
9, its fourth and fifth digit between 50 and 65, 70 and 88, 90 and 92, or 94 and 99.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="us_itin",
    what="individual taxpayer number, United States",
    pattern=LEFT + r"(?P<v>9[0-9]{2}-\n?(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])-\n?[0-9]{4})" + RIGHT,
    anchors=(r"\b9[0-9]{2}-\n?[5-9][0-9]-\n?[0-9]{4}\b",),
    before=13,
    after=1,
    context=("itin", "taxpayer"),
    weight=54,
    mask=tail(2),
    canonical=digits,
    same=(("912-70-1234", "912-70-\n1234"),),
    different=(("912-70-1234", "912-70-1243"),),
    law="state breach laws, e.g. Cal. Civ. Code 1798.82(h)",
    hits=("ITIN ⟦912-70-1234⟧", "⟦999-88-7777⟧"),
    misses=("912-49-1234", "912-93-1234", "812-70-1234"),
)
