"""Tables: a person a row, and the row is theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.identify.names.rows import rows


def people(text: str) -> list[str]:
    return [spot.name or text[spot.start : spot.end] for spot in rows(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sheet1\nID\tName\tBorn\n1\tAnna Kowalski\t1980-01-02\n2\tZeno Quimby\t1990\n", ["Anna Kowalski", "Zeno Quimby"]),
        ('Patient;SSN\n"Quimby, Zeno";123\nAnna Kowalski;4\n', ["Quimby, Zeno", "Anna Kowalski"]),
        ("first_name,last_name,email\nAnna,Kowalski,a@x.example\nZeno,Quimby,z@x.example\n", ["Anna Kowalski", "Zeno Quimby"]),
        ("Last Name\tDept\tFirst Name\nKowalski\tHR\tAnna\n", ["Anna Kowalski"]),
        ("社員番号,姓,名,生年月日\n1,山田,太郎,1980\n2,佐藤,花子,1990\n", ["山田 太郎", "佐藤 花子"]),
        ("患者名\t生年月日\n山田 太郎\t1980-1-1\n鈴木一郎\t1990\n合計\t2\n", ["山田 太郎", "鈴木一郎"]),
        ("フリガナ\t氏名\t電話\nヤマダ タロウ\t山田太郎\t1\n", ["ヤマダ タロウ", "山田太郎"]),
        ("Name\tPhone\nAnna Kowalski\t1\n\nZeno Quimby\t2\n", ["Anna Kowalski", "Zeno Quimby"]),
    ],
)  # fmt: skip
def test_each_row_names_a_person(text: str, expected: list[str]) -> None:
    assert sorted(people(text)) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "Product,Price\nAnna Lamp,5\n",
        "File Name\tSize\nReport Draft\t3\n",
        "Name\tPrice\nSteel Company\t3\nwidget\t4\nTotal\t7\n",
        "my name, as you know, is Anna Kowalski\nand so on, and so on\n",
        "商品名\t価格\n山田太郎\t1\n",
    ],
)
def test_tables_of_things_name_nobody(text: str) -> None:
    assert people(text) == []


@pytest.mark.parametrize("name", ["中村 直子", "町田　和男", "佐藤 美月", "市川 区美", "村上太郎", "中村和男", "県 一郎"])
def test_names_with_signs_of_places_and_days_are_names(name: str) -> None:
    assert people(f"氏名\t年\n{name}\t1\n横浜市\t2\n男性\t3\n四月\t4\n営業部\t5\n山田 太郎\t6\n") == [name, "山田 太郎"]


def test_the_row_is_the_record_of_its_first_person_alone() -> None:
    text = "Patient\tBorn\tDoctor\nAnna Kowalski\t1980\tZeno Quimby\n"
    anna, zeno = sorted(rows(text))
    assert text[slice(*(anna.record or (0, 0)))] == "Anna Kowalski\t1980\tZeno Quimby"
    assert zeno.record is None
    text = "フリガナ\t氏名\t電話\nヤマダ タロウ\t山田太郎\t1\n"
    heads = [text[spot.start : spot.end] for spot in rows(text) if spot.record]
    assert heads == ["山田太郎"]


@pytest.mark.parametrize(
    "heads", ["Manager,Employee,SSN", "Manager,Name,SSN", "上司,氏名,マイナンバー", "担当者,顧客名,口座番号"]
)
def test_a_row_is_of_the_one_that_it_is_about_wherever_others_stand(heads: str) -> None:
    people = "Mary Lodge,Ann Poole" if heads.isascii() else "山田 花子,佐藤 健"
    text = f"{heads}\n{people},219-09-9998\n"
    found = {text[spot.start : spot.end]: spot.record is not None for spot in rows(text)}
    first, second = people.split(",")
    assert found == {first: False, second: True}


def test_a_cell_that_was_left_out_moves_no_other_name_in() -> None:
    text = "Ward\tPatient\tBorn\nB\tAnna Kowalski\t1980\nZeno Quimby\t1990\n"
    assert people(text) == ["Anna Kowalski", "Zeno Quimby"]


PIECES = ["Name", "First Name", "Last Name", "氏名", "\t", ",", "\n", '"', "Anna Kowalski", "山田", ";", " ", "x"]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_table_is_taken(pieces: list[str]) -> None:
    text = "".join(pieces)
    for spot in rows(text):
        assert 0 <= spot.start < spot.end <= len(text)
        assert "\n" not in text[spot.start : spot.end]
