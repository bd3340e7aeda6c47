"""What a find weighs: dates, doubts, wide networks, and what is common in the victim's own traffic."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from scene import EVIL_IP, START, Scene, at

from unsealed.hunt.indicators import Indicator

SHARED = "198.51.100.1"


def crowd(scene: Scene, address: str, accounts: int, days: int, **more: Any) -> None:
    """Have accounts use an address on every one of so many days."""
    for account in range(accounts):
        for day in range(days):
            client = more.get("client", f"Mozilla/5.0 (crowd {account % 4})")
            scene.event(
                day,
                "Update",
                f"u{account}@example.org",
                client_ip=address,
                client=client,
                outcome=more.get("outcome", "success"),
            )


def ip(**more: Any) -> Indicator:
    return Indicator("ip", EVIL_IP, "list.txt line 1", **more)


@pytest.mark.parametrize(
    ("dates", "day", "severity", "said"),
    [
        ({}, 5, "high", ""),
        ({"valid_from": at(0), "valid_until": at(10)}, 5, "high", ""),
        ({"valid_from": at(0), "valid_until": at(10)}, 11, "low", "after its validity ended on 2023-03-11"),
        ({"valid_until": at(10)}, 11, "low", "after"),
        ({"valid_from": at(10)}, 5, "high", "before its validity begins on 2023-03-11"),
        ({"valid_from": at(10)}, -900, "high", "before"),
        ({"valid_from": at(10), "valid_until": at(20)}, 5, "high", "before"),
        ({"valid_from": at(10), "valid_until": at(20)}, -400, "low", "before"),
        ({"valid_from": at(5), "valid_until": at(5)}, 5, "high", ""),
    ],
)
def test_dates_bound_what_an_indicator_says(
    scene: Scene, matched: Any, dates: dict[str, Any], day: float, severity: str, said: str
) -> None:
    hit = scene.event(day, "Update")
    found = matched(ip(**dates))
    assert found.severity(hit) == severity
    assert said in found.title(hit)
    assert ("[" in found.title(hit)) == bool(said)


def test_its_authors_doubt_and_the_marking_are_told(scene: Scene, matched: Any) -> None:
    hit = scene.event(1, "Update")
    found = matched(ip(doubt="its author's confidence is 10 of 100", marking="TLP:RED"))
    assert found.severity(hit) == "low"
    assert found.title(hit).endswith("[its author's confidence is 10 of 100]")
    assert found.rows[0]["source"] == "list.txt line 1 (TLP:RED)"


@pytest.mark.parametrize(
    ("network", "address", "severity"),
    [
        ("203.0.0.0/16", EVIL_IP, "high"),
        ("203.0.0.0/15", EVIL_IP, "low"),
        ("2001:db8::/32", "2001:db8::5", "high"),
        ("2001:d00::/24", "2001:db8::5", "low"),
    ],
)
def test_a_network_too_wide_is_no_verdict(
    scene: Scene, matched: Any, network: str, address: str, severity: str
) -> None:
    hit = scene.event(1, "Update", client_ip=address)
    assert matched(network).severity(hit) == severity


def test_an_address_where_the_accounts_live_is_no_verdict(scene: Scene, matched: Any) -> None:
    crowd(scene, SHARED, 8, 10)
    crowd(scene, "192.0.2.10", 8, 2)
    hit = scene.event(3, "Update")
    found = matched(SHARED, EVIL_IP)
    shared = [row for row in found.rows if row["rule_id"] == f"ip:{SHARED}"]
    assert {row["severity"] for row in shared} == {"low"}
    assert "[common here: 8 of 9 accounts, 8 of them regularly, on 10 days]" in shared[0]["title"]
    assert {row["severity"] for row in found.rows if row["event_id"] == hit} == {"high"}
    told = {item.rule_id: item for item in found.told.prevalence}
    assert (told[f"ip:{SHARED}"].events, told[f"ip:{SHARED}"].accounts, told[f"ip:{SHARED}"].days) == (80, 8, 10)
    assert told[f"ip:{SHARED}"].common
    assert not told[f"ip:{EVIL_IP}"].common


def test_a_log_that_was_cut_to_an_address_does_not_make_it_common(scene: Scene, matched: Any) -> None:
    crowd(scene, EVIL_IP, 9, 20)
    found = matched(EVIL_IP)
    assert {row["severity"] for row in found.rows} == {"high"}
    assert not found.told.prevalence[0].common


def test_a_common_client_beside_records_without_address_is_no_verdict(scene: Scene, matched: Any) -> None:
    """Records without an address say nothing of whether a log was cut to addresses, nor does what is no address."""
    crowd(scene, SHARED, 9, 20, client="Outlook")
    for account in range(9):
        for day in range(20):
            scene.event(day + 0.5, "Update", f"u{account}@example.org", client_ip=None, client="Outlook")
    found = matched(Indicator("user_agent", "outlook", "list.txt line 1"))
    assert {row["severity"] for row in found.rows} == {"low"}
    assert found.told.prevalence[0].common


def test_a_log_that_was_cut_says_nothing_of_the_others(scene: Scene, matched: Any) -> None:
    crowd(scene, EVIL_IP, 9, 20)
    for row in scene.events:
        row["source"] = "exchange_httpproxy"
    crowd(scene, "192.0.2.10", 9, 60)
    found = matched(EVIL_IP)
    assert {row["severity"] for row in found.rows} == {"high"}
    assert not found.told.prevalence[0].common


def test_a_cut_log_does_not_hide_what_another_shows_to_be_common(scene: Scene, matched: Any) -> None:
    crowd(scene, SHARED, 9, 20)
    for row in scene.events:
        row["source"] = "exchange_httpproxy"
    crowd(scene, SHARED, 8, 10)
    crowd(scene, "192.0.2.10", 8, 2)
    found = matched(SHARED)
    assert {row["severity"] for row in found.rows} == {"low"}
    assert "[common here: 8 of 8 accounts, 8 of them regularly, on 10 days]" in found.rows[0]["title"]


def test_an_intruder_in_many_accounts_is_not_common(scene: Scene, matched: Any) -> None:
    crowd(scene, "192.0.2.10", 20, 30)
    for account in range(20):
        for day in range(4):
            scene.event(day * 7 + 0.1, "MailItemsAccessed", f"u{account}@example.org")
    found = matched(EVIL_IP)
    assert {row["severity"] for row in found.rows} == {"high"}


def test_spraying_does_not_make_an_address_common(scene: Scene, matched: Any) -> None:
    crowd(scene, EVIL_IP, 40, 25, outcome="failure")
    crowd(scene, "192.0.2.10", 40, 3)
    found = matched(EVIL_IP)
    assert {row["severity"] for row in found.rows} == {"high"}
    assert found.told.prevalence[0].accounts == 0


def test_an_address_that_very_many_pass_is_no_verdict(scene: Scene, matched: Any) -> None:
    crowd(scene, "192.0.2.10", 24, 12)
    for account in range(24):
        scene.event(
            account + 0.5, "Update", f"u{account}@example.org", client_ip=SHARED, client=f"client {account % 4}"
        )
    assert {row["severity"] for row in matched(SHARED).rows} == {"low"}
    for row in scene.events:
        if row["client_ip"] == SHARED:
            row["client"] = "one client"
    assert {row["severity"] for row in matched(SHARED).rows} == {"high"}


def test_a_domain_that_writes_every_day_is_no_verdict(scene: Scene, matched: Any) -> None:
    for day in range(30):
        scene.letter(f"a{day}", day, mailbox=f"u{day % 4}@example.org", from_address=f"s{day}@busy.example")
    hit = scene.letter("evil", 3, from_address="x@evil.example")
    found = matched("busy.example", "evil.example")
    assert {row["severity"] for row in found.rows if row["rule_id"] == "domain:busy.example"} == {"low"}
    assert found.severity(hit) == "medium"
    assert {item.rule_id: item.letters for item in found.told.prevalence} == {
        "domain:busy.example": 30,
        "domain:evil.example": 1,
    }


def test_a_line_of_the_case_is_never_weakened(scene: Scene, matched: Any) -> None:
    scene.toml = f'[[intruder]]\nclient_ip = "{SHARED}"\n'
    crowd(scene, SHARED, 8, 10)
    crowd(scene, "192.0.2.10", 8, 2)
    rows = matched(SHARED).rows
    assert {row["severity"] for row in rows if row["kind"] == "intruder"} == {"high"}
    assert {row["severity"] for row in rows if row["kind"] == "indicator"} == {"low"}


def test_dates_are_of_the_day_of_the_record(scene: Scene, matched: Any) -> None:
    inside = scene.event(9, "Update")
    outside = scene.event(11, "Update")
    found = matched(ip(valid_until=START + timedelta(days=10)))
    assert (found.severity(inside), found.severity(outside)) == ("high", "low")
