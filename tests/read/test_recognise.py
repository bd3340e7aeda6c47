"""A file goes to the surest reader; mail is recognised without asking what knows logs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.read.engine import readers
from unsealed.read.reader import Reader, Settings
from unsealed.read.recognise import SETTLED, Recognition

LETTER = b"Received: by mx.example.org; Mon, 1 May 2023 10:00:00 +0000\nFrom: a@example.org\nSubject: x\n\nhello\n"
SYSLOG = b"May  1 10:00:00 mx postfix/smtpd[1]: 4Q8: client=unknown[203.0.113.7]\n"
AUDIT = b'[{"CreationTime":"2023-05-02T10:00:00","Id":"1","Operation":"Send","RecordType":2,"Workload":"Exchange"}]'
HEADS = {
    "letter.eml": LETTER,
    "mbox": b"From a@example.org Mon May  1 10:00:00 2023\n" + LETTER,
    "mail.log": SYSLOG,
    "audit.json": AUDIT,
    "notes.txt": b"nothing of the kind\n",
    "letter in a log": SYSLOG + LETTER,
    "log in a letter": LETTER + SYSLOG * 20,
    "csv": b"RecordId,CreationDate,RecordType,Operation,UserId,AuditData\n1,2023-05-01,50,Send,a@x.org,{}\n",
    "half": b"Subject: x\nfoo bar\n",
}


def surest(head: bytes, shown: str) -> tuple[int, str]:
    """Ask every reader, in plain words."""
    return max((reader.detect(head, shown), name) for name, reader in readers().items())


@pytest.mark.parametrize("name", sorted(HEADS.keys() - {"log in a letter"}))
def test_the_surest_reader_of_all_gets_the_file(name: str) -> None:
    best = Recognition(readers(), Settings()).best(HEADS[name], name)
    assert best == surest(HEADS[name], name) or best[0] == 0


def test_a_letter_that_quotes_a_log_is_a_letter() -> None:
    assert Recognition(readers(), Settings()).best(HEADS["log in a letter"], "x") == (80, "eml")


@given(st.lists(st.sampled_from([*HEADS.values(), b"\n", b"Date: x\n", b"Message-ID: <a@b>\n"]), max_size=5))
def test_pieces_of_all_kinds_put_together_go_where_the_surest_is(pieces: list[bytes]) -> None:
    head = b"".join(pieces)
    best, wanted = Recognition(readers(), Settings()).best(head, "x"), surest(head, "x")
    assert best == wanted or best[0] == wanted[0] == 0 or (best[0] >= SETTLED and readers()[best[1]].kind == "mail")


class Spy:
    """Stands before a reader and notes that it was asked."""

    def __init__(self, reader: Reader, asked: list[str]) -> None:
        self.name, self.kind, self.version, self._reader, self._asked = reader.name, reader.kind, "", reader, asked
        self.ranges, self.read = reader.ranges, reader.read

    def detect(self, head: bytes, shown: str) -> int:
        self._asked.append(self.name)
        return self._reader.detect(head, shown)


def test_readers_of_logs_are_not_asked_about_a_letter() -> None:
    asked: list[str] = []
    spies = {name: Spy(reader, asked) for name, reader in readers().items()}
    assert Recognition(spies, Settings()).best(LETTER, "1.eml") == (80, "eml")
    assert "eml" in asked
    assert not {"syslog", "entra_logs", "google_reports"} & set(asked)


def test_every_file_of_the_shared_data_goes_to_the_surest(shared: Path) -> None:
    some = Recognition(readers(), Settings())
    for path in sorted(shared.joinpath("data").rglob("*"))[::7]:
        if path.is_file():
            with path.open("rb") as stream:
                head = stream.read(65_536)
            best, wanted = some.best(head, str(path)), surest(head, str(path))
            assert best == wanted or best[0] == wanted[0] == 0, path
