"""National register numbers of Belgium.

Arrêté royal du 3 avril 1984, art. 1 to 4: date of birth, three digits, and 97 minus the remainder by 97 of the
nine before, with a 2 in front for those born since 2000. Months are 20 or 40 higher in the numbers of people who
are not registered.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    month = int(number[2:4]) % 20
    centuries = ("", "2") if int(number[:2]) < 40 else ("",)
    fits = any(97 - int(century + number[:9]) % 97 == int(number[9:]) for century in centuries)
    return fits and month <= 12 and int(number[4:6]) <= 31


IDENTIFIER = Identifier(
    kind="be_national_number",
    what="national register number, Belgium",
    pattern=LEFT + r"(?P<v>[0-9]{2}\.?[0-9]{2}\.?[0-9]{2}[- .]?[0-9]{3}[. ]?[0-9]{2})" + RIGHT,
    before=15,
    after=0,
    check=_can_be,
    proves=True,
    context=(
        "rijksregister(?:nummer)?",
        "registre national",
        "national register",
        "nationaal nummer",
        "niss",
        "insz",
        "bis",
    ),
    needs_context=True,
    weight=52,
    mask=tail(2),
    canonical=digits,
    same=(("85.07.30-033 28", "85073003328"),),
    different=(("85.07.30-033 28", "85.07.30-034 28"),),
    law="GDPR art. 87; Loi du 8 août 1983",
    hits=("Rijksregisternummer ⟦85.07.30-033 28⟧", "NISS: ⟦17073003384⟧"),
    misses=("Rijksregisternummer 85.07.30-033 29", "85.07.30-033 28"),
)
