"""Exchange's IMAP and POP protocol logs: which commands give letters, and how large their answers were."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scene import ALICE, Scene

SECOND = 1 / 86400


@pytest.fixture
def box(scene: Scene) -> Scene:
    for name, size in (("small", 3000), ("big", 9000)):
        scene.letter(name, 1, text="x" * size, size_bytes=size)
    scene.letter("sent", 1, folder="Sent Items", text="x", size_bytes=500)
    scene.letter("filed", 1, folder="Projects", text="x", size_bytes=500)
    return scene


def session(scene: Scene, kind: str, *commands: tuple[str, str, str, int], day: float = 10) -> None:
    rows = [("login" if kind == "imap" else "pass", "alice *****", "R=OK", 30), *commands]
    for number, (command, parameters, context, size) in enumerate(rows):
        more: dict[str, Any] = {"bytes_out": size, "target": parameters or None, "client": None, "mailbox": None}
        refused = "NO " in context or "-ERR" in context
        scene.event(
            day + number * SECOND, command, "alice", source=f"exchange_{kind}", session_id="00000000000A1",
            raw=json.dumps({"context": context, "seqnumber": str(number)}),
            outcome="failure" if refused else "success", **more,
        )  # fmt: skip


WHOLE = [
    "5 (BODY.PEEK[])",
    "1:3 (UID FLAGS BODY[TEXT])",
    "2 RFC822",
    "2 (BODY.PEEK[]<0.4096>)",
    "1 (BODY[1] BODY[HEADER])",
    "7 BINARY[1]",
    "",
]
HEADS = [
    "1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT)])",
    "1:* (FLAGS ENVELOPE BODYSTRUCTURE)",
    "3 RFC822.HEADER",
    "3 (BODY[1.MIME] UID)",
    "1 BODY",
]


@pytest.mark.parametrize("parameters", WHOLE)
def test_a_fetch_of_contents_is_bounded_by_its_answer(box: Scene, parameters: str) -> None:
    session(box, "imap", ("select", "INBOX", "R=OK", 300), ("fetch", parameters, "R=OK;Rows=1", 5000))
    box.run()
    assert box.verdict("small") == "in_reach: no_item_log"
    assert box.verdict("big") == box.verdict("sent") == "not_accessed: log_whole"
    assert box.verdict("filed") == "in_reach: no_item_log"


@pytest.mark.parametrize("parameters", HEADS)
def test_flags_and_headers_open_nothing(box: Scene, parameters: str) -> None:
    session(box, "imap", ("select", "INBOX", "R=OK", 300), ("fetch", parameters, "R=OK;Rows=9", 50_000))
    assert box.run().verdict("small") == "not_accessed: log_whole"


def test_a_fetch_that_was_refused_or_empty_gave_nothing(box: Scene) -> None:
    session(
        box, "imap", ("fetch", "900 (BODY[])", 'R="a4 NO invalid set"', 60), ("fetch", "9 (BODY[])", "R=OK;Rows=0", 40)
    )
    assert box.run().verdict("small") == "not_accessed: log_whole"


def test_another_folder_was_open_where_it_was_selected(box: Scene) -> None:
    session(box, "imap", ("select", '"Sent Items"', "R=OK", 300), ("fetch", "1 (BODY[])", "R=OK;Rows=1", 900))
    assert box.run().verdict("sent") == "in_reach: no_item_log"


def test_a_retrieved_letter_is_no_larger_than_the_largest_answer(box: Scene) -> None:
    session(box, "pop", ("stat", "", "R=ok;Rows=9", 16), ("retr", "1", "R=ok", 3020), ("retr", "2", "R=ok", 3020))
    box.run()
    assert box.verdict("small") == "in_reach: no_item_log"
    assert box.verdict("big") == box.verdict("sent") == "not_accessed: log_whole"


def test_the_beginnings_that_top_shows_bound_nothing(box: Scene) -> None:
    session(box, "pop", ("top", "1 20", "R=ok", 800))
    assert box.run().verdict("big") == "in_reach: no_item_log"


def test_all_letters_that_the_inbox_had_were_downloaded(box: Scene) -> None:
    retrieved = [("retr", str(number), "R=ok", size) for number, size in ((1, 3020), (2, 9020))]
    session(box, "pop", ("stat", "", "R=ok;Rows=2", 16), *retrieved)
    box.run()
    assert box.verdict("small") == box.verdict("big") == "copied: download"
    assert box.verdict("filed") == box.verdict("sent") == "not_accessed: log_whole"


def test_the_same_letter_twice_is_not_all_of_them(box: Scene) -> None:
    session(box, "pop", ("stat", "", "R=ok;Rows=2", 16), *[("retr", "1", "R=ok", 9020)] * 2)
    assert box.run().verdict("small") == "in_reach: no_item_log"


def test_counting_letters_opens_none(box: Scene) -> None:
    session(box, "pop", ("stat", "", "R=ok;Rows=2", 16), ("quit", "", "R=ok", 9))
    assert box.run().verdict("small", ALICE) == "not_accessed: log_whole"
