"""The closing page of a hunt: what it counts, and what it says first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from scene import ALICE, BOB, Scene, at

from unsealed import schema
from unsealed.case import Case
from unsealed.query import replace
from unsealed.report import facts, hunting

if TYPE_CHECKING:
    from pathlib import Path


def found(case: Case, rows: list[dict[str, Any]]) -> None:
    replace(case, "findings", pa.Table.from_pylist(rows, schema.TABLES["findings"].schema))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    scene = Scene(tmp_path / "case")
    ids = [scene.event(day, "New-InboxRule", user) for day, user in ((0, ALICE), (0, BOB), (9, ALICE), (200, BOB))]
    letter = scene.letter("1", 3)
    scene.write()
    rows = [
        {
            "severity": "high",
            "rule_id": "r1",
            "title": "A rule hides mail",
            "event_id": ids[0],
            "time": at(0),
            "techniques": ["T1564.008"],
        },
        {
            "severity": "high",
            "rule_id": "r1",
            "title": "A rule hides mail",
            "event_id": ids[2],
            "time": at(9),
            "techniques": ["T1564.008"],
        },
        {"severity": "low", "rule_id": "r2", "title": "Context", "event_id": ids[1], "time": at(0), "techniques": []},
        {
            "severity": "critical",
            "rule_id": "r3",
            "title": "Consent",
            "event_id": ids[3],
            "time": at(200),
            "techniques": ["T1528"],
        },
        {
            "severity": "medium",
            "rule_id": "r4",
            "title": "A letter",
            "message_id": letter,
            "time": at(3),
            "techniques": [],
        },
    ]
    found(
        scene.case, [{"kind": "sigma", "finding_id": f"f{n}", "source": "x.yml:1", **row} for n, row in enumerate(rows)]
    )
    return scene.case


def test_findings_are_counted_by_severity_rule_account_and_day(case: Case) -> None:
    told = hunting.findings(case)
    assert (told["total"], told["events"], told["letters"], told["records"]) == (5, 4, 1, 4)
    assert told["severities"] == {"critical": 1, "high": 2, "medium": 1, "low": 1, "informational": 0}
    assert [(row["rule_id"], row["findings"], row["accounts"]) for row in told["rules"]] == [
        ("r3", 1, 1), ("r1", 2, 1), ("r4", 1, 1), ("r2", 1, 1),
    ]  # fmt: skip
    assert [(row["account"], row["critical"], row["high"]) for row in told["accounts"]] == [(BOB, 1, 0), (ALICE, 0, 2)]
    assert told["techniques"] == {"T1564.008": 2, "T1528": 1}
    assert [row["day"] for row in told["days"]] == ["2023-03-01", "2023-03-04", "2023-03-10", "2023-09-17"]


@pytest.mark.parametrize(("language", "words"), [("en", "Findings: 5, on 4 of 4"), ("ja", "重大")])
def test_the_page_says_what_to_look_at_first(
    case: Case, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    monkeypatch.setenv("UNSEALED_LANG", language)
    lines = hunting.summary(facts.facts(case), hunting.findings(case))
    assert any(words in line for line in lines)
    order = [
        next(n for n, line in enumerate(lines) if title in line)
        for title in ("Consent", "A rule hides mail", "A letter", "Context")
    ]
    assert order == sorted(order)
    spark = next(line for line in lines if "2023-03-01" in line and "2023-09-17" in line)
    bars = spark.removeprefix("  2023-03-01 ").removesuffix(" 2023-09-17")
    assert bars == "█ ▄" + " " * 47 + "▄", "201 days, four to a column"
    assert max(map(len, lines)) < 130
    assert len(lines) <= 40


def test_nothing_found_is_no_trouble(empty_case: Case) -> None:
    told = hunting.findings(empty_case)
    assert told["total"] == 0
    assert hunting.summary(facts.facts(empty_case), told)
