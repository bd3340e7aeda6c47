"""Whose doing was it: what grows from a seed, and what of the owner's stays out."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import duckdb
import pytest
from scene import ALICE, BOB, EVIL, HOME, HOME_IP, LOST, Scene
from work import rows_moved

from unsealed.hunt import hunt
from unsealed.query import replace

if TYPE_CHECKING:
    from pathlib import Path

OTHER_IP, THIRD_IP = "198.51.100.9", "198.51.100.77"
S1, S2, S3 = "session-one", "session-two", "session-three"


def test_a_session_draws_in_all_of_itself_even_where_it_changes_its_address(scene: Scene) -> None:
    scene.owner(range(30))
    theirs = {
        scene.sign_in(20, session_id=S1),
        scene.bind(20.01, ["a"], session_id=S1.upper()),
        scene.bind(20.02, ["b"], session_id=S1, client_ip=OTHER_IP),
        scene.bind(20.03, ["c"], session_id=S1, client_ip=THIRD_IP, client=LOST),
    }
    scene.hunt()
    assert scene.active() == theirs
    assert {row["session"] for row in scene.table("activity")} == {S1}


def test_records_without_a_session_follow_address_client_and_application_within_hours(scene: Scene) -> None:
    scene.owner(range(30))
    scene.indicators = [f"session: {S1}"]
    seed = scene.bind(20, ["a"], session_id=S1, app_id="app-1")
    near = scene.bind(20.4, ["b"], app_id="app-1")
    before = scene.bind(19.6, ["c"], app_id="app-1")
    sign_in = scene.sign_in(19.9, app_id="portal")
    scene.bind(20.1, ["d"], app_id="app-2")
    scene.bind(20.1, ["e"], app_id="app-1", client_ip=OTHER_IP)
    scene.bind(20.1, ["f"], app_id="app-1", client=LOST)
    scene.bind(20.1, ["g"], user=BOB, mailbox=BOB, app_id="app-1")
    scene.hunt()
    assert scene.active() == {seed, near, before, sign_in}
    assert any("within hours" in row["reason"] for row in scene.table("activity"))


def test_a_visit_far_from_any_seed_is_not_drawn_in_and_does_not_spoil_the_near_one(scene: Scene) -> None:
    scene.indicators = [f"session: {S1}"]
    scene.owner(range(30))
    wanted = {scene.bind(20, ["a"], session_id=S1), scene.bind(20.1, ["b"])}
    scene.bind(24, ["c"])
    scene.hunt()
    assert scene.active() == wanted


@pytest.mark.parametrize("days", [[3], [22, 24, 26]])
def test_what_was_there_before_or_often_is_the_owners_habit(scene: Scene, days: list[int]) -> None:
    scene.indicators = [f"session: {S1}"]
    seed = scene.bind(20, ["a"], session_id=S1, client_ip=HOME_IP, client=HOME)
    scene.bind(20.1, ["b"], client_ip=HOME_IP, client=HOME)
    for day in days:
        scene.bind(day, ["c"], client_ip=HOME_IP, client=HOME)
    scene.hunt()
    assert scene.active() == {seed}


def test_an_address_alone_never_draws_anything_in(scene: Scene) -> None:
    scene.indicators = [f"session: {S1}"]
    seed = scene.bind(20, ["a"], session_id=S1)
    scene.bind(20.1, ["b"], client=HOME)
    scene.bind(20.1, ["c"], client=None)
    scene.bind(20.1, ["d"], user=BOB, mailbox=BOB)
    scene.hunt()
    assert scene.active() == {seed}


def test_the_owner_at_the_intruders_address_with_own_client_and_session_stays_out(scene: Scene) -> None:
    scene.owner(range(30))
    scene.owner(range(30), BOB, client=LOST, client_ip=OTHER_IP)
    theirs = {scene.sign_in(20, session_id=S1), scene.bind(20.01, ["a"], session_id=S1)}
    scene.sign_in(20.1, client=HOME, session_id=S2)
    scene.bind(20.11, ["b"], client=HOME, session_id=S2)
    scene.bind(20.12, ["x"], client="Client=MSExchangeRPC", session_id=S2)
    scene.bind(20.2, ["c"], client=HOME)
    scene.bind(20.1, ["d"], BOB, client=LOST, session_id=S3)
    scene.hunt()
    assert scene.active() == theirs
    assert scene.told.left_out == 5


def test_a_browser_as_coarse_as_entra_tells_it_makes_nobody_the_owner(scene: Scene) -> None:
    """The intruder's browser has the owner's kind and version; only another one in Entra's own log tells them apart."""
    coarse = {"source": "entra_signin", "operation": "Sign-in activity", "mailbox": None}
    scene.owner(range(30))
    for day in range(0, 30, 2):
        scene.event(day + 0.4, user=ALICE, client_ip=HOME_IP, client="Firefox 102.0, Linux", **coarse)
    theirs = {
        scene.event(12, user=ALICE, client="Firefox 102.0, Linux", **coarse),
        scene.bind(20, ["a"], client=EVIL),
    }
    scene.hunt()
    assert scene.active() == theirs
    theirs.add(scene.event(13, user=ALICE, client="Edge 114.0, Windows 10", **coarse))
    theirs -= {row["event_id"] for row in scene.events if row["client"] == "Firefox 102.0, Linux"}
    scene.hunt()
    assert scene.active() == theirs


