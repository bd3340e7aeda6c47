"""Samples for people to judge: what is drawn, that edited files are refused, and that the figures reckoned are right."""

from __future__ import annotations

import csv
import json
import random
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from click.testing import CliRunner
from crowd import Crowd
from hypothesis import given, settings
from hypothesis import strategies as st

from unsealed.case import Case
from unsealed.cli import main
from unsealed.errors import UsageError
from unsealed.report import quality, sample

if TYPE_CHECKING:
    from collections.abc import Callable

PHONE = "090-1234-5678"
TEXT = f"😀 ほげ ring {PHONE} soon. " + "x" * 700
Row = dict[str, Any]


@pytest.fixture
def case(empty_case: Case) -> Case:
    """Give a case of 40 letters in two copies each; half have three phone numbers, one of them a card as well."""
    crowd = Crowd(empty_case)
    crowd.person("taro", "taro@x.example")
    for number in range(40):
        text = TEXT * 3 if number % 2 else "nothing of anybody\x1b[31m"
        for copy in "ab":
            mid = crowd.letter(
                f"m{number}{copy}", "accessed" if number < 30 else "in_reach", letter=f"l{number}", text=text
            )
            crowd.stand("taro", mid)
            for place in range(3 if number % 2 else 0):
                start = place * len(TEXT) + TEXT.index(PHONE)
                whose = "taro" if place else None
                crowd.mention(mid, "phone_number", whose, start=start, end=start + len(PHONE), identifier="phone_jp")
            if number == 1:
                crowd.mention(mid, "payment_card", "taro", start=0, end=1, identifier="payment_card")
    crowd.letter("m-far", "out_of_reach", text=TEXT)
    crowd.mention("m-far", "iban")
    crowd.register()
    return empty_case


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def fill(case: Case, path: Path, answer: Callable[[Row], Row], size: int = 60) -> list[Row]:
    """Draw to a file of CSV and fill it in; the columns are named as in the code."""
    sample.draw(case, size, None, path)
    rows = table(path)
    heads = sample.known_headings()
    told = [{heads[head]: value for head, value in row.items()} for row in rows]
    for row in told:
        row.update(answer(row))
    save(path, told)
    return told


def save(path: Path, rows: list[Row]) -> None:
    heads = sample.headings(lambda text: text)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(sample.COLUMNS))
        stream.write(",".join(f'"{heads[key]}"' for key in sample.COLUMNS) + "\n")
        writer.writerows(rows)


def good(row: Row) -> Row:
    return {"right": "y", "theirs": "y"} if row["task"] == "mention" else {"missed": "0"}


def test_what_is_drawn_shows_each_value_in_its_place(case: Case, tmp_path: Path) -> None:
    told = sample.draw(case, 60, 1, tmp_path / "s.csv")
    rows = table(tmp_path / "s.csv")
    assert len(rows) == told["rows"] == 60
    assert told["mentions"] == told["passages"] == 30
    assert len({row["row"] for row in rows}) == 60
    for row in rows:
        assert "\x1b" not in row["text"]
        if row["task"] == "mention" and row["kind of data"] == "phone number":
            assert f"ring ⟦{PHONE}⟧ soon" in row["text"]
        if row["task"] == "passage":
            assert row["text"].count("⟦") == row["text"].count("[phone_number]") + row["text"].count("[payment_card]")
            assert row["text"].count(PHONE) - row["text"].partition("‖")[2].count(PHONE) == row["text"].count(
                "[phone_number]"
            )
    kinds = [row["kind of data"] for row in rows]
    assert kinds.count("payment card") == 1  # rare, and drawn all the same; of one copy alone
    assert "IBAN" not in kinds
    assert {"in reach, no log can tell", "opened"} == {row["verdict"] for row in rows}
    assert any("nothing of anybody" in row["text"] for row in rows)
    assert stat.S_IMODE((tmp_path / "s.csv").stat().st_mode) == 0o600
    assert list(case.folder.glob(".sample-*")) == []


def test_the_same_seed_draws_the_same_and_another_draws_others(case: Case, tmp_path: Path) -> None:
    def ids(*how: Any) -> list[str]:
        sample.draw(case, *how, tmp_path / "s.csv")
        return [row["row"] for row in table(tmp_path / "s.csv")]

    first = ids(30, 5)
    assert ids(30, 6) != first == ids(30, 5) == ids(None, None)


