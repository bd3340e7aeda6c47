"""`unsealed expose --assume`: other assumptions, another answer, and the case as it was."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from samples import mail

from unsealed import config, pipeline
from unsealed.case import Case
from unsealed.cli import main
from unsealed.errors import ConfigError
from unsealed.hunt import rulecache
from unsealed.query import engine

Row = dict[str, Any]
HOP = "from mx1.example.org by mbx.example.org; Thu, 09 Mar 2023 10:00:00 +0000"


def record(number: int, day: str, session: str, ip: str, *ids: str) -> Row:
    operation = "MailItemsAccessed" if ids else "UserLoggedIn"
    return {
        "CreationTime": f"{day}T10:00:{number:02}", "Id": f"r{number}", "Operation": operation, "RecordType": 50,
        "UserId": "a@example.org", "Workload": "Exchange", "MailboxOwnerUPN": "a@example.org", "ClientIPAddress": ip,
        "ClientIP": ip, "ClientInfoString": "Client=REST", "SessionId": session, "ResultStatus": "Succeeded",
        "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}],
        "Folders": [{"Path": "\\\\Inbox", "FolderItems": [{"InternetMessageId": one} for one in ids]}],
    }  # fmt: skip


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Give a case: letter 1 opened, letter 2 passed the gateway, letter 3 opened from an address nobody suspects."""
    folder = tmp_path / "e" / "a@example.org"
    folder.mkdir(parents=True)
    for number, day in enumerate(("Wed, 01 Mar", "Thu, 09 Mar", "Fri, 10 Mar"), start=1):
        headers = {"Received": HOP} if number == 2 else {}
        date = f"{day} 2023 10:00:00 +0000"
        (folder / f"{number}.eml").write_bytes(mail(number, to="a@example.org", Date=date, **headers))
    rows = [
        record(1, "2023-03-05", "s-1", "203.0.113.7", "<1@example.com>"),
        record(2, "2023-03-12", "s-2", "198.51.100.9", "<3@example.com>"),
    ]
    (tmp_path / "e" / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "i.txt").write_text("203.0.113.7")
    pipeline.run(tmp_path / "case", [tmp_path / "e"], indicators=[tmp_path / "i.txt"], workers=0, default_rules=False)
    return tmp_path / "case"


def assume(case: Path, text: str, *words: str, code: int = 0, language: str = "en") -> str:
    file = case.parent / "assume.toml"
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(
        main, ["expose", str(case), "--assume", str(file), *words], env={"UNSEALED_LANG": language}
    )
    assert done.exit_code == code, done.output
    return done.output if code else done.stdout


def found(case: Path, text: str) -> Row:
    told: Row = json.loads(assume(case, text, "--json"))
    return told


def changes(told: Row) -> dict[str, tuple[str, str]]:
    return {row["internet_message_id"].strip("<>")[0]: (row["from"], row["to"]) for row in told["changes"]}


def state(case: Path) -> dict[str, str]:
    files = (path for path in case.rglob("*") if path.is_file() and not path.name.startswith((".lock", "journal.sqlite-")))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def session(case: Path) -> str:
    with engine(Case.open(case)) as db:
        return str(db.value("SELECT session FROM activity LIMIT 1"))


GATEWAY = "[[reach]]\nkind = 'gateway'\nname = 'mx1.example.org'\nfrom = 2023-03-08\nto = 2023-03-10\n"


def test_a_session_that_was_ours_takes_its_verdicts_with_it_and_the_case_stays_as_it_is(case: Path) -> None:
    before = state(case)
    told = found(case, f"[[decide]]\nstate = 'rejected'\nsession = '{session(case)}'\n")
    assert changes(told)["1"] == ("accessed", "out_of_reach")
    assert (told["verdicts"]["before"]["accessed"], told["verdicts"]["after"]["accessed"]) == (1, 0)
    assert told["intrusion"]["before"]["first_evidence"] == "2023-03-05T10:00:01Z"
    assert told["intrusion"]["after"] is None
    assert state(case) == before
    assert not list(case.glob(".assume-*"))


