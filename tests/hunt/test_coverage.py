"""What the logs can see, and which days are dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scene import ALICE, BOB, HOME, HOME_IP, Scene, at

if TYPE_CHECKING:
    from collections.abc import Iterable

ITEMS = "m365_mail_items"


def rows(scene: Scene, scope: str = "*", source: str = "m365_audit") -> list[tuple[str, float, float]]:
    """Give (state, from, to) of a log, in days."""
    return [
        (
            row["state"],
            round((row["from"] - at(0)).total_seconds() / 86400, 1),
            round((row["to"] - at(0)).total_seconds() / 86400, 1),
        )
        for row in scene.hunt().table("coverage")
        if (row["scope"], row["source"]) == (scope, source)
    ]


def items(scene: Scene, mailbox: str = ALICE) -> list[tuple[str, float, float]]:
    return rows(scene, mailbox, ITEMS)


def work(scene: Scene, days: Iterable[int], user: str = ALICE) -> None:
    for day in days:
        scene.bind(day, ["x"], user, client_ip=HOME_IP, client=HOME)


def test_a_log_with_records_on_most_days_is_whole(scene: Scene) -> None:
    work(scene, range(40))
    assert rows(scene) == [("whole", 0, 39)]
    assert items(scene) == [("whole", 0, 39)]
    counts = {row["source"]: row["records"] for row in scene.table("coverage")}
    assert counts == {"m365_audit": 40, ITEMS: 40}


def test_days_without_any_record_are_a_hole(scene: Scene) -> None:
    work(scene, [*range(20), *range(27, 40)])
    assert rows(scene) == [("whole", 0, 19), ("gap", 19, 27), ("whole", 27, 39)]
    assert sorted(items(scene), key=lambda row: row[1]) == [("whole", 0, 19), ("gap", 19, 27), ("whole", 27, 39)]


def test_weekends_and_a_long_weekend_are_no_hole(scene: Scene) -> None:
    work(scene, [day for day in range(60) if day % 7 not in (3, 4) and day != 5])
    assert [row[0] for row in rows(scene)] == ["whole"]
    assert [row[0] for row in items(scene)] == ["whole"]


def test_a_log_with_a_record_a_week_is_sparse_and_not_full_of_holes(scene: Scene) -> None:
    work(scene, range(0, 100, 9))
    assert [row[0] for row in rows(scene)] == ["whole"]


def test_an_item_log_is_dark_while_its_owner_signs_in_and_nothing_is_recorded(scene: Scene) -> None:
    work(scene, [*range(20), *range(35, 60)])
    work(scene, range(60), BOB)
    assert items(scene) == [("whole", 0, 59)]
    for day in (22, 25, 28):
        scene.sign_in(day, client_ip=HOME_IP, client=HOME)
    assert sorted(items(scene), key=lambda row: row[1]) == [("whole", 0, 19), ("gap", 19, 35), ("whole", 35, 59)]


def test_a_holiday_is_not_dark(scene: Scene) -> None:
    work(scene, [*range(20), *range(35, 60)])
    work(scene, range(60), BOB)
    scene.sign_in(22, client_ip=HOME_IP, client=HOME)
    scene.sign_in(22.1, client_ip=HOME_IP, client=HOME)
    assert items(scene) == [("whole", 0, 59)]


def test_a_mailbox_without_any_item_record_has_no_item_log(scene: Scene) -> None:
    work(scene, range(10), BOB)
    scene.letter("a")
    assert items(scene) == [("absent", 0, 9)]


def test_before_the_first_and_after_the_last_item_record_it_is_dark_but_for_a_day(scene: Scene) -> None:
    work(scene, range(60), BOB)
    work(scene, range(20, 40))
    found = sorted(items(scene), key=lambda row: row[1])
    assert found == [("gap", 0, 19), ("whole", 19, 40), ("gap", 40, 59)]
    assert sum(row["records"] for row in scene.table("coverage") if row["scope"] == ALICE) == 20


def test_throttling_is_dark_for_a_day_and_the_log_is_whole_around_it(scene: Scene) -> None:
    work(scene, range(30))
    for minutes in range(5):
        scene.bind(10.5 + minutes / 1440, ["t"], throttled=True)
    found = sorted(items(scene), key=lambda row: row[1])
    assert found == [("whole", 0, 10.5), ("throttled", 10.5, 11.5), ("whole", 11.5, 29)]
    assert sum(row["records"] for row in scene.table("coverage") if row["scope"] == ALICE) == 35


def test_a_single_record_is_a_whole_log(scene: Scene) -> None:
    scene.bind(3, ["a"])
    assert rows(scene) == [("whole", 3, 3)]
    assert items(scene) == [("whole", 3, 3)]


def test_no_log_at_all_has_no_coverage(scene: Scene) -> None:
    scene.letter("a")
    assert scene.hunt().table("coverage") == []


def test_three_lost_days_of_a_busy_log_are_a_hole_and_a_quiet_weekend_is_none(scene: Scene) -> None:
    hours = [day + hour / 24 for day in range(40) if day % 7 not in (3, 4) for hour in range(8, 18)]
    for moment in hours:
        scene.bind(moment, ["x"], client_ip=HOME_IP, client=HOME)
    assert [row[0] for row in rows(scene)] == ["whole"]
    scene.events = [row for row in scene.events if not 12.9 < (row["time"] - at(0)).total_seconds() / 86400 < 16]
    assert [row[0] for row in rows(scene)] == ["whole", "gap", "whole"]


def test_the_sign_ins_are_told_apart_where_they_end_before_the_log(scene: Scene) -> None:
    work(scene, range(60))
    for day in range(60):
        scene.sign_in(day + 0.1, client_ip=HOME_IP, client=HOME)
    assert rows(scene, source="m365_sign_ins") == []
    scene.events = [r for r in scene.events if r["operation"] != "UserLoggedIn" or r["time"] < at(40)]
    assert rows(scene, source="m365_sign_ins") == [("whole", 0.1, 39.1), ("gap", 39.1, 59)]
    assert [row["records"] for row in scene.table("coverage") if row["source"] == "m365_sign_ins"] == [40, 0]


def test_a_log_that_begins_where_retention_ends_says_so(scene: Scene) -> None:
    work(scene, range(91))
    rows(scene)
    notes = [row["note"] for row in scene.table("coverage") if row["scope"] == "*"]
    assert notes == [
        "records on most days; it begins 90 days before its last record, as a log does that is kept for 90 days"
    ]
