"""Personal identity codes (henkilötunnus) of Finland.

Digital and Population Data Services Agency (https://dvv.fi/en/personal-identity-code): date of birth, a sign of
the century (+, -, U to Y, A to F), three digits, and a check character by the remainder by 31.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import tail


def _can_be(value: str) -> bool:
    fits = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(value[:6] + value[7:10]) % 31] == value[10].upper()
    born = checks.short_date(int(value[4:6]), int(value[2:4]), int(value[:2]))
    return fits and born and 2 <= int(value[7:10]) <= 899


IDENTIFIER = Identifier(
    kind="fi_hetu",
    what="personal identity code, Finland",
    pattern=(
        r"(?<![0-9A-Za-z_])(?<![0-9][-.])"
        r"(?P<v>[0-3][0-9][01][0-9]{3}[-+U-YA-Fu-ya-f][0-9]{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y])"
        r"(?![0-9A-Za-z_])"
    ),
    anchors=(r"\b[0-3][0-9][01][0-9]{3}[-+A-Za-z][0-9]{3}[0-9A-Za-z]\b",),
    before=11,
    after=0,
    check=_can_be,
    proves=True,
    context=("hetu", "henkilötunnus", "personbeteckning"),
    weight=52,
    mask=tail(2),
    canonical=str.upper,
    same=(("131052-308T", "131052-308t"),),
    different=(("131052-308T", "131052A308T"),),
    law="GDPR art. 87; Tietosuojalaki § 29",
    hits=("hetu ⟦131052-308T⟧", "henkilötunnus ⟦131052-308T⟧"),
    misses=("131052-308U", "131352-308T"),
)
