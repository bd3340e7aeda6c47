"""Machine-readable zones of passports, identity cards and visas.

ICAO Doc 9303 (https://www.icao.int/publications/doc-series/doc-9303), part 3 (check digits by weights 7, 3, 1), part 4 (TD3,
passports: two lines of 44), part 5 (TD1, cards: three lines of 30), part 6 (TD2: two lines of 36), part 7 (visas: two lines
of 44 or 36, without the digit over all). The last line of TD3 and TD2 is found alone, too. The hash is of the document's
number, its nationality and the date of birth.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NAMES = "[A-Z<]"
_ANY = "[A-Z0-9<]"
_LATTER = r"{any}{{9}}[0-9<][A-Z<]{{3}}[0-9]{{6}}[0-9][MFX<][0-9]{{6}}[0-9]{any}{{{rest}}}"
_WIDE, _NARROW = (_LATTER.format(any=_ANY, rest=rest) for rest in (16, 8))


def _fits(field: str, digit: str) -> bool:
    total = sum(
        (0 if letter == "<" else _VALUES.index(letter)) * (7, 3, 1)[place % 3] for place, letter in enumerate(field)
    )
    return str(total % 10) == digit


def _lines(value: str) -> list[str]:
    return [line.strip() for line in value.split("\n")]


def _fields(value: str) -> tuple[str, str, str]:
    """Give number with its check digit, nationality, and the rest of a zone from the date of birth on."""
    lines = _lines(value)
    if len(lines[0]) == 30:
        return lines[0][5:15], lines[1][15:18], lines[1]
    return lines[-1][:10], lines[-1][10:13], lines[-1][13:]


def _can_be(value: str) -> bool:
    lines = _lines(value)
    number, _, rest = _fields(value)
    if not (_fits(rest[:6], rest[6]) and _fits(rest[8:14], rest[14])):
        return False
    if len(lines[0]) == 30:
        whole = lines[0][5:] + rest[:7] + rest[8:15] + rest[18:29]
        return (number[9] == "<" or _fits(number[:9], number[9])) and _fits(whole, rest[29])
    if not _fits(number[:9], number[9]):
        return False
    return lines[0][0] == "V" or _fits(number + rest[:7] + rest[8:-1], rest[-1])


IDENTIFIER = Identifier(
    kind="passport_mrz",
    what="machine-readable zone of a passport, card or visa",
    pattern=(
        rf"(?<![0-9A-Z<])(?P<v>(?:[PV]{_ANY}{_NAMES}{{42}} ?\n ?)?{_WIDE}|(?:[ACIV]{_ANY}{_NAMES}{{34}} ?\n ?)?{_NARROW}|"
        rf"[ACI]{_ANY}{_NAMES}{{3}}{_ANY}{{25}} ?\n ?[0-9]{{7}}[MFX<][0-9]{{7}}[A-Z<]{{3}}{_ANY}{{11}}[0-9](?: ?\n ?{_NAMES}{{30}})?)"
        r"(?![0-9A-Z<])"
    ),
    anchors=(r"[0-9<][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}", r"[0-9]{7}[MFX<][0-9]{7}[A-Z<]{3}"),
    before=78,
    after=62,
    check=_can_be,
    proves=True,
    weight=85,
    mask=hidden,
    canonical=lambda value: "".join(
        part[:9].rstrip("<") + "|" for part in (*_fields(value)[:2], _fields(value)[2][:6])
    ),
    same=(
        (
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ),
        (
            "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6",
            "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
        ),
    ),
    different=(
        ("L898902C36UTO7408122F1204159ZE184226B<<<<<10", "L898903C36UTO7408122F1204159ZE184226B<<<<<10"),
        (
            "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ),
    ),
    law="state breach laws; APPI art. 2(2)",
    hits=(
        "scan:\n⟦P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10⟧",
        "⟦L898902C36UTO7408122F1204159ZE184226B<<<<<10⟧",
        "⟦I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<⟧",
        "⟦I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6⟧",
        "⟦V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<⟧",
        "⟦V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<⟧",
    ),
    misses=(
        "L898902C37UTO7408122F1204159ZE184226B<<<<<10",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<7",
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C5XXX4009078F9612109<<<<<<<<",
    ),
)
