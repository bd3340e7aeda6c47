"""Two people of one name in one list are two, each with their own data; a block of fields is one person's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from unsealed import schema
from unsealed.identify import identify
from unsealed.query import engine, replace

if TYPE_CHECKING:
    from unsealed.case import Case

PEOPLE = [
    ("佐藤 健", "123456789018", "1985年4月12日"),
    ("鈴木 明子", "987654321093", "1978年7月30日"),
    ("佐藤 健", "222233334440", "1992年11月3日"),
]


def theirs(case: Case, text: str) -> list[list[tuple[str, str]]]:
    """Give what each person of the register is told to own in an attachment: kind and value."""
    letter = {"message_id": "m1", "text": "添付をご覧ください。", "subject": "", "from_address": "a@example.jp", "content_hash": "h"}
    rows: dict[str, list[dict[str, Any]]] = {
        "messages": [letter],
        "exposures": [{"message_id": "m1", "content_verdict": "accessed"}],
        "attachments": [{"attachment_id": "a1", "message_id": "m1", "filename": "x", "text": text}],
    }
    for name, some in rows.items():
        replace(case, name, pa.Table.from_pylist(some, schema.TABLES[name].schema))
    identify(case, workers=0)
    owned: dict[str, list[tuple[str, str]]] = {}
    with engine(case) as db:
        named = {row["person_id"] for row in db.rows("SELECT person_id FROM persons")}
        for row in db.rows("SELECT person_id, kind, start, \"end\" FROM mentions WHERE attachment_id = 'a1' ORDER BY start"):
            if row["kind"] in {"jp_my_number", "date_of_birth"}:
                assert row["person_id"] in named
                owned.setdefault(row["person_id"], []).append((row["kind"], text[row["start"] : row["end"]]))
    return sorted(owned.values())


WANTED = sorted([[("jp_my_number", number), ("date_of_birth", born)] for _, number, born in PEOPLE])


@pytest.mark.parametrize("rows_between", [0, 40])
def test_namesakes_in_two_rows_are_two(empty_case: Case, rows_between: int) -> None:
    filler = "高橋 直子\t\t\t備考\n" * rows_between
    rows = filler.join("\t".join(one) + "\n" for one in PEOPLE)
    assert theirs(empty_case, f"名簿\n氏名\tマイナンバー\t生年月日\n{rows}") == WANTED


def test_namesakes_in_a_list_of_commas_are_two(empty_case: Case) -> None:
    rows = "".join(f"{number},{','.join(one)}\n" for number, one in enumerate(PEOPLE, 10))
    assert theirs(empty_case, f"番号,氏名,マイナンバー,生年月日\n{rows}") == WANTED


@pytest.mark.parametrize("between", ["", "\n"])
@pytest.mark.parametrize("first", ["氏名", "個人番号", "社員番号"])
def test_blocks_of_fields_are_one_person_each(empty_case: Case, between: str, first: str) -> None:
    def block(name: str, number: str, born: str) -> str:
        fields = {"氏名": name, "個人番号": number, "生年月日": born, "社員番号": "A-1"}
        order = [first, *(one for one in fields if one != first)]
        return "".join(f"{one}: {fields[one]}\n" for one in order)

    assert [sorted(one) for one in theirs(empty_case, between.join(block(*one) for one in PEOPLE))] == [sorted(one) for one in WANTED]


def test_blocks_in_english_are_one_person_each(empty_case: Case) -> None:
    text = "".join(
        f"Employee No.: {day}\nName: John Harker\nMy Number: {one[1]}\nDate of birth: 1980-04-0{day}\n"
        for day, one in enumerate(PEOPLE, 1)
    )
    assert len(theirs(empty_case, text)) == 3
