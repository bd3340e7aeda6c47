"""The process that extracts: started when needed, bounded, replaced when it dies, and never the end of a letter."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import papers
import psutil
import pytest

from unsealed.read.attachments import extractor
from unsealed.read.attachments.extractor import Extractor
from unsealed.read.mail import message
from unsealed.read.reader import Part, Place, Row, Settings

PART = Part("x", "x.eml", "e" * 64, 0, 0, 0, Place("a@example.org", "given", "Inbox"))


@pytest.fixture
def own() -> Iterator[Extractor]:
    made = Extractor()
    yield made
    made.close()


def ask(own: Extractor, data: bytes, letter: str = "1") -> str:
    return own.outcome(data, f"{len(data)}{data[:4096]!r}", letter, Settings()).status


def letter(*files: tuple[str, str, bytes]) -> bytes:
    parts = [b"--x\r\nContent-Type: text/plain\r\n\r\nthe body\r\n"]
    for name, kind, data in files:
        head = f'--x\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        parts.append(head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data) + b"\r\n")
    top = (
        b"From: bob@example.com\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    )
    return top + b"".join(parts) + b"--x--\r\n"


def rows(raw: bytes) -> dict[str, list[tuple[object, ...]]]:
    found: dict[str, list[tuple[object, ...]]] = {}
    made: Row
    for made in message.rows(raw, PART, "byte:0+1"):  # type: ignore[assignment]  # a letter gives no batches
        found.setdefault(made[0], []).append(made[1])
    return found


def test_a_letter_with_documents_has_their_words() -> None:
    found = rows(letter(("a.bin", "application/octet-stream", papers.docx("hello")), ("b.txt", "text/plain", b"plain")))
    assert [(row[6], row[7]) for row in found["attachments"]] == [("hello", "read"), ("plain", "read")]
    assert "skipped" not in found


def test_no_process_starts_for_plain_letters() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_extractor import letter, rows\n"
        "from unsealed.read.attachments.extractor import EXTRACTOR\n"
        "rows(letter(('a.txt', 'text/plain', b'x'), ('b.png', 'image/png', b'\\x89PNG\\r\\n\\x1a\\n')))\n"
        "assert EXTRACTOR._process is None\n"
        "assert not {'kreuzberg', 'python_calamine', 'olefile'} & set(sys.modules)\n"
    )
    here = Path(__file__)
    subprocess.run([sys.executable, "-c", code, str(here.parent), str(here.parents[2])], check=True)


def test_the_same_bytes_are_read_once(own: Extractor) -> None:
    data = papers.docx("hello")
    first = own.outcome(data, "d", "1", Settings())
    own.close()
    assert own.outcome(data, "d", "2", Settings()) is first
    assert own._process is None


def test_a_killed_process_costs_one_attachment(own: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(own, papers.docx("one")) == "read"
    process = own._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    threading.Timer(0.3, lambda: os.kill(process.pid, signal.SIGKILL)).start()
    monkeypatch.setattr(extractor, "SECONDS", 10)
    assert ask(own, papers.docx("two")) == "failed"
    assert ask(own, papers.docx("three")) == "read"


def test_a_hanging_process_is_ended_in_time(own: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(own, papers.docx("one")) == "read"
    process = own._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    monkeypatch.setattr(extractor, "SECONDS", 1)
    begun = time.monotonic()
    assert ask(own, papers.docx("two")) == "too_slow"
    assert time.monotonic() - begun < 5
    monkeypatch.setattr(extractor, "SECONDS", 20)
    assert ask(own, papers.docx("three")) == "read"


def test_a_letter_full_of_slow_attachments_ends(own: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor, "MESSAGE_SECONDS", -1)
    assert ask(own, papers.docx("one"), "first") == "too_slow"


def test_a_document_that_wants_all_memory_costs_itself(own: Extractor) -> None:
    assert ask(own, papers.sparse_xlsx()) in {"failed", "read"}
    assert ask(own, papers.docx("after")) == "read"


def test_the_letter_is_read_whatever_hangs_on_it() -> None:
    found = rows(
        letter(("bomb.zip", "application/zip", papers.bomb(10)), ("x.pdf", "application/pdf", b"%PDF-1.4 broken"))
    )
    assert len(found["messages"]) == 1
    assert [row[7] for row in found["attachments"]] == ["too_large", "failed"]
    told = [(row[3], str(row[4])) for row in found["skipped"]]
    assert [reason for reason, _ in told] == ["attachment_too_large", "attachment_failed"]
    assert all(name in detail for (_, detail), name in zip(told, ("bomb.zip", "x.pdf"), strict=True))


def test_more_than_the_limit_is_not_sent(own: Extractor) -> None:
    assert ask(own, b"%PDF-" + b"\0" * extractor.MAX_BYTES) == "too_large"
    assert own._process is None


def test_the_clock_of_the_engine_stands_still_and_goes_on(own: Extractor) -> None:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("the clock runs in the main thread alone")
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 30)
    try:
        assert ask(own, papers.docx("one")) == "read"
        assert 29 < signal.getitimer(signal.ITIMER_REAL)[0] <= 30
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(sys.platform != "linux", reason="the system ends the child of a dead parent on Linux alone")
def test_the_process_dies_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; sys.path[:0] = sys.argv[2:]\n"
        "import papers\n"
        "from unsealed.read.attachments.extractor import EXTRACTOR\n"
        "from unsealed.read.reader import Settings\n"
        "EXTRACTOR.outcome(papers.docx('x'), 'd', '1', Settings())\n"
        "open(sys.argv[1], 'w').write(str(EXTRACTOR._process.pid))\n"
        "os.kill(EXTRACTOR._process.pid, signal.SIGSTOP)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    note = tmp_path / "pid"
    subprocess.run([sys.executable, "-c", code, str(note), str(Path(__file__).parent)], check=False)
    child = int(note.read_text())
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
