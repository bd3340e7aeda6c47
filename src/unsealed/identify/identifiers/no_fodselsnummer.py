"""Birth numbers of Norway.

Skatteetaten (https://www.skatteetaten.no, Folkeregisterforskriften § 2-2-1): date of birth, three digits, two
check digits by modulus 11.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    first = checks.weighted(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1))
    second = checks.weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
    day = int(number[:2])
    born = checks.short_date(int(number[4:6]), int(number[2:4]), day - 40 if day > 40 else day)
    return born and first % 11 == 0 and second % 11 == 0


IDENTIFIER = Identifier(
    kind="no_fodselsnummer",
    what="birth number, Norway",
    pattern=LEFT + r"(?P<v>[0-7][0-9][01][0-9]{3} ?[0-9]{5})" + RIGHT,
    before=12,
    after=0,
    check=_can_be,
    proves=True,
    context=("fødselsnummer", "fødselsnr", "personnummer", "d-nummer"),
    needs_context=True,
    weight=52,
    mask=tail(2),
    canonical=digits,
    same=(("151086 95088", "15108695088"),),
    different=(("151086 95088", "151086 95089"),),
    law="GDPR art. 87; Personopplysningsloven § 12",
    hits=("fødselsnummer ⟦151086 95088⟧",),
    misses=("fødselsnummer 151086 95087", "151086 95088"),
)
