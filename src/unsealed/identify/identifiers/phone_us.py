"""Phone numbers of the North American plan: area code, exchange, four digits.

NANPA (https://www.nanpa.com/about-us/about-nanp): NXX-NXX-XXXX, where N is 2 to 9, so neither area code nor
exchange begins with 0 or 1; N11 is a service (https://www.nanpa.com/numbering/n11-codes) and neither of them.
"""

from unsealed.identify import checks, phones
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import EXTENSION, RIGHT


def _ten(value: str) -> str:
    return digits(phones.bare(value))[-10:]


def _can_be(value: str) -> bool:
    number = _ten(value)
    return number[1:3] != "11" and number[4:6] != "11" and checks.various(number)


IDENTIFIER = Identifier(
    kind="phone_number",
    what="phone number, North America",
    pattern=(
        r"(?<![0-9A-Za-z_(])(?<![0-9][-.,/:])(?P<v>(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|"
        r"[2-9][0-9]{2}[ .-]\n?)[2-9][0-9]{2}[ .-]\n?[0-9]{4}"
    )
    + EXTENSION
    + ")"
    + RIGHT,
    anchors=(r"\b[2-9][0-9]{2}[ .-]\n?[0-9]{4}\b", r"\b[2-9][0-9]{2}[ .-]\n?[0-9]{4}[xe]"),
    before=21,
    after=16,
    check=_can_be,
    weight=31,
    mask=tail(2),
    canonical=lambda value: "+1" + _ten(value),
    same=(
        ("212-555-0187", "(212) 555 0187"),
        ("1-800-555-0199", "800.555.0199"),
        ("212.555.0187x2345", "212 555 0187"),
    ),
    different=(("212-555-0187", "212-555-0188"),),
    law="GDPR art. 4(1); state breach laws",
    hits=(
        "Call ⟦212-555-0187⟧.",
        "⟦(415) 555-0132⟧",
        "⟦1-800-555-0199⟧",
        "⟦212.555.0187x2345⟧",
        "⟦(415)555-0132 ext. 12⟧",
    ),
    misses=("112-555-0187", "212-155-0187", "211-555-0187", "1212-555-0187", "212-555-01879"),
)
