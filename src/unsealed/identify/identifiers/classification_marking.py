"""Markings that say how secret a text is: Japanese, the Traffic Light Protocol, English and German.

行政文書の管理に関するガイドライン and 特定秘密保護法 (極秘, 秘, 取扱注意, 機密性2情報 of
政府機関等のサイバーセキュリティ対策のための統一基準); FIRST, Traffic Light Protocol 2.0
(https://www.first.org/tlp/); UK Government Security Classifications; Verschlusssachenanweisung.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import shown

_JA = (
    "特定秘密", "極秘", "機密性[123]情報", "機密文書", "機密情報", "取扱注意", "取り扱い注意", "厳秘", "社外秘",
    "部外秘", "関係者限り", "㊙", "部内限り", "対外秘", "【機密】", "【秘】", "\\[機密\\]",
)  # fmt: skip
_EN = (
    "strictly confidential", "company confidential", "confidential", "top secret", "official-sensitive",
    "official: ?sensitive", "commercial-in-confidence", "internal use only", "internal only",
    "restricted distribution", "attorney-client privileged", "privileged and confidential", "not for distribution",
    "vs-nfd", "nur f[uü]r den dienstgebrauch", "streng vertraulich", "vertraulich",
)  # fmt: skip
IDENTIFIER = Identifier(
    kind="classification_marking",
    what="marking of secrecy",
    pattern=r"(?P<v>\bTLP: ?(?:RED|AMBER(?:\+STRICT)?|GREEN|CLEAR|WHITE)\b|(?:"
    + "|".join(_JA)
    + r")|(?<![0-9A-Za-z_])(?:"
    + "|".join(
        f"(?:{one.upper()})" if " " not in one else f"(?i:{one})" for one in _EN if "[" not in one and one.isascii()
    )
    + (
        r"|(?<=\[)Confidential(?=\])|(?<=Classification: )[A-Z][A-Za-z]{3,20}|"
        r"(?i:nur f[uü]r den dienstgebrauch))(?![0-9A-Za-z_]))"
    ),
    anchors=(
        r"\bTLP: ?[A-Z]{3}",
        *(one for one in _JA if "[" not in one),
        "機密性[123]情報",
        r"\[機密\]",
        *(rf"(?i:\b{one}\b)" for one in _EN if "[" not in one),
        r"Classification: [A-Z]",
        "(?i:dienstgebrauch)",
    ),
    before=34,
    after=24,
    weight=11,
    mask=shown,
    canonical=str.lower,
    same=(("STRICTLY CONFIDENTIAL", "strictly confidential"),),
    different=(("TLP:RED", "TLP:GREEN"),),
    law="which partners and contracts bind: tells letters that need a second look",
    hits=(
        "⟦TLP:AMBER+STRICT⟧ report",
        "⟦【機密】⟧人事案",
        "⟦取扱注意⟧",
        "⟦STRICTLY CONFIDENTIAL⟧",
        "[⟦Confidential⟧] budget",
        "⟦機密性２情報⟧",
        "⟦社外秘⟧資料",
    ),
    misses=("a confidential matter", "TLP: the band", "機密保持", "vertraulicher Rahmen"),
)
