"""A server that was open or taken, an export that was found or listed: which letters they held."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from scene import ALICE, BOB, Scene, at

from unsealed import schema
from unsealed.errors import ConfigError
from unsealed.query import replace

if TYPE_CHECKING:
    from pathlib import Path

CAROL = "carol@other.example"


def scene_of(tmp_path: Path, line: str) -> Scene:
    return Scene(tmp_path / "case", toml=f"[[reach]]\n{line}\n")


def evidence(scene: Scene, **paths: str) -> None:
    rows = [{"evidence_id": number, "path": path, "kind": "mail"} for number, path in paths.items()]
    replace(scene.case, "evidence", pa.Table.from_pylist(rows, schema.TABLES["evidence"].schema))


@pytest.mark.parametrize(("taken", "verdict"), [("", "in_reach: no_item_log"), ("taken = true", "copied: export")])
def test_a_server_held_what_was_there_while_it_was_open(tmp_path: Path, taken: str, verdict: str) -> None:
    scene = scene_of(
        tmp_path,
        f"""kind = "server"\nname = "Mail Store 1"\nmailboxes = ["@example.org"]
        from = 2023-03-06T00:00:00Z\nto = 2023-03-11T00:00:00Z\nbasis = "disk image"\n{taken}""",
    )
    scene.letter("old", 1)
    scene.letter("during", 7, BOB)
    scene.letter("undated", None)
    scene.letter("later", 12)
    scene.letter("elsewhere", 1, CAROL)
    scene.run()
    assert scene.verdict("old") == scene.verdict("during", BOB) == scene.verdict("undated") == verdict
    assert scene.verdict("later") == scene.verdict("elsewhere", CAROL) == "out_of_reach: not_reached"
    note = scene.row("old")["grounds"][0]["note"]
    assert "Mail Store 1" in note
    assert "disk image" in note


def test_a_server_of_which_no_mailbox_is_named_held_all_of_them(tmp_path: Path) -> None:
    scene = scene_of(tmp_path, 'kind = "server"\nname = "store"')
    scene.letter("a", 1)
    scene.letter("c", 1, CAROL)
    scene.run()
    assert scene.verdict("a") == scene.verdict("c", CAROL) == "in_reach: no_item_log"


@pytest.mark.parametrize("path", ["staged/alice.pst", "../evidence/staged/alice.pst", "staged"])
def test_what_lies_in_a_staged_mailbox_file_was_copied_and_so_were_its_originals(tmp_path: Path, path: str) -> None:
    scene = scene_of(tmp_path, f'kind = "export"\nname = "staged PST"\npath = "{path}"')
    evidence(scene, e1="evidence/staged/alice.pst", e2="evidence/live/alice.mbox", e3="evidence/unstaged/alice.pst")
    scene.letter("both", 1, folder="Staged", evidence_id="e1")
    scene.letter("both", 1, folder="Inbox", evidence_id="e2")
    scene.letter(None, 2, folder="Staged", evidence_id="e1", content_hash="same")
    scene.letter(None, 2, folder="Inbox", evidence_id="e2", content_hash="same")
    scene.letter("live", 1, evidence_id="e2")
    scene.letter("near", 1, evidence_id="e3")
    scene.letter("both", 1, BOB, evidence_id="e2")
    scene.run()
    assert scene.verdict("both", folder="Staged") == scene.verdict("both", folder="Inbox") == "copied: export"
    hashed = [row["verdict"] for row in scene.table("exposures") if row["internet_message_id"] is None]
    assert hashed == ["copied", "copied"]
    assert scene.verdict("live") == scene.verdict("near") == "out_of_reach: not_reached"
    assert scene.verdict("both", BOB) == "out_of_reach: not_reached"
    assert scene.row("both", BOB)["content_verdict"] == "copied"


def test_a_staged_file_stands_for_the_mailboxes_that_are_named(tmp_path: Path) -> None:
    scene = scene_of(tmp_path, 'kind = "export"\nname = "x"\npath = "staged.pst"\nmailboxes = ["@example.org"]')
    evidence(scene, e1="in/staged.pst", e2="in/live.mbox")
    scene.letter("a", 1, None, evidence_id="e1")
    scene.letter("a", 1, BOB, evidence_id="e2")
    scene.letter("a", 1, CAROL, evidence_id="e2")
    scene.run()
    assert scene.verdict("a", None) == scene.verdict("a", BOB) == "copied: export"
    assert scene.verdict("a", CAROL) == "out_of_reach: not_reached"


LISTINGS = {
    "ids.txt": "# found on the staging host\n<Listed@X>\n\n  two@x  \n",
    "ids.csv": "Subject,Internet Message Id\nfirst,<listed@x>\nsecond,two@x\n",
    "ids.tsv": "\ufeffMessage-ID\tSize\n<listed@x>\t1\n<two@x>\t2\n",
    "ids.json": json.dumps(["<listed@x>", "<two@x>"]),
    "ids.jsonl": '{"MessageId": "<listed@x>"}\n\n{"internet_message_id": "two@x", "mailbox": "alice@example.org"}\n',
    "subjects.csv": "subject;sent\nlisted;2023-03-03T00:00:30Z\n TWO ;2023-03-03\n",
    "subjects.jsonl": '{"Subject": "listed", "Date": "Fri, 03 Mar 2023 09:00:00 +0900"}\n{"Subject": "two", "Date": "2023-03-03"}',
}


@pytest.mark.parametrize("name", sorted(LISTINGS))
def test_a_listing_names_what_was_in_an_export(tmp_path: Path, name: str) -> None:
    scene = scene_of(tmp_path, f'kind = "export"\nname = "tool output"\npath = "{name}"')
    scene.letter("listed", 2)
    scene.letter("two", 2)
    scene.letter("three", 2)
    scene.letter("x", 9, subject="listed")
    scene.write()
    (scene.folder / name).write_text(LISTINGS[name], "utf-8")
    scene.run()
    assert scene.verdict("listed") == scene.verdict("two") == "copied: export"
    assert scene.verdict("three") == scene.verdict("x") == "out_of_reach: not_reached"
    assert name in scene.row("listed")["grounds"][0]["note"]


def test_a_listing_is_of_the_mailboxes_named(tmp_path: Path) -> None:
    scene = scene_of(tmp_path, f'kind = "export"\nname = "x"\npath = "ids.txt"\nmailboxes = ["{BOB}"]')
    scene.letter("a", 1)
    scene.letter("a", 1, BOB)
    scene.write()
    (scene.folder / "ids.txt").write_text("<a@x>", "utf-16")
    scene.run()
    assert scene.verdict("a") == "out_of_reach: not_reached"
    assert scene.verdict("a", BOB) == "copied: export"


def test_an_export_without_a_listing_is_its_mailboxes_folders_and_time(tmp_path: Path) -> None:
    scene = scene_of(
        tmp_path,
        f"""kind = "export"\nname = "x"\nmailboxes = ["{ALICE}"]\nfolders = ["Inbox"]\nto = 2023-03-11T00:00:00Z""",
    )
    scene.letter("in", 1, folder="受信トレイ")
    scene.letter("sent", 1, folder="Sent Items")
    scene.letter("later", 12)
    scene.letter("somewhere", 1, folder=None)
    scene.letter("undated", None)
    scene.letter("bob", 1, BOB)
    scene.run()
    assert scene.verdict("in") == "copied: export"
    assert scene.verdict("somewhere") == "in_reach: unnamed_folder"
    assert scene.verdict("undated") == "in_reach: no_item_log"
    for name, box in (("sent", ALICE), ("later", ALICE), ("bob", BOB)):
        assert scene.verdict(name, box) == "out_of_reach: not_reached"


@pytest.mark.parametrize(
    ("text", "told"),
    [(None, "no file"), ("nothing here", "names a letter"), ('{"a"', "line 1 is no JSON"), ("[1,", "is none")],
)
def test_what_is_neither_evidence_nor_a_listing_is_told_with_its_line(
    tmp_path: Path, text: str | None, told: str
) -> None:
    scene = scene_of(tmp_path, 'kind = "export"\nname = "x"\npath = "list"')
    scene.letter("a", 1)
    scene.hunt()
    if text is not None:
        (scene.folder / "list").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"reach 1\.path") as error:
        scene.run()
    assert told in str(error.value)
    line = int(str(error.value).split(", line ")[1].split(":")[0])
    assert 'path = "list"' in (scene.folder / "case.toml").read_text("utf-8").splitlines()[line - 1]


def test_what_was_deleted_before_a_server_was_open_was_not_on_it(tmp_path: Path) -> None:
    scene = scene_of(tmp_path, 'kind = "server"\nname = "s"\nfrom = 2023-03-11T00:00:00Z')
    scene.letter("here", 1)
    scene.bind(5, ["gone"], operation="HardDelete", access="delete", client_ip="192.0.2.10")
    scene.run()
    assert scene.verdict("gone") == "out_of_reach: not_reached"
    assert scene.row("here")["first_time"] == at(10)
