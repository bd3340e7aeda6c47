"""International bank account numbers.

ISO 13616-1 and the IBAN Registry of SWIFT
(https://www.swift.com/standards/data-standards/iban-international-bank-account-number): each country's length,
and two check digits by ISO/IEC 7064, MOD 97-10.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import alnum, tail
from unsealed.identify.shapes import SEP

_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18,
    "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31,
    "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29,
    "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip


def _can_be(value: str) -> bool:
    number = alnum(value)
    return _LENGTHS.get(number[:2]) == len(number) and checks.mod97(number[4:] + number[:4]) == 1


_EXACT = "|".join(
    "(?i:" + country + ")[0-9]{2}(?:" + SEP + "[0-9A-Za-z]){" + str(size - 4) + "}"
    for country, size in _LENGTHS.items()
)
IDENTIFIER = Identifier(
    kind="iban",
    what="international bank account number",
    pattern=r"(?<![0-9A-Za-z_])(?=[A-Za-z]{2}[0-9]{2}[ -]?\n?[0-9A-Za-z]{4})(?P<v>" + _EXACT + r")(?![0-9A-Za-z_])",
    anchors=(rf"\b(?i:{'|'.join(_LENGTHS)})[0-9]{{2}}[ -]?\n?[0-9A-Za-z]{{4}}",),
    before=10,
    after=108,
    check=_can_be,
    proves=True,
    context=("iban", "account", "bank", "konto", "swift", "bic", "口座"),
    weight=70,
    mask=tail(4),
    canonical=alnum,
    law="GDPR art. 4(1); state breach laws",
    hits=(
        "IBAN ⟦GB82 WEST 1234 5698 7654 32⟧",
        "⟦DE89370400440532013000⟧",
        "⟦gb82west12345698765432⟧",
        "⟦NL91ABNA0417164300⟧, thanks",
    ),
    misses=("GB82 WEST 1234 5698 7654 33", "DE8937040044053201300", "ZZ82WEST12345698765432"),
)
