"""What can only be told when all is read."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import Row, mail, mbox, take_in

from unsealed.case import Case
from unsealed.read.mail.threads import Threads, base_subject, is_reply

ALICE, BOB = "alice@example.org", "bob@example.org"


def test_a_mailbox_named_later_supersedes_the_inferred_one(empty_case: Case, tmp_path: Path) -> None:
    path = tmp_path / "Inbox.mbox"
    path.write_bytes(mbox(mail(n, Delivered_To=ALICE) for n in range(5)))
    found = take_in(empty_case, path)
    assert {(row["mailbox"], row["mailbox_basis"]) for row in found["messages"]} == {(ALICE, "inferred")}
    assert (found["evidence"][0]["mailbox"], found["evidence"][0]["mailbox_basis"]) == (ALICE, "inferred")
    for again in (BOB, None, BOB):
        found = take_in(empty_case, path, mailbox=again)
        assert len(found["messages"]) == 5
        assert {(row["mailbox"], row["mailbox_basis"]) for row in found["messages"]} == {(BOB, "given")}
        (row,) = found["evidence"]
        assert (row["mailbox"], row["mailbox_basis"], row["records"]) == (BOB, "given", 5)


def test_one_file_under_two_names_is_counted_once(empty_case: Case, tmp_path: Path) -> None:
    for name in ("a/Inbox.mbox", "b/Inbox.mbox"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(mbox(mail(n, Delivered_To=ALICE) for n in range(5)))
    found = take_in(empty_case, tmp_path / "a", tmp_path / "b")
    assert len(found["messages"]) == 5
    assert sorted((row["records"], row["duplicate"]) for row in found["evidence"]) == [(0, True), (5, False)]


def test_one_file_in_two_mailboxes_is_two_copies(empty_case: Case, tmp_path: Path) -> None:
    for name in (ALICE, BOB):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Inbox.mbox").write_bytes(mbox(mail(n) for n in range(5)))
    found = take_in(empty_case, tmp_path)
    assert sorted(row["mailbox"] for row in found["messages"]) == [ALICE] * 5 + [BOB] * 5
    assert len({row["message_id"] for row in found["messages"]}) == 10
    assert len({row["conversation_id"] for row in found["messages"]}) == 5


def test_owners_are_those_on_most_letters(empty_case: Case, tmp_path: Path) -> None:
    (tmp_path / "Inbox").write_bytes(mbox(mail(n, to=f"{ALICE}, other{n}@example.org") for n in range(5)))
    assert {row["mailbox"] for row in take_in(empty_case, tmp_path / "Inbox")["messages"]} == {ALICE}


def test_mailboxes_known_by_guid_get_their_address(empty_case: Case, tmp_path: Path) -> None:
    record = {
        "CreationTime": "2021-03-01T10:00:00",
        "Operation": "MailItemsAccessed",
        "RecordType": 50,
        "Workload": "Exchange",
        "MailboxGuid": "G-1",
    }
    (tmp_path / "log.json").write_text(
        json.dumps([{**record, "Id": "1"}, {**record, "Id": "2", "MailboxOwnerUPN": ALICE}])
    )
    found = take_in(empty_case, tmp_path / "log.json")
    assert {row["mailbox"] for row in found["events"]} == {row["mailbox"] for row in found["accesses"]} == {ALICE}


# -- conversations ---------------------------------------------------------------------------------------------------


def conversations(found: dict[str, list[Row]]) -> list[set[str]]:
    """Give the conversations as sets of subjects' last words."""
    groups: dict[str, set[str]] = defaultdict(set)
    for row in found["messages"]:
        groups[row["conversation_id"]].add(row["internet_message_id"])
    return sorted(groups.values(), key=sorted)


def test_replies_references_and_indexes_join(empty_case: Case, tmp_path: Path) -> None:
    index = "AdcWxyz" + "A" * 23 + "=="
    letters = [
        mail(1, Subject="one"),
        mail(2, Subject="x", In_Reply_To="<1@EXAMPLE.com>"),
        mail(3, Subject="y", References="<0@gone> <2@example.com>"),
        mail(4, Subject="z", References="<0@gone>"),
        mail(5, Subject="w", Thread_Index=index),
        mail(6, Subject="v", Thread_Index=index),
        mail(7, Subject="alone"),
    ]
    random.Random(1).shuffle(letters)
    (tmp_path / "m").write_bytes(mbox(letters))
    ids = [{f"<{n}@example.com>" for n in group} for group in ((1, 2, 3, 4), (5, 6), (7,))]
    assert conversations(take_in(empty_case, tmp_path / "m")) == ids


def test_replies_by_subject_need_a_shared_person_and_a_near_date(empty_case: Case, tmp_path: Path) -> None:
    day = "Mon, {:02} Mar 2021 10:00:00 +0000".format
    letters = [
        mail(1, Subject="Budget plan", Date=day(1)),
        mail(2, Subject="Re: Budget plan", From=f"Alice <{ALICE}>", to="bob1@example.com", Date=day(2)),
        mail(3, Subject="RE: [list] Budget plan", From="x@evil.example", to="y@evil.example", Date=day(3)),
        mail(4, Subject="返信: Budget plan", From="bob1@example.com", Date="Tue, 01 Mar 2022 10:00:00 +0000"),
        mail(5, Subject="Budget plan", Date=day(4)),
    ]
    (tmp_path / "m").write_bytes(mbox(letters))
    assert {"<1@example.com>", "<2@example.com>"} in conversations(take_in(empty_case, tmp_path / "m"))
    assert len(conversations(take_in(empty_case, tmp_path / "m"))) == 4


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40))
@settings(max_examples=80)
def test_threads_are_the_connected_parts(edges: list[tuple[int, int]]) -> None:
    threads = Threads(31)
    for one, other in edges:
        threads.join(one, other)
    names = list(threads.names())
    parts = [{n} for n in range(31)]
    for one, other in edges:
        a, b = parts[one], parts[other]
        if a is not b:
            a |= b
            for n in b:
                parts[n] = a
    assert names == [min(part) for part in parts]


def test_base_subjects() -> None:
    for subject in ("Re: Plan", "RE: re[2]: Fwd: [list] plan", "返信: 転送: Plan", "Aw:  PLAN ", "re：Plan"):
        assert base_subject(subject) == "plan"
    assert is_reply("[list] Re: x")
    assert not is_reply("Regarding: x")
    base_subject("re: " * 100_000)
    base_subject("re" + " " * 1_000_000)


def test_a_newer_reader_reads_all_evidence_again(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.mbox").write_bytes(mbox([mail(ord(name))]))
    take_in(empty_case, tmp_path / "a.mbox", tmp_path / "b.mbox", mailbox=ALICE)
    monkeypatch.setattr("unsealed.read.mbox.READER.version", "99", raising=False)
    (tmp_path / "b.mbox").unlink()
    found = take_in(empty_case, tmp_path / "c.mbox", mailbox=BOB)
    assert sorted((row["subject"], row["mailbox"]) for row in found["messages"]) == [
        ("Letter 97", ALICE),
        ("Letter 99", BOB),
    ]
    assert [row["reason"] for row in found["skipped"]] == ["evidence_gone"]
