"""A mailbox read over IMAP: everything is fetched once, nothing on the server changes, what can't be had is told."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from imap_server import Folder, Server, certificate
from imapclient import imap_utf7
from samples import mail, take_in

from unsealed import pipeline
from unsealed.case import Case
from unsealed.errors import UsageError
from unsealed.read.imap import names

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make a certificate with")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(pair: tuple[Path, Path]) -> Iterator[Server]:
    folders = [
        Folder("INBOX", {n: mail(n) for n in (3, 5, 8)}),
        Folder("Work", flags="\\Noselect"),
        Folder(imap_utf7.encode("Work/見積 & 請求").decode(), {1: mail(20)}),
        Folder("../..", {1: mail(30)}),
        Folder("Empty"),
    ]
    with Server(*pair, folders) as running:
        yield running


Tables = dict[str, list[dict[str, Any]]]


def run(case: Case, server: Server, ca_file: Path, password: str = "secret") -> Tables:  # noqa: S107 - it opens nothing
    with case.lock():
        root = pipeline.fetch(case, server.address, password, ca_file=ca_file)
    return take_in(case, root)


def test_every_folder_is_read_and_nothing_is_changed(empty_case: Case, server: Server, pair: tuple[Path, Path]) -> None:
    found = run(empty_case, server, pair[0])
    assert sorted((row["folder"], row["internet_message_id"]) for row in found["messages"]) == [
        ("../..", "<30@example.com>"),
        ("INBOX", "<3@example.com>"),
        ("INBOX", "<5@example.com>"),
        ("INBOX", "<8@example.com>"),
        ("Work/見積 & 請求", "<20@example.com>"),
    ]
    assert {(row["mailbox"], row["mailbox_basis"]) for row in found["messages"]} == {("alice@example.org", "path")}
    verbs = {line.removeprefix("UID ").split(" ")[0] for line in server.asked}
    assert verbs <= {"CAPABILITY", "LOGIN", "LIST", "EXAMINE", "FETCH", "LOGOUT"}
    assert not [line for line in server.asked if "BODY[" in line]
    assert not (empty_case.folder.parent / "7-1.eml").exists()
    assert all(path.is_relative_to(empty_case.folder / "imap") for path in empty_case.folder.rglob("*.eml"))


def test_what_is_here_is_not_fetched_again(empty_case: Case, server: Server, pair: tuple[Path, Path]) -> None:
    first = run(empty_case, server, pair[0])
    server.asked.clear()
    server.folders["INBOX"].letters[9] = mail(9)
    second = run(empty_case, server, pair[0])
    assert len([line for line in server.asked if "BODY.PEEK[]" in line]) == 1
    assert len(second["messages"]) == len(first["messages"]) + 1
    assert not second["skipped"]


def test_custody_names_the_server_and_its_certificate(
    empty_case: Case, server: Server, pair: tuple[Path, Path]
) -> None:
    run(empty_case, server, pair[0])
    told = [entry for entry in empty_case.custody.entries() if entry["action"] in {"connect", "fetch"}]
    assert [entry["action"] for entry in told] == ["connect", "fetch"]
    assert told[1]["messages"] == 5
    assert len(told[1]["certificate_sha256"]) == 64
    assert "secret" not in (empty_case.folder / "custody.jsonl").read_text()
    assert not empty_case.verify_evidence()["changed"]


def test_a_new_uidvalidity_gives_no_second_copies(empty_case: Case, server: Server, pair: tuple[Path, Path]) -> None:
    first = run(empty_case, server, pair[0])
    server.folders["INBOX"].validity = 8
    assert len(run(empty_case, server, pair[0])["messages"]) == len(first["messages"])


def test_what_the_server_does_not_give_is_told(empty_case: Case, server: Server, pair: tuple[Path, Path]) -> None:
    inbox = server.folders["INBOX"]
    inbox.refuse, inbox.withhold = {3}, {5}
    found = run(empty_case, server, pair[0])
    assert [(row["locator"], row["reason"]) for row in found["skipped"]] == [
        ("uid:3", "not_fetched"),
        ("uid:5", "not_fetched"),
    ]
    inbox.refuse, inbox.withhold = set(), set()
    assert not run(empty_case, server, pair[0])["skipped"]


def test_a_connection_that_breaks_is_carried_on_later(
    empty_case: Case, server: Server, pair: tuple[Path, Path]
) -> None:
    server.folders["INBOX"].hang_up_at = 5
    found = run(empty_case, server, pair[0])
    assert {row["reason"] for row in found["skipped"]} == {"not_fetched"}
    assert len(found["skipped"]) >= 2  # the folder that broke and those after it
    server.folders["INBOX"].hang_up_at = None
    found = run(empty_case, server, pair[0])
    assert (len(found["messages"]), found["skipped"]) == (5, [])


def test_a_large_letter_comes_in_pieces(
    empty_case: Case, server: Server, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["unsealed.read.imap.fetch"], "BATCH_BYTES", 100)
    letter = mail(5, "x\n" * 500)
    server.folders["INBOX"].letters[5] = letter
    run(empty_case, server, pair[0])
    assert next(empty_case.folder.rglob("INBOX/7-5.eml")).read_bytes() == letter


def test_who_is_not_let_in_and_whom_we_do_not_trust(empty_case: Case, server: Server, pair: tuple[Path, Path]) -> None:
    with pytest.raises(UsageError, match="refused"):
        run(empty_case, server, pair[0], "wrong")
    with pytest.raises(UsageError, match="not trusted"):
        pipeline.fetch(empty_case, server.address, "secret")
    assert not [line for line in server.asked if "LOGIN" in line and "wrong" not in line]


@pytest.mark.parametrize(
    "address", ["imap://a@h", "imaps://h", "imaps://a:b@h", "imaps://a@h/INBOX", "imaps://a@h:x", "http://a@h"]
)
def test_addresses_that_are_none(empty_case: Case, address: str) -> None:
    with pytest.raises(UsageError):
        pipeline.fetch(empty_case, address, "secret")


@pytest.mark.parametrize(
    "name", ["..", ".", "/", "a/b", "con", "", " x ", "x" * 5000, "日本" * 200, "a\x00\nb", "a.zip", "cur", "%2e"]
)
def test_names_of_folders_never_become_paths(tmp_path: Path, name: str) -> None:
    where = names.directory(tmp_path, name, "/")
    assert where.resolve().is_relative_to(tmp_path)
    where.mkdir(parents=True, exist_ok=True)


def test_the_index_beside_the_letters_keeps_what_the_server_said(
    empty_case: Case, server: Server, pair: tuple[Path, Path]
) -> None:
    run(empty_case, server, pair[0])
    index = next(empty_case.folder.rglob("INBOX/fetched.jsonl"))
    lines = [json.loads(line) for line in index.read_text().splitlines()]
    assert [(line["uidvalidity"], line["uid"], line["flags"]) for line in lines] == [(7, 3, []), (7, 5, []), (7, 8, [])]
