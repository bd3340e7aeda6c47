"""Times as logs write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsealed.read import times

NOON = int(datetime(2024, 3, 12, 12, 0, 5, tzinfo=UTC).timestamp()) * 1_000_000
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-12T12:00:05Z",
        "2024-03-12T12:00:05.0000000Z",
        "2024-03-12 12:00:05 UTC",
        "2024-03-12T21:00:05+09:00",
        "2024-03-12T21:00:05.0000000+0900",
        "2024/03/12 12:00:05 UTC",
        "2024/03/12 21:00:05 +09:00",
        "3/12/2024 12:00:05 PM Z",
        "Mar 12, 2024, 12:00:05 PM UTC",
        "/Date(1710244805000)/",
        "1710244805",
        "1710244805.0",
        "1710244805000",
        "1710244805000000",
        "1710244805000000000",
        1710244805,
    ],
)
def test_times_that_name_their_zone(text: object) -> None:
    assert times.moment(text, TOKYO) == (NOON, True)


@pytest.mark.parametrize(
    ("text", "european"),
    [
        ("2024-03-12T21:00:05", False),
        ("2024-03-12 21:00:05.000000", False),
        ("2024/03/12 21:00:05", False),
        ("3/12/2024 9:00:05 PM", False),
        ("3/12/2024, 9:00:05\u202fPM", False),
        ("12/03/2024 21:00:05", True),
        ("12.03.2024 21:00:05", False),
        ("Mar 12, 2024, 9:00:05 PM", False),
    ],
)
def test_times_that_do_not(text: str, european: bool) -> None:
    assert times.moment(text, TOKYO, european=european) == (NOON, False)


def test_a_form_that_a_person_gave() -> None:
    assert times.moment("12Mar2024 21.00.05", TOKYO, form="%d%b%Y %H.%M.%S") == (NOON, False)
    assert times.moment("2024-03-12T12:00:05Z", TOKYO, form="%d%b%Y") == (None, False)


def test_one_date_settles_the_order_for_a_file() -> None:
    assert times.day_first("Date,User\n05/01/2024 10:00,a\n15/01/2024 10:00,b\n")
    assert not times.day_first("Date,User\n05/01/2024 10:00,a\n01/15/2024 10:00,b\n")


@given(st.text(max_size=40) | st.from_regex(r"[0-9/:. TZ+-]{1,30}", fullmatch=True))
def test_it_never_raises(text: str) -> None:
    times.moment(text)
    times.moment(text, TOKYO, european=True)
