"""Letters that hang whole on a letter that was opened, from the mail itself to the verdict."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from scene import ALICE, BOB, Scene

from unsealed.read.mail.embedded import identity
from unsealed.read.mail.parts import Leaf

if TYPE_CHECKING:
    from pathlib import Path

INNER = "The figures for the northern plant are wrong since March, and nobody dares to tell the auditors.\n" * 2


def inner(mid: str | None = "<inner@x>", text: str = INNER) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Carol <carol@example.org>"
    message["To"] = BOB
    message["Subject"] = "figures"
    message["Date"] = "Thu, 02 Mar 2023 10:00:00 +0000"
    if mid:
        message["Message-ID"] = mid
    message.set_content(text)
    return message


def read(folder: Path, *messages: EmailMessage) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Read letters with the real reader; give the rows of `messages` and of `attachments`."""
    from unsealed.case import Case
    from unsealed.read import read as take

    for number, message in enumerate(messages):
        (folder / f"{number}.eml").write_bytes(message.as_bytes())
    case = Case.create(folder / "case", "Test")
    take(case, [folder / f"{number}.eml" for number in range(len(messages))], workers=0)
    tables = (pq.read_table(case.tables / name).to_pylist() for name in ("messages", "attachments"))
    return next(tables), next(tables)


def test_an_attached_letter_is_known_by_its_id_and_its_hash(tmp_path: Path) -> None:
    outer = EmailMessage()
    outer["From"] = BOB
    outer["Subject"] = "see this"
    outer["Message-ID"] = "<outer@x>"
    outer.set_content("What shall we do?\n")
    outer.add_attachment(inner())
    saved = inner(None).as_bytes()
    outer.add_attachment(saved, maintype="application", subtype="octet-stream", filename="Figures.EML")
    outer.add_attachment(b"no letter at all", maintype="application", subtype="octet-stream", filename="x.eml")
    messages, attachments = read(tmp_path, outer, inner(), inner(None))
    hashes = {row["internet_message_id"]: row["content_hash"] for row in messages}
    found = [(row["embedded_message_id"], row["embedded_content_hash"]) for row in attachments]
    assert found == [("<inner@x>", hashes["<inner@x>"]), (None, hashes[None]), (None, None)]


def test_what_is_no_letter_is_not_looked_into() -> None:
    leaf = Leaf.of_bytes("application/pdf", "a.pdf", "", True, b"From: x@y\n\nz")
    assert identity(leaf, leaf.content(), "UTC", 1000) == (None, None)
    broken = Leaf.of_bytes("application/vnd.ms-outlook", "a.msg", "", True, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9)
    assert identity(broken, broken.content(), "UTC", 1000) == (None, None)


def attach(scene: Scene, holder: str, mid: str | None, digest: str | None = None) -> None:
    scene.attachments.append(
        {
            "attachment_id": f"a{len(scene.attachments)}",
            "message_id": holder,
            "media_type": "message/rfc822",
            "embedded_message_id": mid,
            "embedded_content_hash": digest,
        }
    )


def test_the_content_of_a_letter_attached_to_an_opened_one_was_opened(scene: Scene) -> None:
    scene.owner(range(60))
    holder = scene.letter("outer", 5, text="What shall we do?")
    shut = scene.letter("shut", 5, text="Not opened.")
    scene.letter("inner", 2, BOB, text=INNER)
    scene.letter(None, 2, BOB, text="no id", content_hash="h-none")
    scene.letter("other", 2, BOB, text="hangs on a letter that nobody opened")
    attach(scene, holder, "<INNER@x>", "another")
    attach(scene, holder, None, "h-none")
    attach(scene, shut, "<other@x>")
    scene.bind(20, ["outer"])
    scene.run()
    row = scene.row("inner", BOB)
    assert row["verdict"] == row["content_verdict"] == "quoted"
    assert row["grounds"][0]["note"] == "attached whole to <outer@x>"
    assert row["grounds"][0]["message_id"] == holder
    assert [r["verdict"] for r in scene.table("exposures") if r["internet_message_id"] is None] == ["quoted"]
    assert scene.verdict("other", BOB) == "out_of_reach: not_reached"


def test_what_an_attached_letter_quotes_was_opened_with_it_and_the_note_names_both(scene: Scene) -> None:
    scene.owner(range(60))
    holder = scene.letter("outer", 5, text="What shall we do?")
    quoting = "I can not believe what Dave found there.\n\n" + "".join(f"> {line}\n" for line in INNER.splitlines())
    scene.letter("inner", 3, BOB, text=quoting, answers=["deep"])
    scene.letter("deep", 2, BOB, text=INNER)
    attach(scene, holder, "<inner@x>")
    scene.bind(20, ["outer"])
    scene.run()
    row = scene.row("deep", BOB)
    assert row["verdict"] == "quoted"
    note = "100% of its words stand in <inner@x>, which is attached whole to <outer@x>"
    assert [(ground["note"], ground["message_id"]) for ground in row["grounds"]] == [(note, holder)]


def test_a_letter_that_only_a_quoted_one_quotes_is_not_quoted(scene: Scene) -> None:
    """Its words must stand in the opened letter itself."""
    scene.owner(range(60))
    said = "Nobody here has ever seen the contract of the painters, and the second floor is still not paid for.\n"
    scene.letter("first", 1, conversation_id="c", text=INNER)
    middle = said + "".join(f"> {line}\n" for line in INNER.splitlines())
    scene.letter("second", 2, conversation_id="c", text=middle, answers=["first"])
    scene.letter("third", 3, conversation_id="c", text="Strange.\n> " + said, answers=["first", "second"])
    scene.bind(20, ["third"])
    scene.run()
    assert scene.verdict("second", ALICE) == "quoted: quoted"
    assert scene.verdict("first", ALICE) == "not_accessed: log_whole"
