"""Words of health: illnesses, treatments, leave for them, in English, Japanese and German.

Health is a special category (GDPR art. 9; APPI art. 2(3): 要配慮個人情報, 病歴, 障害, 診療). Words after the
chapters of ICD-10 (https://icd.who.int/browse10) in everyday language; those that mean other things as often are
left out.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import shown

_EN = (
    "diagnosed with", "chemotherapy", "cancer", "tumou?r", "diabet(?:es|ic)", "hiv-positive",
    "hepatitis [abc]", "epilep(?:sy|tic)", "bipolar disorder", "schizophrenia", "anxiety disorder",
    "ptsd", "miscarriage", "pregnan(?:t|cy)", "maternity leave", "sick leave", "medical leave", "sick note",
    "medical certificate", "doctor's note", "biopsy", "dialysis",
    "heart attack", "asthma", "dementia", "alzheimer's", "parkinson's", "psychiatrist",
    "psychotherapy", "blood test", "covid-19 positive", "tested positive", "medical record",
    "patient record", "overdose", "leukaemia", "leukemia", "insulin",
)  # fmt: skip
_WEAK = (
    "diagnosis",
    "depression",
    "prescription",
    "surgery",
    "stroke",
    "disabilit(?:y|ies)",
    "rehab",
    "addiction",
    "hiv",
)
"""Words that tell of health only where they are somebody's: markets have depressions, too."""
_WHOSE = "(?:his|her|my|their|your|(?:patient|employee|son|daughter|wife|husband|mother|father|child|colleague)(?:'s)?)"
_DE = (
    "krankschreibung", "krankgeschrieben", "krebs", "schwanger(?:schaft)?", "schwerbehindert", "depressionen",
    "diagnose", "arbeitsunf[aä]higkeit",
)  # fmt: skip
_JA = (
    "診断書", "診断結果", "病名", "既往歴", "病歴", "通院", "入院", "手術", "休職", "傷病", "うつ病", "鬱病",
    "適応障害", "統合失調症", "発達障害", "癌", "がん検診", "がんと診断", "糖尿病", "高血圧", "脳梗塞", "心筋梗塞",
    "妊娠", "流産", "産休", "産前産後", "障害者手帳", "要介護", "健康診断", "検査結果", "陽性", "カルテ", "処方箋",
    "服薬", "透析", "抗がん剤", "感染症", "認知症", "てんかん", "精神科", "心療内科",
)  # fmt: skip


IDENTIFIER = Identifier(
    kind="health_term",
    what="word of health",
    pattern=r"(?P<v>(?i:\b(?:"
    + "|".join(_EN + _DE)
    + rf")\b|\b{_WHOSE} (?:[a-z]{{1,12}} )?(?:"
    + "|".join(_WEAK)
    + r")\b|\bdiagnosis(?= ?[:\t]))|"
    + "|".join(_JA)
    + ")",
    anchors=(
        *(rf"(?i:\b{word.replace('ä', 'x')}\b)" for word in _EN + _DE + _WEAK if "ä" not in word),
        "(?i:arbeitsunf)",
        *_JA,
    ),
    before=60,
    after=16,
    weight=10,
    mask=shown,
    canonical=str.lower,
    same=(("Diabetes", "diabetes"),),
    different=(("diabetes", "asthma"),),
    law="GDPR art. 9; APPI art. 2(3); 45 CFR 160.103",
    hits=(
        "She was ⟦diagnosed with⟧ ⟦diabetes⟧",
        "⟦診断書⟧を提出",
        "⟦うつ病⟧で⟦休職⟧中",
        "on ⟦sick leave⟧ since May",
        "after ⟦her knee surgery⟧",
    ),
    misses=(
        "cancerous growth of costs",
        "a healthy margin",
        "元気です",
        "the market depression",
        "The diagnosis of the server problem",
        "prescription of the law",
        "without prescription drugs",
    ),
)
