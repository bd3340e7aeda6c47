"""Tax identification numbers (Steuer-IdNr.) of Germany.

§ 139b AO; Bundeszentralamt für Steuern (https://www.bzst.de): eleven digits, the first not 0, one digit two or three
times among the first ten, the last by ISO/IEC 7064, MOD 11,10.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    counts = sorted((number[:10].count(digit) for digit in set(number[:10])), reverse=True)
    return counts[0] in {2, 3} and counts[1:2] == [1] and checks.mod11_10(number)


IDENTIFIER = Identifier(
    kind="de_tax_id",
    what="tax identification number, Germany",
    pattern=LEFT + r"(?P<v>[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3})" + RIGHT,
    before=14,
    after=0,
    check=_can_be,
    proves=True,
    context=(
        "steuer-?id",
        "steuer-?idnr",
        "idnr",
        "steueridentifikationsnummer",
        "identifikationsnummer",
        "steuernummer",
        "tax id",
        "tin",
    ),
    needs_context=True,
    weight=52,
    mask=tail(2),
    canonical=digits,
    same=(("86 095 742 719", "86095742719"),),
    different=(("86 095 742 719", "86 095 742 791"),),
    law="GDPR art. 87; § 139b AO",
    hits=("Steuer-ID: ⟦86 095 742 719⟧", "IdNr. ⟦47036892816⟧"),
    misses=("Steuer-ID 86 095 742 718", "86095742719", "Steuer-ID 12345678901"),
)
