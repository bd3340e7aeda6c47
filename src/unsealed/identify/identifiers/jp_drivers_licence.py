"""Numbers of Japanese driver's licences, where the text says so.

道路交通法施行規則 (https://laws.e-gov.go.jp/law/335M50000002060) 別記様式第十四 and
警察庁通達「運転免許証の番号」: twelve digits; two of the public safety
commission (10 to 97), two of the year, six, a check digit by modulus 11 (weights 5 4 3 2 7 6 5 4 3 2), and how
often it was issued anew.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT, SEP


def _can_be(value: str) -> bool:
    number = digits(value)
    rest = 11 - checks.weighted(number[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return number[0] != "0" and checks.various(number) and int(number[10]) == (0 if rest >= 10 else rest)


IDENTIFIER = Identifier(
    kind="jp_drivers_licence",
    what="driver's licence number, Japan",
    pattern=LEFT + r"(?P<v>[0-9]{4}" + SEP + "[0-9]{4}" + SEP + "[0-9]{4})" + RIGHT,
    before=16,
    after=1,
    check=_can_be,
    proves=True,
    context=("driver'?s? licen[cs]e", "driving licen[cs]e", "運転免許", "免許証", "免許番号"),
    needs_context=True,
    weight=57,
    mask=tail(2),
    canonical=digits,
    same=(("6215-0001-0190", "６２１５０００１０１９０"),),
    different=(("621500010190", "621500010191"),),
    law="APPI art. 2(2) and Cabinet Order art. 1: individual identification code",
    hits=("運転免許証番号 第⟦301234567810⟧号", "免許証番号:⟦６２１５－０００１－０１9０⟧"),
    misses=("運転免許証番号 第301234567800号", "伝票 301234567810", "免許証番号 012345678901"),
)
