"""The same evidence gives the same tables: with any number of workers, in one run or killed and resumed."""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from samples import Row, mail, mbox, tables, take_in

from unsealed import pipeline
from unsealed.case import Case
from unsealed.read import engine, planner, reader
from unsealed.read.intake.walk import File
from unsealed.read.mbox import READER as MBOX

if TYPE_CHECKING:
    from collections.abc import Iterator

ALICE, BOB = "alice@example.org", "bob@example.org"
DRIVE = Path(__file__).with_name("drive.py")


def audit(number: int) -> Row:
    items = [{"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": f"<{number}@example.com>"}]}]
    return {
        "CreationTime": f"2021-03-01T10:{number // 60 % 60:02}:{number % 60:02}",
        "Id": f"id-{number}",
        "Operation": "MailItemsAccessed",
        "RecordType": 50,
        "UserId": ALICE,
        "MailboxOwnerUPN": ALICE,
        "Workload": "Exchange",
        "ClientIPAddress": "203.0.113.7",
        "Folders": items,
    }


def lay(folder: Path) -> Path:
    """Lay evidence of every kind: single letters, mailboxes of several ranges, archives, overlapping logs, junk."""
    singles = folder / ALICE / "Inbox"
    singles.mkdir(parents=True)
    for n in range(40):
        reply = {"In_Reply_To": f"<{n - 1}@example.com>"} if n % 4 else {}
        (singles / f"{n}.eml").write_bytes(mail(n, **reply))
    (folder / ALICE / "Sent Items.mbox").write_bytes(
        mbox(mail(n, "x" * 600, Subject=f"Re: Letter {n % 5}") for n in range(100, 200))
    )
    (folder / "unnamed").mkdir()
    (folder / "unnamed" / "Inbox.mbox").write_bytes(mbox(mail(n, "y" * 600, Delivered_To=BOB) for n in range(20, 90)))
    (folder / "copy of 3.eml").write_bytes(mail(3))
    (folder / "again.eml").write_bytes(mail(3))
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for n in range(300, 315):
            archive.writestr(f"carol@example.org/Inbox/{n}.eml", mail(n))
        archive.writestr("carol@example.org/Work.mbox", mbox(mail(n) for n in range(320, 330)))
    with tarfile.open(folder / "more.tar.gz", "w:gz") as tarred:
        for n in range(12):
            info = tarfile.TarInfo(f"dave@example.org/Inbox/{n}.eml")
            info.size = len(mail(n))
            tarred.addfile(info, io.BytesIO(mail(n)))
    (folder / "one.jsonl").write_text("".join(json.dumps(audit(n)) + "\n" for n in range(200)))
    (folder / "two.json").write_text(json.dumps([audit(n) for n in range(150, 260)]) + '{"CreationTime": "2021')
    (folder / "junk.bin").write_bytes(bytes(range(256)) * 4)
    (folder / "empty.eml").touch()
    return folder


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("evidence") / "evidence")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "BUNDLE_FILES", 4)
    monkeypatch.setattr(reader, "RANGE", 20_000)


