"""Laws of evidence over random permissions, consents, exports and reads."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from laws import SCENES
from oracle import RANK
from scene import ALICE, BOB, HOME_IP, Scene
from test_m365_grants import by_app, consents, folder_record, role_record

from unsealed import schema
from unsealed.expose import expose
from unsealed.query import replace

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CAROL = "carol@example.org"
BOXES = [ALICE, BOB, CAROL]
seeds = st.integers(0, 10**9)


def random_scene(folder: Path, seed: int) -> Scene:
    """Make a case of permissions given and taken, exports and reads, by various hands."""
    rng = random.Random(seed)
    scene = Scene(folder)
    for number in range(9):
        scene.letter(
            f"l{number}", rng.uniform(0, 30), rng.choice(BOXES), folder=rng.choice(["Inbox", "Projects"]), subject=f"word{number % 2}"
        )
    for box in rng.sample(BOXES, 2):
        scene.owner(range(0, 40, 3), box)
    for _ in range(rng.randint(6, 16)):
        _record(scene, rng)
    return scene


def _record(scene: Scene, rng: random.Random) -> None:
    day, box, who = rng.uniform(0, 40), rng.choice(BOXES), rng.choice([CAROL, "dan@example.org", "Default"])
    hand: dict[str, Any] = {} if rng.random() < 0.6 else {"client_ip": HOME_IP, "client": None}
    mids = [f"l{rng.randrange(9)}" for _ in range(3)]
    kind = rng.randrange(9)
    if kind == 0:
        verb = rng.choice(["Add", "Add", "Remove"])
        scene.cmdlet(day, f"{verb}-MailboxPermission", {"Identity": box, "User": who, "AccessRights": "FullAccess"}, **hand)
    elif kind == 1:
        rights = rng.choice(["Reviewer", "Owner", "None"])
        parameters = {"Identity": f"{box}:\\Inbox", "User": who, "AccessRights": rights}
        scene.cmdlet(day, "Set-MailboxFolderPermission", parameters, **hand)
    elif kind == 2:
        consents(scene, day, user=box, everybody=rng.random() < 0.3, **hand)
    elif kind == 3:
        verb = rng.choice(["Add app role assignment to", "Remove app role assignment from"])
        role_record(scene, day, f"{verb} service principal.", **hand)
    elif kind == 4:
        scene.cmdlet(day, "New-ComplianceSearch", {"Name": "s", "ExchangeLocation": rng.choice(["All", box])}, **hand)
        scene.cmdlet(day + 1, "New-ComplianceSearchAction", {"SearchName": "s", rng.choice(["Export", "Preview"]): "True"}, **hand)
    elif kind == 5:
        scene.cmdlet(day, "New-MailboxExportRequest", {"Mailbox": box, "ContentFilter": "Subject -like 'word1'"}, **hand)
    elif kind == 6:
        by_app(scene, day, mids, box)
    elif kind == 7:
        folder_record(scene, day, MemberUpn=who, MemberRights=rng.choice(["None", "ReadAny"]))
    else:
        reader = rng.choice([CAROL, "dan@example.org"])
        scene.bind(day, mids, box, user=reader, client_ip="198.51.100.9", client="x", folder=rng.choice(["Inbox", "Projects"]))


def ranks(scene: Scene) -> dict[tuple[str, str], int]:
    return {
        (row["message_id"] or row["internet_message_id"], row["mailbox"]): RANK.index(row["verdict"])
        for row in scene.table("exposures")
    }


@SCENES
@given(seeds)
def test_more_that_is_the_intruders_never_weakens_a_verdict(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    scene = random_scene(tmp_path_factory.mktemp("more") / "case", seed)
    scene.hunt()
    rows = [{"event_id": e["event_id"], "state": "proposed", "inside": True, "session": "x"} for e in scene.events]
    random.Random(seed).shuffle(rows)
    before: dict[tuple[str, str], int] = {}
    for part in (0.15, 0.5, 1):
        known = pa.Table.from_pylist(rows[: int(len(rows) * part)], schema.TABLES["activity"].schema)
        replace(scene.case, "activity", known)
        expose(scene.case)
        after = ranks(scene)
        assert all(after[key] <= rank for key, rank in before.items())
        before = after


@SCENES
@given(seeds)
def test_a_rejection_never_strengthens_and_every_ground_is_there(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    scene = random_scene(tmp_path_factory.mktemp("reject") / "case", seed)
    before = ranks(scene.run())
    events = {row["event_id"] for row in scene.events}
    for row in scene.table("exposures"):
        assert row["grounds"], row
        assert all(ground["event_id"] is None or ground["event_id"] in events for ground in row["grounds"])
        assert row["verdict"] not in {"accessed", "copied"} or row["grounds"][0]["event_id"]
    known = scene.table("activity")
    if known:
        scene.decide("rejected", random.Random(seed).choice(known)["event_id"])
        after = ranks(scene.run())
        assert all(rank >= before[key] for key, rank in after.items() if key in before)


@SCENES
@given(seeds)
def test_the_order_of_evidence_does_not_matter(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("order")
    scene, other = random_scene(folder / "one", seed), Scene(folder / "other")
    for name in ("messages", "events", "accesses"):
        rows = list(getattr(scene, name))
        random.Random(seed).shuffle(rows)
        setattr(other, name, rows)
    assert scene.run().table("exposures") == other.run().table("exposures")

