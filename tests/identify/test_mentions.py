"""The stage: which letters are scanned, what a row of `mentions` says, and that no value is left in the clear."""

from __future__ import annotations

import hmac
import os
import pickle
import stat
import time
from dataclasses import replace as changed
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed import schema
from unsealed.errors import CaseError
from unsealed.identify import _gathered, _texts, identify, key, scan, worker
from unsealed.identify.identifiers import identifiers
from unsealed.identify.scan import Scanner
from unsealed.journal import UnitRecord
from unsealed.query import Engine, engine, replace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from unsealed.case import Case

CARD, PASSWORD, MAIL = "4111 1111 1111 1111", "Tr0ub4dor&3x", "taro.secretname@example.jp"
TEXT = f"Card {CARD}, password: {PASSWORD}, write to {MAIL}"


def fill(case: Case, verdicts: dict[str, str], **more: Any) -> None:
    """Lay a letter for each verdict, all of one text, the first with an attachment."""
    base = {"text": TEXT, "subject": f"about {MAIL}", "content_hash": "h"}
    letters = [{"message_id": name, **base, **more} for name in verdicts]
    exposures = [{"message_id": name, "content_verdict": verdict} for name, verdict in verdicts.items()]
    attachment = {
        "attachment_id": "a1",
        "message_id": next(iter(verdicts)),
        "filename": "cv 090-1234-5678.txt",
        "text": "IBAN DE89370400440532013000",
    }
    for name, rows in (("messages", letters), ("exposures", exposures), ("attachments", [attachment])):
        replace(case, name, pa.Table.from_pylist(rows, schema.TABLES[name].schema))


def mentions(case: Case) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(case.tables / "mentions" / "mentions.parquet").to_pylist()
    return rows


def test_letters_to_be_told_about_are_scanned_and_no_others(empty_case: Case) -> None:
    verdicts = {"m1": "accessed", "m2": "in_reach", "m3": "not_accessed", "m4": "out_of_reach", "m5": "quoted"}
    fill(empty_case, verdicts)
    identify(empty_case, workers=0)
    assert {row["message_id"] for row in mentions(empty_case)} == {"m1", "m2", "m5"}
    identify(empty_case, everything=True, workers=0)
    assert {row["message_id"] for row in mentions(empty_case)} == set(verdicts)


def test_a_row_says_what_stands_where(empty_case: Case) -> None:
    fill(empty_case, {"m1": "accessed"})
    assert identify(empty_case, workers=0) == len(mentions(empty_case)) == 6
    rows = {(row["part"], row["kind"]): row for row in mentions(empty_case)}
    assert set(rows) == {
        ("text", "payment_card"),
        ("text", "password"),
        ("text", "email_address"),
        ("subject", "email_address"),
        ("attachment", "iban"),
        ("filename", "phone_number"),
    }
    card = rows["text", "payment_card"]
    assert TEXT[card["start"] : card["end"]] == CARD
    assert card["value_masked"] == "**** **** **** 1111"
    assert (card["validated"], card["attachment_id"], card["person_id"]) == (True, None, None)
    assert rows["attachment", "iban"]["attachment_id"] == rows["filename", "phone_number"]["attachment_id"] == "a1"
    assert rows["text", "password"]["value_masked"] == "***"
    assert rows["text", "email_address"]["value_masked"] == "t***@example.jp"
    assert rows["text", "email_address"]["value_hash"] == rows["subject", "email_address"]["value_hash"]


def test_the_hash_is_keyed_by_the_case(empty_case: Case) -> None:
    fill(empty_case, {"m1": "accessed"})
    identify(empty_case, workers=0)
    path = empty_case.folder / key.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    hashes = {row["kind"]: row["value_hash"] for row in mentions(empty_case)}
    expected = hmac.new(path.read_bytes(), b"payment_card\x004111111111111111", "sha256").hexdigest()
    assert hashes["payment_card"] == expected
    before = mentions(empty_case)
    identify(empty_case, workers=0)
    assert mentions(empty_case) == before
    path.unlink()
    identify(empty_case, workers=0)
    assert hashes["payment_card"] not in {row["value_hash"] for row in mentions(empty_case)}
    path.write_bytes(b"short")
    with pytest.raises(CaseError, match="no key"):
        identify(empty_case, workers=0)


