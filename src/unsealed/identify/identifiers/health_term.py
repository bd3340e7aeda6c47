"""Words of health: illnesses, treatments, leave for them, in English, Japanese and German.

Health is a special category (GDPR art. 9; APPI art. 2(3): 要配慮個人情報, 病歴, 障害, 診療). Words after the
chapters of ICD-10 (https://icd.who.int/browse10) in everyday language; those that mean other things as often are
left out.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import shown

_EN = (
    "diagnos(?:is|ed with)", "chemotherapy", "cancer", "tumou?r", "diabet(?:es|ic)", "hiv(?:-positive)?",
    "hepatitis [abc]", "epilep(?:sy|tic)", "depression", "bipolar disorder", "schizophrenia", "anxiety disorder",
    "ptsd", "miscarriage", "pregnan(?:t|cy)", "maternity leave", "sick leave", "medical leave", "sick note",
    "medical certificate", "doctor's note", "prescription", "surgery", "biopsy", "dialysis", "stroke",
    "heart attack", "asthma", "dementia", "alzheimer's", "parkinson's", "disabilit(?:y|ies)", "psychiatrist",
    "psychotherapy", "rehab", "blood test", "covid-19 positive", "tested positive", "medical record",
    "patient record", "overdose", "addiction", "leukaemia", "leukemia", "insulin",
)  # fmt: skip
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
    pattern=r"(?P<v>(?i:\b(?:" + "|".join(_EN + _DE) + r")\b)|" + "|".join(_JA) + ")",
    anchors=(
        *(rf"(?i:\b{word.replace('ä', 'x')}\b)" for word in _EN + _DE if "ä" not in word),
        "(?i:arbeitsunf)",
        *_JA,
    ),
    before=24,
    after=16,
    weight=10,
    mask=shown,
    canonical=str.lower,
    same=(("Diabetes", "diabetes"),),
    different=(("diabetes", "asthma"),),
    law="GDPR art. 9; APPI art. 2(3); 45 CFR 160.103",
    hits=("She was ⟦diagnosed with⟧ ⟦diabetes⟧", "⟦診断書⟧を提出", "⟦うつ病⟧で⟦休職⟧中", "on ⟦sick leave⟧ since May"),
    misses=("cancerous growth of costs", "a healthy margin", "元気です"),
)
