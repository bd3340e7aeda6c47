"""Machine-readable zones of passports and identity cards.

ICAO Doc 9303, parts 3 to 6: the second line of TD3 has 44 characters, with check digits by weights 7, 3, 1 for
number, date of birth and expiry, and one over all; the first begins with P and the country.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _fits(field: str, digit: str) -> bool:
    total = sum(
        (0 if letter == "<" else _VALUES.index(letter)) * (7, 3, 1)[place % 3] for place, letter in enumerate(field)
    )
    return str(total % 10) == digit


def _can_be(value: str) -> bool:
    line = value.rsplit("\n", 1)[-1].strip()
    fields = _fits(line[:9], line[9]) and _fits(line[13:19], line[19]) and _fits(line[21:27], line[27])
    return fields and _fits(line[:10] + line[13:20] + line[21:43], line[43])


IDENTIFIER = Identifier(
    kind="passport_mrz",
    what="machine-readable zone of a passport",
    pattern=(
        r"(?<![0-9A-Z<])(?P<v>"
        r"(?:P[A-Z<][A-Z<]{3}[A-Z<]{39} ?\n ?)?[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{6}[0-9][MFX<][0-9]{6}[0-9][A-Z0-9<]{14}[0-9<][0-9])"
        r"(?![0-9A-Z<])"
    ),
    anchors=(r"[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}",),
    before=78,
    after=18,
    check=_can_be,
    proves=True,
    weight=85,
    mask=hidden,
    canonical=lambda value: value.rsplit("\n", 1)[-1].strip(),
    law="state breach laws; APPI art. 2(2)",
    hits=(
        "scan:\n⟦P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10⟧",
        "⟦L898902C36UTO7408122F1204159ZE184226B<<<<<10⟧",
    ),
    misses=("L898902C37UTO7408122F1204159ZE184226B<<<<<10", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
)
