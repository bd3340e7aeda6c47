"""Insurer's numbers (保険者番号) of Japanese health insurance, where the text says so: who insures somebody, not who is insured.

厚生労働省「保険者番号等の設定要領」 (昭和51年8月7日 保発第45号・庁保発第34号): eight digits, six for national health insurance,
the last a check digit by weights 2 and 1 from the right, digit sums, modulus 10.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT


def _can_be(value: str) -> bool:
    number = digits(value)
    return checks.various(number) and checks.luhn(number)


IDENTIFIER = Identifier(
    kind="jp_health_insurer",
    what="health insurer's number, Japan",
    pattern=LEFT + r"(?P<v>[0-9]{8}|[0-9]{6})" + RIGHT,
    before=9,
    after=0,
    check=_can_be,
    proves=True,
    context=("insurer number", "insurer's number", "保険者番号"),
    needs_context=True,
    near=16,
    weight=46,
    mask=tail(2),
    canonical=digits,
    same=(("06130017", "０６１３００１７"),),
    different=(("06130017", "01130012"),),
    law="with symbol and number: APPI art. 2(2) and Cabinet Order art. 1",
    hits=("保険者番号 ⟦06130017⟧", "健康保険証の保険者番号：⟦０１１３００１2⟧", "保険者番号:⟦138057⟧"),
    misses=("保険者番号 06130010", "会員番号 06130017", "保険証は20230401に発行", "被保険者番号 6130018"),
)
