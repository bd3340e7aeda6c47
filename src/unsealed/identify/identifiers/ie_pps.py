"""Personal public service numbers of Ireland.

Department of Social Protection; Revenue (https://www.revenue.ie): seven digits, a check letter by weights 8 to 2
and the remainder by 23, and since 2013 a second letter that counts nine times.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail
from unsealed.identify.shapes import LEFT


def _can_be(value: str) -> bool:
    code = value.upper()
    second = code[8:9]
    extra = (ord(second) - 64 if second not in {"", "W"} else 0) * 9
    return "WABCDEFGHIJKLMNOPQRSTUV"[(checks.weighted(code[:7], range(8, 1, -1)) + extra) % 23] == code[7]


IDENTIFIER = Identifier(
    kind="ie_pps",
    what="personal public service number, Ireland",
    pattern=LEFT + r"(?P<v>[0-9]{7}[A-Wa-w][A-IWa-iw]?)" + r"(?![0-9A-Za-z_])",
    before=9,
    after=0,
    check=lambda value: checks.various(value[:7]) and _can_be(value),
    proves=True,
    context=("pps", "ppsn", "pps number", "personal public service"),
    needs_context=True,
    weight=50,
    mask=tail(2),
    canonical=str.upper,
    same=(("6433435F", "6433435f"),),
    different=(("6433435F", "6433435FA"),),
    law="GDPR art. 87",
    hits=("PPSN ⟦6433435F⟧", "PPS number: ⟦6433435OA⟧"),
    misses=("PPSN 6433435E", "part 6433435F"),
)