def test_an_event_and_an_address_that_responders_learn_of_bring_letters_in(case: Path) -> None:
    with engine(Case.open(case)) as db:
        event = db.value("SELECT event_id FROM events WHERE record_id = 'r2'")
    by_event = found(case, f"[[decide]]\nstate = 'confirmed'\nevent = '{event}'\n")
    by_address = found(case, "[[intruder]]\nclient_ip = '198.51.100.9'\nbasis = 'a hosting provider'\n")
    assert changes(by_event)["3"][1] == changes(by_address)["3"][1] == "accessed"
    assert by_address["assumed"]["intruder"][0]["client_ip"] == "198.51.100.9"
    assert by_address["intrusion"]["after"]["last_evidence"] == "2023-03-12T10:00:02Z"


def test_a_gateway_that_was_open_and_one_of_the_case_that_was_open_at_another_time(case: Path) -> None:
    told = found(case, GATEWAY)
    assert changes(told) == {"2": (changes(told)["2"][0], "in_reach")}
    assert told["changes"][0]["how"] == "gateway"
    with (case / "case.toml").open("a") as stream:
        stream.write(GATEWAY)
    pipeline.run(case, [])
    moved = found(case, GATEWAY.replace("from = 2023-03-08", "from = 2023-03-09T23:00:00Z"))
    assert changes(moved)["2"][0] == "in_reach"
    assert changes(moved)["2"][1] != "in_reach"
    assert [row["from"] for row in moved["assumed"]["reach"]] == ["2023-03-09T23:00:00Z"]


EXPORT = "[[reach]]\nkind = 'export'\nname = 'staging host'\npath = 'found.txt'\n"


def test_paths_lead_from_the_file_that_names_them(case: Path) -> None:
    """The case's own list lies beside case.toml, that of an assumption beside the assumption."""
    (case.parent / "found.txt").write_text("<3@example.com>\n")
    assert changes(found(case, EXPORT)) == {"3": ("out_of_reach", "copied")}
    (case / "found.txt").write_text("<2@example.com>\n")
    with (case / "case.toml").open("a") as stream:
        stream.write(EXPORT)
    pipeline.run(case, [])
    assert changes(found(case, "[incident]\ndiscovered = 2023-06-13\n")) == {}
    moved = changes(found(case, EXPORT))
    assert (moved["2"][0], moved["3"][1]) == ("copied", "copied")


def test_evidence_that_the_case_calls_an_export_stays_one(case: Path) -> None:
    with (case / "case.toml").open("a") as stream:
        stream.write(f"[[reach]]\nkind = 'export'\nname = 'Staged PST'\npath = '{case.parent}/e/a@example.org/2.eml'\n")
    pipeline.run(case, [])
    assert found(case, "[incident]\ndiscovered = 2023-06-13\n")["verdicts"]["after"]["copied"] == 1
    line = json.loads(CliRunner().invoke(main, ["why", str(case), "2@example.com", "--json"]).stdout)
    (reach,) = line["letters"][0]["grounds"][0]["reach"]
    assert (case / "case.toml").read_text().splitlines()[reach["line"] - 1] == "[[reach]]"


def test_rules_that_the_answer_reads_again_are_not_written_into_the_case(case: Path) -> None:
    rules = case.parent / "rules"
    rules.mkdir()
    for number in range(rulecache.WORTH):
        (rules / f"{number}.yml").write_text(
            f"title: made {number}\nlogsource: {{product: m365, service: audit}}\nlevel: low\n"
            f"detection: {{one: {{Operation: Made{number}}}, condition: one}}\n"
        )
    pipeline.run(case, [], rules=[rules], workers=0, default_rules=False)
    (kept,) = (case / ".rules").glob("*.json")
    kept.write_text("damaged")
    before = state(case)
    found(case, GATEWAY)
    assert state(case) == before


def test_assuming_what_is_so_changes_nothing(case: Path) -> None:
    told = found(case, f"[[decide]]\nstate = 'confirmed'\nsession = '{session(case)}'\n")
    assert (told["changes"], told["changed"]) == ([], [])
    assert told["verdicts"]["before"] == told["verdicts"]["after"]
    assert "No verdict would change." in assume(case, "[incident]\ndiscovered = 2023-06-13\n")


def test_what_differs_is_told_against_what_the_case_would_say_now(case: Path) -> None:
    """A decision that the verdicts have not followed yet is no difference that the assumption makes."""
    opened = Case.open(case)
    with opened.lock():
        opened.decide("rejected", {session(case): pipeline.events_of(opened, session(case))})
    told = found(case, GATEWAY)
    assert told["verdicts"]["before"]["accessed"] == 0
    assert set(changes(told)) == {"2"}


