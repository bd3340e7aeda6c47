"""National identification and resident certificate numbers of Taiwan.

內政部戶政司 (https://www.ris.gov.tw): a letter, 1 or 2 (8 or 9 for residents), eight digits; the letter stands
for two digits, and the sum by weights 1 9 8 7 6 5 4 3 2 1 1 is a multiple of ten.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail

_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def _can_be(value: str) -> bool:
    first = str(_LETTERS.index(value[0].upper()) + 10)
    return checks.weighted(first + value[1:], (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0 and checks.various(value[2:])


IDENTIFIER = Identifier(
    kind="tw_id",
    what="national identification number, Taiwan",
    pattern=r"(?<![0-9A-Za-z_])(?P<v>[A-Z][1289][0-9]{8})(?![0-9A-Za-z_])",
    before=10,
    after=1,
    check=_can_be,
    proves=True,
    context=(
        "身分證",
        "身份證",
        "統一編號",
        "統一證號",
        "national id",
        "居留證",
        "arc",
        "id no",
        "id number",
        "taiwan",
    ),
    needs_context=True,
    weight=50,
    mask=tail(2),
    law="個人資料保護法 (PDPA) art. 2",
    different=(("A123456789", "B123456780"),),
    hits=("身分證字號 ⟦A123456789⟧", "Taiwan ID: ⟦F234567898⟧"),
    misses=("身分證 A123456780", "part A123456789", "身分證 A323456789", "身分證 AA123456789"),
)
