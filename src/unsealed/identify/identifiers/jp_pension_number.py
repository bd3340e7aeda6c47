"""Basic pension numbers of Japan, where the text says so.

Japan Pension Service (https://www.nenkin.go.jp): ten digits, four of the office and six; no public check digit.
"""

from unsealed.identify import checks
from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import digits, tail
from unsealed.identify.shapes import LEFT, RIGHT

IDENTIFIER = Identifier(
    kind="jp_pension_number",
    what="basic pension number, Japan",
    pattern=LEFT + r"(?P<v>[0-9]{4}[ -]?[0-9]{6})" + RIGHT,
    before=12,
    after=0,
    check=lambda value: checks.various(digits(value)),
    context=("basic pension", "pension number", "基礎年金番号", "年金手帳", "年金番号"),
    needs_context=True,
    near=40,
    weight=52,
    mask=tail(2),
    canonical=digits,
    same=(("1234-567890", "1234567890"),),
    different=(("1234-567890", "1234-567809"),),
    law="APPI art. 2(2) and Cabinet Order art. 1: individual identification code",
    hits=("基礎年金番号：⟦1234-567890⟧", "年金手帳 ⟦９８７６－５４３２１０⟧"),
    misses=("型番 1234-567890", "基礎年金番号 1234-56789"),
)
