"""Names through the stage: rows of `mentions`, who is near, copies, and that no clear name is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed import schema
from unsealed.errors import UnsealedError
from unsealed.identify import identify, key
from unsealed.identify.key import keyed_hash
from unsealed.identify.names import Names, canonical, learn
from unsealed.query import replace

if TYPE_CHECKING:
    from unsealed.case import Case

ANNA = {"address": "anna.featherstonehaugh@example.org", "name": "Featherstonehaugh, Anna"}
MARK = {"address": "mark.drew@example.org", "name": "Mark Drew"}


def fill(case: Case, *letters: dict[str, Any]) -> None:
    rows = [{"message_id": f"m{place}", "content_hash": "h", "conversation_id": f"c{place}", **one} for place, one in enumerate(letters)]
    exposures = [{"message_id": row["message_id"], "content_verdict": "accessed"} for row in rows]
    for name, table in (("messages", rows), ("exposures", exposures)):
        replace(case, name, pa.Table.from_pylist(table, schema.TABLES[name].schema))


def named(case: Case) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(case.tables / "mentions" / "mentions.parquet").to_pylist()
    return [row for row in rows if row["kind"] == "person_name"]


def test_a_name_is_a_row_with_initials_and_a_keyed_hash(empty_case: Case) -> None:
    text = "Yesterday Anna Featherstonehaugh called; then FEATHERSTONEHAUGH, ANNA wrote."
    fill(empty_case, {"text": text, "from_address": ANNA["address"], "from_name": ANNA["name"]})
    identify(empty_case, workers=0)
    first, second = named(empty_case)
    assert text[first["start"] : first["end"]] == "Anna Featherstonehaugh"
    assert (first["value_masked"], first["part"], first["identifier"], first["validated"]) == ("A. F.", "text", "person_name", False)
    case_key = (empty_case.folder / key.NAME).read_bytes()
    assert first["value_hash"] == second["value_hash"] == keyed_hash(case_key, "person_name", "anna featherstonehaugh")


def test_a_doubtful_name_counts_in_its_bearers_conversation_alone(empty_case: Case) -> None:
    fill(
        empty_case,
        {"text": "We told Mark about it.", "to": [MARK]},
        {"text": "We told Mark about it, too.", "to": [ANNA]},
    )
    identify(empty_case, workers=0)
    assert [row["message_id"] for row in named(empty_case)] == ["m0"]


def test_one_text_in_two_conversations_has_the_people_of_both(empty_case: Case) -> None:
    fill(empty_case, {"text": "We told Mark.", "to": [ANNA]}, {"text": "We told Mark.", "cc": [MARK]})
    identify(empty_case, workers=0)
    assert [row["message_id"] for row in named(empty_case)] == ["m0", "m1"]


def test_words_that_the_case_writes_small_are_no_names(empty_case: Case) -> None:
    wrench = {"address": "una.wrench@example.org", "name": "Una Wrench"}
    letters = [{"text": "hello", "to": [wrench]}, {"text": "ask Wrench", "to": [ANNA]}]
    fill(empty_case, *letters)
    identify(empty_case, workers=0)
    assert [row["message_id"] for row in named(empty_case)] == ["m1"]
    fill(empty_case, *letters, {"text": "a wrench, the wrench, my wrench"})
    identify(empty_case, workers=0)
    assert named(empty_case) == []


def test_workers_find_what_one_process_finds(empty_case: Case) -> None:
    fill(empty_case, {"text": "Dear Ottokar,\n\nMark Drew called Anna.\n\nRegards,\nBrunhild", "to": [ANNA, MARK]})
    identify(empty_case, workers=0)
    alone = named(empty_case)
    assert len(alone) == 4
    identify(empty_case, workers=1)
    assert named(empty_case) == alone


def test_no_name_is_left_in_the_clear(empty_case: Case) -> None:
    fill(empty_case, {"text": "Name: Ottokar Wolanski\nBorn: 1980-01-02"})
    identify(empty_case, workers=0)
    assert named(empty_case)
    for path in empty_case.folder.rglob("*"):
        # persons are told of by name
        if path.is_file() and not {"messages", "persons"} & set(path.parts):
            data = path.read_bytes() + (repr(pq.read_table(path).to_pylist()).encode() if path.suffix == ".parquet" else b"")
            assert b"Wolanski" not in data, path


def test_an_error_holds_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(b"k" * 32, learn([(ANNA["name"], ANNA["address"])]))

    def broken(*_: object) -> None:
        raise ValueError("Anna Featherstonehaugh")

    monkeypatch.setattr(names, "spots", broken)
    with pytest.raises(UnsealedError) as caught:
        names.find([1], ["Anna Featherstonehaugh"])
    assert "Anna" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_groups_number_the_records_of_a_text() -> None:
    names = Names(b"k" * 32, learn([]))
    text = "Name\tBorn\nAnna Kowalski\t1980\nZeno Quimby\t1990\n"
    anna, zeno = names.find([7], [text]).to_pylist()
    assert (anna["k"], anna["grp"], zeno["grp"]) == (7, 0, 1)
    assert text[anna["record_start"] : anna["record_end"]] == "Anna Kowalski\t1980"
    assert canonical(zeno["name"]) == "quimby zeno"


@settings(deadline=None)
@given(st.lists(st.sampled_from(["Anna Kowalski", "Anna\nKowalski", "Zeno Quimby", "\n", "\n\n", " ", "> ", "x y", "\n>\n"]), max_size=25))
def test_lines_and_paragraphs_around_a_name(pieces: list[str]) -> None:
    text = " ".join(pieces)
    names = Names(b"k" * 32, learn([("Anna Kowalski", "anna.kowalski@x.example"), ("Zeno Quimby", "zeno.quimby@x.example")]))
    for row in names.find([1], [text]).to_pylist():
        lines = text[row["line_start"] : row["line_end"]]
        assert row["line_start"] <= row["start"] < row["end"] <= row["line_end"] <= row["reach_end"]
        assert row["reach_end"] <= row["paragraph_end"] or "\n" in lines
        if "\n" not in lines:
            assert row["line_start"] == text.rfind("\n", 0, row["start"]) + 1
            assert row["line_end"] == (text + "\n").index("\n", row["end"])
        reached = text[row["line_end"] : row["reach_end"]]
        assert not reached or (reached.count("\n") == 1 and reached.strip("\n> "))
        assert "\n\n" not in text[row["paragraph_start"] : row["paragraph_end"]]
