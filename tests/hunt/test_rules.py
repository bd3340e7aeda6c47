"""Every rule of our own hits what it should and nothing that looks nearly like it, is whole, and is in the docs."""

from __future__ import annotations

import re
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

import rows
from samples import take_in

from unsealed.case import Case
from unsealed.hunt import correlation, logsources, sigma
from unsealed.hunt.detections import OWN
from unsealed.query import engine

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in OWN.glob("*.yml"))
LEAST = 2
"""Rows of either kind that a rule has at least."""
Found = set[tuple[str, int]]
_DAY = 86_400_000_000


def documents(name: str) -> list[dict[str, Any]]:
    """Give what a rule's file holds; the rule itself comes last, what it counts before it."""
    text = (OWN / f"{name}.yml").read_text(encoding="utf-8")
    return [one for one in yaml.load_all(text, yaml.CSafeLoader) if one]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Give every rule with the days on which it fired, of all rows read as one case."""
    folder = tmp_path_factory.mktemp("rows")
    (evidence := folder / "evidence").mkdir()
    rows.write(evidence)
    case = Case.create(folder / "case", "Rows", ("example.org",))
    tables = take_in(case, evidence)
    assert {row["reason"] for row in tables["skipped"]} == {"attachment_encrypted"}
    loaded = sigma.load([OWN])
    every = [*loaded.rules, *loaded.correlations]
    files = {rule.rule_id: Path(rule.source.rpartition(":")[0]).stem for rule in every}
    start = int(rows.START.timestamp() * 1_000_000) // _DAY
    with engine(case) as db:
        correlation.find(db, loaded)
        hits = db.rows("SELECT DISTINCT rule, us FROM sigma_hits")
    told = [(every[hit["rule"]].rule_id, hit["us"] // _DAY - start) for hit in hits]
    return {(files[rule_id], day) for rule_id, day in told if rule_id not in loaded.silent}


@pytest.mark.parametrize("row", rows.every(), ids=lambda row: row.name)
def test_a_rule_hits_what_it_should_and_nothing_that_is_nearly_it(row: rows.Row, found: Found) -> None:
    fired = (row.rule, row.day) in found
    others = sorted(rule for rule, day in found if day == row.day)
    assert fired == row.wanted, f"{row.rule} {'fired' if fired else 'did not fire'} on {row.told}; what fired: {others}"


def test_all_rules_can_be_used() -> None:
    loaded = sigma.load([OWN])
    assert loaded.unusable == ()
    assert len(NAMES) >= 60
    for rule in loaded.rules:
        assert logsources.find(rule.product, rule.category, rule.service), f"{rule.source}: no such log source"


def test_every_field_is_one_that_its_log_source_has() -> None:
    """Letters have the fields that are listed and no others; records may bear any name, and their rows prove those."""
    loaded = sigma.load([OWN])
    for rule in loaded.rules:
        names = {test.field for test in sigma_tests(rule.tree) if test.field}
        variants = logsources.find(rule.product, rule.category, rule.service)
        unknown = [name for name in names if not any(variant.field(name) for variant in variants)]
        assert unknown == [], f"{rule.source}: no log of this source can bear {unknown}"


def sigma_tests(node: Any) -> list[Any]:
    """Give all tests in a rule's condition."""
    inner = [*getattr(node, "items", ()), *([node.item] if hasattr(node, "item") else [])]
    return [node] if hasattr(node, "op") else [test for one in inner for test in sigma_tests(one)]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_is_whole(name: str) -> None:
    told = documents(name)
    for one in told:
        assert uuid.UUID(one["id"]).version == 4
        assert one["status"] in {"experimental", "test", "stable"}
        assert one["author"] == "The unsealed maintainers"
        assert all(re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", tag) for tag in one["tags"])
        assert all(link.startswith("https://") for link in one["references"])
        assert one["references"]
        assert one["falsepositives"]
        assert one["level"] in {"informational", "low", "medium", "high", "critical"}
        assert len(one["description"]) > 30
        assert "correlation" in one or one["detection"]
    assert len(told) == 1 or "correlation" in told[-1]
    # what a correlation counts is daily work, or is itself a count that is told
    assert all(one["level"] == "informational" or "correlation" in one for one in told[:-1])


def test_no_id_and_no_title_stands_twice() -> None:
    told = [one for name in NAMES for one in documents(name)]
    ids, titles = [one["id"] for one in told], [documents(name)[-1]["title"] for name in NAMES]
    assert len(set(ids)) == len(ids)
    assert len(set(titles)) == len(titles)


def test_every_rule_has_rows_and_every_row_a_rule() -> None:
    kinds = [(row.rule, row.wanted) for row in rows.every()]
    few = [(name, wanted) for name in NAMES for wanted in (True, False) if kinds.count((name, wanted)) < LEAST]
    assert few == []
    assert {rule for rule, _ in kinds} == set(NAMES)


def test_every_rule_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in page] == []
