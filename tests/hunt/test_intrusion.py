"""When they were in: bounds that hold, and nothing where nothing is known."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scene import BOB, HOME, HOME_IP, Scene, at

if TYPE_CHECKING:
    from datetime import datetime

REACH = '[[reach]]\nkind = "mailbox"\nname = "alice@example.org"\n'


def bounds(scene: Scene) -> dict[str, Any]:
    (row,) = scene.hunt().table("intrusion")
    return row


def near(one: datetime | None, day: float) -> bool:
    return one is not None and abs((one - at(day)).total_seconds()) < 1


def quiet(scene: Scene, first: int, last: int) -> None:
    for day in range(first, last):
        scene.bind(day, ["x"], BOB, client_ip=HOME_IP, client=HOME)


def test_a_log_that_is_whole_on_both_sides_bounds_both_ends(scene: Scene) -> None:
    quiet(scene, 0, 60)
    scene.sign_in(20.5)
    scene.sign_in(22.5)
    row = bounds(scene)
    assert near(row["first_evidence"], 20.5)
    assert near(row["last_evidence"], 22.5)
    assert near(row["began_after"], 20)
    assert near(row["began_before"], 20.5)
    assert near(row["ended_after"], 22.5)
    assert near(row["ended_before"], 59)
    assert row["dwell_days_min"] == 2
    assert row["dwell_days_max"] == 39


def test_a_log_that_begins_with_them_inside_does_not_tell_when_they_came(scene: Scene) -> None:
    quiet(scene, 0, 30)
    scene.sign_in(3)
    scene.sign_in(27)
    row = bounds(scene)
    assert row["began_after"] is None
    assert row["ended_before"] is None
    assert row["dwell_days_max"] is None
    assert row["dwell_days_min"] == 24


def test_a_guest_who_comes_every_three_weeks_is_not_gone_after_one(scene: Scene) -> None:
    quiet(scene, 0, 90)
    for day in (25.5, 46.5, 67.5):
        scene.sign_in(day)
    row = bounds(scene)
    assert row["began_after"] is None
    assert row["ended_before"] is None


def test_a_hole_just_before_the_first_trace_takes_the_bound_away(scene: Scene) -> None:
    quiet(scene, 0, 20)
    quiet(scene, 28, 60)
    scene.sign_in(30.5)
    assert bounds(scene)["began_after"] is None


def test_contained_ends_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml="[incident]\ncontained = 2023-03-24T00:00:00Z\n")
    path = scene.case.folder / "case.toml"
    path.write_text(path.read_text("utf-8").replace("[incident]\n", ""), "utf-8")
    scene.sign_in(20)
    assert near(bounds(scene)["ended_before"], 23)
    scene.sign_in(25)
    assert bounds(scene)["ended_before"] is None


def test_what_responders_know_to_have_been_reachable_widens_the_bounds(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=REACH + "from = 2023-03-02T00:00:00Z\nto = 2023-05-20T00:00:00Z\n")
    quiet(scene, 0, 60)
    scene.sign_in(20.5)
    row = bounds(scene)
    assert near(row["began_after"], 1)
    assert near(row["ended_before"], 80)


def test_reach_without_a_beginning_or_an_end_leaves_them_open(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=REACH)
    quiet(scene, 0, 60)
    scene.sign_in(20.5)
    row = bounds(scene)
    assert row["began_after"] is None
    assert row["ended_before"] is None


def test_reach_alone_gives_bounds_without_evidence(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=REACH + "from = 2023-03-02T00:00:00Z\nto = 2023-03-20T00:00:00Z\n")
    scene.letter("a")
    row = bounds(scene)
    assert (row["first_evidence"], row["began_before"]) == (None, None)
    assert near(row["began_after"], 1)
    assert near(row["ended_before"], 19)
    assert row["dwell_days_max"] == 18


def test_rejected_activity_bounds_nothing(scene: Scene) -> None:
    scene.sign_in(20, session_id="session-one")
    scene.sign_in(25, session_id="session-two")
    scene.hunt()
    scene.decide("rejected", "session-one")
    assert near(bounds(scene)["first_evidence"], 25)
    scene.decide("rejected", "session-two")
    assert scene.hunt().table("intrusion") == []


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_truth_lies_within_the_bounds_wherever_the_log_is_cut(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Visits keep a rhythm: no pause is more than twice another; the log loses an end or some days in the middle."""
    rng = random.Random(seed)
    rhythm = rng.uniform(0.2, 9)
    visits = [rng.uniform(10, 60)]
    while len(visits) < rng.randint(4, 12):
        visits.append(visits[-1] + rng.uniform(rhythm, 2 * rhythm))
    low, high = sorted([rng.uniform(-20, 90), rng.uniform(0, 170)])
    hole = rng.uniform(0, 100)
    hole_end = hole + rng.choice([0, rng.uniform(6, 25)])
    kept = [day for day in visits if low <= day <= high and not hole <= day <= hole_end]
    if len(kept) < 2:
        return
    scene = Scene(tmp_path_factory.mktemp("cut") / "case")
    for day in range(-20, 170):
        for hours in range(0, 24, 6):
            moment = day + (hours + rng.random()) / 24
            if low <= moment <= high and not hole <= moment <= hole_end:
                scene.sign_in(moment, BOB, client_ip=HOME_IP, client=HOME)
    for day in kept:
        scene.sign_in(day)
    row = bounds(scene)
    begun, ended = at(visits[0]), at(visits[-1])
    assert begun <= row["began_before"]
    assert ended >= row["ended_after"]
    assert row["began_after"] is None or row["began_after"] <= begun, seed
    assert row["ended_before"] is None or row["ended_before"] >= ended, seed
