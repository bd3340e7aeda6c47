"""Every file behind the paths that a person gives."""

import os
from pathlib import Path

import pytest
from samples import mail, take_in

from unsealed.case import Case
from unsealed.errors import UsageError
from unsealed.read.intake.walk import File, Unread, safe, walk


def test_files_come_sorted_and_with_their_names(tmp_path: Path) -> None:
    for name in ("b/2.eml", "b/10.eml", "a/1.eml", "c.eml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(mail(1))
    found = [item.inner for item in walk([tmp_path], tmp_path / "case") if isinstance(item, File)]
    assert found == [f"{tmp_path.name}/{name}" for name in ("c.eml", "a/1.eml", "b/10.eml", "b/2.eml")]


def test_pipes_links_and_odd_names(empty_case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "1.eml").write_bytes(mail(1))
    os.mkfifo(folder / "pipe")
    (folder / "nowhere").symlink_to(folder / "missing")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    with open(os.fsencode(folder) + b"/caf\xe9.eml", "wb") as stream:  # noqa: PTH123 - a name that is no text
        stream.write(mail(2))
    (folder / "empty.eml").touch()
    found = take_in(empty_case, folder)
    assert len(found["messages"]) == 2
    assert sorted(row["reason"] for row in found["skipped"]) == ["empty", "link", "link", "not_a_file"]
    assert any("caf\\xe9.eml" in row["path"] for row in found["evidence"])


def test_the_case_itself_is_no_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "1.eml").write_bytes(mail(1))
    case = Case.create(tmp_path / "case", "x")
    found = take_in(case, Path("../" + tmp_path.name))
    assert [row["path"].split("/")[-1] for row in found["evidence"]] == ["1.eml"]
    assert [
        row.reason for row in walk([Path("case"), Path("case/tables")], case.folder) if isinstance(row, Unread)
    ] == ["own_case"] * 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(empty_case: Case, tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(mail(1))
    (tmp_path / "1.eml").chmod(0)
    assert [row["reason"] for row in take_in(empty_case, tmp_path / "1.eml")["skipped"]] == ["unreadable"]


def test_a_path_that_does_not_exist_is_a_mistake(empty_case: Case, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        take_in(empty_case, tmp_path / "nothing")


def test_companions_of_mail_are_not_missed(empty_case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "Maildir"
    for name in ("cur/1:2,S", "dovecot-uidlist", "subscriptions", "Inbox.msf"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(mail(1) if "cur" in name else b"3 V1 x\n")
    assert not take_in(empty_case, folder)["skipped"]


@pytest.mark.parametrize(
    ("name", "shown"), [("../../a", "a"), ("/a//b", "a/b"), ("..", "unnamed"), ("a\\..\\b", "a/b"), ("\n\x00", "??")]
)
def test_names_are_made_safe(name: str, shown: str) -> None:
    assert safe(name) == shown
