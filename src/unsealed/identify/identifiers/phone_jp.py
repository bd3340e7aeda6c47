"""Japanese phone numbers.

Ministry of Internal Affairs and Communications, 電気通信番号計画
(https://www.soumu.go.jp/main_sosiki/joho_tsusin/top/tel_number/): ten digits for fixed lines, eleven for 050,
060, 070, 080, 090 and 0800.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    mobile = number[:3] in {"050", "060", "070", "080", "090"} or number.startswith("0800")
    return len(number) == (11 if mobile else 10) and number[1] != "0" and checks.various(number[3:])


IDENTIFIER = Identifier(
    kind="phone_number",
    what="phone number, Japan",
    pattern=LEFT
    + (
        r"(?P<v>(?:\(0[0-9]{1,4}\) ?|0[0-9]{1,4}[ -]?\(|0[0-9]{1,4}[ -]\n?)[0-9]{1,4}(?:\) ?|"
        r"[ -]\n?)[0-9]{3,4}|0[5-9]0[0-9]{8})"
    )
    + RIGHT,
    anchors=(r"\b0[0-9]{1,4}(?:\) ?|[ -]?\(|[ -]\n?)[0-9]{1,4}[) -]", r"\b0[5-9]0[0-9]{8}\b"),
    before=13,
    after=22,
    check=_can_be,
    weight=33,
    mask=tail(2),
    canonical=lambda value: "81" + digits(value)[1:],
    law="APPI art. 2(1)",
    hits=(
        "電話 ⟦03-1234-5678⟧",
        "⟦090-1234-5678⟧(携帯)",
        "TEL:⟦０３－１２３４－５６７８⟧",
        "⟦06(6123)4567⟧",
        "⟦(045)123-4567⟧",
        "⟦09012345678⟧",
        "⟦０９０ー１２３４ー５６７８⟧",
        "⟦0120-123-456⟧",
    ),
    misses=("00-1234-5678", "090-1234-567", "03-1234-56789", "伝票 103-1234-5678", "2023-04-01"),
)
