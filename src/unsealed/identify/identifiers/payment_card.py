"""Numbers of payment cards.

ISO/IEC 7812-1: 12 to 19 digits, the last a check digit by Luhn's formula. Ranges of the issuers: Visa 4,
Mastercard 51-55 and 2221-2720, American Express 34 and 37, Diners 300-305, 309, 36, 38 and 39, Discover 6011,
644-649 and 65, JCB 3528-3589 (35 whole is taken, and the old 1800 and 2131), Maestro 5018, 5020, 5038, 56-58,
61-69, UnionPay 62. Visa and JCB of 13 to 19 digits, Maestro of 12 to 19.
"""

import re

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT, SEP

_PREFIX = re.compile(
    r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|30[0-59]|3[689]|6011|64[4-9]|65|35|1800|"
    r"2131|50|5[6-8]|6[1-9]|60"
)
_LENGTHS = {"4": {13, 16, 18, 19}, "2": {15, 16}, "1": {15}}


def _can_be(value: str) -> bool:
    number = digits(value)
    size = len(number)
    if number[:2] in {"34", "37"}:
        known = size == 15
    elif number[:2] in {"51", "52", "53", "54", "55"}:
        known = size == 16
    elif number[0] == "3":
        known = size in ({14, 16} if number[:2] != "35" else {15, 16, 17, 18, 19})
    else:
        known = size in _LENGTHS.get(number[0], {12, 13, 14, 15, 16, 17, 18, 19})
    return known and bool(_PREFIX.match(number)) and checks.various(number) and checks.luhn(number)


IDENTIFIER = Identifier(
    kind="payment_card",
    what="payment card number",
    pattern=LEFT
    + r"(?<![0-9A-Fa-f]{4}-)(?P<v>[1-6][0-9]{3}"
    + SEP
    + r"(?:[0-9]{4}"
    + SEP
    + r"[0-9]{4}"
    + SEP
    + r"[0-9]{1,4}(?:"
    + SEP
    + r"[0-9]{1,3})?|[0-9]{6}"
    + SEP
    + r"[0-9]{4,5}|[0-9]{8}))"
    + RIGHT,
    anchors=(
        r"\b[1-6][0-9]{3}" + SEP + "[0-9]{4}" + SEP + r"[0-9]{4}",
        r"\b[1-6][0-9]{3}" + SEP + "[0-9]{6}" + SEP + "[0-9]",
    ),
    before=20,
    after=14,
    check=_can_be,
    proves=True,
    context=("card", "credit", "debit", "visa", "mastercard", "amex", "jcb", "cvv", "カード", "クレジット"),
    weight=60,
    mask=tail(4),
    canonical=digits,
    law="PCI DSS 4.0; state breach laws; APPI Enforcement Rules art. 7(2)",
    hits=(
        "Card ⟦4111 1111 1111 1111⟧",
        "⟦5555555555554444⟧.",
        "Amex ⟦3782-822463-10005⟧",
        "カード番号 ⟦４１１１－１１１１－１１１１－１１１１⟧",
        "⟦4012-8888-8888-\n1881⟧",
        "Maestro ⟦630427373398⟧",
        "⟦30569309025904⟧",
    ),
    misses=(
        "4111 1111 1111 1112",
        "1234567890123456",
        "9111111111111111",
        "41111111111111111111111",
        "order 4111-1111-1111",
    ),
)