def test_copies_are_scanned_once_and_all_have_their_rows(empty_case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(empty_case, {"m1": "accessed", "m2": "copied", "m3": "quoted"})
    scanned: list[str] = []

    class Counting(worker.Worker):
        def scan(self, numbers: Any, texts: Any, near: Any = None) -> worker.Scanned:
            scanned.extend(texts)
            return super().scan(numbers, texts, near)

    monkeypatch.setattr(worker, "Worker", Counting)
    identify(empty_case)
    assert scanned.count(TEXT) == 1
    assert len(scanned) == len(set(scanned)) == 4
    rows = mentions(empty_case)
    assert [row["message_id"] for row in rows if row["kind"] == "payment_card"] == ["m1", "m2", "m3"]


def test_workers_give_what_one_process_gives(empty_case: Case) -> None:
    fill(empty_case, {"m1": "accessed", "m2": "copied"})
    identify(empty_case, workers=0)
    before = mentions(empty_case)
    identify(empty_case, workers=1)
    assert mentions(empty_case) == before


def test_no_value_is_left_in_the_clear(empty_case: Case) -> None:
    fill(empty_case, {"m1": "accessed"})
    for table in ("messages", "attachments"):
        assert (empty_case.tables / table).exists()
    identify(empty_case, workers=0)
    secrets = [
        text.encode()
        for text in (CARD, CARD.replace(" ", ""), PASSWORD, "taro.secretname", "DE89370400440532013000", "1234-5678")
    ]
    files = [path for path in empty_case.folder.rglob("*") if path.is_file()]
    # Names and addresses of persons stand in `persons`, in the clear: they have to be told.
    ours = [path for path in files if not {"messages", "attachments", "persons"} & set(path.parts)]
    assert any(path.name == "mentions.parquet" for path in ours)
    for path in ours:
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += repr(pq.read_table(path).to_pylist()).encode()
        assert [secret for secret in secrets if secret in data] == [], path
    assert [path for path in files if ".identify-" in str(path)] == []


# -- what fails -------------------------------------------------------------------------------------------------------


def broken(value: str) -> Any:
    raise ValueError(f"bad: {value}")


@pytest.mark.parametrize("part", ["check", "mask", "canonical"])
def test_an_identifier_that_fails_loses_that_value_alone(
    empty_case: Case, monkeypatch: pytest.MonkeyPatch, part: str, capfd: pytest.CaptureFixture[str]
) -> None:
    def on_cards_of_visa(value: str) -> Any:
        return broken(value) if value.startswith("4") else getattr(identifiers()["payment_card"], part)(value)

    odd: dict[str, Any] = {part: on_cards_of_visa}
    known = {name: one for name, one in identifiers().items() if one.kind != "payment_card"}
    known["payment_card"] = changed(identifiers()["payment_card"], **odd)
    monkeypatch.setattr(worker, "_all", lambda _: Scanner(known))
    fill(empty_case, {"m1": "accessed", "m2": "copied"}, text=f"{TEXT}, or card 5555 5555 5555 4444")
    lay_evidence(empty_case)
    identify(empty_case, workers=0)
    masked = {row["value_masked"] for row in mentions(empty_case) if row["kind"] == "payment_card"}
    assert masked == {"**** **** **** 4444"}
    assert {row["kind"] for row in mentions(empty_case)} >= {"password", "email_address", "iban"}
    (told,) = skips(empty_case)
    assert (told["evidence_id"], told["path"], told["locator"]) == ("e1", "boxes/m1.eml", "byte:0+10")
    assert told["reason"] == "identifier_failed"
    assert told["detail"] == "text: payment_card failed on 1 of its values with ValueError"
    assert CARD not in "".join(capfd.readouterr())
    monkeypatch.undo()
    identify(empty_case, workers=0)
    assert skips(empty_case) == []


def lay_evidence(case: Case) -> None:
    """Say where the letters lie, and keep what reading has skipped apart."""
    rows = [{"evidence_id": "e1", "path": "boxes/m1.eml"}]
    replace(case, "evidence", pa.Table.from_pylist(rows, schema.TABLES["evidence"].schema))
    letters = pq.read_table(case.tables / "messages").to_pylist()
    placed = [{**row, "evidence_id": "e1", "locator": "byte:0+10"} for row in letters]
    replace(case, "messages", pa.Table.from_pylist(placed, schema.TABLES["messages"].schema))


def skips(case: Case) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(case.tables / "skipped").to_pylist()
    return rows


def test_what_reading_skipped_stays(empty_case: Case) -> None:
    fill(empty_case, {"m1": "accessed"})
    row = {"evidence_id": "e", "path": "p", "locator": "", "reason": "empty", "detail": "no bytes"}
    empty_case.journal.record("read", "1", UnitRecord(skipped=[row]))
    identify(empty_case, workers=0)
    assert skips(empty_case) == [row]


def test_a_text_that_takes_too_long_keeps_what_was_found(empty_case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(value: str) -> bool:
        time.sleep(30)
        return bool(value)

    known = {**identifiers(), "zz_slow": changed(identifiers()["payment_card"], check=slow)}
    monkeypatch.setattr(worker, "_all", lambda _: Scanner(known))
    monkeypatch.setattr(scan, "TEXT_SECONDS", 0.3)
    fill(empty_case, {"m1": "accessed"})
    lay_evidence(empty_case)
    identify(empty_case, workers=0)
    assert {row["kind"] for row in mentions(empty_case)} >= {"payment_card", "email_address", "iban"}
    assert [(row["reason"], row["detail"]) for row in skips(empty_case)] == [
        ("scan_too_slow", "text: took too long; what was found until then stands")
    ]


def test_what_is_found_shows_no_value() -> None:
    (found,) = [one for one in Scanner().scan([TEXT]) if one.identifier == "payment_card"]
    assert found.value == CARD
    assert CARD not in repr([found])
    assert CARD not in str(found)


# -- how much at a time -----------------------------------------------------------------------------------------------


def batches(*sizes: int) -> Iterator[pa.RecordBatch]:
    """Give batches of three texts each."""
    for first in range(0, len(sizes), 3):
        some = sizes[first : first + 3]
        yield pa.RecordBatch.from_pydict({"k": [*range(first, first + len(some))], "text": ["x" * n for n in some]})


@given(st.lists(st.sampled_from([1, 10, 400, 900, 1_000, 5_000]), max_size=12))
def test_batches_hold_so_many_bytes_and_nothing_else(sizes: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("unsealed.identify.BATCH", 1_000)
        made = list(_gathered(batches(*sizes)))
    assert [len(text.as_py()) for batch in made for text in batch.column("text")] == sizes
    assert [k.as_py() for batch in made for k in batch.column("k")] == [*range(len(sizes))]
    weights = [sum(len(text.as_py()) for text in batch.column("text")) for batch in made]
    for batch, weight in zip(made, weights, strict=True):
        assert weight <= 1_000 or batch.num_rows == 1
        assert (
            len(pickle.dumps(batch)) < weight + 1_500
        )  # what goes to a worker: these texts, not what they were cut from
    assert all(one + other > 1_000 for one, other in pairwise(weights))


def test_short_texts_are_scanned_together(empty_case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {f"m{n}": "accessed" for n in range(50)}
    letters = [{"message_id": name, "text": f"letter {name}", "subject": f"about {name}"} for name in names]
    fill(empty_case, names)
    replace(empty_case, "messages", pa.Table.from_pylist(letters, schema.TABLES["messages"].schema))
    scanned: list[int] = []
    real = worker.Worker.scan
    monkeypatch.setattr(
        worker.Worker, "scan", lambda self, k, texts, near: scanned.append(len(texts)) or real(self, k, texts, near)
    )
    identify(empty_case, workers=0)
    assert scanned == [102]


@pytest.mark.parametrize(("size", "expected"), [(20, 1_024), (1 << 20, 64), (1 << 27, 1)])
def test_the_longer_a_text_the_fewer_are_taken_at_a_time(
    empty_case: Case, monkeypatch: pytest.MonkeyPatch, size: int, expected: int
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(Engine, "value", lambda *_: size)
    monkeypatch.setattr(Engine, "batches", lambda *_, rows: asked.append(rows) or iter(()))
    with engine(empty_case) as db:
        assert list(_texts(db)) == []
    assert asked == [expected] * 4


# -- the key ----------------------------------------------------------------------------------------------------------


def test_a_key_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    made = key.case_key(tmp_path)
    path = tmp_path / key.NAME
    assert [path] == list(tmp_path.iterdir())
    path.chmod(0o644)
    assert key.case_key(tmp_path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_key_is_its_owners_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key.case_key(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / key.NAME).stat().st_mode) == 0o600


def test_what_is_no_key_of_ours_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, other = tmp_path / key.NAME, tmp_path / "other"
    other.write_bytes(b"k" * key.SIZE)
    path.symlink_to(other)
    with pytest.raises(CaseError, match="can't be opened as the case's key"):
        key.case_key(tmp_path)
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(CaseError, match="can't be opened as the case's key"):
        key.case_key(tmp_path)
    assert not (tmp_path / "nowhere").exists()
    path.unlink()
    for make in (path.mkdir, lambda: os.mkfifo(path)):
        make()
        with pytest.raises(CaseError, match="no file of yours"):
            key.case_key(tmp_path)
        path.rmdir() if path.is_dir() else path.unlink()
    for wrong in (b"", b"k" * (key.SIZE - 1), b"k" * (key.SIZE + 1)):
        path.write_bytes(wrong)
        with pytest.raises(CaseError, match="no key of 32 bytes"):
            key.case_key(tmp_path)
    path.write_bytes(b"k" * key.SIZE)
    assert key.case_key(tmp_path) == b"k" * key.SIZE
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(CaseError, match="no file of yours"):
        key.case_key(tmp_path)


def test_a_key_that_could_not_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        key.case_key(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_case_without_letters_has_no_mentions(empty_case: Case) -> None:
    assert identify(empty_case) == 0
    assert mentions(empty_case) == []
