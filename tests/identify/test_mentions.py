"""The stage: which letters are scanned, what a row of `mentions` says, and that no value is left in the clear."""

from __future__ import annotations

import hmac
import stat
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from unsealed import schema
from unsealed.errors import CaseError, UnsealedError
from unsealed.identify import identify, key, worker
from unsealed.identify.identifiers import identifiers
from unsealed.identify.scan import Scanner
from unsealed.query import replace

if TYPE_CHECKING:
    from unsealed.case import Case

CARD, PASSWORD, MAIL = "4111 1111 1111 1111", "Tr0ub4dor&3x", "taro.secretname@example.jp"
TEXT = f"Card {CARD}, password: {PASSWORD}, write to {MAIL}"


def fill(case: Case, verdicts: dict[str, str], **more: Any) -> None:
    """Lay a letter for each verdict, all of one text, the first with an attachment."""
    letters = [
        {"message_id": name, "text": TEXT, "subject": f"about {MAIL}", "content_hash": "h", **more} for name in verdicts
    ]
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
        def scan(self, numbers: Any, texts: Any) -> pa.RecordBatch:
            scanned.extend(texts)
            return super().scan(numbers, texts)

    monkeypatch.setattr("unsealed.identify.Worker", Counting)
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
    ours = [path for path in files if not {"messages", "attachments"} & set(path.parts)]
    assert any(path.name == "mentions.parquet" for path in ours)
    for path in ours:
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += repr(pq.read_table(path).to_pylist()).encode()
        assert [secret for secret in secrets if secret in data] == [], path
    assert [path for path in files if ".identify-" in str(path)] == []


def test_an_error_holds_no_value() -> None:
    from dataclasses import replace as changed

    def broken(value: str) -> bool:
        raise ValueError(f"bad: {value}")

    scanner = Scanner({"payment_card": changed(identifiers()["payment_card"], check=broken)})
    with pytest.raises(UnsealedError) as caught:
        worker.Worker(b"k" * 32, scanner).scan([1], [TEXT])
    assert "ValueError" in str(caught.value)
    assert "4111" not in repr(caught.getrepr(style="long").reprcrash) + str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_case_without_letters_has_no_mentions(empty_case: Case) -> None:
    assert identify(empty_case) == 0
    assert mentions(empty_case) == []
