"""Numbers of payment cards in rare lengths, where the text says so.

ISO/IEC 7812-1: 12 to 19 digits, the last a check digit by Luhn's formula. Visa and JCB of 13 to 19 digits, the old JCB 1800
and 2131 of 15, Maestro 5018, 5020, 5038, 56-58 and 61-69 and UnionPay 62 of 12 to 19. Article numbers (EAN) and numbers of
orders are as long, and one in ten of them passes Luhn's formula: without a word they are none.
"""

import re

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT, SEP

_RANGES = re.compile(r"(?:4|35|50|5[6-8]|6|1800|2131)[0-9]*")


def _can_be(value: str) -> bool:
    number = digits(value)
    return bool(_RANGES.match(number)) and checks.various(number) and checks.luhn(number)


IDENTIFIER = Identifier(
    kind="payment_card",
    what="payment card number, rare lengths",
    pattern=LEFT
    + r"(?<![0-9A-Fa-f]{4}-)(?P<v>[1-6][0-9]{3}"
    + (SEP + "[0-9]{4}") * 2
    + r"(?:"
    + SEP
    + r"[0-9]{1,4}(?:"
    + SEP
    + r"[0-9]{1,3})?)?|[1-6][0-9]{3}"
    + SEP
    + "[0-9]{6}"
    + SEP
    + "[0-9]{5})"
    + RIGHT,
    before=30,
    after=0,
    check=_can_be,
    proves=True,
    context=(
        "card",
        "cards",
        "credit",
        "debit",
        "visa",
        "maestro",
        "cc",
        "mastercard",
        "jcb",
        "unionpay",
        "cvv",
        "cvc",
        "expir(?:y|es|ation)",
        "カード",
        "クレジット",
        "银行卡",
        "信用卡",
    ),
    needs_context=True,
    weight=50,
    mask=tail(4),
    canonical=digits,
    same=(("6304 2737 3398", "630427373398"),),
    different=(("630427373398", "630427373380"),),
    law="PCI DSS 4.0; state breach laws; APPI Enforcement Rules art. 7(2)",
    hits=("Maestro ⟦630427373398⟧", "Visa card ⟦4222222222222⟧", "card ⟦6304 2737 3398⟧"),
    misses=("Maestro 630427373399", "order 630427373398", "JAN 4901234567894"),
)
