"""Insurer's numbers, with the insured person's symbol and number, of Japanese health insurance.

厚生労働省「保険者番号等の設定要領」 (昭和51年8月7日 保発第45号・庁保発第34号): eight digits (six for national
health insurance), the last a check digit by weights 2 and 1 from the right, digit sums, modulus 10. Found where
the text says 保険者番号 or so; 記号・番号 behind their words.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    if "番" in value or "記" in value:
        return True
    number = digits(value)
    return len(number) in {6, 8} and checks.various(number) and checks.luhn(number)


IDENTIFIER = Identifier(
    kind="jp_health_insurance",
    what="health insurance number, Japan",
    pattern=r"(?:" + LEFT + r"(?P<v>[0-9]{8}|[0-9]{6}|(?<=番号 )[0-9]{6,8}|(?<=番号:)[0-9]{6,8})" + RIGHT + ")",
    before=9,
    after=0,
    check=_can_be,
    proves=True,
    context=("insurer number", "health insurance", "保険者番号", "健康保険証", "被保険者証", "保険証"),
    needs_context=True,
    near=30,
    weight=48,
    mask=tail(2),
    canonical=digits,
    law="APPI art. 2(2) and Cabinet Order art. 1(7): individual identification code",
    hits=("保険者番号 ⟦06130017⟧", "健康保険証の保険者番号：⟦０１１３００１2⟧", "保険者番号:⟦138057⟧"),
    misses=("保険者番号 06130010", "会員番号 06130017", "保険証は20230401に発行"),
)