def test_answers_come_bit_by_bit_and_are_there_again(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    rows = fill(case, path, lambda row: good(row) if row["row"] < "r8" else {})
    known = quality.take(case, path)
    some = sum(row["row"] < "r8" for row in rows)
    assert (known["answered"], known["rows"]) == (some, 60)
    sample.draw(case, None, None, path)
    again = table(path)
    assert sum(bool(row["right? y/n"] or row["missed: kinds, or 0"]) for row in again) == some
    rest = fill(case, path, lambda row: {} if row["row"] < "r8" else good(row))
    assert quality.take(case, path)["answered"] == len(rest) == 60
    assert b"090-1234" not in (case.folder / "journal.sqlite").read_bytes()


def test_a_workbook_is_taken_as_well(case: Case, tmp_path: Path) -> None:
    sample.draw(case, 60, None, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    sheet = book.worksheets[0]
    heads = [sample.known_headings()[cell.value] for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        mention = row[heads.index("task")].value == "mention"
        row[heads.index("right" if mention else "missed")].value = "Y" if mention else 0
    book.save(tmp_path / "filled.xlsx")
    assert quality.take(case, tmp_path / "filled.xlsx")["answered"] == 60


def spoil(what: str) -> Callable[[list[Row]], list[Row]]:
    def shift(rows: list[Row]) -> list[Row]:
        return [row | {"row": other["row"]} for row, other in zip(rows, [*rows[1:], rows[0]], strict=True)]

    def word(key: str, value: str) -> Callable[[list[Row]], list[Row]]:
        task = "mention" if key == "right" else "passage"
        place = "passage" if what == "wrong task" else task

        def change(rows: list[Row]) -> list[Row]:
            number = next(n for n, row in enumerate(rows) if row["task"] == place)
            return [*rows[:number], rows[number] | {key: value}, *rows[number + 1 :]]

        return change

    return {
        "missing": lambda rows: rows[1:],
        "twice": lambda rows: [*rows, rows[0]],
        "sorted apart": shift,
        "not ours": lambda rows: [rows[0] | {"row": "r0", "again": "r0"}, *rows[1:]],
        "neither": word("right", "maybe"),
        "no kind": word("missed", "phone_numbre"),
        "wrong task": word("right", "y"),
    }[what]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("missing", "1 rows of the sample are missing"),
        ("twice", "stands there twice"),
        ("sorted apart", "first and last cell differ"),
        ("not ours", "no row of the sample"),
        ("neither", "neither y nor n"),
        ("no kind", "is no kind of data"),
        ("wrong task", "right is not asked of a passage"),
    ],
)
def test_a_file_that_was_spoilt_is_refused_whole(case: Case, tmp_path: Path, what: str, said: str) -> None:
    path = tmp_path / "s.csv"
    save(path, spoil(what)(fill(case, path, good)))
    with pytest.raises(UsageError, match=said):
        quality.take(case, path)
    assert json.loads(case.journal.note(sample.ANSWERS) or "{}") == {}


def test_kinds_are_read_in_either_language_and_counted(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    fill(case, path, lambda row: {"missed": "2 phone_number; IBAN、password x3, 4"} if row["task"] == "passage" else {})
    quality.take(case, path)
    (told, *_rest) = json.loads(case.journal.note(sample.ANSWERS) or "{}").values()
    assert told["missed"]["is"] == {"phone_number": 2, "iban": 1, "password": 3, "": 4}


def test_semicolons_and_code_page_932_are_read(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    rows = fill(case, path, lambda row: {"right": "はい"} if row["task"] == "mention" else {"missed": "なし"})
    heads = sample.headings(lambda text: text)
    keys = ("row", "task", "right", "missed", "theirs", "wrong", "again")
    lines = [";".join(heads[key] for key in keys), *(";".join(row[key] or "" for key in keys) for row in rows)]
    path.write_bytes("\r\n".join(lines).encode("cp932"))
    assert quality.take(case, path)["answered"] == 60


def test_a_case_that_was_identified_again_says_so(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    fill(case, path, good)
    Crowd(case).register()
    assert quality.take(case, path)["stale"] is True


def test_what_there_is_to_say_where_nothing_was_drawn_or_identified(empty_case: Case, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No sample was drawn"):
        quality.take(empty_case, tmp_path / "none.csv")
    with pytest.raises(UsageError, match="identify"):
        sample.draw(empty_case)
    Crowd(empty_case).register()
    with pytest.raises(UsageError, match="nothing to judge"):
        sample.draw(empty_case)


def test_the_command_draws_and_takes(case: Case, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["sample", str(case.folder), *words], env={"UNSEALED_LANG": "en"})
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "60 rows to judge" in run("--size", "60", "--out", str(tmp_path / "s.csv"))
    fill(case, tmp_path / "s.csv", good)
    known = json.loads(run("--answers", str(tmp_path / "s.csv"), "--json"))
    assert known["precision"]["overall"]["value"] == known["recall"]["kinds"]["phone_number"]["value"] == 1
    assert known["precision"]["kinds"]["phone_number"]["low"] < 1
    said = run("--answers", str(tmp_path / "s.csv"))
    assert "phone number" in said
    assert "1.000 (0." in said
    assert [entry["action"] for entry in case.custody.entries()][-2:] == ["sample", "sample"]


# -- figures -----------------------------------------------------------------------------------------------------------


def test_strata_weigh_by_their_size() -> None:
    told = quality.share([(900, 10, 10), (100, 10, 5)])
    assert told.value == pytest.approx(0.95)
    assert quality.share([(10, 10, 7)]) == (0.7, 0.7, 0.7, 10)  # all were judged: nothing is left open
    assert quality.share([]) == quality.NOTHING


def passage(stratum: str, of: int, found: int, missed: int, wrong: int = 0) -> Row:
    told = {"missed": {"is": {"x": missed} if missed else {}}, "wrong": {"is": {"x": wrong}}}
    return {"stratum": stratum, "of": of, "found": {"x": found}, "answer": told}


def test_recall_weighs_what_was_missed_where_nothing_was_found() -> None:
    hits = [passage("hit", 100, 3, 0)] * 10
    plain_ = [passage("no", 1_000, 0, 0)] * 9 + [passage("no", 1_000, 0, 1)]
    assert quality.recall([*hits, *plain_], "x").value == pytest.approx(300 / 400)
    assert quality.recall([passage("hit", 100, 3, 0, wrong=2), passage("hit", 100, 0, 1)], "x").value == pytest.approx(
        0.5
    )
    assert quality.recall(plain_[:9], "x") == quality.NOTHING
    assert quality.recall(hits, None).value == 1


def test_what_is_missed_together_tells_less_than_as_many_apart() -> None:
    apart = quality.recall([passage("s", 10_000, 9, 1)] * 10 + [passage("s", 10_000, 8, 2)] * 10, "x")
    together = quality.recall([passage("s", 10_000, 10, 0)] * 17 + [passage("s", 10_000, 0, 10)] * 3, "x")
    assert apart.value == together.value == pytest.approx(0.85)
    assert (together.low or 0) < (apart.low or 0)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_holds_the_share(pair: tuple[int, int]) -> None:
    good_, n = pair
    low, high = quality.wilson(good_ / n, n)
    assert 0 <= low <= good_ / n <= high <= 1
    assert low < high


@pytest.mark.parametrize(
    ("good_", "n", "low", "high"), [(10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 20, 0, 0.1611)]
)
def test_wilsons_interval_is_that_of_the_books(good_: int, n: int, low: float, high: float) -> None:
    assert quality.wilson(good_ / n, n) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Of 400 stratified samples with unequal weights, the interval holds the true share in about 95 %."""
    dice, held = random.Random(7), 0
    sizes, shares = (5_000, 600, 60), (0.97, 0.8, 0.5)
    truth = sum(size * part for size, part in zip(sizes, shares, strict=True)) / sum(sizes)
    for _ in range(400):
        strata = []
        for size, part in zip(sizes, shares, strict=True):
            lots = dice.sample(range(size), 30)
            strata.append((size, 30, sum(lot < size * part for lot in lots)))
        told = quality.share(strata)
        held += (told.low or 0) <= truth <= (told.high or 0)
    assert held / 400 >= 0.9


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 5_000), max_size=12), st.integers(0, 400))
def test_every_row_is_shared_out_and_every_stratum_is_drawn_from(sizes: dict[str, int], total: int) -> None:
    given_ = sample.allocate(sizes, total)
    assert sum(given_.values()) == min(total, sum(sizes.values()))
    assert all(0 <= given_[name] <= size for name, size in sizes.items())
    if total >= len(sizes):
        assert all(given_.values())
