"""`unsealed why`: for any verdict, a walk back to bytes that are really there, and what would change it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from samples import mail

from unsealed import pipeline
from unsealed.case import Case
from unsealed.cli import main
from unsealed.query import engine
from unsealed.schema import VERDICTS

ITEMS = {"bind", "attachment", "fetch", "sent_by_intruder"}
"""Grounds whose record names the letter."""

Row = dict[str, Any]


def why(case: Path, *words: str, code: int = 0, language: str = "en") -> Result:
    done = CliRunner().invoke(main, ["why", str(case), *words], env={"UNSEALED_LANG": language})
    assert done.exit_code == code, done.output
    return done


def proof(case: Path, *words: str, code: int = 0) -> Row:
    found: Row = json.loads(why(case, *words, "--json", code=code).stdout)
    return found


def letters(case: Path) -> list[Row]:
    with engine(Case.open(case)) as db:
        return db.rows("SELECT * FROM exposures")


def one_of_each_kind(case: Path) -> list[Row]:
    """Give a letter for every verdict, set of grounds and kind of file that the case has."""
    with engine(Case.open(case)) as db:
        return db.rows("""
            WITH told AS (SELECT x.*, list_sort(list_distinct([g.how FOR g IN grounds])) AS hows, v.reader, v.path
                          FROM exposures x LEFT JOIN messages m USING (message_id) LEFT JOIN evidence v USING (evidence_id))
            SELECT arg_min(COLUMNS(['message_id', 'internet_message_id', 'verdict', 'mailbox']),
                           coalesce(message_id, internet_message_id)),
                   verdict, hows FROM told GROUP BY verdict, hows, reader, contains(path, '!/') ORDER BY ALL""")


def stands(place: Row) -> bytes:
    """Open the evidence at the locator by ourselves, see that the file is the one that was taken in, and cut."""
    path, _, member = place["opened"]["file"].partition("!/")
    data = Path(path).read_bytes()
    if member:
        import gzip
        import zipfile

        data = gzip.decompress(data) if path.endswith(".gz") else zipfile.ZipFile(path).read(member)
    assert hashlib.sha256(data).hexdigest() == place["evidence_id"]
    offset, length = (int(number) for number in place["locator"].removeprefix("byte:").split("+"))
    cut = data[offset : offset + length]
    assert len(cut) == length == place["opened"]["length"]
    assert hashlib.sha256(cut).hexdigest() == place["opened"]["bytes_sha256"]
    assert data.count(b"\n", 0, offset) + 1 == place["opened"]["line"]
    return cut


@pytest.fixture
def breach(demo: Path) -> Path:
    return demo / "case"


@pytest.mark.xdist_group("demo")
class TestDemo:
    def test_every_kind_of_verdict_ends_at_bytes_that_are_there(self, breach: Path) -> None:
        chosen = one_of_each_kind(breach)
        assert {row["verdict"] for row in chosen} == set(VERDICTS)
        seen = set()
        for row in chosen:
            document = proof(breach, row["message_id"] or row["internet_message_id"])
            (told,) = [one for one in document["letters"] if one["message_id"] == row["message_id"]] or [None]
            assert told is not None, row
            assert told["verdict"] == row["verdict"]
            if told["message_id"]:
                assert (told["internet_message_id"] or "").encode() in stands(told["record"])
            for ground in told["grounds"]:
                seen.add(ground["how"])
                assert bool(ground["event_id"]) <= bool(ground["records"]), ground
                for record in ground["records"]:
                    assert (record["opened"]["state"], record["opened"]["verified"]) == ("found", True)
                    cut = stands(record)
                    assert (record.get("record_id") or record["internet_message_id"]).encode() in cut
                    assert ("Message-ID" in record["opened"]["shows"]) >= (ground["how"] in ITEMS)
                    if ground["how"] in ITEMS:
                        assert told["internet_message_id"].strip("<>").encode() in cut
                if ground["how"] == "gateway":
                    (line,) = ground["reach"]
                    assert line["name"] in told["record"]["opened"]["shows"]
                    assert line["name"].encode() in stands(told["record"])
                    text = (breach / "case.toml").read_text(encoding="utf-8").splitlines()
                    assert text[line["line"] - 1].strip() == "[[reach]]"
                    assert line["name"] in "".join(text[line["line"] : line["line"] + 6])
            presence = told["facts"]["presence"]
            if told["verdict"] in {"in_reach", "not_accessed"} and presence:
                assert all(stands(presence[key]) for key in ("first_record", "last_record"))
            assert told["changes"], (told["verdict"], told["grounds"], told["facts"])
        assert seen >= {"bind", "sent_by_intruder", "sync", "forwarded", "quoted", "throttled", "no_item_log", "gateway"}
        assert seen >= {"log_whole", "not_reached"}

    def test_what_would_change_it_is_what_the_stages_say(self, breach: Path) -> None:
        weaker = tried = 0
        for row in one_of_each_kind(breach):
            told = proof(breach, row["message_id"] or row["internet_message_id"])["letters"][0]
            if len(told["changes"]) > 1 or told["verdict"] not in {"copied", "in_reach"}:
                continue  # each session takes the stages seconds
            tried += 1
            if tried > 3:
                break
            again = proof(breach, told["message_id"], "--recompute")["letters"][0]["changes"]
            assert {change["basis"] for change in again if change["kind"] == "reject"} <= {"recomputed"}
            for before, after in zip(told["changes"], again, strict=True):
                if before["kind"] == "reject" and before["certain"]:
                    assert before["verdict"] == after["verdict"], before
                weaker += after["kind"] == "reject" and after["verdict"] != told["verdict"]
        assert weaker

    def test_a_message_id_stands_for_all_its_copies_in_any_case_with_or_without_brackets(self, breach: Path) -> None:
        with engine(Case.open(breach)) as db:
            name = db.value("""
                SELECT internet_message_id FROM exposures GROUP BY 1 HAVING count(*) = 3 AND count(DISTINCT verdict) > 1
                ORDER BY 1""")
        wanted = sorted(row["message_id"] for row in letters(breach) if row["internet_message_id"] == name)
        for asked in (name, name.strip("<>"), name.upper(), f" {name} "):
            assert sorted(one["message_id"] for one in proof(breach, asked)["letters"]) == wanted
        weaker = [one for one in proof(breach, name)["letters"] if one["verdict"] != one["content_verdict"]]
        assert weaker
        assert all(copy["verdict"] == one["content_verdict"] for one in weaker for copy in one["copies"])

    def test_the_beginning_of_our_id_is_enough_where_it_is_of_one_letter(self, breach: Path) -> None:
        row = next(row for row in letters(breach) if row["message_id"])
        (told,) = proof(breach, row["message_id"][:12].upper())["letters"]
        assert told["message_id"] == row["message_id"]
        said = why(breach, row["message_id"][0], code=2).output
        assert "several letters begin so" in said
        assert said.count("@") >= 8

    def test_what_is_not_there_is_wrong_usage_and_names_what_is_near(self, breach: Path) -> None:
        assert "no letter has this id" in why(breach, "nothing-like-it@nowhere", code=2).output
        assert "Near it:" in why(breach, "KAGERO", code=2).output
        told = json.loads(CliRunner().invoke(main, ["why", str(breach), "", "--json"]).stdout.splitlines()[0])
        assert (told["kind"], told["exit"]) == ("UsageError", 2)

    def test_a_letter_that_only_a_log_names_is_asked_for_by_its_message_id(self, breach: Path) -> None:
        row = next(row for row in letters(breach) if row["message_id"] is None and row["verdict"] == "accessed")
        (told,) = proof(breach, row["internet_message_id"])["letters"]
        assert (told["message_id"], told["record"], told["verdict"]) == (None, None, "accessed")
        assert row["internet_message_id"].encode() in stands(told["grounds"][0]["records"][0])
        assert "named by the log alone" in why(breach, row["internet_message_id"]).output

    def test_the_terminal_says_file_hash_place_and_what_would_change_it(self, breach: Path) -> None:
        row = next(row for row in letters(breach) if row["verdict"] == "accessed" and row["message_id"])
        told = proof(breach, row["message_id"])["letters"][0]
        said = why(breach, row["message_id"]).output
        record = told["grounds"][0]["records"][0]
        for word in (record["paths"][0], record["evidence_id"], record["locator"], f"line {record['opened']['line']}"):
            assert word in said
        assert "hashed again: the same" in said
        assert "Verdict: opened (accessed)" in said
        assert f"unsealed decide {breach} reject {record['session']}" in said
        assert why(breach, row["message_id"], "--quiet").output == ""
        assert "not hashed again" in why(breach, row["message_id"], "--no-verify").output

    def test_nothing_in_the_case_changes(self, breach: Path) -> None:
        def state() -> dict[str, str]:
            files = (path for path in breach.rglob("*") if path.is_file() and not path.name.startswith((".lock", "journal.")))
            with closing(sqlite3.connect(breach / "journal.sqlite")) as journal:
                said = {"journal": "\n".join(journal.iterdump())}
            return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files} | said

        before = state()
        row = next(row for row in letters(breach) if row["verdict"] == "copied")
        why(breach, row["message_id"], "--recompute")
        assert state() == before
        assert not list(breach.glob(".*-*"))


# -- a small case, whose evidence comes and goes ----------------------------------------------------------------------


def bind(number: int, *ids: str) -> Row:
    return {
        "CreationTime": f"2023-05-02T10:00:{number:02}", "Id": f"r{number}", "Operation": "MailItemsAccessed",
        "RecordType": 50, "UserId": "a@example.org", "Workload": "Exchange", "MailboxOwnerUPN": "a@example.org",
        "ClientIPAddress": "203.0.113.7", "ClientInfoString": "Client=REST", "SessionId": "s-1",
        "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}],
        "Folders": [{"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": one} for one in ids]}],
    }  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "e" / "a@example.org").mkdir(parents=True)
    (tmp_path / "e" / "a@example.org" / "1.eml").write_bytes(mail(1, to="a@example.org", Date="Mon, 01 May 2023 10:00:00 +0000"))
    (tmp_path / "e" / "log.jsonl").write_text(
        json.dumps(bind(1, "<1@example.com>")) + "\n" + json.dumps(bind(2, "<1@example.com>", "<\x1b[2J@x>")) + "\n"
    )
    (tmp_path / "i.txt").write_text("203.0.113.7")
    pipeline.run(tmp_path / "case", [tmp_path / "e"], indicators=[tmp_path / "i.txt"], workers=0)
    return tmp_path / "case"


def test_evidence_that_is_gone_is_told_and_the_answer_still_given(small: Path, tmp_path: Path) -> None:
    log = tmp_path / "e" / "log.jsonl"
    digest = hashlib.sha256(log.read_bytes()).hexdigest()
    log.rename(tmp_path / "moved.jsonl")
    document = proof(small, "1@example.com", code=3)
    (told,) = document["letters"]
    assert told["verdict"] == "accessed"
    assert {record["opened"]["state"] for ground in told["grounds"] for record in ground["records"]} == {"gone"}
    said = why(small, "1@example.com", code=3).output
    assert f"the file is not there any more; its SHA-256 was {digest}" in said
    (tmp_path / "kept").mkdir()
    (tmp_path / "moved.jsonl").rename(tmp_path / "kept" / "log.jsonl")
    proof(small, "1@example.com", "--evidence", str(tmp_path / "kept"))


def test_evidence_that_was_changed_is_no_proof(small: Path, tmp_path: Path) -> None:
    log = tmp_path / "e" / "log.jsonl"
    log.write_text(log.read_text().replace("203.0.113.7", "203.0.113.8"))
    (told,) = proof(small, "1@example.com", code=3)["letters"]
    opened = told["grounds"][0]["records"][0]["opened"]
    assert (opened["state"], opened["text"]) == ("changed", "")
    assert "the file was changed: its SHA-256 is" in why(small, "1@example.com", code=3).output


def test_the_one_session_that_a_verdict_rests_on_is_named(small: Path) -> None:
    (told,) = proof(small, "1@example.com", "--recompute")["letters"]
    (change,) = [change for change in told["changes"] if change["kind"] == "reject"]
    assert (change["was"], change["verdict"], len(change["sessions"])) == ("accessed", "out_of_reach", 1)
    done = CliRunner().invoke(main, ["decide", str(small), "reject", *change["sessions"]])
    assert done.exit_code == 0
    pipeline.run(small, [])
    (after,) = proof(small, "1@example.com")["letters"]
    assert after["verdict"] == "out_of_reach"
    assert [change["kind"] for change in after["changes"]] == ["presence"]


def test_what_evidence_says_does_not_steer_the_terminal(small: Path) -> None:
    for asked in ("1@example.com", "\x1b[2J@x"):
        said = why(small, asked).output
        assert "\x1b" not in said
    assert os.linesep not in said.splitlines()[0]


def test_a_case_that_was_not_judged_says_what_to_type(tmp_path: Path) -> None:
    Case.create(tmp_path / "case", "x")
    assert "unsealed expose" in why(tmp_path / "case", "1@example.com", code=2).output
