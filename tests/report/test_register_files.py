"""The register as files: every sheet, both languages, nothing that a spreadsheet would run, and any number of rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from crowd import Crowd

from unsealed.case import Case
from unsealed.identify.harm import harm
from unsealed.identify.identifiers import identifiers
from unsealed.report import kinds, persons, register, sheets, words
from unsealed.schema import TABLES

EVIL = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def crowd(empty_case: Case) -> Crowd:
    """Give a case with two persons, one of them with a hostile name, copies of letters, and data of nobody."""
    crowd = Crowd(empty_case)
    crowd.person("taro", "taro@corp.example", "t2@corp.example", names=["山田太郎", "Taro Yamada"], internal=True,
                 merges=[{"one": "a", "other": "b", "score": 1.0, "reason": "same address"}])  # fmt: skip
    crowd.person("evil", "e@evil.example", names=[EVIL], organisation="+evil", partner="@SUM(A1)")
    for copy, verdict, box in (("m1", "copied", "a@example.org"), ("m2", "copied", "b@example.org")):
        crowd.letter(copy, verdict, 1, letter="one", mailbox=box, subject="-1+1", from_address="taro@corp.example")
        crowd.stand("taro", copy, "from")
        crowd.mention(copy, "jp_my_number", "taro")
        crowd.mention(copy, "iban")
    crowd.letter("m3", "in_reach", 2, attachment_count=1)
    crowd.stand("evil", "m3", "to")
    crowd.stand("taro", "m3", "cc")
    crowd.mention("m3", "iban", attachment_id="a1", part="attachment")
    crowd.rows["attachments"].append(
        {"attachment_id": "a1", "message_id": "m3", "sha256": "s", "text_status": "image", "filename": "x.png"}
    )
    crowd.rows["shared"].append({"address": "info@example.org", "names": [EVIL], "reason": "the name of a role"})
    crowd.rows["messages"][-1]["to"] = [{"address": "info@example.org", "name": None}]
    crowd.rows["exposures"].append(
        {"internet_message_id": "<gone@x>", "verdict": "accessed", "content_verdict": "accessed"}
    )
    crowd.register()
    return crowd


def book(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give the sheets of a workbook, their rows as shown; fail where a cell is a formula."""
    loaded = openpyxl.load_workbook(path)
    for sheet in loaded:
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
        assert sheet.freeze_panes == "B2"
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in loaded}


def rows(sheet: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]


def test_the_workbook_holds_every_sheet_and_what_the_tables_say(crowd: Crowd) -> None:
    sheets_of = book(register.write(crowd.case, "en"))
    assert list(sheets_of) == ["Persons", "Letters", "Kinds of data", "Shared mailboxes", "Data of nobody", "About"]
    taro, evil = rows(sheets_of["Persons"])
    assert (taro["name"], taro["other names"], taro["address to write to"]) == (
        "山田太郎",
        "Taro Yamada",
        "taro@corp.example",
    )
    assert (taro["tier of harm"], taro["worst verdict"], taro["letters"], taro["whose"]) == (
        "medium",
        "copied in bulk",
        2,
        "ours",
    )
    assert taro["official numbers"] == "My Number (Japan) (1 in 1 letters)"
    assert taro["why these are one person"] == "same address"
    assert (evil["tier of harm"], evil["whose"]) == ("low", "partner")
    letters = rows(sheets_of["Letters"])
    assert [(row["person_id"], row["message_id"], row["copies"]) for row in letters] == [
        ("taro", "m1", 2), ("taro", "m3", 1), ("evil", "m3", 1),
    ]  # fmt: skip
    assert (letters[0]["stands there as"], letters[0]["data of theirs in it"]) == (
        "sender; data in the text",
        "My Number (Japan)",
    )
    kinds_of = {row["kind"]: row for row in rows(sheets_of["Kinds of data"])}
    assert (kinds_of["iban"]["mentions"], kinds_of["iban"]["letters"], kinds_of["iban"]["of nobody"]) == (2, 2, 2)
    assert (kinds_of["jp_my_number"]["mentions"], kinds_of["jp_my_number"]["persons"]) == (1, 1)
    loose = rows(sheets_of["Data of nobody"])
    assert [(row["message_id"], row["mentions"], row["in attachments"]) for row in loose] == [
        ("m1", 1, 0),
        ("m3", 1, 1),
    ]
    (shared,) = rows(sheets_of["Shared mailboxes"])
    assert (shared["address"], shared["letters"]) == ("info@example.org", 1)
    about = dict(row[:2] for row in sheets_of["About"][1:])
    assert about["letters that only a log names: nobody can say whose data was in them"] == 1
    assert about["attachments whose text could not be read: an image"] == 1
    assert about["persons"] == 2
    assert "opened; copied in bulk; quoted" in about["verdicts that count"]


