"""The score: what findings together propose, and what they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from findings import act, finding
from scene import ALICE, BOB, EVIL, HOME, HOME_IP, Scene

from unsealed.hunt import score

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = {"client_ip": HOME_IP, "client": HOME}


def proposed(scene: Scene, event: str, findings: Sequence[tuple[str, str]]) -> bool:
    """Say whether findings (severity, kind) on one event make it activity."""
    rows = [finding(event, severity, f"r{n}", kind) for n, (severity, kind) in enumerate(findings)]
    return event in act(scene, rows)


@pytest.mark.parametrize(
    ("findings", "wanted"),
    [
        ([("critical", "sigma")], True),
        ([("high", "sigma")], True),
        ([("medium", "sigma")], False),
        ([("medium", "sigma")] * 2, True),
        ([("low", "sigma")] * 60, False),
        ([("informational", "sigma")] * 60, False),
        ([("medium", "behaviour"), ("low", "behaviour")] * 20, False),
        ([("medium", "behaviour"), ("low", "behaviour"), ("low", "sigma")] * 20, False),
        ([("medium", "sigma"), ("medium", "behaviour"), ("medium", "behaviour")], True),
        ([("high", "indicator")], True),
        ([("medium", "indicator")], False),
        ([("low", "indicator")] * 60, False),
        ([("high", "intruder")], True),
    ],
)
def test_what_is_enough(scene: Scene, findings: list[tuple[str, str]], wanted: bool) -> None:
    assert proposed(scene, scene.sign_in(20), findings) is wanted


def test_a_rule_counts_once_however_often_it_fires(scene: Scene) -> None:
    events = [scene.bind(20 + n / 100, ["a"]) for n in range(10)]
    assert act(scene, [finding(event, "medium", "same") for event in events]) == {}


def test_findings_of_a_session_add_up_and_its_other_events_are_drawn_in(scene: Scene) -> None:
    one = scene.sign_in(20, session_id="session-one")
    two = scene.cmdlet(23, "New-InboxRule", {}, client=None, session_id="session-one", client_ip="198.51.100.9")
    rest = scene.bind(21, ["a"], session_id="session-one")
    rows = act(scene, [finding(one, "medium", "a"), finding(two, "medium", "b")])
    assert {event: row["score"] for event, row in rows.items()} == {one: 40, two: 40, rest: 40}
    assert rows[one]["finding_ids"] == [f"a-{one}"]
    assert rows[one]["reason"] == "rule a (rules.yml:1)"
    assert rows[rest]["reason"].startswith("same session")
    assert {row["state"] for row in rows.values()} == {"proposed"}


def test_without_a_session_findings_add_up_by_account_and_address_within_hours(scene: Scene) -> None:
    one, near = scene.sign_in(20), scene.cmdlet(20.3, "New-InboxRule", {}, client=None)
    far = scene.cmdlet(25, "New-InboxRule", {}, client=None)
    other = scene.cmdlet(20.1, "New-InboxRule", {}, BOB, client=None)
    away = scene.cmdlet(20.1, "New-InboxRule", {}, client_ip="198.51.100.9", client=None)
    rows = [finding(one, "medium", "a")] + [finding(event, "medium", "b") for event in (near, far, other, away)]
    assert set(act(scene, rows)) == {one, near}


def test_an_indicator_does_not_speak_against_another_client_at_the_address(scene: Scene) -> None:
    scene.owner(range(30))
    one = scene.sign_in(20, session_id="session-one")
    other = scene.bind(20.1, ["a"], client=HOME)
    rows = [finding(one, "high", "session:session-one", "indicator"), finding(other, "low", "odd", "behaviour")]
    assert set(act(scene, rows)) == {one}


@pytest.mark.parametrize("severity", ["high", "critical"])
def test_what_looks_like_the_owner_stays_a_finding_unless_critical(scene: Scene, severity: str) -> None:
    scene.owner(range(30))
    event = scene.cmdlet(20.3, "New-TransportRule", {}, client_ip=HOME_IP, client=None)
    assert (event in act(scene, [finding(event, severity, "a")])) is (severity == "critical")


@pytest.mark.parametrize("change", [{"client_ip": "203.0.113.9"}, {"client": EVIL}, {"app_id": "strange"}])
def test_one_thing_that_is_not_the_owners_is_enough(scene: Scene, change: dict[str, str]) -> None:
    scene.owner(range(30))
    event = scene.bind(20.3, ["a"], **(OWN | change))
    assert set(act(scene, [finding(event, "high", "a")])) == {event}


def test_an_intruder_of_some_days_is_no_owner(scene: Scene) -> None:
    scene.owner(range(40))
    for day in range(15, 20):
        scene.bind(day, ["a"], session_id=f"session-{day}")
    event = scene.bind(20, ["a"])
    assert event in act(scene, [finding(event, "high", "a")])


def test_an_account_of_few_days_has_no_habit(scene: Scene) -> None:
    scene.owner(range(2))
    event = scene.bind(2.3, ["a"], **OWN)
    assert set(act(scene, [finding(event, "high", "a")])) == {event}


@pytest.mark.parametrize(
    ("user", "more"),
    [
        ("nt authority\\system (microsoft.exchange.servicehost)", {}),
        ("s-1-5-18", {}),
        ("ex01$", {}),
        ("healthmailbox3@example.org", {}),
        ("someone@example.org", {"logon_type": "system"}),
        ("serviceaccount@example.org", {"raw": '{"UserType": 4}'}),
        (None, {"source": "iis", "outcome": "failure"}),
    ],
)
def test_what_the_service_does_is_never_proposed_by_rules(scene: Scene, user: str | None, more: dict[str, str]) -> None:
    event = scene.event(20, "Set-Mailbox", user, **more)
    assert act(scene, [finding(event, "critical", "a"), finding(event, "high", "b")]) == {}


def test_a_damaged_record_is_no_service_and_breaks_nothing(scene: Scene) -> None:
    event = scene.event(20, "Set-Mailbox", ALICE, raw='{"UserType": ')
    assert set(act(scene, [finding(event, "high", "a")])) == {event}


def test_records_without_account_address_or_session_stand_alone(scene: Scene) -> None:
    event = scene.event(20, "Set-Mailbox", None, client_ip=None, client=None)
    other = scene.event(20, "Set-Mailbox", None, client_ip=None, client=None)
    assert act(scene, [finding(event, "medium", "a"), finding(other, "medium", "b")]) == {}
    assert set(act(scene, [finding(event, "high", "a"), finding(other, "medium", "b")])) == {event}


def test_the_weights_hold_what_the_page_promises() -> None:
    assert score.SIGMA["medium"] < score.THRESHOLD <= min(score.SIGMA["high"], 2 * score.SIGMA["medium"])
    assert score.MOST_BEHAVIOUR + score.MOST_LOW < score.THRESHOLD <= score.INDICATOR["high"]
    assert score.INDICATOR["medium"] + score.MOST_LOW < score.THRESHOLD


def test_rules_of_no_weight_propose_nothing_however_many(scene: Scene) -> None:
    event = scene.bind(20, ["a"])
    rows = [finding(event, "informational", f"r{n}") for n in range(20_000)]
    assert act(scene, rows) == {}
