"""Individual numbers (My Number) of Japan.

行政手続における特定の個人を識別するための番号の利用等に関する法律施行令 art. 8 and 総務省令第85号 (2014) art. 5:
twelve digits, the last 11 minus the remainder by 11 of the others by weights 2 to 7 and 2 to 6 from the right,
and 0 where that remainder is 0 or 1. One in eleven of all numbers fits: without separators or a word it is none.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT, SEP


def _can_be(value: str) -> bool:
    number = digits(value)
    rest = checks.weighted(number[10::-1], (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)) % 11
    return checks.various(number) and int(number[11]) == (0 if rest <= 1 else 11 - rest)


IDENTIFIER = Identifier(
    kind="jp_my_number",
    what="individual number (My Number), Japan",
    pattern=LEFT + r"(?P<v>[0-9]{4}" + SEP + "[0-9]{4}" + SEP + "[0-9]{4})" + RIGHT,
    before=16,
    after=1,
    check=_can_be,
    proves=True,
    context=("my ?number", "individual number", "マイナンバー", "個人番号", "マイナ"),
    needs_context=True,
    near=80,
    weight=58,
    mask=tail(2),
    canonical=digits,
    same=(("1234-5678-9018", "１２３４ー５６７８ー９０１８"), ("1234 5678 9018", "1234-\n5678-9018")),
    different=(("123456789018", "123456789081"),),
    law="番号法 (My Number Act) art. 2(5), 29-4; APPI art. 26",
    hits=(
        "マイナンバー:⟦1234-5678-9018⟧",
        "個人番号　⟦９８７６５４３２１０９3⟧",
        "My Number ⟦2222 3333 4440⟧",
        "個人番号は⟦6543ー2109ー8762⟧です",
    ),
    misses=("個人番号 1234-5678-9010", "注文番号 1234-5678-9018", "マイナンバー 1234-5678-90"),
)
