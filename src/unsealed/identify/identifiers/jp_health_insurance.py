"""Symbol and number of a person insured in Japan, with the branch number: 記号, 番号 and 枝番, or 被保険者番号.

厚生労働省, 被保険者証 of 健康保険法施行規則 art. 47 and 国民健康保険法施行規則 art. 6 as they stood: a symbol of digits or
a word, a number, and since October 2020 two digits for each person of a family; 後期高齢者医療 has a 被保険者番号 of eight
digits, nursing care one of ten. No check digit: they are one where the text speaks of health insurance.
"""

import re

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail

_SYMBOL = "[0-9A-Za-zぁ-んァ-ヶ一-龠]{1,10}"
_GAP = r"[ :、,/・()\[\]=は\n-]{0,4}"


def _parts(value: str) -> str:
    """Give symbol, number and branch as one writes them on one line."""
    found = re.findall(r"[0-9A-Za-z]+|[ぁ-んァ-ヶ一-龠]+", re.sub("被保険者|記号|番号|枝番|等", " ", value))
    return "-".join(part.lstrip("0") or "0" for part in found)


IDENTIFIER = Identifier(
    kind="jp_health_insurance",
    what="health insurance symbol and number, Japan",
    pattern=(
        rf"(?<!者)(?<![0-9A-Za-z_])(?P<v>(?:被保険者(?:証)?(?:等)?)?記号{_GAP}(?:番号{_GAP}{_SYMBOL}[ ・/-]{{1,3}}[0-9]{{1,8}}|"
        rf"{_SYMBOL}{_GAP}番号{_GAP}[0-9]{{1,8}})(?:{_GAP}(?:枝番{_GAP})?[0-9]{{2}})?|"
        rf"被保険者番号{_GAP}(?:[0-9]{{10}}|[0-9]{{8}}))(?![0-9A-Za-z_])(?!-[0-9])"
    ),
    before=14,
    after=60,
    check=lambda value: bool(digits(value)) and (len(digits(value)) < 5 or checks.various(digits(value))),
    context=(
        "health insurance",
        "保険者番号",
        "健康保険",
        "国民健康保険",
        "被保険者",
        "保険証",
        "資格確認書",
        "後期高齢者",
        "介護保険",
        "組合員証",
    ),
    needs_context=True,
    near=60,
    weight=57,
    mask=tail(2),
    canonical=_parts,
    same=(("記号 1234 番号 567", "記号:1234、番号:567"), ("記号・番号 12-345 ", "記号 12 番号 345")),
    different=(("記号 1234 番号 567", "記号 123 番号 4567"), ("記号 12 番号 345 枝番 01", "記号 12 番号 345 枝番 02")),
    law="APPI art. 2(2) and Cabinet Order art. 1: individual identification code",
    hits=(
        "健康保険証 ⟦記号 1234 番号 567 枝番 01⟧",
        "保険証の⟦記号：２１７００１２３　番号：１２３⟧",
        "国民健康保険 ⟦記号・番号　東京12・345678⟧",
        "後期高齢者医療 ⟦被保険者番号：01234567⟧",
    ),
    misses=(
        "ゆうちょ銀行 記号 10120 番号 12345671",
        "健康保険証の記号と番号をご用意ください",
        "被保険者番号は8桁です",
        "型番の記号 12 番号 34",
    ),
)
