"""National insurance numbers of the United Kingdom.

HMRC, National Insurance Manual NIM39110
(https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110): two letters without D, F, I, Q, U,
V (the second without O), none of BG, GB, KN, NK, NT, TN, ZZ; six digits; A to D.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum, digits, tail
from unsealed.identify.shapes import SEP

IDENTIFIER = Identifier(
    kind="uk_nino",
    what="national insurance number, United Kingdom",
    pattern=(
        r"(?<![0-9A-Za-z_])(?P<v>(?!BG|GB|KN|NK|NT|TN|"
        r"ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?-?[0-9]{2}"
    )
    + SEP
    + "[0-9]{2}"
    + SEP
    + r"[0-9]{2} ?-?[A-D])(?![0-9A-Za-z_])",
    anchors=(r"\b[A-Z]{2} ?-?[0-9]{2}" + SEP + "[0-9]{2}" + SEP + r"[0-9]{2} ?-?[A-D]\b",),
    before=18,
    after=1,
    check=lambda value: checks.various(digits(value)),
    context=("national insurance", "nino", "ni number", "ni no"),
    weight=56,
    mask=tail(2),
    canonical=alnum,
    same=(("AB 12 34 56 C", "AB-12-34-56-C"), ("AB123456C", "AB 12 34 56 C")),
    different=(("AB123456C", "AB123456D"),),
    law="UK GDPR art. 4(1); Data Protection Act 2018",
    hits=("NI number ⟦AB 12 34 56 C⟧", "⟦JG103759A⟧", "⟦AB-12-34-56-C⟧"),
    misses=("BG123456A", "DA123456A", "AB123456E", "QQ123456C", "AO123456A"),
)