def test_a_session_that_began_at_home_is_the_owners(scene: Scene) -> None:
    scene.owner(range(30))
    scene.sign_in(20.1, client_ip=HOME_IP, client=HOME, session_id=S2)
    scene.bind(20.11, ["b"], client=HOME, session_id=S2)
    scene.hunt()
    assert scene.active() == set()


def test_a_stolen_session_leaves_the_owners_part_of_it_out(scene: Scene) -> None:
    for day in range(12):
        scene.bind(day, [f"o{day}"], client_ip=HOME_IP, client=HOME, session_id=S1)
    theirs = {scene.bind(10.2, ["a"], session_id=S1), scene.bind(10.3, ["b"], session_id=S1, client_ip=OTHER_IP)}
    scene.bind(10.4, ["c"], client_ip=HOME_IP, client=HOME, session_id=S1)
    scene.hunt()
    assert scene.active() == theirs


def test_an_earlier_address_of_the_same_client_in_the_session_is_the_intruders(scene: Scene) -> None:
    scene.owner(range(30))
    theirs = {scene.bind(day, ["a"], client_ip=OTHER_IP, session_id=S1) for day in range(5)}
    theirs.add(scene.bind(6, ["b"], session_id=S1))
    scene.hunt()
    assert scene.active() == theirs


def test_failed_sign_ins_are_activity_but_not_inside(scene: Scene) -> None:
    failed = {scene.sign_in(day, failed=True) for day in range(5)}
    scene.hunt()
    assert scene.active() == failed
    assert not any(row["inside"] for row in scene.table("activity"))
    assert scene.table("intrusion") == []
    got_in = scene.sign_in(9)
    scene.hunt()
    assert {row["event_id"] for row in scene.table("activity") if row["inside"]} == {got_in}


def test_a_guess_at_the_door_does_not_hide_the_owners_habit(scene: Scene) -> None:
    """Failed sign-ins before the owner's first record must not make that record look late."""
    scene.sign_in(0, failed=True)
    scene.sign_in(1, client_ip=HOME_IP, client=HOME)
    scene.sign_in(20, session_id=S1)
    scene.bind(20.1, ["b"], client=HOME, session_id=S2)
    scene.hunt()
    assert len(scene.active()) == 2


def test_records_without_client_session_or_user_do_not_break_it(scene: Scene) -> None:
    wanted = {
        scene.event(1, "Update", None, client=None),
        scene.event(1, "Update", client=None, outcome=None),
        scene.event(2, "Update", None, session_id="short"),
        scene.event(2, "Update", mailbox=None, session_id=S1),
    }
    scene.event(3, "Update", None, client_ip=None, client=None)
    scene.hunt()
    assert scene.active() == wanted


def test_a_session_shared_by_two_accounts_is_one_actor(scene: Scene) -> None:
    wanted = {
        scene.bind(1, ["a"], session_id=S1),
        scene.bind(1.1, ["b"], BOB, session_id=S1, client_ip=OTHER_IP, client=None),
    }
    scene.hunt()
    assert scene.active() == wanted


# -- decisions -----------------------------------------------------------------------------------------------------


def test_an_event_confirmed_by_hand_grows_like_a_seed(scene: Scene) -> None:
    scene.indicators = []
    scene.owner(range(30))
    seed, rest = scene.bind(20, ["a"], session_id=S1), scene.bind(21, ["b"], session_id=S1, client_ip=OTHER_IP)
    near = scene.bind(20.2, ["c"])
    assert scene.hunt().active() == set()
    scene.case.decide("confirmed", {seed: [seed]})
    assert scene.hunt().active() == {seed, rest, near}
    states = {row["event_id"]: row["state"] for row in scene.table("activity")}
    assert states == {seed: "confirmed", rest: "proposed", near: "proposed"}


def test_a_session_confirmed_before_the_log_shows_it_is_found_when_it_does(scene: Scene) -> None:
    scene.indicators = []
    scene.case.decide("confirmed", {S1: []})
    scene.owner(range(3))
    assert scene.hunt().active() == set()
    wanted = {scene.bind(20, ["a"], session_id=S1.upper())}
    assert scene.hunt().active() == wanted
    assert scene.table("activity")[0]["state"] == "confirmed"


