"""Accounts at Japanese banks: bank or branch, 普通 or 当座, number; and those of Japan Post Bank.

Japanese Bankers Association (全銀協 レコード・フォーマット, https://www.zenginkyo.or.jp): 口座番号 is a field of seven digits,
filled with zeros from the left; 預金種目 1 is 普通, 2 当座, 4 貯蓄. Japan Post Bank (https://www.jp-bank.japanpost.jp): 記号 has five
digits, the first 1 or 0, and 番号 up to eight. The bank is no part of the hash.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail


def _account(value: str) -> str:
    """Give the sort of account and its number in seven digits, or symbol and number of Japan Post Bank."""
    if value.startswith("記号"):
        number = digits(value)
        return f"記号{number[:5]}番号{number[5:].zfill(8)}"
    return next((sort for sort in ("当座", "貯蓄") if sort in value), "普通") + digits(value).zfill(7)


IDENTIFIER = Identifier(
    kind="jp_bank_account",
    what="bank account, Japan",
    pattern=(
        r"(?P<v>(?:(?:普通|当座|貯蓄|総合)(?:預金|口座|預金口座)?|口座(?:番号)?)[ :()・\n]{0,3}"
        r"(?:No\.? ?)?[0-9]{6,8}(?![0-9A-Za-z_])(?!-[0-9])|記号[ :]{0,2}[01][0-9]{4}[ 、,/・\n-]{0,3}"
        r"(?:番号)?[ :]{0,2}[0-9]{2,8}(?![0-9A-Za-z_]))"
    ),
    before=14,
    after=32,
    check=lambda value: checks.various(digits(value)),
    context=("銀行", "支店", "振込", "口座", "名義", "ゆうちょ", "信用金庫", "信金", "農協"),
    needs_context=True,
    near=80,
    weight=56,
    mask=tail(2),
    canonical=_account,
    same=(
        ("普通 1234567", "普通預金：１２３４５６７"),
        ("普通 0123456", "口座番号 123456"),
        ("記号10120 番号12345671", "記号:10120、番号:12345671"),
    ),
    different=(("普通 1234567", "当座 1234567"), ("記号10120 番号12345671", "普通 12345671")),
    law="APPI Enforcement Rules art. 7(2): risk of loss of property",
    hits=(
        "みずほ銀行 丸の内支店 ⟦普通 1234567⟧ ヤマダタロウ",
        "三菱東京銀行 本店 ⟦普通預金：１２３４５６７⟧",
        "ゆうちょ銀行 ⟦記号10120 番号12345671⟧",
        "振込先 新宿支店 ⟦口座番号: 7654321⟧",
    ),
    misses=("普通 1234567", "銀行の普通預金は便利", "銀行口座 12345", "支店 普通 1111111"),
)
