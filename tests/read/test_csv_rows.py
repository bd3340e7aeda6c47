"""Tables that products export: found whatever stands before them, each row with its bytes, cut anywhere the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import part, spot

from unsealed.read import csv_rows
from unsealed.read.csv_rows import BrokenRow, CsvRow, Form

HEADER = "Time,User,Note"


def wanted(names: frozenset[str]) -> bool:
    return {"time", "user"} <= names


def read(path: Path, form: Form | None = None) -> list[CsvRow | BrokenRow]:
    return list(csv_rows.rows(part(path), wanted, form))


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", list(",;\t|"))
def test_every_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    text = f'{HEADER}\r\n1,ren,"星野, 蓮\r\n「二」"\r\n2,bob,\r\n'.replace(",", separator)
    path = written(tmp_path / "a.csv", text, encoding)
    rows = [row for row in read(path) if isinstance(row, CsvRow)]
    assert [(row.fields["Time"], row.fields["User"]) for row in rows] == [("1", "ren"), ("2", "bob")]
    assert rows[0].fields["Note"] == f"星野{separator} 蓮\r\n「二」"
    decode = "utf-8" if encoding.startswith("utf-8") else encoding
    if encoding == "utf-16":
        decode = "utf-16-le"
    assert [spot(path, row.locator).decode(decode).rstrip("\r\n") for row in rows] == [row.text for row in rows]


def test_what_excel_saves_in_japan_and_in_europe(tmp_path: Path) -> None:
    japan = written(
        tmp_path / "j.csv", f"{HEADER}\n1,ren,受信トレイの一覧を確認しました\n2,ren,添付ファイルを開きました\n", "cp932"
    )
    notes = [row.fields["Note"] for row in read(japan) if isinstance(row, CsvRow)]
    assert notes == ["受信トレイの一覧を確認しました", "添付ファイルを開きました"]
    europe = written(tmp_path / "e.csv", f"{HEADER}\n1,jürgen,x\n", "cp1252")
    told = read(europe, Form(encoding="cp1252"))[0]
    assert isinstance(told, CsvRow)
    assert told.fields["User"] == "jürgen"


def test_lines_before_the_header_and_a_name_twice(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "#TYPE Selected\nsep=,\nReport of 1 May\n\nTime,User,Type,Type\n1,a,x,y\n")
    (row,) = read(path)
    assert isinstance(row, CsvRow)
    assert row.fields == {"Time": "1", "User": "a", "Type": "x", "Type (4)": "y"}


def test_a_row_that_does_not_fit_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", f"{HEADER}\n1,a,b,c\n2,a,b\nxx\n3,a,b,,\n4,a,b\n5,a")
    made = read(path)
    assert [row.reason for row in made if isinstance(row, BrokenRow)] == ["broken_row", "broken_row", "truncated"]
    assert [row.fields["Time"] for row in made if isinstance(row, CsvRow)] == ["2", "3", "4"]


def test_a_stray_quote_costs_no_other_row(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", f'{HEADER}\n1,a,5" disk\n2,b,x\n3,c,"y"\n')
    assert [row.fields["User"] for row in read(path) if isinstance(row, CsvRow)] == ["a", "b", "c"]


def test_no_header_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "x,y\n1,2\n")
    assert [row.reason for row in read(path) if isinstance(row, BrokenRow)] == ["no_header"]


def test_a_file_without_header_by_given_names(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "1;ren\n2;bob\n")
    rows = read(path, Form(columns=("t", "who"), separator=";"))
    assert [row.fields for row in rows if isinstance(row, CsvRow)] == [
        {"t": "1", "who": "ren"},
        {"t": "2", "who": "bob"},
    ]


FIELD = st.text(st.sampled_from('ab",\n é'), max_size=8)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=30), step=st.integers(20, 200))
def test_cutting_anywhere_gives_the_same_rows(tmp_path: Path, rows: list[tuple[str, str]], step: int) -> None:
    quoted = ["1," + ",".join('"' + field.replace('"', '""') + '"' for field in row) for row in rows]
    path = written(tmp_path / "a.csv", "\n".join([HEADER, *quoted]) + "\n")
    whole = read(path)
    cut = [
        row
        for start, end in csv_rows.ranges(str(path), path.stat().st_size, step)
        for row in csv_rows.rows(part(path, start, end), wanted)
    ]
    assert cut == whole
    assert [(row.fields["User"], row.fields["Note"]) for row in whole if isinstance(row, CsvRow)] == rows


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=400))
def test_it_never_raises_and_places_are_real(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HEADER.encode() + b"\n" + data)
    for row in read(path):
        start, length = map(int, row.locator.removeprefix("byte:").split("+"))
        assert len(HEADER) < start + length <= path.stat().st_size
