"""Rules from end to end: loaded, tried on a case, weighed, told; and what can't be used is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from scene import ALICE, EVIL, EVIL_IP, HOME, HOME_IP, Scene

from unsealed.hunt import detections, hunt

if TYPE_CHECKING:
    from pathlib import Path

HIDING = {"Name": ".", "DeleteMessage": "True", "SubjectContainsWords": "invoice"}
RULE = """
title: Somebody set a colour
id: 6f8a4c5e-0000-4000-8000-000000000001
status: test
level: high
logsource: {product: m365, service: exchange}
detection:
  sel: {eventName: Set-Colour}
  condition: sel
"""
DEAF = RULE.replace("m365, service: exchange", "okta, service: okta").replace("0001", "0002")


def rule_by(scene: Scene, day: float, **who: str) -> str:
    record = {
        "Operation": "New-InboxRule",
        "Workload": "Exchange",
        "Parameters": [{"Name": k, "Value": v} for k, v in HIDING.items()],
    }
    return scene.event(day, "New-InboxRule", ALICE, raw=json.dumps(record), workload="Exchange", **who)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path / "case")
    made.indicators, made.own_rules = [], True
    made.owner(range(40))
    return made


def test_a_hiding_rule_by_a_stranger_is_proposed_and_draws_its_session_in(scene: Scene) -> None:
    made = rule_by(scene, 30, client_ip=EVIL_IP, client=EVIL, session_id="strange-session")
    read = scene.bind(30.01, ["1"], client_ip=EVIL_IP, client=EVIL, session_id="strange-session")
    scene.run()
    activity = {row["event_id"]: row for row in scene.table("activity")}
    assert set(activity) == {made, read}
    assert activity[made]["state"] == "proposed"
    assert activity[made]["score"] >= 40
    assert activity[made]["finding_ids"]
    found = [row for row in scene.table("findings") if row["kind"] == "sigma" and row["event_id"] == made]
    assert any(row["severity"] == "high" and row["techniques"] for row in found)


def test_the_same_rule_by_the_owner_from_home_is_a_finding_and_no_activity(scene: Scene) -> None:
    made = rule_by(scene, 30, client_ip=HOME_IP, client=HOME)
    scene.run()
    assert [row["event_id"] for row in scene.table("findings") if row["kind"] == "sigma"].count(made) >= 1
    assert scene.table("activity") == []


def test_rules_of_a_person_are_tried_and_the_deaf_ones_are_told(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(RULE)
    (tmp_path / "deaf.yml").write_text(DEAF)
    (tmp_path / "broken.yml").write_text("title: [")
    seen = scene.event(20, "Set-Colour", client_ip=EVIL_IP, workload="Exchange", raw='{"Operation": "Set-Colour"}')
    scene.write()
    given = [tmp_path / name for name in ("mine.yml", "deaf.yml", "broken.yml")]
    told = hunt(scene.case, rules=given, default_rules=False)
    assert told.rules == 1
    reasons = {row["source"].rpartition("/")[2].partition(":")[0]: row["reason"] for row in told.unusable_rules}
    assert set(reasons) == {"deaf.yml", "broken.yml"}
    assert "Okta" in reasons["deaf.yml"]
    (found,) = (row for row in scene.table("findings") if row["kind"] == "sigma")
    assert found["source"].partition(":")[0] == "mine.yml", "the same on every machine"
    assert (found["event_id"], found["severity"], found["title"]) == (seen, "high", "Somebody set a colour")


def test_our_own_rules_can_all_be_used() -> None:
    loaded = detections.load([], own=True)
    assert loaded.unusable == ()
    assert len(loaded.rules) >= 60
