"""Gmail's labels, and the marks of deleted mail."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import mail, mbox, take_in

from unsealed.case import Case
from unsealed.read.mail import headers
from unsealed.read.mail.labels import deleted, folder, labels


def found(head: str) -> dict[bytes, list[bytes]]:
    return headers.collect(head.encode())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Inbox,Important,Work/2021", ["Inbox", "Important", "Work/2021"]),
        ("=?UTF-8?B?5Y+X5L+h44OI44Os44Kk?=,=?UTF-8?B?6ZaL5bCB5riI44G/?=", ["受信トレイ", "開封済み"]),
        ("=?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception,Importants?=", ["Boîte de réception", "Importants"]),
        ('Inbox,"Smith, Jones and Co"', ["Inbox", "Smith, Jones and Co"]),
        ("Inbox,\r\n Unread", ["Inbox", "Unread"]),
        ("", []),
    ],
)
def test_labels_are_read_as_google_writes_them(value: str, expected: list[str]) -> None:
    assert labels(found(f"X-GM-THRID: 1\nX-Gmail-Labels: {value}\nReceived: x\nFrom: a@b.example")) == expected


def test_a_header_that_a_sender_wrote_is_no_label() -> None:
    assert labels(found("Received: x\nFrom: a@b.example\nX-Gmail-Labels: Trash")) == []


@pytest.mark.parametrize(
    ("labelled", "named", "expected"),
    [
        (["Inbox", "Work"], "All mail Including Spam and Trash", "Inbox"),
        (["Important", "Sent", "Opened"], None, "Sent"),
        (["受信トレイ", "開封済み"], "すべてのメール", "受信トレイ"),
        (["Inbox", "Trash"], None, "Trash"),
        (["Unread", "Category Updates", "Work/2021", "Other"], None, "Work/2021"),
        (["Archived", "Opened"], None, "Archive"),
        (["Inbox", "Work/2021"], "Work_2021", "Work/2021"),
        (["Papierkorb", "Wichtig"], None, "Papierkorb"),
    ],
)
def test_the_main_label_is_the_folder(labelled: list[str], named: str | None, expected: str) -> None:
    assert folder(labelled, named) == expected


@given(st.lists(st.text(min_size=1, max_size=10), min_size=1), st.none() | st.text(max_size=10))
def test_there_is_always_a_folder(labelled: list[str], named: str | None) -> None:
    assert folder(labelled, named)


@given(st.binary(max_size=80))
def test_reading_labels_never_raises(value: bytes) -> None:
    labels({b"x-gmail-labels": [value]})
    deleted({b"x-mozilla-status": [value]}, "x")


@pytest.mark.parametrize(
    ("shown", "status", "gone"),
    [
        ("Maildir/cur/1614592800.M1P1.host:2,ST", "", True),
        ("Maildir/cur/1614592800.M1P1.host:2,S", "", False),
        ("Maildir/cur/1614592800.M1P1.host;2,T", "", True),
        ("Inbox", "0009", True),
        ("Inbox", "0001", False),
        ("Inbox", "what", False),
        ("Topic:2,T.eml", "", False),
    ],
)
def test_deleted_mail_is_told(shown: str, status: str, gone: bool) -> None:
    assert deleted({b"x-mozilla-status": [status.encode()]}, shown) is gone


def test_takeout_in_one_file(empty_case: Case, tmp_path: Path) -> None:
    path = tmp_path / "Takeout" / "Mail" / "All mail Including Spam and Trash.mbox"
    path.parent.mkdir(parents=True)
    letters = [
        f"X-GM-THRID: {n}\r\nX-Gmail-Labels: {told}\r\nDelivered-To: alice@example.org\r\n".encode() + mail(n)
        for n, told in enumerate(["Inbox,Important", "Sent", "Work,Opened"], start=1)
    ]
    path.write_bytes(mbox(letters))
    rows = sorted(take_in(empty_case, tmp_path / "Takeout")["messages"], key=lambda row: row["internet_message_id"])
    assert [(row["mailbox"], row["folder"], row["labels"]) for row in rows] == [
        ("alice@example.org", "Inbox", ["Inbox", "Important"]),
        ("alice@example.org", "Sent", ["Sent"]),
        ("alice@example.org", "Work", ["Work", "Opened"]),
    ]
