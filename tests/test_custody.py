"""The custody log: no line can be changed, dropped, added or cut off unseen; a crash is no tampering."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from samples import mail, take_in

from unsealed.case import Case
from unsealed.custody import Custody
from unsealed.errors import CaseError, CaseLocked


@pytest.fixture
def logged(empty_case: Case) -> Case:
    for number in range(6):
        empty_case.log({"action": "take_in", "path": f"件{number}"}, {"action": "note", "n_th": number})
    return empty_case


def lines(case: Case) -> list[bytes]:
    return case.custody.path.read_bytes().splitlines(keepends=True)


def test_a_whole_chain_is_proved(logged: Case) -> None:
    verdict = logged.verify()
    assert (verdict.lines, verdict.broken_at) == (13, None)
    assert [entry["n"] for entry in logged.custody.entries()] == list(range(1, 14))


@pytest.mark.parametrize("place", [0, 5, 11])
@pytest.mark.parametrize("harm", ["change", "drop", "insert", "swap"])
def test_tampering_shows_where_it_is(logged: Case, harm: str, place: int) -> None:
    found = lines(logged)
    if harm == "change":
        found[place] = found[place].replace(b'"who":"', b'"who":"not ')
    elif harm == "drop":
        del found[place]
    elif harm == "insert":
        found.insert(place, found[place])
    else:
        found[place], found[place + 1] = found[place + 1], found[place]
    logged.custody.path.write_bytes(b"".join(found))
    assert logged.verify().broken_at in {place + 1, place + 2}


def test_a_cut_tail_shows(logged: Case) -> None:
    logged.custody.path.write_bytes(b"".join(lines(logged)[:-2]))
    assert "cut off" in logged.verify().why


def test_a_changed_last_line_shows(logged: Case) -> None:
    found = lines(logged)
    found[-1] = found[-1].replace(b'"n_th":5', b'"n_th":6')
    logged.custody.path.write_bytes(b"".join(found))
    assert logged.verify().broken_at is not None


def test_lines_of_other_hands_show(logged: Case) -> None:
    Custody(logged.custody.path).append([{"action": "forged"}])
    assert "other hands" in logged.verify().why


def test_a_whole_new_chain_shows(logged: Case) -> None:
    logged.custody.path.unlink()
    Custody(logged.custody.path).append([{"action": "clean"}] * 13)
    assert logged.verify().broken_at is not None


def test_a_torn_last_line_is_dropped_and_the_chain_goes_on(logged: Case) -> None:
    with logged.custody.path.open("ab") as stream:
        stream.write(b'{"n":14,"time":"2021')
    assert logged.verify().broken_at is None
    logged.log({"action": "next"})
    assert (logged.verify().lines, logged.verify().broken_at) == (14, None)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_killed_while_writing_is_no_tampering(logged: Case, kept: int) -> None:
    head = logged.journal.note("custody_head")
    logged.log(*({"action": "batch", "k": k} for k in range(3)))
    logged.journal.set_note("custody_head", head or "")  # as if killed before it was remembered
    found = lines(logged)
    logged.custody.path.write_bytes(b"".join(found[: 13 + kept]) + b'{"torn')
    assert logged.verify().broken_at is None
    logged.log({"action": "next"})
    assert logged.verify().broken_at is None


def test_names_that_are_no_text_are_kept(empty_case: Case) -> None:
    empty_case.log({"action": "x", "path": "caf\udce9"}, {"action": "y", "path": "日本"})
    assert empty_case.verify().broken_at is None
    assert [entry.get("path") for entry in empty_case.custody.entries()[1:]] == ["caf\udce9", "日本"]


def test_evidence_is_hashed_again_where_it_lay(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    names = [os.fsencode(folder) + name for name in (b"/same\xe9.eml", b"/changed.eml", b"/gone.eml")]
    for number, name in enumerate(names):
        Path(os.fsdecode(name)).write_bytes(mail(number))
    monkeypatch.chdir(tmp_path)
    take_in(empty_case, Path("evidence"))
    monkeypatch.chdir("/")
    Path(os.fsdecode(names[1])).write_bytes(b"other")
    Path(os.fsdecode(names[2])).unlink()
    told = empty_case.verify_evidence()
    assert {state: [path.split("/")[-1] for path in paths] for state, paths in told.items()} == {
        "same": ["same\\xe9.eml"],
        "changed": ["changed.eml"],
        "gone": ["gone.eml"],
    }


def test_a_long_log_is_not_read_again_to_append(empty_case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_case.log(*({"action": "take_in", "path": "x" * 1000} for _ in range(500)))
    monkeypatch.setattr(Custody, "_complete", None)
    empty_case.log({"action": "last", "path": "y" * 200_000})
    empty_case.log({"action": "after"})
    monkeypatch.undo()
    assert (empty_case.verify().lines, empty_case.verify().broken_at) == (503, None)


# -- one writer ------------------------------------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from unsealed.case import Case
with Case.open(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_is_first(empty_case: Case) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(empty_case.folder)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(CaseLocked, match=f"process {other.pid}"), empty_case.lock():
            pass
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        with empty_case.lock():
            pass


def test_the_lock_is_free_after_an_error(empty_case: Case) -> None:
    with pytest.raises(ZeroDivisionError), empty_case.lock():
        raise ZeroDivisionError
    with empty_case.lock():
        pass


# -- the folder ------------------------------------------------------------------------------------------------------


def test_a_case_is_not_made_twice_nor_over_other_things(empty_case: Case, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="there is a case already"):
        Case.create(empty_case.folder, "x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(CaseError, match="other things"):
        Case.create(tmp_path / "other", "x")
    with pytest.raises(CaseError, match="no case here"):
        Case.open(tmp_path / "other")


def test_a_bad_time_zone_leaves_no_half_case(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="timezone"):
        Case.create(tmp_path / "case", "x", timezone="Mars/Olympus")
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize("name", ['Quote " and \\ back', "日本\n語", "plain"])
def test_any_name_can_be_a_cases(tmp_path: Path, name: str) -> None:
    assert Case.create(tmp_path / "case", name).config.name == name.replace("\n", " ")


def _decide(folder: str) -> None:
    Case.open(Path(folder)).decide("confirmed", {"s1": ["e1", "e2"]})


def test_decisions_outlive_the_process(empty_case: Case) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=_decide, args=(str(empty_case.folder),))
    worker.start()
    worker.join()
    (decision,) = Case.open(empty_case.folder).journal.decisions()
    assert (decision["subject"], decision["state"], decision["events"]) == ("s1", "confirmed", ["e1", "e2"])
    assert json.loads(lines(empty_case)[-1])["action"] == "decide"
