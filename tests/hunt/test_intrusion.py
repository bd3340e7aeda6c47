"""When they were in: bounds that hold, and nothing where nothing is known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import truths
from scene import ALICE, BOB, HOME, HOME_IP, Scene, at

from unsealed.case import Case
from unsealed.hunt import coverage, intrusion
from unsealed.query import engine

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

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


def test_a_hole_just_before_the_first_trace_moves_the_bound_to_its_far_side(scene: Scene) -> None:
    quiet(scene, 0, 20)
    quiet(scene, 28, 60)
    scene.sign_in(30.5)
    assert near(bounds(scene)["began_after"], 19)


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


# -- cases with known truth ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case.create(tmp_path_factory.mktemp("truth") / "case", "Test", ("example.org",))


def measured(case: Case, truth: truths.Truth) -> intrusion.Measured:
    truth.tables(case)
    with engine(case) as db:
        db.register("act", truth.act())
        coverage.look(db)
        return intrusion.measure(db, case.config)


@pytest.mark.parametrize("seed", range(28))
def test_the_truth_lies_within_the_bounds_whatever_the_logs_have_lost(case: Case, seed: int) -> None:
    """Sign-ins, item logs and IMAP, each cut, late, dark or throttled; only what is still visible is known."""
    truth = truths.build(seed)
    if truth.visits < 2:
        assert truth.told
        return
    row = measured(case, truth).row
    assert row is not None
    first, last = truths.moment(truth.first), truths.moment(truth.last)
    clocks = timedelta(days=truth.skew, seconds=1)
    assert row["began_after"] is None or row["began_after"] <= first, truth.told
    assert first <= row["began_before"] + clocks
    assert row["ended_after"] - clocks <= last
    assert row["ended_before"] is None or row["ended_before"] >= last, truth.told


@pytest.mark.parametrize("seed", range(8))
def test_whole_logs_leave_the_beginning_no_room(case: Case, seed: int) -> None:
    truth = truths.build(seed, whole=True)
    row = measured(case, truth).row
    assert row is not None
    assert row["began_before"] - row["began_after"] < timedelta(days=3)
    pauses = (truth.last - truth.first) / max(1, truth.visits - 1)
    if truths.DAYS - truth.last > max(16, 5 * pauses):
        assert row["ended_before"] is not None


def test_the_generator_loses_records_in_every_way() -> None:
    told = " ".join(truths.build(seed).told for seed in range(28))
    for kind in ("start", "end", "dark", "source", "items", "signins", "throttle", "skew"):
        assert f"{kind} " in told


# -- which logs count ----------------------------------------------------------------------------------------------


def needs(scene: Scene) -> set[tuple[str, str, str]]:
    scene.hunt()
    with engine(scene.case) as db:
        db.execute("CREATE TEMP TABLE act AS SELECT * FROM activity")
        db.execute("CREATE TEMP TABLE cov AS SELECT * FROM coverage")
        return {(need.kind, need.source, need.scope) for need in intrusion.measure(db, scene.case.config).needs}


def test_a_way_in_whose_log_begins_late_takes_the_bound_away_and_is_named(scene: Scene) -> None:
    scene.owner(range(60))
    scene.sign_in(20.5)
    assert near(bounds(scene)["began_after"], 20.3)
    for day in range(18, 60):
        scene.event(day, "login", BOB, source="dovecot", client_ip=HOME_IP, client=None)
    assert bounds(scene)["began_after"] is None
    assert ("earlier", "dovecot", "*") in needs(scene)


def test_a_log_of_letters_on_their_way_tells_nothing_by_its_silence(scene: Scene) -> None:
    for day in range(60):
        scene.event(day, "Delivered", BOB, source="message_trace", client_ip=HOME_IP)
        scene.event(day, "sent", None, source="postfix", client_ip=HOME_IP)
    scene.bind(20.5)
    assert bounds(scene)["began_after"] is None


def test_a_dark_item_log_counts_for_who_comes_without_signing_in(scene: Scene) -> None:
    scene.owner([*range(14), *range(20, 60)])
    for day in range(14, 20):
        scene.sign_in(day + 0.3, client_ip=HOME_IP, client=HOME)
    scene.bind(21.5, ["a"], session_id="stolen-one")
    scene.bind(23.5, ["a"], session_id="stolen-one")
    row = bounds(scene)
    assert near(row["began_after"], 13.31)
    assert ("gap", "m365_mail_items", ALICE) in needs(scene)


def test_throttled_days_before_the_first_trace_count(scene: Scene) -> None:
    scene.owner(range(60))
    scene.bind(20.4, ["t"], throttled=True, client_ip=HOME_IP, client=HOME)
    scene.sign_in(21.1)
    scene.bind(21.2, ["a"])
    assert near(bounds(scene)["began_after"], 20.4)
    assert ("throttled", "m365_mail_items", ALICE) in needs(scene)


def test_one_visit_shows_no_rhythm(scene: Scene) -> None:
    scene.owner(range(60))
    scene.sign_in(12)
    assert bounds(scene)["began_after"] is None
    scene.sign_in(15)
    assert near(bounds(scene)["began_after"], 11.3)


def test_a_log_without_a_zone_in_a_case_without_one_widens_the_outer_bounds(scene: Scene) -> None:
    imap = {"source": "dovecot", "client": None, "time_basis": "year zone"}
    for hours in range(0, 60 * 24, 6):
        scene.event(hours / 24, "login", BOB, client_ip=HOME_IP, **imap)
    scene.event(20.5, "login", **imap)
    row = bounds(scene)
    assert near(row["began_after"], 19.75)
    assert ("zone", "dovecot", "*") in needs(scene)


def test_what_would_narrow_it_is_said(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=REACH)
    scene.owner(range(10))
    scene.bind(5, ["a"], "absent@example.org", user=ALICE, operation="Update")
    scene.sign_in(5)
    found = needs(scene)
    assert {("earlier", "m365_sign_ins", "*"), ("later", "m365_sign_ins", "*"), ("contained", "", "*")} <= found
    assert {("reach_from", "", "alice@example.org"), ("reach_to", "", "alice@example.org")} <= found
    assert ("items", "m365_mail_items", "absent@example.org") in found


def test_nothing_is_needed_where_nothing_is_known(scene: Scene) -> None:
    scene.owner(range(10))
    assert needs(scene) == set()