def test_a_rejected_session_stays_out_at_the_next_run_and_with_new_evidence(scene: Scene) -> None:
    scene.bind(20, ["a"], session_id=S1)
    other = scene.bind(22, ["b"], session_id=S2)
    scene.hunt()
    scene.decide("rejected", S1)
    assert scene.hunt().active() == {other}
    late = scene.bind(20.5, ["late"], session_id=S1)
    scene.hunt()
    assert scene.active() == {other}
    assert {row["event_id"]: row["state"] for row in scene.table("activity")}[late] == "rejected"


def test_the_decision_stays_on_record_when_the_indicator_is_withdrawn(scene: Scene) -> None:
    event = scene.bind(20, ["a"], session_id=S1)
    scene.hunt()
    scene.decide("rejected", S1)
    scene.indicators = []
    scene.hunt()
    assert [(row["event_id"], row["state"]) for row in scene.table("activity")] == [(event, "rejected")]


def test_rejecting_a_session_and_confirming_one_record_of_it_keeps_the_record(scene: Scene) -> None:
    one, two = scene.bind(20, ["a"], session_id=S1), scene.bind(20.1, ["b"], session_id=S1)
    scene.hunt()
    scene.decide("rejected", S1)
    scene.decide("confirmed", one)
    scene.hunt()
    assert {row["event_id"]: row["state"] for row in scene.table("activity")} == {one: "confirmed", two: "rejected"}


def test_rejecting_the_strangers_session_does_not_turn_against_the_owner(scene: Scene) -> None:
    scene.owner(range(30))
    scene.sign_in(20, session_id=S1)
    scene.bind(20.11, ["b"], client=HOME, session_id=S2)
    scene.hunt()
    scene.decide("rejected", S1)
    assert scene.hunt().active() == set()


def test_the_last_word_counts(scene: Scene) -> None:
    scene.bind(20, ["a"], session_id=S1)
    scene.bind(21, ["b"])
    scene.hunt()
    name = next(row["session"] for row in scene.table("activity") if row["session"] != S1)
    assert name.startswith("s-")
    for state, count in (("rejected", 0), ("confirmed", 2), ("rejected", 0)):
        scene.decide(state, S1, name)
        assert len(scene.hunt().active()) == count
    assert {row["state"] for row in scene.table("activity")} == {"rejected"}


def test_rejecting_one_record_of_a_session_leaves_the_others(scene: Scene) -> None:
    one, two = scene.bind(20, ["a"], session_id=S1), scene.bind(20.1, ["b"], session_id=S1)
    scene.hunt()
    scene.decide("rejected", one)
    assert scene.hunt().active() == {two}


# -- order and size ------------------------------------------------------------------------------------------------


def test_activity_is_the_same_whatever_the_order_of_evidence(tmp_path: Path) -> None:
    tables = []
    for name in ("one", "other"):
        scene = Scene(tmp_path / name)
        for day in range(8):
            scene.bind(day, ["a"], key=f"home{day}", client_ip=HOME_IP, client=HOME)
            scene.bind(day, ["a"], key=f"evil{day}", session_id=S1 if day % 2 else None)
            scene.bind(day, ["a"], key=f"third{day}", client_ip=OTHER_IP, session_id=S1 if day % 3 else None)
        random.Random(name).shuffle(scene.events)
        tables.append(scene.hunt().table("activity"))
    assert tables[0] == tables[1]


def test_work_grows_no_faster_than_the_records_of_one_user(tmp_path: Path) -> None:
    moved = []
    for size in (20_000, 80_000):
        scene = Scene(tmp_path / str(size))
        with rows_moved() as rows:
            visited(scene, size)
        moved.append(rows[0])
        assert len(scene.active()) == size // 20 + 1
    assert moved[1] < 6 * moved[0]


def visited(scene: Scene, size: int) -> None:
    """Hunt in so many records of one user, half of those of a tenth of the time being of a visit."""
    scene.write()
    visit = f"i BETWEEN {size // 2} AND {size // 2 + size // 10} AND i % 2 = 0"
    rows = duckdb.connect().sql(f"""
        SELECT md5(i::VARCHAR) AS event_id, TIMESTAMPTZ '2023-03-01 00:00:00+00' + to_seconds(i * 25) AS time,
               'm365_audit' AS source, 'MailItemsAccessed' AS operation, '{ALICE}' AS user, '{ALICE}' AS mailbox,
               CASE WHEN {visit} THEN '{OTHER_IP}' ELSE '{HOME_IP}' END AS client_ip,
               CASE WHEN {visit} THEN '{EVIL}' ELSE '{HOME}' END AS client,
               CASE WHEN {visit} AND i % 4 = 0 THEN '{S1}' WHEN i % 3 = 0 THEN 'home-' || (i // 5000) END AS session_id,
               'success' AS outcome, '{{}}' AS raw
        FROM range({size}) t(i)""")
    replace(scene.case, "events", iter(rows.to_arrow_reader(50_000)))
    leads = scene.folder / "leads.txt"
    leads.write_text(f"session: {S1}")
    hunt(scene.case, [leads])
