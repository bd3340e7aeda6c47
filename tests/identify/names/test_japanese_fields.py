"""Fields in Japanese are blocks, headed by the name that stands in them, whatever the family name is written with."""

from __future__ import annotations

import pytest

from unsealed.identify.names import Lexicon, Names


@pytest.mark.parametrize("name", ["佐藤 健", "高橋 直子", "小川 学", "中村 実", "町田 明子", "島 大輔"])
def test_a_block_of_fields_is_headed_by_its_name(name: str) -> None:
    text = f"氏名: {name}\n生年月日: 1969年1月5日\nマイナンバー: 9\n\n備考: なし"
    (row,) = Names(b"x" * 32, Lexicon()).find([1], [text]).to_pylist()
    assert (row["name"], row["how"]) == (name, "field")
    assert text[row["record_start"] : row["record_end"]] == text.split("\n\n", maxsplit=1)[0]


def test_a_body_in_the_field_of_a_name_heads_nothing() -> None:
    text = "契約者: 青葉商事\n電話: 03-0000-0000"
    assert [row for row in Names(b"x" * 32, Lexicon()).find([1], [text]).to_pylist() if row["how"] == "field"] == []
