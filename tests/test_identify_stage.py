"""`identify` as a stage of the line: run once, due again when something that it rests on changed, left alone by others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from samples import mail

from unsealed import pipeline
from unsealed.case import Case
from unsealed.cli import main
from unsealed.query import engine

if TYPE_CHECKING:
    from pathlib import Path

OWNER = "a@example.org"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Give a case of two letters, the first of them opened; the second holds a card."""
    box = tmp_path / "e" / OWNER
    box.mkdir(parents=True)
    for number in (1, 2):
        body = "" if number == 1 else "Card 4111 1111 1111 1111\n"
        (box / f"{number}.eml").write_bytes(mail(number, body, to=OWNER, From=f"Bob Marlow <bob{number}@corp.example>"))
    record = {
        "CreationTime": "2023-03-05T10:00:00", "Id": "r1", "Operation": "MailItemsAccessed", "RecordType": 50, "UserId": OWNER,
        "Workload": "Exchange", "MailboxOwnerUPN": OWNER, "ClientIPAddress": "203.0.113.7", "ClientInfoString": "Client=REST",
        "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}],
        "Folders": [{"Path": "\\\\Inbox", "FolderItems": [{"InternetMessageId": "<1@example.com>"}]}],
    }  # fmt: skip
    (tmp_path / "e" / "log.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "i.txt").write_text("203.0.113.7")
    pipeline.run(tmp_path / "case", [tmp_path / "e"], indicators=[tmp_path / "i.txt"], workers=0, default_rules=False)
    return tmp_path / "case"


def table(case: Path, name: str) -> list[dict[str, Any]]:
    with engine(Case.open(case)) as db:
        return db.rows(f'SELECT * FROM "{name}"')


def stamps(case: Path) -> dict[str, int]:
    paths = [*case.glob("tables/*/*.parquet"), *case.glob("out/register.*")]
    return {str(path.relative_to(case)): path.stat().st_mtime_ns for path in paths}


def test_the_whole_line_ends_with_the_register(case: Path) -> None:
    assert {"bob1@corp.example"} <= {address for row in table(case, "persons") for address in row["addresses"]}
    assert (case / "out" / "register.xlsx").is_file()
    assert (case / "out" / "register.csv").read_text("utf-8-sig").count("bob1@corp.example")
    assert pipeline.due(Case.open(case)) == []


def test_what_did_not_change_is_not_done_again(case: Path) -> None:
    before = stamps(case)
    pipeline.run(case, [], workers=0)
    assert stamps(case) == before


def test_a_register_that_was_removed_is_written_again(case: Path) -> None:
    (case / "out" / "register.xlsx").unlink()
    before = stamps(case)
    pipeline.run(case, [], workers=0)
    assert (case / "out" / "register.xlsx").is_file()
    assert stamps(case)["tables/mentions/mentions.parquet"] == before["tables/mentions/mentions.parquet"]


def test_a_decision_about_persons_makes_this_stage_due_and_no_other(case: Path) -> None:
    opened = Case.open(case)
    with opened.lock():
        opened.journal.decide("me", [(json.dumps([["a:x"], ["a:y"]]), "merged", [])])
    assert pipeline.due(Case.open(case)) == ["identify"]
    before = stamps(case)
    pipeline.run(case, [], workers=0)
    changed = {name for name, stamp in stamps(case).items() if before[name] != stamp}
    assert "tables/persons/persons.parquet" in changed
    assert not [name for name in changed if "exposures" in name or "activity" in name]
    assert pipeline.due(Case.open(case)) == []


def test_a_decision_about_a_session_withdraws_persons_at_the_next_run(case: Path) -> None:
    (session,) = {row["session"] for row in table(case, "activity")}
    opened = Case.open(case)
    with opened.lock():
        opened.decide("rejected", {session: pipeline.events_of(opened, session)})
    assert pipeline.due(Case.open(case)) == ["hunt", "expose", "identify"]
    pipeline.run(case, [], workers=0)
    assert table(case, "persons") == []


def test_everything_is_searched_where_somebody_asks_and_from_then_on(case: Path) -> None:
    def run(*words: str) -> None:
        done = CliRunner().invoke(main, ["identify", str(case), "--workers", "0", *words])
        assert done.exit_code == 0, done.output

    def kinds() -> set[str]:
        return {row["kind"] for row in table(case, "mentions")}

    assert "payment_card" not in kinds()
    told = [row["person_id"] for row in table(case, "persons")]
    run("--everything")
    assert "payment_card" in kinds()
    assert [row["person_id"] for row in table(case, "persons")] == told
    pipeline.run(case, [], workers=0)
    assert "payment_card" in kinds()
    run("--told")
    assert "payment_card" not in kinds()


def test_assumptions_are_tried_without_it_and_leave_the_register_alone(case: Path, tmp_path: Path) -> None:
    before = stamps(case)
    (tmp_path / "a.toml").write_text("[incident]\ndiscovered = 2023-06-13\n")
    done = CliRunner().invoke(main, ["expose", str(case), "--assume", str(tmp_path / "a.toml"), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["changes"] == []
    assert stamps(case) == before
