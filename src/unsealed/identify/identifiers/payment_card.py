"""Numbers of payment cards in the lengths that nearly all cards have.

ISO/IEC 7812-1: the last digit is a check digit by Luhn's formula. Ranges of the issuers: Visa 4, Mastercard 51-55 and
2221-2720, Discover 6011, 644-649 and 65, JCB 3528-3589 and UnionPay 62 with 16 digits, American Express 34 and 37 with 15,
Diners 300-305, 309, 36, 38 and 39 with 14 or 16. All other lengths need a word (`payment_card_other`): one in ten of all
numbers passes Luhn's formula.
"""

import re

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT, SEP

_RANGES = re.compile(
    r"(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|6011|64[4-9]|65|62|35(?:2[89]|[3-8])|30[0-59]|3[689])[0-9]*"
)
_LENGTHS = {"34": {15}, "37": {15}, "30": {14, 16}, "36": {14, 16}, "38": {14, 16}, "39": {14, 16}}


def _can_be(value: str) -> bool:
    number = digits(value)
    fits = len(number) in _LENGTHS.get(number[:2], {16}) and (number[:2] in {"34", "37"} or _RANGES.match(number))
    return bool(fits) and checks.various(number) and checks.luhn(number)


IDENTIFIER = Identifier(
    kind="payment_card",
    what="payment card number",
    pattern=LEFT
    + r"(?<![0-9A-Fa-f]{4}-)(?P<v>[2-6][0-9]{3}"
    + SEP
    + r"(?:[0-9]{4}"
    + SEP
    + r"[0-9]{4}"
    + SEP
    + r"[0-9]{4}|[0-9]{6}"
    + SEP
    + r"[0-9]{4,5}|[0-9]{4}"
    + SEP
    + "[0-9]{4}"
    + SEP
    + "[0-9]{2,3}))"
    + RIGHT,
    anchors=(
        r"\b[2-6][0-9]{3}" + SEP + "[0-9]{4}" + SEP + r"[0-9]{4}",
        r"\b[2-6][0-9]{3}" + SEP + "[0-9]{6}" + SEP + "[0-9]",
    ),
    before=20,
    after=14,
    check=_can_be,
    proves=True,
    context=("card", "credit", "debit", "visa", "mastercard", "amex", "jcb", "cvv", "カード", "クレジット"),
    weight=60,
    mask=tail(4),
    canonical=digits,
    same=(("4111 1111 1111 1111", "4111-1111-1111-1111"), ("3782-822463-10005", "３７８２８２２４６３１０００５")),
    different=(("4111 1111 1111 1111", "4012 8888 8888 1881"),),
    law="PCI DSS 4.0; state breach laws; APPI Enforcement Rules art. 7(2)",
    hits=(
        "Card ⟦4111 1111 1111 1111⟧",
        "⟦5555555555554444⟧.",
        "Amex ⟦3782-822463-10005⟧",
        "カード番号 ⟦４１１１－１１１１－１１１１－１１１１⟧",
        "⟦4012-8888-8888-\n1881⟧",
        "⟦30569309025904⟧",
    ),
    misses=(
        "4111 1111 1111 1112",
        "1234567890123456",
        "9111111111111111",
        "41111111111111111111111",
        "order 4111-1111-1111",
        "JAN 4901234567894",
        "630427373398",
    ),
)
