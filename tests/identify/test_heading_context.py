"""Columns: the heading of a cell's own column is context for it, however far down; the same with Hyperscan and without."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.identify.columns import Columns
from unsealed.identify.identifiers import identifiers
from unsealed.identify.normalise import normalise
from unsealed.identify.scan import Scanner
from unsealed.identify.tables import Tables, cells

if TYPE_CHECKING:
    from collections.abc import Sequence

FAST, PLAIN = Scanner(), Scanner(plain=True)
BOTH = pytest.mark.parametrize("scanner", [FAST, PLAIN], ids=["fast", "plain"])
NUMBER, BORN = "123456789018", "1980-04-01"


def kinds(scanner: Scanner, text: str, kind: str) -> list[str]:
    return [text[one.start : one.end] for one in scanner.scan([text]) if scanner.known[one.identifier].kind == kind]


def sheet(heads: Sequence[str], row: Sequence[str], rows: int = 60, mark: str = "\t", name: str = "名簿\n") -> str:
    return name + "\n".join([mark.join(heads), *[mark.join(row)] * rows]) + "\n"



@BOTH
@pytest.mark.parametrize("mark", ["\t", ",", ";", "|"])
def test_a_heading_counts_for_its_whole_column(scanner: Scanner, mark: str) -> None:
    text = sheet(["氏名", "マイナンバー", "備考", "生年月日"], ["佐藤 健", NUMBER, "x" * 90, "1985年4月12日"], mark=mark)
    assert kinds(scanner, text, "jp_my_number") == [NUMBER] * 60
    assert kinds(scanner, text, "date_of_birth") == ["1985年4月12日"] * 60
    text = sheet(["Name", "Date of Birth", "Residence card"], ["Anna Kowalski", BORN, "AB12345678CD"], mark=mark)
    assert kinds(scanner, text, "date_of_birth") == [BORN] * 60
    assert kinds(scanner, text, "jp_residence_card") == ["AB12345678CD"] * 60


@BOTH
@pytest.mark.parametrize("mark", ["\t", ","])
def test_the_heading_of_another_column_counts_as_far_as_any_word(scanner: Scanner, mark: str) -> None:
    text = sheet(["氏名", "生年月日", "入社日"], ["佐藤 健" + "x" * 60, "未提出", BORN], mark=mark)
    found = kinds(scanner, text, "date_of_birth")
    assert not found
    text = sheet(["Product", "Order", "Made"], ["Lamp", NUMBER, BORN], mark=mark)
    assert not kinds(scanner, text, "date_of_birth")
    assert not kinds(scanner, text, "jp_my_number")


@BOTH
def test_each_sheet_has_its_own_headings(scanner: Scanner) -> None:
    text = sheet(["氏名", "生年月日"], ["佐藤 健", BORN]) + sheet(["品名", "製造日"], ["電灯", "2001-02-03"], name="在" * 60 + "\n")
    found = kinds(scanner, text, "date_of_birth")
    assert (found.count(BORN), len(found)) == (60, 60)
    text = sheet(["品名", "製造日"], ["電灯", "2001-02-03"]) + sheet(["氏名", "生年月日"], ["佐藤 健", BORN], name="表2\n")
    found = kinds(scanner, text, "date_of_birth")
    assert found.count(BORN) == 60
    assert len(found) <= 61  # the last row of the first sheet is near the heading of the second


@BOTH
def test_titles_above_headings_and_gaps_below_end_no_table(scanner: Scanner) -> None:
    title = "社員名簿\n作成日\t2023-04-01\n部署\t人事部\n\n"
    rows = "".join(f"{title}佐藤 健\t{NUMBER}\n" * 30 for title in ("営業部\n", "人事部\n", "\n"))
    assert kinds(scanner, f"{title}氏名\tマイナンバー\n{rows}", "jp_my_number") == [NUMBER] * 90


@BOTH
def test_an_empty_cell_moves_nothing(scanner: Scanner) -> None:
    text = sheet(["氏名", "住所", "生年月日", "備考", "入社日"], ["佐藤 健", "", BORN, "x" * 60, "2001-02-03"])
    assert kinds(scanner, text, "date_of_birth") == [BORN] * 60


@BOTH
def test_a_row_of_words_deep_in_a_table_is_no_heading(scanner: Scanner) -> None:
    deep = "電灯\t12345\n" * 12 + "人形\t誕生日に\n" + f"{'x' * 50}\t{BORN}\n" * 9
    assert len(kinds(scanner, f"在庫\n品名\t年\n{deep}", "date_of_birth")) <= 1


@BOTH
def test_prose_with_commas_is_no_table(scanner: Scanner) -> None:
    text = "Dear Anna, my birthday is near,\nso I wrote to Zeno about it, in haste,\n" + "words, and words\n" * 9
    assert not kinds(scanner, text + "Sent: Tuesday, 5 May 2003\nTo: Zeno, 6 June 2004\n", "date_of_birth")


@BOTH
def test_quoted_cells_and_what_is_invisible_keep_the_columns(scanner: Scanner) -> None:
    text = sheet(["氏名", "住所", "マイナンバー"], ["佐藤\u200b 健", '"港区,芝"', f'"{NUMBER[:4]}-{NUMBER[4:]}"'], mark=",")
    assert len(kinds(scanner, text.replace("-", ""), "jp_my_number")) == 60
    text = sheet(["氏名", "番\u200b号", "マイ\u200bナンバー"], ["佐\u200b藤", "\u200b", f"{NUMBER[:4]}\u200b{NUMBER[4:]}"])
    assert len(kinds(scanner, text, "jp_my_number")) == 60


def test_a_heading_adds_weight_to_what_needs_none() -> None:
    rule = identifiers()
    # a number of a card of one of the lighter schemes, which a heading makes heavier
    one = next(number for number, known in enumerate(FAST.known.values()) if known is rule["iban"])
    text = sheet(["Name", "IBAN", "Note"], ["Anna", "DE89370400440532013000", "x"])
    columns = Columns(list(FAST.known.values()), text, normalise(text))
    last = text.rindex("DE89")
    assert columns.head(one, last, last, last + 22)
    assert not columns.head(one, text.rindex("x"), text.rindex("x"), text.rindex("x") + 1)


@BOTH
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7,4111111111111111", 1),
        ("カード 12,4111111111111111,55", 1),
        ("4111-1111-1111-1111,7", 0),
        ("4111111111111111.5", 0),
        ("1,4111,111,111,111,111", 0),
    ],
)
def test_a_comma_parts_cells_unless_it_parts_thousands(scanner: Scanner, text: str, found: int) -> None:
    assert len(kinds(scanner, text, "payment_card")) == found


@BOTH
def test_numbers_in_lists_of_commas_are_whole(scanner: Scanner) -> None:
    assert kinds(scanner, f"個人番号 12,{NUMBER}", "jp_my_number") == [NUMBER]
    assert kinds(scanner, f"番号,個人番号,年\n12,{NUMBER},1980\n", "jp_my_number") == [NUMBER]
    assert not kinds(scanner, "SSN 1,078,051,120 of 1,078-05-1120", "us_ssn")


def work(text: str) -> int:
    """Give how many lines of ours run in a scan."""
    lines = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal lines
        if "unsealed/identify" not in frame.f_code.co_filename:
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        FAST.scan([text])
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize(
    "filler",
    [
        f"生年月日\t個人番号\n{BORN}\t{NUMBER}\nx\n",
        f"備考\t生年月日\n{'x' * 50}\t{BORN}\nx\n",
        f"{BORN}\t{NUMBER}\n",
        f"{BORN},{NUMBER}\n",
        "生年月日\t個人番号\n",
        "\t" * 99 + "\n",
        '"\t' * 99 + "\n",
        f"{BORN} " * 99 + "\t\n",
        "\t",
    ],
)
def test_work_grows_as_the_sheet_does(filler: str) -> None:
    small, large = (work("x,y\n生年月日\t個人番号\n生年月日,個人番号\n" + filler * (size // len(filler))) for size in (3_000, 12_000))
    assert large <= 4.6 * small + 400


PIECES = [
    "氏名", "マイナンバー", "生年月日", "birth date", "Residence card", NUMBER, BORN, "AB12345678CD", "佐藤 健",
    "\t", "\t", "\t", "\n", "\n", ",", ",", ";", '"', " ", "\u200b", "x", "sheet\n", "x" * 90, "\n" * 21,
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.integers(0, 12))
def test_both_ways_to_scan_give_the_same_in_tables(text: str, times: int) -> None:
    body = text + f"{text}\n" * times
    assert FAST.scan([body]) == PLAIN.scan([body])


@given(st.text(st.sampled_from('\t,"\n x'), max_size=60))
def test_a_cell_is_where_its_row_says(text: str) -> None:
    tables = Tables(text, text.replace("\t", " "))
    for table in tables.all:
        assert 0 <= table.start < table.end <= len(text)
        for low, high in tables.below(table, {0: -1, 1: -1, 2: -1}):
            place = tables.cell(table, low)
            assert place is not None
            assert (place.start, place.end) == (low, high)
            assert "\n" not in text[low:high]
        for heads in table.heads:
            assert heads == cells(text, heads[0].start - _front(text, heads[0].start), _end(text, heads[0].start), table.mark)


def _front(text: str, at: int) -> int:
    return at - (text.rfind("\n", 0, at) + 1)


def _end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
