"""Behaviours: what is unusual for an account by its own history, and what is not."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from findings import hunted, unusual
from scene import ALICE, BOB, EVIL, EVIL_IP, HOME, HOME_IP, LOST, Scene

from unsealed.hunt import behaviour
from unsealed.hunt.behaviour import networks

if TYPE_CHECKING:
    from pathlib import Path

FAR_IP = "198.51.100.4"


def names(scene: Scene, places: list[Path] | None = None) -> list[str]:
    return [name for name, _, _ in unusual(scene, places or [])]


def titles(scene: Scene, wanted: str, places: list[Path] | None = None) -> list[str]:
    return [title for name, _, title in unusual(scene, places or []) if name == wanted]


def where(folder: Path) -> list[Path]:
    path = folder / "places.csv"
    path.write_text(
        "192.0.2.0,192.0.2.255,AS,JP,Tokyo,Tokyo,35.7,139.7\n203.0.113.0,203.0.113.255,NA,US,X,X,40.7,-74.0\n"
        "198.51.100.0,198.51.100.255,AS,JP,Osaka,Osaka,34.7,135.5\n"
    )
    return [path]


# -- what is new -------------------------------------------------------------------------------------------------


def test_first_network_says_what_was_normal_in_numbers(scene: Scene) -> None:
    scene.owner(range(30))
    scene.sign_in(30.3, client=HOME)
    wanted = "First time from 203.0.113.0/24: 60 sign-ins and accesses on 30 days over the 30 days before came from 1 network"
    assert titles(scene, "first_network") == [wanted]


def test_first_client_ignores_versions(scene: Scene) -> None:
    scene.owner(range(30))
    scene.sign_in(30.3, client=HOME.replace("112.0", "113.0.5"), client_ip=HOME_IP)
    assert names(scene) == []
    event = scene.sign_in(31.3, client=EVIL, client_ip=HOME_IP)
    assert [(name, found) for name, found, _ in unusual(scene)] == [("first_client", event)]


def test_first_application(scene: Scene) -> None:
    scene.owner(range(30), app_id="outlook")
    scene.bind(30.3, ["a"], client_ip=HOME_IP, client=HOME, app_id="strange")
    assert names(scene) == ["first_application"]
    for user in ("u1@example.org", "u2@example.org", "u3@example.org"):
        scene.owner(range(10), user, app_id="strange")
    assert names(scene) == [], "the organisation's own"


def test_first_country_from_the_users_file_and_from_the_sign_in_itself(scene: Scene, tmp_path: Path) -> None:
    scene.owner(range(30))
    scene.sign_in(30.3, client=HOME)
    assert "first_country" not in names(scene), "nothing tells where the addresses are"
    assert titles(scene, "first_country", where(tmp_path))[0].startswith("First time from the country US: 60 sign-ins")
    entra = {"source": "entra_signin", "operation": "Sign-in activity", "client": HOME}
    for day in range(30):
        scene.event(day + 0.3, user=BOB, raw='{"location": {"countryOrRegion": "jp"}}', client_ip=HOME_IP, **entra)
    scene.event(30.5, user=BOB, raw='{"location": {"countryOrRegion": "BR"}}', client_ip=HOME_IP, **entra)
    assert [title[:29] for title in titles(scene, "first_country")] == ["First time from the country B"]


@pytest.mark.parametrize("days", [range(2), range(13), range(16, 30)])
def test_the_first_days_are_learnt_from_and_an_account_without_a_history_is_not_judged(
    scene: Scene, days: range
) -> None:
    scene.owner(days)
    scene.owner([days[-1] + 0.2], client_ip=EVIL_IP, client=EVIL)
    assert names(scene) == []


def test_who_roams_is_not_told_at_every_new_network(scene: Scene) -> None:
    scene.owner(range(60))
    for number, day in enumerate(range(20, 50)):
        scene.bind(day + 0.4, ["x"], client_ip=f"100.{number + 64}.0.9", client=HOME)
    assert names(scene) == ["first_network"] * 3


def test_a_network_within_a_known_wider_one_is_no_news(scene: Scene) -> None:
    scene.owner(range(30))
    scene.owner(range(30), client_ip="100.64.1.1")
    scene.owner([30], client_ip="100.64.77.1")
    assert names(scene) == []


def test_our_own_walls_are_no_network() -> None:
    assert networks("10.1.2.3") == networks("fd00::1") == networks("::1") == networks("x") == (None, None)
    assert networks("203.0.113.9") == ("203.0.113.0/24", "203.0.0.0/16")
    assert networks("2001:db8:1:2::9") == ("2001:db8:1::/48", "2001:db8::/32")


# -- where, when and how much ------------------------------------------------------------------------------------


def test_impossible_travel(scene: Scene, tmp_path: Path) -> None:
    scene.owner(range(10))
    scene.bind(9.35, ["a"], client=HOME)
    wanted = "At US (203.0.113.7) 58 minutes after JP (192.0.2.10): 10,8"
    assert [title[: len(wanted)] for title in titles(scene, "impossible_travel", where(tmp_path))] == [wanted]
    assert titles(scene, "impossible_travel") == []


def test_a_trip_is_possible_travel(scene: Scene, tmp_path: Path) -> None:
    scene.owner(range(10))
    scene.owner(range(11, 15), client_ip=EVIL_IP)
    scene.bind(15.4, ["a"], client_ip=FAR_IP, client=HOME)
    assert titles(scene, "impossible_travel", where(tmp_path)) == []


def test_a_relay_is_told_on_its_first_days_only(scene: Scene, tmp_path: Path) -> None:
    for day in range(20):
        scene.bind(day + 0.3, ["a"], client_ip=HOME_IP, client=HOME)
        scene.bind(day + 0.31, ["a"], client=HOME)
    assert len(titles(scene, "impossible_travel", where(tmp_path))) == 3


def test_countries_alone_tell_jumps_within_the_hour(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "countries.csv"
    path.write_text("192.0.2.0,192.0.2.255,JP\n203.0.113.0,203.0.113.255,US\n")
    scene.bind(1, ["a"], client_ip=HOME_IP)
    scene.bind(1.03, ["a"])
    scene.bind(1.2, ["a"], client_ip=HOME_IP)
    assert [title[:44] for title in titles(scene, "impossible_travel", [path])] == [
        "At US (203.0.113.7) 43 minutes after JP (192"
    ]


def test_odd_hours(scene: Scene) -> None:
    scene.owner(range(30))
    scene.owner([30 - 1.9 / 24])
    assert "odd_hours" not in names(scene), "two hours early"
    scene.owner([30.5])
    wanted = "Active at 19 h UTC (2 records): on 0 of 30 active days before was this account active within 2 hours of that hour"
    assert titles(scene, "odd_hours") == [wanted]


def test_whoever_works_at_all_hours_has_no_odd_ones(scene: Scene) -> None:
    for day in range(60):
        scene.owner([day + hour / 24 for hour in range(0, 24, 4)])
    scene.owner([60.9])
    assert names(scene) == []


def test_item_burst(scene: Scene) -> None:
    scene.owner(range(30))
    scene.bind(20.4, [f"few{n}" for n in range(50)], client_ip=HOME_IP, client=HOME)
    event = scene.bind(30.3, [f"m{n}" for n in range(160)], client_ip=HOME_IP, client=HOME)
    scene.bind(31.3, [f"n{n}" for n in range(170)], client_ip=HOME_IP, client=HOME)
    found = [(event_id, title) for name, event_id, title in unusual(scene) if name == "item_burst"]
    wanted = (
        "160 items opened or copied within an hour: in 31 active hours over the 29 days before, this account never "
        "reached more than 50"
    )
    assert found == [(event, wanted)]


def test_a_burst_of_folders_copied(scene: Scene) -> None:
    for day in range(30):
        scene.sync(day + 0.3, "Inbox", client_ip=HOME_IP)
    for number in range(9):
        scene.sync(30.3, f"Folder {number}", client_ip=HOME_IP)
    assert titles(scene, "item_burst")[0].startswith("9 folders opened or copied within an hour")


def test_byte_burst(scene: Scene) -> None:
    imap = {"source": "dovecot", "operation": "logout", "client_ip": HOME_IP, "client": None}
    for day in range(30):
        scene.event(day + 0.3, bytes_out=1 << 20, **imap)
    scene.event(30.3, bytes_out=300 << 20, **imap)
    wanted = "300 MiB taken within an hour: in 30 active hours over the 30 days before, this account never took more than 1 MiB"
    assert titles(scene, "byte_burst") == [wanted]


def test_many_accounts_from_one_client_but_not_from_an_office(scene: Scene) -> None:
    users = [f"u{n}@example.org" for n in range(8)]
    for user in users:
        scene.owner(range(30), user)
    for number, user in enumerate(users[:3]):
        scene.sign_in(20 + number / 24, user)
        scene.sign_in(20.1 + number / 24, user, client_ip=HOME_IP, client=LOST)
    (title,) = titles(scene, "many_accounts")
    assert title.startswith(
        "One client, mozilla/# (x#; linux x#) firefox/#, at 203.0.113.7 was inside 3 accounts on one day"
    )
    assert title.endswith("and 0 of 8 accounts had come from that address")


def test_many_mailboxes(scene: Scene) -> None:
    scene.owner(range(30))
    for day in range(20):
        scene.bind(day + 0.4, ["a"], BOB, user=ALICE, client_ip=HOME_IP, client=HOME)
    for number in range(5):
        scene.bind(25.3, ["a"], f"box{number}@example.org", user=ALICE, client_ip=HOME_IP, client=HOME)
    wanted = "Opened 5 mailboxes of others on one day: on 20 days before this account opened at most 1"
    assert titles(scene, "many_mailboxes") == [wanted]


# -- what is nobody's or nothing new ------------------------------------------------------------------------------


def test_services_and_failures_are_no_visits(scene: Scene) -> None:
    for user in ("nt authority\\system (w3wp)", "healthmailbox1@example.org", "ex01$"):
        scene.owner(range(30), user)
        scene.owner([30], user, client_ip=EVIL_IP, client=EVIL)
    scene.owner(range(30))
    scene.sign_in(30.3, failed=True)
    assert names(scene) == []


def test_every_behaviour_weighs_little_and_has_its_test_here_and_its_row_in_the_docs() -> None:
    from pathlib import Path

    here = Path(__file__).read_text(encoding="utf-8")
    docs = (Path(__file__).parents[2] / "docs" / "reference" / "behaviours.md").read_text(encoding="utf-8")
    for name, known in behaviour.known().items():
        assert known.severity in {"low", "medium"}
        assert known.techniques
        assert f'"{name}"' in here
        assert f"| `{name}` |" in docs


def test_ordinary_people_cause_few_findings(scene: Scene) -> None:
    """Office and home, a telephone on a roaming network, two trips, a new laptop, browsers that keep changing versions."""
    rng = random.Random(7)
    users = [f"person{n}@example.org" for n in range(6)]
    months = 120 / 30 * len(users)
    for number, user in enumerate(users):
        trips = {day for start in rng.sample(range(20, 110), 2) for day in range(start, start + 4)}
        laptop = rng.randrange(30, 100)
        for day in range(120):
            version = 100 + day // 15
            system = "Windows NT 10.0" if number % 2 else "Macintosh; Intel Mac OS X 13_3"
            system = "X11; Linux x86_64" if number == 0 and day >= laptop else system
            agent = f"Client=OWA;Mozilla/5.0 ({system}) Chrome/{version}.0;"
            away = day in trips
            office = f"192.0.{2 + 40 * number}.{day}" if away else HOME_IP
            if day % 7 < 5:
                for _ in range(4):
                    scene.bind(day + rng.uniform(7, 18) / 24, ["x"], user, client_ip=office, client=agent)
            phone = "Client=REST;Outlook-iOS/2.0;"
            for _ in range(2):
                roaming = f"100.{64 + rng.randrange(4)}.{rng.randrange(250)}.5"
                scene.bind(day + rng.uniform(6, 23) / 24, ["y"], user, client_ip=roaming, client=phone)
    assert len(unusual(scene)) / months < 1


def test_places_are_left_out_of_memory_where_none_are_given(scene: Scene) -> None:
    scene.owner(range(3))
    with hunted(scene) as db:
        behaviour.visits(db)
        assert db.value("SELECT count(*) FROM visit WHERE country IS NULL AND net = '192.0.2.0/24'") == 6
