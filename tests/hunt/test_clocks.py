"""How far the clocks of two sources lie apart, and what verdicts make of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scene import ALICE, BOB, Scene, at

from unsealed.query import engine
from unsealed.report.clocks import sentences
from unsealed.report.words import translator

if TYPE_CHECKING:
    from datetime import datetime

STORE = "store.example.org"


def came(scene: Scene, name: str, day: float, *, off: float = 0, date: float = 5, folder: str = "Inbox") -> None:
    """Lay a letter whose Received field is so many seconds off, and whose Date so many before the true time."""
    true = at(day)
    hop = {"by": STORE, "from": "out.x.example", "time": true + timedelta(seconds=off), "ip": None}
    sender = f"s{scene.messages.__len__() % 4}@d{scene.messages.__len__() % 4}.example"
    scene.letter(
        name,
        day,
        received=[hop],
        arrived=hop["time"],
        date=true - timedelta(seconds=date),
        from_address=sender,
        folder=folder,
    )


def stored(scene: Scene, name: str, when: datetime, source: str = "dovecot", operation: str = "delivered") -> None:
    scene.event(
        0, operation, None, time=when, source=source, internet_message_id=f"<{name}@x>", mailbox=ALICE, client_ip=None
    )


def clocks(scene: Scene) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["source"], row["against"]): row for row in scene.hunt().table("clocks")}


def days(scene: Scene, skew: float, count: int = 20) -> None:
    """Lay letters and their deliveries in a log whose clock is so many seconds ahead."""
    for day in range(count):
        came(scene, f"d{day}", day + 0.5)
        stored(scene, f"d{day}", at(day + 0.5) + timedelta(seconds=skew + day % 3))


@pytest.mark.parametrize(
    ("skew", "words"),
    [
        (420, "its clock is 7 minutes ahead"),
        (-420, "its clock is 7 minutes behind"),
        (32400, "its clock is 9 h ahead: read in the wrong zone? give --timezone"),
        (-19800, "its clock is 5.5 h behind: read in the wrong zone? give --timezone"),
        (-45, "its clock is 44 seconds behind"),
    ],
)
def test_a_log_that_is_ahead_of_the_letters_is_told(scene: Scene, skew: float, words: str) -> None:
    days(scene, skew)
    row = clocks(scene)["dovecot", "received"]
    assert (row["pairs"], row["used"], row["note"]) == (20, True, words)
    assert row["offset_seconds"] == pytest.approx(skew + 1, abs=1)
    assert row["spread_seconds"] <= 3


def test_clocks_that_agree_are_left_alone(scene: Scene) -> None:
    days(scene, 2)
    found = clocks(scene)
    assert {key: row["used"] for key, row in found.items()} == {
        ("dovecot", "received"): False,
        (f"received:{STORE}", "date"): False,
    }
    assert found["dovecot", "received"]["note"].startswith("the clocks agree")


def test_few_pairs_tell_nothing_and_wide_ones_little(scene: Scene) -> None:
    days(scene, 600, count=4)
    assert ("dovecot", "received") not in clocks(scene)
    for day in range(5, 30):
        came(scene, f"w{day}", day)
        stored(scene, f"w{day}", at(day) + timedelta(seconds=(day * 977) % 3000))
    assert clocks(scene)["dovecot", "received"]["used"] is False


def test_a_server_whose_own_clock_is_off_is_told_by_many_senders_dates(scene: Scene) -> None:
    for day in range(20):
        came(scene, f"d{day}", day, off=3600, date=5 if day % 3 else 200_000)
        stored(scene, f"d{day}", at(day + 1 / 86400))
    found = clocks(scene)
    assert found[f"received:{STORE}", "date"]["used"] is True
    assert found[f"received:{STORE}", "date"]["offset_seconds"] == pytest.approx(3605, abs=2)
    assert found["dovecot", "received"]["used"] is False, "put right by the server's own clock"


def test_one_senders_wrong_clock_says_nothing_of_the_server(scene: Scene) -> None:
    for day in range(20):
        came(scene, f"d{day}", day, date=9000)
        scene.messages[-1]["from_address"] = "one@sender.example"
    assert clocks(scene) == {}


def sign_ins(scene: Scene, skew: float, *, ids: bool) -> None:
    for day in range(12):
        moment = day + (day * 7 % 5) / 11
        key = f"id{day}" if ids else None
        home: dict[str, Any] = {"client_ip": "192.0.2.10", "client": "x"}
        scene.event(moment, "UserLoggedIn", BOB, record_id=key, **home)
        shifted = at(moment) + timedelta(seconds=skew)
        scene.event(
            moment, "Sign-in activity", BOB, time=shifted, source="entra_signin", record_id=key, mailbox=None, **home
        )


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("skew", [0, 90, 32400])
def test_the_same_sign_ins_in_two_logs(scene: Scene, skew: float, *, ids: bool) -> None:
    sign_ins(scene, skew, ids=ids)
    row = clocks(scene)["entra_signin", "m365_audit"]
    assert (row["pairs"], row["offset_seconds"], row["used"]) == (12, skew, skew > 0)


def test_a_letter_at_the_border_is_judged_by_the_true_time(scene: Scene) -> None:
    days(scene, -420)
    came(scene, "before", 30 - 5 / 1440)
    came(scene, "after", 30 + 40 / 1440)  # a session without a logout line lasts 30 minutes
    for day in (25, 30):
        scene.event(0, "login", time=at(day) - timedelta(seconds=420), source="dovecot", client="imap")
    scene.run()
    assert scene.verdict("before") == "in_reach: no_item_log"
    assert scene.verdict("after") == "out_of_reach: not_reached"


def test_the_arrival_is_put_right_where_the_servers_clock_is_off(scene: Scene) -> None:
    for day in range(20):
        came(scene, f"d{day}", day, off=7200)
    came(scene, "before", 29.99, off=7200)
    for day in (25, 30):
        scene.event(day, "login", source="dovecot", client="imap")
    scene.run()
    assert scene.verdict("before") == "in_reach: no_item_log"


def test_what_is_off_is_said(scene: Scene) -> None:
    days(scene, 32400)
    sign_ins(scene, 90, ids=True)
    scene.hunt()
    with engine(scene.case) as db:
        found = sentences(db, translator("en"))
    assert found == [
        (
            "The clock of dovecot is 9 hours ahead of the letters' Received fields, by 20 records that both have."
            " Was it read in the wrong time zone? Then give --timezone and read it again."
        ),
        "The clock of entra_signin is 90 seconds ahead of m365_audit, by 12 records that both have. Verdicts reckon with that.",
    ]
