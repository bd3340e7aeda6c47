"""Citizen service numbers (BSN) of the Netherlands.

Rijksdienst voor Identiteitsgegevens (https://www.rvig.nl/bsn): nine digits, the sum by weights 9 to 2 and -1 a
multiple of 11 ("elfproef"). One in eleven fits: found where the text says so.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    return checks.various(number) and checks.weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


IDENTIFIER = Identifier(
    kind="nl_bsn",
    what="citizen service number, Netherlands",
    pattern=LEFT + r"(?P<v>[0-9]{4}[ .]?[0-9]{2}[ .]?[0-9]{3}|[0-9]{3}[ .][0-9]{3}[ .][0-9]{3})" + RIGHT,
    before=12,
    after=0,
    check=_can_be,
    proves=True,
    context=("bsn", "burgerservicenummer", "sofi-?nummer", "citizen service"),
    needs_context=True,
    weight=52,
    mask=tail(2),
    canonical=digits,
    same=(("1234.56.782", "123456782"),),
    different=(("123456782", "123456728"),),
    law="GDPR art. 87; Wet algemene bepalingen burgerservicenummer",
    hits=("BSN: ⟦111222333⟧", "burgerservicenummer ⟦1234.56.782⟧"),
    misses=("BSN: 111222334", "111222333"),
)