def test_no_cell_begins_a_formula_and_the_csv_knows_its_letters(crowd: Crowd) -> None:
    found = book(register.write(crowd.case, "en"))
    cells = [value for sheet in found.values() for row in sheet for value in row if isinstance(value, str)]
    assert f"'{EVIL}" in cells
    assert [value for value in cells if value.startswith(("=", "+", "-", "@"))] == []
    data = (crowd.case.out / "register.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    with (crowd.case.out / "register.csv").open(encoding="utf-8-sig", newline="") as stream:
        told = list(csv.DictReader(stream))
    assert [row["name"] for row in told] == ["山田太郎", f"'{EVIL}"]
    assert told[1]["partner"] == "'@SUM(A1)"
    assert list(told[0]) == list(found["Persons"][0])


def test_headings_are_in_the_readers_language(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is told goes through the translator of the language asked for."""
    monkeypatch.setattr(words, "translator", lambda language: lambda text: f"{text}⟨{language}⟩")
    found = book(register.write(crowd.case, "ja"))
    assert all(title.endswith("⟨ja⟩") for title in found)
    for title, sheet in found.items():
        ids = {"message_id", "person_id", "kind"}
        assert [head for head in sheet[0] if not head.endswith("⟨ja⟩") and head not in ids] == [], title


def test_a_sheet_that_is_full_goes_on_in_another(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_SHEET_ROWS", 2)
    found = book(register.write(crowd.case, "en"))
    assert [title for title in found if title.startswith("Letters")] == ["Letters", "Letters 2"]
    assert (len(found["Letters"]), len(found["Letters 2"])) == (3, 2)
    assert found["Letters"][0] == found["Letters 2"][0]


def test_nothing_is_left_beside_the_files_and_what_a_killed_run_left_is_gone(crowd: Crowd) -> None:
    left = crowd.case.folder / ".register-dead"
    left.mkdir()
    (left / "names").write_text("Taro")
    with crowd.case.lock():
        register.write(crowd.case)
    assert list(crowd.case.folder.glob(".register-*")) == []
    assert {path.stat().st_mode & 0o777 for path in crowd.case.out.iterdir()} == {0o600}
    assert sorted(path.name for path in crowd.case.out.iterdir()) == ["register.csv", "register.xlsx"]


def test_a_case_that_nothing_was_identified_in_has_an_empty_register(empty_case: Case) -> None:
    found = book(register.write(empty_case, "en"))
    assert [len(sheet) for title, sheet in found.items() if title != "About"] == [1] * 5


def test_every_kind_sensitivity_and_rule_has_its_words() -> None:
    def same(text: str) -> str:
        return text

    assert set(kinds.kind_names(same)) == {one.kind for one in identifiers().values()} | {"person_name"}
    assert list(kinds.sensitivity_names(same)) == [one.name for one in harm().sensitivities]
    assert set(kinds.tier_names(same)) == {rule.tier for rule in harm().rules}
    doc = TABLES["appearances"].schema.field("role").metadata[b"doc"].decode()
    assert all(f"`{role}`" in doc for role in kinds.role_names(same))
    doc = TABLES["attachments"].schema.field("text_status").metadata[b"doc"].decode()
    assert all(f"`{state}`" in doc for state in persons.UNREAD)
    assert set(register.attachment_states(same)) == set(persons.UNREAD)