@pytest.fixture(scope="module")
def expected(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    return take_in(Case.create(tmp_path_factory.mktemp("plain") / "case", "x"), evidence)


def test_what_comes_of_it(expected: dict[str, list[Row]]) -> None:
    counts = {name: len(rows) for name, rows in expected.items()}
    assert counts == {"evidence": 78, "messages": 248, "attachments": 0, "events": 260, "accesses": 260, "skipped": 3}
    assert sorted(row["reason"] for row in expected["skipped"]) == ["empty", "truncated", "unrecognised"]
    by_mailbox = {
        mailbox: sum(row["mailbox"] == mailbox for row in expected["messages"])
        for mailbox in (ALICE, BOB, "carol@example.org", "dave@example.org")
    }
    assert by_mailbox == {ALICE: 141, BOB: 70, "carol@example.org": 25, "dave@example.org": 12}
    assert all(row["conversation_id"] for row in expected["messages"])


@pytest.mark.parametrize("workers", [0, 1, 2])
@pytest.mark.usefixtures("small")
def test_any_number_of_workers_gives_the_same_tables(
    empty_case: Case, evidence: Path, expected: dict[str, list[Row]], workers: int
) -> None:
    assert take_in(empty_case, evidence, workers=workers) == expected


def test_reading_twice_changes_nothing(empty_case: Case, evidence: Path, expected: dict[str, list[Row]]) -> None:
    take_in(empty_case, evidence)
    before = empty_case.fingerprint(("messages", "attachments", "events", "accesses"))
    assert take_in(empty_case, evidence) == expected
    assert empty_case.fingerprint(("messages", "attachments", "events", "accesses")) == before
    assert empty_case.verify().broken_at is None


def test_what_an_older_reader_read_is_read_again_before_a_hunt_where_it_is_still_there(
    empty_case: Case, evidence: Path, expected: dict[str, list[Row]]
) -> None:
    take_in(empty_case, evidence)
    assert "read" not in pipeline.due(empty_case)
    older = re.sub(r"(m365_audit_\w+)\.\d+", r"\1.0", empty_case.journal.note("readers") or "")
    for part in (empty_case.tables / "events").iterdir():
        pq.write_table(pq.read_table(part).drop_columns("access_type"), part)
    empty_case.journal.set_note("readers", older)
    assert pipeline.due(empty_case)[0] == "read"
    moved = evidence.rename(evidence.with_name("elsewhere"))
    pipeline.hunt(empty_case)
    assert empty_case.journal.note("readers") == older, "nothing can be read again: what is there stays"
    moved.rename(evidence)
    pipeline.hunt(empty_case)
    assert empty_case.journal.note("readers") != older
    assert tables(empty_case) == expected


def test_reading_in_two_steps_gives_the_same_tables(
    empty_case: Case, evidence: Path, expected: dict[str, list[Row]]
) -> None:
    paths = sorted(evidence.iterdir())
    found = take_in(empty_case, *paths[::2])
    found = take_in(empty_case, evidence)
    for name in ("messages", "events", "accesses"):
        assert {row[next(iter(row))] for row in found[name]} == {row[next(iter(row))] for row in expected[name]}
        assert len(found[name]) == len(expected[name])


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_random_moments_and_resumed(
    empty_case: Case, evidence: Path, expected: dict[str, list[Row]], workers: int
) -> None:
    command = [sys.executable, str(DRIVE), str(empty_case.folder), str(workers), str(evidence)]
    environment = {**os.environ, "PYTHONPATH": str(Path(engine.__file__).parents[2])}
    chance, begun = random.Random(workers), time.monotonic()
    trial = Case.create(empty_case.folder.with_name("trial"), "x")
    subprocess.run(
        [*command[:2], str(trial.folder), *command[3:]], check=True, env=environment, stdout=subprocess.DEVNULL
    )
    moments, kills = (time.monotonic() - begun) * 0.5, 0
    for _ in range(20):
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as run:
            assert run.stdout is not None
            run.stdout.readline()
            time.sleep(chance.uniform(0.0, moments))
            if run.poll() is None:
                os.kill(run.pid, signal.SIGKILL)
                kills += 1
            else:
                moments *= 0.7  # what was done stays done, so that a later run has less to do
        if kills == 5:
            break
    assert kills >= 3, "the evidence is too small to be killed in"
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    assert tables(Case.open(empty_case.folder)) == expected
    assert Case.open(empty_case.folder).verify().broken_at is None
    assert not list(empty_case.folder.glob(".sql-*"))
    assert not list(empty_case.tables.glob("*/.*"))


# -- workers that die ------------------------------------------------------------------------------------------------


class Deadly:
    """An mbox reader that takes its process along at one word; stands in for a parser with a bug in C."""

    name, version, kind = "deadly", "1", "mail"
    detect = staticmethod(lambda head, shown: 99 if b"deadly evidence" in head else 0)  # noqa: ARG005
    ranges = staticmethod(MBOX.ranges)

    @staticmethod
    def read(part: reader.Part) -> Iterator[reader.Row]:
        if b"KILL" in Path(part.path).read_bytes()[part.start : part.end]:
            os._exit(9)
        yield from MBOX.read(part)


def test_a_worker_that_dies_costs_only_its_part(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "plugin"
    plugin.mkdir()
    (plugin / "sitecustomize.py").write_text(
        f"import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[1])!r}]\n"
        "import test_engine\nfrom unsealed.read import engine\nreal = engine.readers\n"
        "engine.readers = lambda: {**real(), 'deadly': test_engine.Deadly()}\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(plugin), str(Path(engine.__file__).parents[2])]))
    real = engine.readers
    for module in (engine, planner):
        monkeypatch.setattr(module, "readers", lambda: {**real(), "deadly": Deadly()})
    folder = tmp_path / "evidence"
    folder.mkdir()
    for number in range(9):
        word = "KILL" if number == 4 else "fine"
        (folder / f"{number}.mbox").write_bytes(mbox([mail(number, f"deadly evidence {word}")]))
    found = take_in(empty_case, folder, workers=2)
    assert sorted(row["subject"] for row in found["messages"]) == [f"Letter {n}" for n in range(9) if n != 4]
    (told,) = found["skipped"]
    assert (told["reason"], told["path"].split("/")[-1]) == ("reader_died", "4.mbox")


def test_a_reader_that_fails_costs_only_its_record(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unsealed.read.mail import message

    real = message.rows

    def failing(raw: bytes, *rest: object) -> Iterator[reader.Row]:
        if b"Letter 2" in raw:
            raise RuntimeError("a bug")
        yield from real(raw, *rest)  # type: ignore[arg-type]  # as called

    monkeypatch.setattr(message, "rows", failing)
    (tmp_path / "m.mbox").write_bytes(mbox(mail(n) for n in range(5)))
    found = take_in(empty_case, tmp_path / "m.mbox")
    assert len(found["messages"]) == 4
    assert [row["reason"] for row in found["skipped"]] == ["reader_failed"]


def test_a_full_disk_is_no_fault_of_the_evidence(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "m.mbox").write_bytes(mbox([mail(1)]))
    with monkeypatch.context() as patch:
        patch.setattr("unsealed.read.collect.Collector.add", full)
        with pytest.raises(OSError, match="No space"):
            take_in(empty_case, tmp_path / "m.mbox")
    assert len(take_in(empty_case, tmp_path / "m.mbox")["messages"]) == 1


def test_an_item_that_takes_too_long_is_left(empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unsealed.read.mail import headers

    real = headers.collect

    def slow(block: bytes) -> dict[bytes, list[bytes]]:
        if b"Letter 1" in block:
            time.sleep(5)
        return real(block)

    monkeypatch.setattr(headers, "collect", slow)
    monkeypatch.setattr(engine, "ITEM_SECONDS", 1)
    (tmp_path / "m.mbox").write_bytes(mbox(mail(n) for n in range(3)))
    found = take_in(empty_case, tmp_path / "m.mbox")
    assert len(found["messages"]) == 2
    assert [row["reason"] for row in found["skipped"]] == ["too_slow"]


def test_reading_works_outside_the_main_thread(tmp_path: Path) -> None:
    (tmp_path / "m.mbox").write_bytes(mbox([mail(1)]))
    found: list[int] = []

    def run() -> None:
        found.append(len(take_in(Case.create(tmp_path / "case", "x"), tmp_path / "m.mbox")["messages"]))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [1]


# -- workers that are ready ------------------------------------------------------------------------------------------


def test_workers_start_before_a_large_new_file_is_hashed(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    real = planner._hashed

    def hashed(file: File) -> str:
        told.append("hashed")
        return real(file)

    monkeypatch.setattr(planner, "LARGE", 10)
    monkeypatch.setattr(planner, "_hashed", hashed)
    monkeypatch.setattr(engine.Pool, "start", lambda _: told.append("started"))
    path = tmp_path / "large.mbox"
    path.write_bytes(mbox([mail(1, "words")]))
    take_in(empty_case, path, workers=0)
    assert told == ["started", "hashed"]
    take_in(empty_case, path, workers=0)
    assert told == ["started", "hashed", "hashed"]


def test_workers_that_were_started_early_do_the_work(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "LARGE", 10)
    path = tmp_path / "large.mbox"
    path.write_bytes(mbox([mail(number, "words") for number in range(3)]))
    assert len(take_in(empty_case, path, workers=2)["messages"]) == 3
