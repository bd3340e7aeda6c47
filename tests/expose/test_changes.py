"""What a proof says would change a verdict is what the stages say when they are run on that assumption."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

from hypothesis import given
from laws import SCENES
from test_verdict import random_scene, seeds

from unsealed import pipeline, whatif
from unsealed.kept import keep
from unsealed.query import engine
from unsealed.report import proof, proof_changes
from unsealed.schema import VERDICTS

if TYPE_CHECKING:
    import pytest
    from scene import Scene

Row = dict[str, Any]


def proofs(scene: Scene, rows: list[Row]) -> list[Row]:
    with engine(scene.case) as db:
        found = proof.proofs(scene.case, db, rows)
        for one in found:
            proof_changes.via(db, one)
            one["changes"] = proof_changes.changes(one)
    return found


def rejections(told: Row) -> list[Row]:
    return [change for change in told["changes"] if change["kind"] == "reject"]


def judged(scene: Scene) -> list[Row]:
    """Judge a scene as `unsealed run` does: with its indicators kept in the case."""
    scene.write()
    listed = scene.folder.parent / "indicators.txt"
    listed.write_text("\n".join(scene.indicators), "utf-8")
    with scene.case.lock():
        keep(scene.case, "indicators", listed)
        scene.case.journal.set_note("default_rules", "off")
        pipeline.hunt(scene.case)
        pipeline.expose(scene.case)
    return scene.table("exposures")


@SCENES
@given(seeds)
def test_what_is_said_for_sure_comes_true(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    scene, _ = random_scene(tmp_path_factory.mktemp("changes") / "case", seed)
    rows = judged(scene)
    found = proofs(scene, rows)
    sessions = sorted({tuple(change["sessions"]) for one in found for change in rejections(one)})
    if not sessions:
        return
    tried = random.Random(seed).choice(sessions)
    for one in found:
        one["changes"] = [change for change in rejections(one) if tuple(change["sessions"]) == tried]
    said = copy.deepcopy([one["changes"] for one in found])
    with scene.case.lock():
        whatif.recompute(scene.case, rows, found)
    for before, one in zip(said, found, strict=False):
        for told, true in zip(before, one["changes"], strict=True):
            assert VERDICTS.index(true["verdict"]) >= VERDICTS.index(one["verdict"])
            if told["certain"]:
                assert told["verdict"] == true["verdict"], (told, true, one["grounds"])


def test_a_throttled_log_is_what_is_left_of_an_opened_letter(scene: Scene) -> None:
    scene.owner(range(60))
    scene.letter("a", 1)
    scene.sign_in(20, session_id="session-one")
    scene.bind(20, ["x"], throttled=True, session_id="session-one")
    scene.bind(22, ["a"], session_id="session-two")
    (told,) = proofs(scene, [row for row in judged(scene) if row["internet_message_id"] == "<a@x>"])
    by_session = {tuple(change["sessions"]): change for change in rejections(told)}
    assert by_session["session-two",]["verdict"] == "in_reach"
    assert by_session["session-two",]["grounds"][0]["how"] == "throttled"
    assert by_session["session-one",]["verdict"] == "accessed"
    both = by_session["session-one", "session-two"]
    assert (both["verdict"], both["certain"]) == ("out_of_reach", True)


def test_a_gateway_is_told_with_its_line_and_what_it_is_without(scene: Scene) -> None:
    scene.toml = "[[reach]]\nkind = 'gateway'\nname = 'mx1.example.org'\nbasis = 'a report'\n"
    scene.letter("a", 1, received=[{"by": "mx1.example.org", "from": None, "time": None}])
    (told,) = proofs(scene, judged(scene))
    (change,) = [change for change in told["changes"] if change["kind"] == "reach"]
    lines = (scene.folder / "case.toml").read_text("utf-8").splitlines()
    assert lines[change["line"] - 1] == "[[reach]]"
    assert (change["name"], change["verdict"], change["certain"]) == ("mx1.example.org", "out_of_reach", True)


def test_the_log_that_would_tell_is_named_with_its_days(scene: Scene) -> None:
    scene.letter("a", 1)
    scene.sign_in(20)
    scene.sign_in(25)
    (told,) = proofs(scene, judged(scene))
    (change,) = [change for change in told["changes"] if change["kind"] == "log"]
    presence = told["facts"]["presence"]
    assert (change["mailbox"], change["from"], change["to"]) == (told["mailbox"], presence["first"], presence["last"])


def test_a_letter_that_is_quoted_twice_is_not_said_to_fall_for_sure(scene: Scene) -> None:
    words = " ".join(f"word{n}" for n in range(40))
    scene.letter("a", 1, conversation_id="c", text=words)
    for number, session in ((1, "session-one"), (2, "session-two")):
        scene.letter(f"r{number}", 2 + number, conversation_id="c", answers=["a"], text=f"yes {number}\n\n> {words}\n")
        scene.bind(20 + number, [f"r{number}"], session_id=session)
    scene.owner(range(60))
    (told,) = proofs(scene, [row for row in judged(scene) if row["internet_message_id"] == "<a@x>"])
    assert told["verdict"] == "quoted"
    resting = [change for change in rejections(told) if change["verdict"] != "quoted" and len(change["sessions"]) == 1]
    assert resting
    assert not any(change["certain"] for change in resting)
