"""Thunderbird's profile: whose account a directory is, and what is passed over."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import mail, mbox, take_in

from unsealed.case import Case
from unsealed.read.intake.profiles import load

PREFERENCES = r"""// Mozilla User Preferences
user_pref("app.update.lastUpdateTime", 1614592800);
user_pref("mail.accountmanager.accounts", "account1,account2,account3");
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.account.account3.identities", "id3");
user_pref("mail.account.account3.server", "server3");
user_pref("mail.identity.id1.useremail", "Alice@example.org");
user_pref("mail.identity.id3.useremail", "carol@example.org");
user_pref("mail.server.server1.directory-rel", "[ProfD]ImapMail/imap.example.org");
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server2.directory-rel", "[ProfD]Mail/Local Folders");
user_pref("mail.server.server2.userName", "nobody");
user_pref("mail.server.server3.directory", "C:\\\\Users\\\\carol\\\\x.default\\\\ImapMail\\\\imap.example-1.org");
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "thunderbird" / "x.default"
    for name, data in {
        "prefs.js": PREFERENCES.encode(),
        "places.sqlite": b"SQLite format 3\0" + bytes(100),
        "logins.json": b"{}",
        "extensions/a.xpi": b"PK",
        "ImapMail/imap.example.org.msf": b"// <!-- <mdb:mork:z v=",
        "ImapMail/imap.example.org/INBOX": mbox([mail(1), mail(2)]),
        "ImapMail/imap.example.org/INBOX.msf": b"// <!-- <mdb:mork:z v=",
        "ImapMail/imap.example.org/INBOX.sbd/Work": mbox([mail(3)]),
        "ImapMail/imap.example.org/msgFilterRules.dat": b'version="9"',
        "ImapMail/imap.example-1.org/Sent": mbox([mail(4)]),
        "Mail/Local Folders/Archive": mbox([mail(5, X_Mozilla_Status="0009"), mail(6, X_Mozilla_Status="0001")]),
        "Mail/Local Folders/strange.bin": bytes(range(256)),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def told(case: Case, path: Path) -> set[tuple[str, str, str, str]]:
    found = take_in(case, path)
    assert [row["path"].rpartition("/")[2] for row in found["skipped"]] == ["strange.bin"]
    return {
        (row["internet_message_id"][1:2], row["mailbox"], row["mailbox_basis"], row["folder"])
        for row in found["messages"]
    }


EXPECTED = {
    ("1", "alice@example.org", "path", "INBOX"),
    ("2", "alice@example.org", "path", "INBOX"),
    ("3", "alice@example.org", "path", "INBOX/Work"),
    ("4", "carol@example.org", "path", "Sent"),
    ("5", "alice@example.org", "inferred", "Archive"),
    ("6", "alice@example.org", "inferred", "Archive"),
}


@pytest.mark.parametrize("above", [False, True])
def test_accounts_folders_and_what_is_no_mail(empty_case: Case, profile: Path, above: bool) -> None:
    assert told(empty_case, profile.parent if above else profile) == EXPECTED


def test_the_same_in_an_archive(empty_case: Case, profile: Path, tmp_path: Path) -> None:
    archive = tmp_path / "profile.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.write(profile / "prefs.js", "x.default/prefs.js")
        for file in sorted(profile.rglob("*")):
            if file.is_file() and file.name != "prefs.js":
                out.write(file, f"x.default/{file.relative_to(profile)}")
    assert told(empty_case, archive) == EXPECTED


def test_what_was_deleted_but_is_still_there_is_noted(empty_case: Case, profile: Path) -> None:
    notes = {row["internet_message_id"]: row["notes"] for row in take_in(empty_case, profile)["messages"]}
    assert ("deleted" in notes["<5@example.com>"], "deleted" in notes["<6@example.com>"]) == (True, False)


@given(st.text(max_size=300) | st.sampled_from([PREFERENCES[:n] for n in range(0, len(PREFERENCES), 37)]))
def test_loading_never_raises(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("p") / "prefs.js"
    path.write_text(text, encoding="utf-8", errors="replace")
    load(path, "x")


def test_a_firefox_profile_is_none(tmp_path: Path) -> None:
    path = tmp_path / "prefs.js"
    path.write_text('user_pref("browser.startup.homepage", "about:blank");\n')
    assert load(path, "x") is None
