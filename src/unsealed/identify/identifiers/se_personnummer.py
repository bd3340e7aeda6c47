"""Personal identity numbers of Sweden.

Skatteverket (https://www.skatteverket.se, Folkbokföringslagen § 18): date of birth, hyphen (or + from the age of
a hundred), three digits, and a check digit by Luhn's formula; days are 60 higher in coordination numbers.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)[-10:]
    day = int(number[4:6])
    return checks.luhn(number) and checks.short_date(int(number[:2]), int(number[2:4]), day - 60 if day > 60 else day)


IDENTIFIER = Identifier(
    kind="se_personnummer",
    what="personal identity number, Sweden",
    pattern=LEFT + r"(?P<v>(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{2}[-+ ]?[0-9]{4})" + RIGHT,
    before=14,
    after=0,
    check=_can_be,
    proves=True,
    context=("personnummer", "person-?nr", "pnr", "samordningsnummer", "personal identity"),
    needs_context=True,
    weight=52,
    mask=tail(2),
    canonical=lambda value: digits(value)[-10:] + ("+" if "+" in value else ""),
    same=(("811228-9874", "19811228-9874"), ("8112289874", "811228 9874")),
    different=(("811228-9874", "811228+9874"),),
    law="GDPR art. 87; Dataskyddslagen 3 kap. 10 §",
    hits=("Personnummer ⟦811228-9874⟧", "pnr ⟦19811228-9874⟧"),
    misses=("Personnummer 811228-9875", "811228-9874", "Personnummer 811328-9874"),
)
