"""IIS's own format: fixed columns, local time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logs import checked, taken_by

from unsealed.read.iis_native import READER

if TYPE_CHECKING:
    from pathlib import Path

LINE = "{ip}, CSPA\\Ren, {date}, 10:02:03, W3SVC1, MX1, 10.0.0.1, 16, 769, 143, {status}, 0, GET, /owa/, ae=Item,\r\n"


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(lines), newline="")
    return path


def test_a_request_is_in_the_zone_of_the_case(tmp_path: Path) -> None:
    path = written(tmp_path / "u_in230501.log", LINE.format(ip="203.0.113.7", date="5/1/2023", status=200))
    (event,), skipped = checked(READER, path, 40, timezone="Asia/Tokyo")
    assert not skipped
    assert (event["time"], event["time_basis"]) == (1682902923000000, "zone")
    assert (event["user"], event["client_ip"], event["target"]) == ("cspa\\ren", "203.0.113.7", "/owa/?ae=Item")
    assert (event["workload"], event["bytes_out"], event["outcome"]) == ("owa", 143, "success")


def test_the_day_may_come_first(tmp_path: Path) -> None:
    lines = [LINE.format(ip="::1", date=date, status=401) for date in ("02/05/2023", "31/05/2023")]
    events, _ = checked(READER, written(tmp_path / "x.log", *lines), 50)
    assert [event["time"] for event in events] == [1683021723000000, 1685527323000000]
    assert {event["outcome"] for event in events} == {"failure"}


def test_equal_lines_and_lines_that_are_none(tmp_path: Path) -> None:
    line = LINE.format(ip="203.0.113.7", date="5/1/2023", status=200)
    events, skipped = checked(READER, written(tmp_path / "x.log", *[line] * 5, "junk\r\n", line), 60, 250)
    assert len(events) == 6
    assert [row["reason"] for row in skipped] == ["not_a_record"]


def test_a_csv_is_left_to_others(tmp_path: Path) -> None:
    assert taken_by(written(tmp_path / "x.csv", "203.0.113.7, a, b\r\n")) != READER.name
