"""The command line as other programs and tired people meet it: answers, exit codes, one JSON document."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

RUN = [sys.executable, "-m", "unsealed"]


def call(*words: str | Path, code: int = 0, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [*RUN, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "UNSEALED_LANG": "en", **(env or {})},
    )
    assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout if code in {0, 3} else done.stdout + done.stderr


def answer(*words: str | Path, code: int = 0) -> dict[str, Any]:
    document = json.loads(call(*words, "--json", code=code))
    assert isinstance(document, dict)
    return document


@pytest.mark.xdist_group("demo")
class TestDemo:
    def test_every_planted_fact_is_found_and_the_report_is_where_it_says(self, demo: Path) -> None:
        assert (demo / "case" / "out" / "report.html").stat().st_size > 100_000

    def test_table_gives_the_same_rows_in_every_format(self, demo: Path, tmp_path: Path) -> None:
        case, where = demo / "case", ("--where", "verdict = 'copied'")
        lines = [
            json.loads(line) for line in call("table", case, "exposures", "--format", "jsonl", *where).splitlines()
        ]
        listed = json.loads(call("table", case, "exposures", "--format", "json", *where))
        sheet = list(csv.DictReader(io.StringIO(call("table", case, "exposures", "--format", "csv", *where))))
        call("table", case, "exposures", "--out", tmp_path / "x.parquet", *where)
        call("table", case, "exposures", "--out", tmp_path / "x.xlsx", *where)
        assert listed == lines
        assert [row["internet_message_id"] for row in sheet] == [row["internet_message_id"] for row in lines]
        assert pq.read_table(tmp_path / "x.parquet").num_rows == len(lines) == 97
        import openpyxl

        rows = list(openpyxl.load_workbook(tmp_path / "x.xlsx").active.iter_rows(values_only=True))  # type: ignore[union-attr]  # a new book has a sheet
        assert len(rows) == 98
        assert rows[0][:4] == ("message_id", "internet_message_id", "mailbox", "verdict")

    def test_times_are_iso_and_utc(self, demo: Path) -> None:
        row = json.loads(call("table", demo / "case", "intrusion", "--format", "jsonl"))
        assert row["first_evidence"] == "2023-04-17T18:05:12Z"

    def test_where_cannot_reach_beyond_the_case(self, demo: Path, tmp_path: Path) -> None:
        (tmp_path / "secret.csv").write_text("a\n1\n")
        said = call(
            "table",
            demo / "case",
            "evidence",
            "--where",
            f"(SELECT count(*) FROM read_csv('{tmp_path}/secret.csv')) > 0",
            code=2,
        )
        assert "unsealed:" in said
        assert "Traceback" not in said

    def test_a_condition_that_does_not_parse_is_wrong_usage(self, demo: Path) -> None:
        assert "nosuchcolumn" in call("table", demo / "case", "events", "--where", "nosuchcolumn = 1", code=2)

    def test_running_again_changes_nothing(self, demo: Path) -> None:
        before = call("table", demo / "case", "exposures", "--format", "jsonl")
        start = {path: path.stat().st_mtime_ns for path in (demo / "case" / "tables").rglob("*.parquet")}
        answer("run", demo / "case", demo / "evidence")
        assert call("table", demo / "case", "exposures", "--format", "jsonl") == before
        changed = [path.parent.name for path, then in start.items() if path.stat().st_mtime_ns != then]
        assert set(changed) <= {"evidence", "skipped"}

    def test_status_proves_custody(self, demo: Path) -> None:
        told = answer("status", demo / "case", "--verify")
        assert told["custody"]["broken_at"] is None
        assert told["custody"]["changed"] == 0
        assert told["custody"]["same"] > 1000

    def test_the_closing_summary_is_short_and_says_what_to_type(self, demo: Path) -> None:
        lines = call("run", demo / "case").splitlines()
        assert len(lines) <= 25
        assert any(line.startswith("Then type: unsealed decide") for line in lines)

    def test_the_summary_speaks_japanese(self, demo: Path) -> None:
        assert "侵入者は" in call("status", demo / "case", env={"UNSEALED_LANG": "ja"})


@pytest.mark.xdist_group("demo")
def test_a_rejected_session_withdraws_its_verdicts(tmp_path: Path, demo: Path) -> None:
    import shutil

    case = tmp_path / "case"
    shutil.copytree(demo / "case", case)
    before = answer("run", case)
    for session in before["activity"]["sessions"]:
        call("decide", case, "reject", session["session"])
    after = answer("run", case)
    assert after["activity"]["events"] == 0
    assert after["verdicts"]["accessed"] == after["verdicts"]["copied"] == after["verdicts"]["quoted"] == 0
    assert after["intrusion"]["first_evidence"] is None


class TestUsage:
    def test_help_is_quick_and_lists_the_commands(self) -> None:
        text = call("--help")
        for name in ("new", "read", "hunt", "expose", "run", "decide", "status", "table", "report", "demo", "doctor"):
            assert f"\n  {name} " in text

    def test_help_imports_nothing_heavy(self) -> None:
        code = "import sys; from unsealed import cli; print([m for m in ('pyarrow', 'duckdb', 'jinja2', 'rich') if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"

    def test_no_case_is_said_with_what_to_do(self, tmp_path: Path) -> None:
        assert "unsealed new" in call("status", tmp_path / "nothing", code=1)

    def test_an_error_is_one_json_document_too(self, tmp_path: Path) -> None:
        done = subprocess.run([*RUN, "status", str(tmp_path), "--json"], capture_output=True, text=True, check=False)
        assert json.loads(done.stdout)["exit"] == done.returncode == 1

    def test_a_path_that_is_not_there_reads_nothing(self, tmp_path: Path) -> None:
        call("new", tmp_path / "c")
        assert "no such file" in call("read", tmp_path / "c", tmp_path / "gone", code=2)

    def test_new_does_not_overwrite(self, tmp_path: Path) -> None:
        call("new", tmp_path / "c", "--name", 'The "Agency"', "--domain", "Example.org", "--timezone", "Asia/Tokyo")
        call("new", tmp_path / "c", code=1)
        assert 'name = "The \\"Agency\\""' in (tmp_path / "c" / "case.toml").read_text(encoding="utf-8")

    def test_a_time_zone_that_does_not_exist_leaves_no_folder(self, tmp_path: Path) -> None:
        assert "timezone" in call("new", tmp_path / "c", "--timezone", "Mars/Olympus", code=2)
        assert not (tmp_path / "c").exists()

    def test_something_skipped_is_exit_code_three(self, tmp_path: Path) -> None:
        (tmp_path / "e").mkdir()
        (tmp_path / "e" / "x.eml").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        (tmp_path / "e" / "y.eml").write_bytes(b"From: a@example.org\nSubject: hi\nMessage-ID: <1@x>\n\nbody\n")
        told = answer("run", tmp_path / "c", tmp_path / "e", code=3)
        assert told["exit"] == 3
        assert told["evidence"]["messages"] == 1
        assert told["skipped"]["reasons"][0]["reason"] == "unrecognised"

    def test_quiet_says_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "y.eml").write_bytes(b"From: a@example.org\nSubject: hi\nMessage-ID: <1@x>\n\nbody\n")
        assert call("run", tmp_path / "c", tmp_path / "y.eml", "--quiet") == ""

    def test_the_case_inside_the_evidence_is_not_read_as_evidence(self, tmp_path: Path) -> None:
        (tmp_path / "y.eml").write_bytes(b"From: a@example.org\nSubject: hi\nMessage-ID: <1@x>\n\nbody\n")
        assert answer("run", tmp_path / "c", tmp_path)["evidence"]["messages"] == 1
        again = answer("run", tmp_path / "c", tmp_path)
        assert again["evidence"]["messages"] == 1
        assert again["skipped"]["places"] == 0

    def test_a_locked_case_is_exit_code_four(self, tmp_path: Path) -> None:
        call("new", tmp_path / "c")
        holder = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys, time; from pathlib import Path; from unsealed.case import Case\n"  # noqa: ISC004
                f"with Case.open(Path({str(tmp_path / 'c')!r})).lock():\n print('held', flush=True); time.sleep(60)",
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline().strip() == "held"
            assert "is writing to this case" in call("run", tmp_path / "c", code=4)
        finally:
            holder.kill()
            holder.communicate()
        call("run", tmp_path / "c")

    def test_cells_never_begin_a_formula(self, tmp_path: Path) -> None:
        (tmp_path / "y.eml").write_bytes(b"From: a@example.org\nSubject: =HYPERLINK(1)\nMessage-ID: <1@x>\n\nbody\n")
        call("run", tmp_path / "c", tmp_path / "y.eml")
        row = next(csv.DictReader(io.StringIO(call("table", tmp_path / "c", "messages"))))
        assert row["subject"] == "'=HYPERLINK(1)"

    def test_doctor_finds_what_is_needed(self) -> None:
        assert all(row["ok"] or row["optional"] for row in answer("doctor")["checks"])

    def test_bad_case_toml_names_the_key(self, tmp_path: Path) -> None:
        call("new", tmp_path / "c")
        with (tmp_path / "c" / "case.toml").open("a") as stream:
            stream.write('[[reach]]\nkind = "spaceship"\nname = "x"\n')
        assert "reach 1.kind" in call("run", tmp_path / "c", code=2)

    def test_indicators_are_kept_in_the_case(self, tmp_path: Path) -> None:
        (tmp_path / "i.txt").write_text("203.0.113.7\nnonsense\n")
        call("new", tmp_path / "c")
        told = answer("hunt", tmp_path / "c", "--indicators", tmp_path / "i.txt")
        assert told["hunted"]["known"] == 1
        (tmp_path / "i.txt").unlink()
        assert answer("hunt", tmp_path / "c")["hunted"]["known"] == 1
        call("hunt", tmp_path / "c", "--indicators", tmp_path / "gone.txt", code=2)

    def test_a_run_killed_while_it_kept_an_indicator_file_keeps_it_the_next_time(self, tmp_path: Path) -> None:
        (tmp_path / "i.txt").write_text("203.0.113.7\n")
        call("new", tmp_path / "c")
        answer("hunt", tmp_path / "c", "--indicators", tmp_path / "i.txt")
        kept = next((tmp_path / "c" / "indicators").glob("*/i.txt"))
        kept.rename(kept.with_name(".copy.tmp"))
        assert answer("hunt", tmp_path / "c")["hunted"]["known"] == 0
        assert answer("hunt", tmp_path / "c", "--indicators", tmp_path / "i.txt")["hunted"]["known"] == 1
