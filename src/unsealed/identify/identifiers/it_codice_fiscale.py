"""Tax codes (codice fiscale) of Italy.

Decreto ministeriale 23 dicembre 1976; Agenzia delle Entrate: six letters of the name, year, a letter for the
month, day, the place, and a check letter. Codes in which letters stand for digits (omocodia) are not looked for.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail

_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ),
        strict=True,
    )
)


def _can_be(value: str) -> bool:
    code = value.upper()
    total = sum(_ODD[letter] for letter in code[:15:2])
    total += sum(int(letter) if letter.isdigit() else ord(letter) - 65 for letter in code[1:15:2])
    return chr(65 + total % 26) == code[15]


IDENTIFIER = Identifier(
    kind="it_codice_fiscale",
    what="tax code (codice fiscale), Italy",
    pattern=(
        r"(?<![0-9A-Za-z_])"
        r"(?P<v>[A-Za-z]{6}[0-9]{2}[ABCDEHLMPRSTabcdehlmprst][0-9]{2}[A-Za-z][0-9]{3}[A-Za-z])"
        r"(?![0-9A-Za-z_])"
    ),
    anchors=(r"[A-Za-z][0-9]{2}[A-Za-z][0-9]{2}[A-Za-z][0-9]{3}[A-Za-z]\b",),
    before=16,
    after=0,
    check=_can_be,
    proves=True,
    context=("codice fiscale", "c\\.f", "cf"),
    weight=66,
    mask=tail(2),
    canonical=str.upper,
    same=(("RSSMRA85T10A562S", "rssmra85t10a562s"),),
    different=(("RSSMRA85T10A562S", "RSSMRA85T10A562T"),),
    law="GDPR art. 87; Codice della privacy",
    hits=("Codice fiscale ⟦RSSMRA85T10A562S⟧", "⟦rssmra85t10a562s⟧"),
    misses=("RSSMRA85T10A562T", "RSSMRA85F10A562S", "XRSSMRA85T10A562S"),
)
