"""Whose mailbox and which folder, from where a file lies."""

import pytest

from unsealed.read.intake.places import FETCHED, INSIDE, address_in, is_folder, place

A = "alice@example.org"


@pytest.mark.parametrize(
    ("inner", "whole_file", "mailbox", "folder"),
    [
        # an mbox is a folder of its own name
        (f"evidence/{A}/Inbox.mbox", True, A, "Inbox"),
        (f"evidence/{A}/Inbox", True, A, "Inbox"),
        (f"evidence/{A}/Work/Projects.mbox", True, A, "Work/Projects"),
        (f"evidence/{A}.mbox", True, A, None),
        ("evidence/Inbox.mbox", True, None, "Inbox"),
        ("evidence/Archive 2021.mbox", True, None, "Archive 2021"),
        # Apple Mail and Takeout
        (f"evidence/{A}/Inbox.mbox/mbox", True, A, "Inbox"),
        ("evidence/Inbox.mbox/mbox", True, None, "Inbox"),
        (f"V2/IMAP-{A}/INBOX.mbox/Messages/1.emlx", False, A, "INBOX"),
        ("V10/5D1B0C9A-0000/INBOX.mbox/Work.mbox/9D1B/Data/1/2/Messages/12.partial.emlx", False, None, "INBOX/Work"),
        ("x/Takeout/Mail/Work.mbox", True, None, "Work"),
        (f"t.zip{INSIDE}Takeout/メール/受信トレイ.mbox", True, None, "受信トレイ"),
        # Purview, Graph
        (f"export/Exchange/{A}.001.pst", True, A, None),
        (f"export/{A}.json", False, A, None),
        (f"export/{A}/Inbox/1.json", False, A, "Inbox"),
        # Evolution
        ("evolution/mail/local/.Work_2E2021/cur/1:2,S", False, None, "Work.2021"),
        # what we fetched ourselves
        (f"{FETCHED}/imap.example.org/alice%40example.org/%5BGmail%5D/A%2FB/1-2.eml", False, A, "[Gmail]/A/B"),
        # Thunderbird
        ("Profiles/x.default/ImapMail/imap.example.org/INBOX", True, None, "INBOX"),
        ("Profiles/x.default/ImapMail/imap.example.org/INBOX.sbd/Work", True, None, "INBOX/Work"),
        ("Profiles/x.default/ImapMail/imap.example.org/INBOX/cur/1.eml", False, None, "INBOX"),
        (f"Mail/{A}/Inbox.sbd/Work", True, A, "Inbox/Work"),
        ("Mail/Local Folders/Inbox.sbd/Work.sbd/2021", True, None, "Inbox/Work/2021"),
        # archives
        (f"evidence/{A}.zip/Inbox/1.eml", False, A, "Inbox"),
        (f"evidence/{A}.tar.gz/Sent Items/1.eml", False, A, "Sent Items"),
        (f"evidence/all.zip{INSIDE}{A}/Inbox/1.eml", False, A, "Inbox"),
        # Maildir and Maildir++
        (f"vmail/{A}/cur/1614592800.M1P1.host:2,S", False, A, "Inbox"),
        (f"vmail/{A}/Maildir/cur/1:2,S", False, A, "Maildir"),
        (f"vmail/{A}/.Sent/cur/1:2,S", False, A, "Sent"),
        (f"vmail/{A}/.Work.2021/new/1", False, A, "Work/2021"),
        (f"vmail/{A}/.&kAFP4W4IMH8wojCkMMYw4A-/cur/1:2,S", False, A, "送信済みアイテム"),
        (f"vmail/{A}/.A&-B/cur/1:2,S", False, A, "A&B"),
        ("Maildir/cur/1:2,S", False, None, "Inbox"),
        ("Maildir/.Sent/cur/1:2,S", False, None, "Sent"),
        # folders of single letters
        (f"evidence/{A}/Inbox/1.eml", False, A, "Inbox"),
        (f"evidence/{A}/1.eml", False, A, None),
        ("evidence/Inbox/1.eml", False, None, "Inbox"),
        # the innermost address counts, upper case is folded
        ("evidence/admin@example.org/ALICE@Example.ORG/Inbox/1.eml", False, A, "Inbox"),
    ],
)
def test_where_files_lie(inner: str, whole_file: bool, mailbox: str | None, folder: str | None) -> None:
    found = place(inner, whole_file=whole_file, mailbox=None)
    assert (found.mailbox, found.folder) == (mailbox, folder)
    assert found.basis == ("path" if mailbox else None)


def test_what_a_person_says_outweighs_the_path() -> None:
    found = place(f"evidence/{A}/Inbox.mbox", whole_file=True, mailbox="Bob@Example.org")
    assert (found.mailbox, found.basis, found.folder) == ("bob@example.org", "given", "Inbox")


def test_a_maildirs_folders_are_one_mailbox() -> None:
    groups = {
        place(f"host/home/Maildir/{inner}", whole_file=False, mailbox=None).group
        for inner in ("cur/1:2,S", ".Sent/cur/2:2,S", ".Work.2021/new/3")
    }
    assert len(groups) == 1


@pytest.mark.parametrize(
    "name", ["report@2021", "a@b", "@example.org", "alice", "a b@example.org", "x" * 100_000 + "@", "a.gz" * 20_000]
)
def test_what_is_no_address(name: str) -> None:
    assert address_in(name) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x/ImapMail/imap.example.org/INBOX", "x/ImapMail/imap.example.org/Sent.sbd/2021"),
        ("x/Mail/Local Folders/Inbox", "x/Mail/Local Folders/Archives.sbd/2021"),
        ("x/Takeout/Mail/Inbox.mbox", "x/Takeout/Mail/Work.mbox"),
    ],
)
def test_the_folders_of_one_account_are_one_mailbox(one: str, other: str) -> None:
    groups = {place(inner, whole_file=True, mailbox=None).group for inner in (one, other)}
    assert len(groups) == 1


def test_an_account_that_a_profile_names() -> None:
    account = ("x/ImapMail/imap.example.org", "Alice@Example.org")
    found = place("x/ImapMail/imap.example.org/INBOX.sbd/Work", whole_file=True, mailbox=None, account=account)
    assert (found.mailbox, found.basis, found.folder) == (A, "path", "INBOX/Work")
    found = place("x/Mail/Local Folders/Inbox", whole_file=True, mailbox=None, account=account)
    assert found.mailbox is None


def test_which_files_are_folders() -> None:
    assert is_folder("mbox", "x/Inbox")
    assert not is_folder("eml", "x/Inbox")
    assert is_folder("graph_messages", "x/Inbox.json")
    assert not is_folder("graph_messages", "x/page1.json")
