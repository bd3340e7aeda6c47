"""Phone numbers in digits alone, right behind a word that says so: `Phone: 2125550187`, "call us at 2125550187".

So many other numbers look the same that nothing but a few plain words may stand between. The number must be one of a
country's plan (ITU-T E.164, https://www.itu.int/rec/T-REC-E.164), which is read as in `identify/phones.py`.
"""

from collections.abc import Sequence
from dataclasses import replace

from unsealed.identify import checks, phones
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import EXTENSION


def _can_be(value: str, countries: tuple[str, ...] = ()) -> bool:
    return checks.various(phones.bare(value)[3:]) and phones.national(value, countries) is not None


def _regional(one: Identifier, countries: Sequence[str]) -> Identifier:
    known = tuple(countries)
    return replace(
        one,
        check=lambda value: _can_be(value, known),
        canonical=lambda value: phones.national(value, known) or phones.bare(value),
    )


_WORD = (
    "(?:(?i:(?:tele|work|home|cell|mobile)?(?:tele)?phones?|mobile|cell|tel|fax|telefax|call|dial|ring|reach|contact|hotline|toll-free|whatsapp|"
    "text|desk|office|telefon|handy)|電話|携帯|ファックス)"
)
_BETWEEN = (
    "(?i:(?: (?:number|no|us|me|him|her|them|line|team|desk|service|support|customer|our|the|my|at|on|is|by|to)){0,6})"
)
IDENTIFIER = Identifier(
    kind="phone_number",
    what="phone number in digits alone",
    pattern=(
        rf"(?<![A-Za-z0-9]){_WORD}{_BETWEEN}(?:番号)?[.:]{{0,2}}[ \n]{{0,3}}(?P<v>[0-9]{{8,13}}{EXTENSION})"
        r"(?![0-9A-Za-z_%])(?![-.,/:][0-9])"
    ),
    anchors=(rf"{_WORD}{_BETWEEN}(?:番号)?[.:]{{0,2}}[ \n]{{0,3}}[0-9]{{8}}",),
    before=110,
    after=20,
    check=_can_be,
    weight=30,
    mask=tail(2),
    canonical=lambda value: phones.national(value) or phones.bare(value),
    regional=_regional,
    same=(("2125550187", "2125550187 ext 4"),),
    different=(("2125550187", "2125550188"),),
    law="GDPR art. 4(1); APPI art. 2(1)",
    hits=("Phone: ⟦2125550187⟧", "call our customer service team at ⟦2125550187⟧", "Mobile: ⟦07911123456⟧"),
    misses=("NPI: 2125550187", "Phone: (212) 555-0187\nNPI: 7275784461", "phone order 2125550187", "call 1111111111"),
)
