"""Social insurance numbers (AHV, AVS) of Switzerland.

Zentrale Ausgleichsstelle (https://www.zas.admin.ch): 756, nine digits, and a check digit as of EAN-13.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    return checks.weighted(digits(value), (1, 3) * 6 + (1,)) % 10 == 0


IDENTIFIER = Identifier(
    kind="ch_ahv",
    what="social insurance number, Switzerland",
    pattern=LEFT + r"(?P<v>756(?:\.?[0-9]{4}\.?[0-9]{4}\.?| [0-9]{4} [0-9]{4} )[0-9]{2})" + RIGHT,
    anchors=(r"\b756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}\b",),
    before=16,
    after=0,
    check=_can_be,
    proves=True,
    context=("ahv", "avs", "sozialversicherungsnummer"),
    weight=54,
    mask=tail(2),
    canonical=digits,
    same=(("756.9217.0769.85", "7569217076985"),),
    different=(("756.9217.0769.85", "756.9217.0769.58"),),
    law="revDSG; AHVG art. 50c",
    hits=("AHV ⟦756.9217.0769.85⟧", "⟦7569217076985⟧"),
    misses=("756.9217.0769.84", "757.9217.0769.85"),
)
