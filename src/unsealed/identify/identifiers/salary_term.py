"""Words of pay and appraisal, in English, Japanese and German; where a sum stands close behind, it belongs to it.

Pay and appraisal tell of a person's means and standing (GDPR art. 4(1); 人事情報 of 個人情報保護委員会's
guidelines for employers).
"""

import re

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import shown

_EN = (
    "salary", "salaries", "base pay", "pay ?slip", "pay ?stub", "payroll", "annual bonus",
    "severance(?: pay| package)?", "stock options", "compensation package",
    "performance (?:review|appraisal|rating|improvement plan)", "pay rise", "pay raise", "gross pay", "net pay",
    "disciplinary (?:action|hearing|warning)", "w-2",
)  # fmt: skip
_DE = ("gehalt", "gehaltsabrechnung", "lohnabrechnung", "abmahnung", "zielvereinbarung")
_JA = (
    "給与", "給料", "賃金", "年収", "月給", "基本給", "賞与", "ボーナス", "昇給", "減給", "退職金", "源泉徴収票",
    "給与明細", "人事評価", "人事考課", "査定", "懲戒", "懲戒処分", "降格",
)  # fmt: skip
_SUM = (
    r"(?:[ :はがを]{0,3}(?:of |is |was )?(?:USD|EUR|GBP|JPY|[$€£¥])? ?[0-9]{1,3}"
    r"(?:[,.]?[0-9]{3}){1,3}(?:円|万円| ?(?:USD|EUR|GBP|JPY)|k)?|[ :はがを]{0,3}[0-9]{2,4}万円)?"
)

IDENTIFIER = Identifier(
    kind="salary_term",
    what="word of pay or appraisal",
    pattern=r"(?P<v>(?:(?i:\b(?:"
    + "|".join(_EN + _DE)
    + r")\b)|"
    + "|".join(sorted(_JA, key=len, reverse=True))
    + ")"
    + _SUM
    + ")",
    anchors=(*(rf"(?i:\b{word}\b)" for word in _EN + _DE), *_JA),
    before=34,
    after=50,
    weight=10,
    mask=lambda value: re.sub("[0-9][0-9,.]*", "***", shown(value)),
    canonical=str.lower,
    same=(("Salary", "salary"),),
    different=(("salary of $85,000", "salary of $86,000"),),
    law="GDPR art. 4(1); APPI Guidelines (employment)",
    hits=(
        "Your ⟦salary of $85,000⟧",
        "⟦年収６５０万円⟧",
        "⟦performance review⟧ on Monday",
        "⟦源泉徴収票⟧を送付",
        "⟦給与明細⟧です",
    ),
    misses=("celery soup", "bonus track", "給食の献立"),
)