def test_the_terminal_tells_counts_letters_and_bounds(case: Path) -> None:
    said = assume(case, f"[[decide]]\nstate = 'rejected'\nsession = '{session(case)}'\n{GATEWAY}")
    for word in ("Assumed, and not kept:", "before", "after", "opened -> out of reach", "Letter 1", "bounds would move"):
        assert word in said


@pytest.mark.parametrize(
    ("text", "key", "should"),
    [
        ("", "the file", "at least one of decide, incident"),
        ("[organisation]\nname = 'x'", "`organisation`", "one of decide, incident"),
        ("[[decide]]\nstate = 'ours'\nsession = 's'", "decide 1.state", '"confirmed" or "rejected"'),
        ("[[decide]]\nstate = 'rejected'", "decide 1", "either `session` or `event`"),
        ("[[decide]]\nstate = 'rejected'\nsession = 's'\nevent = 'e'", "decide 1", "either `session` or `event`"),
        ("[[decide]]\nstate = ['rejected']\nsession = 's'", "decide 1.state", '"confirmed"'),
        ("[[decide]]\nstate = 'rejected'\nsesion = 's'", "decide 1.sesion", "session"),
        ("[[decide]]\nstate = 'rejected'\nsession = 'nobody'", "decide 1", "session or event of the case"),
        ("[[reach]]\nkind = 'spaceship'\nname = 'x'", "reach 1.kind", '"gateway"'),
        ("[[intruder]]\nuser = 'a'\n[[intruder]]\nclient_ip = '1.1.1'", "intruder 2.client_ip", "203.0.113.0/24"),
        ("[incident]\ndiscovered = 'soon'", "incident.discovered", "a time"),
        ("[[reach]\nkind = 'x'", "line 1", "Mend the file"),
    ],
)
def test_every_mistake_in_the_file_is_named(case: Path, text: str, key: str, should: str) -> None:
    said = assume(case, text, code=2)
    assert "assume.toml" in said
    assert key in said
    assert should in said


def test_times_without_a_zone_are_in_the_case_s_and_its_own_lines_stay(tmp_path: Path) -> None:
    own = config.Config(
        "x", "Asia/Tokyo", reach=(config.Reach("mailbox", "a@example.org", None, None, "known"),),
        intruders=(config.Intruder({"user": "b"}, None, None, "", 1),),
    )  # fmt: skip
    (tmp_path / "a.toml").write_text("[[reach]]\nkind='gateway'\nname='M'\nfrom=2023-01-02\n[[intruder]]\nuser='c'\n")
    told = config.assume(tmp_path / "a.toml", own).config
    assert [reach.name for reach in told.reach] == ["a@example.org", "m"]
    assert str(told.reach[1].start) == "2023-01-01 15:00:00+00:00"
    assert [(one.number, one.match["user"]) for one in told.intruders] == [(1, "b"), (2, "c")]
    with pytest.raises(ConfigError, match="--assume"):
        config.assume(tmp_path / "none.toml", own)


def test_a_killed_run_leaves_the_case_whole_and_the_next_one_clears_up(case: Path) -> None:
    before = state(case)
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom unsealed import pipeline, whatif\nfrom unsealed.case import Case\n"
        "pipeline.expose = lambda case: (print('there', flush=True), time.sleep(60))\n"
        "case = Case.open(Path(sys.argv[1]))\nwith case.lock():\n    whatif.answer(case, Path(sys.argv[2]))\n"
    )
    (case.parent / "assume.toml").write_text(GATEWAY)
    running = subprocess.Popen(
        [sys.executable, "-c", script, case, case.parent / "assume.toml"], stdout=subprocess.PIPE, env=os.environ
    )
    assert running.stdout is not None
    assert running.stdout.readline() == b"there\n"
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    (left,) = case.glob(".assume-*")
    assert {path: digest for path, digest in state(case).items() if not path.startswith(str(left))} == before
    assert found(case, GATEWAY)["changes"]
    assert not list(case.glob(".assume-*"))
    assert state(case) == before


def test_a_case_that_is_being_written_to_is_left_alone(case: Path) -> None:
    script = "import sys, time; from pathlib import Path; from unsealed.case import Case\n"
    script += "with Case.open(Path(sys.argv[1])).lock():\n print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", script, case], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert "is writing to this case" in assume(case, GATEWAY, code=4)
    finally:
        holder.kill()
        holder.communicate()
