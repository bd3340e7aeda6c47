"""Allow lists: what is left out, what is only no verdict, and what can't be used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from scene import EVIL_IP, Scene

from unsealed.errors import IndicatorError
from unsealed.hunt import allow, match
from unsealed.hunt.indicators import Indicator
from unsealed.query import engine

if TYPE_CHECKING:
    from pathlib import Path

SHA = "a" * 64


def of(tmp_path: Path, content: Any) -> allow.Allow:
    path = tmp_path / "list.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return allow.load(path)


def warning(kind: str, *entries: str, **more: Any) -> dict[str, Any]:
    return {
        "name": "Known",
        "description": "x",
        "version": 1,
        "type": kind,
        "list": list(entries),
        "matching_attributes": ["ip-dst"],
        **more,
    }


@pytest.mark.parametrize(
    ("line", "kind", "value", "named"),
    [
        ("198.51.100.0/24", "ip", "198.51.100.9", True),
        ("198.51.100.0/24", "network", "198.51.100.0/25", True),
        ("198.51.100.0/24", "network", "198.51.0.0/16", False),
        ("198.51.100.9", "ip", "198.51.100.9", True),
        ("198.51.100.9", "ip", "198.51.100.90", False),
        ("2001:db8::/32", "ip", "2001:db8::1", True),
        ("cloud.example", "domain", "cloud.example", True),
        ("cloud.example", "domain", "a.cloud.example", True),
        ("cloud.example", "domain", "notcloud.example", False),
        ("a.cloud.example", "domain", "cloud.example", False),
        ("cloud.example", "url", "cloud.example/", True),
        ("cloud.example", "url", "cloud.example/evil/file", False),
        ("http://cloud.example/a", "url", "cloud.example/a", True),
        ("cloud.example", "email", "thief@cloud.example", False),
        ("thief@cloud.example", "email", "thief@cloud.example", True),
        (SHA, "sha256", SHA, True),
    ],
)
def test_a_plain_list_names_what_is_harmless(tmp_path: Path, line: str, kind: str, value: str, named: bool) -> None:
    found = of(tmp_path, line + "\n").why(kind, value)
    assert (found is not None) == named
    if found:
        assert found.out
        assert "list.json" in found.words


@pytest.mark.parametrize(
    ("document", "kind", "value", "named"),
    [
        (warning("cidr", "198.51.100.0/24"), "ip", "198.51.100.9", True),
        (warning("cidr", "198.51.100.9"), "ip", "198.51.100.9", True),
        (warning("hostname", ".cloud.example"), "domain", "a.cloud.example", True),
        (warning("hostname", "cloud.example"), "domain", "a.cloud.example", True),
        (warning("string", "cloud.example"), "domain", "cloud.example", True),
        (warning("string", "cloud.example"), "domain", "a.cloud.example", False),
        (warning("string", ".cloud.example"), "domain", "a.cloud.example", True),
        (warning("substring", "cloud.example"), "url", "a.cloud.example/x", True),
        (warning("string", SHA), "sha256", SHA, True),
    ],
)
def test_a_warning_list_compares_as_it_says(
    tmp_path: Path, document: dict[str, Any], kind: str, value: str, named: bool
) -> None:
    found = of(tmp_path, document).why(kind, value)
    assert (found is not None) == named
    if found:
        assert not found.out
        assert found.words == "on the warning list “Known”"
        assert of(tmp_path, document | {"category": "false_positive"}).why(kind, value).out  # type: ignore[union-attr]  # it is found


def test_what_is_harmless_is_not_looked_for_and_what_is_shared_is_no_verdict(scene: Scene, tmp_path: Path) -> None:
    hit = scene.event(1, "Update")
    near = scene.event(2, "Update", client_ip="203.0.113.8")
    scene.write()
    found = [Indicator("ip", EVIL_IP, "x line 1"), Indicator("network", "203.0.113.0/24", "x line 2")]
    with engine(scene.case) as db:
        told = match.find(db, scene.case.config, found, [of(tmp_path, EVIL_IP + "\n")])
        assert [item.value for item, _ in told.left_out] == [EVIL_IP]
        assert [row["event_id"] for row in db.rows("SELECT event_id FROM found")] == [near]
        told = match.find(db, scene.case.config, found[:1], [of(tmp_path, warning("cidr", "203.0.113.0/24"))])
        assert told.left_out == []
        (row,) = db.rows("SELECT event_id, severity, title FROM found")
        assert (row["event_id"], row["severity"]) == (hit, "low")
        assert "warning list “Known”" in row["title"]


def test_folders_of_warning_lists_are_read(tmp_path: Path) -> None:
    for name, entry in (("a", "198.51.100.0/24"), ("b", "203.0.113.0/24")):
        (tmp_path / "lists" / name).mkdir(parents=True)
        (tmp_path / "lists" / name / "list.json").write_text(json.dumps(warning("cidr", entry)))
    found = allow.load(tmp_path / "lists")
    assert found.why("ip", "198.51.100.1")
    assert found.why("ip", "203.0.113.1")
    assert found.entries == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (warning("regex", "^a+$"), "regular expressions"),
        (warning("cidr", "not a network"), "not an entry"),
        (warning("substring", "a"), "not an entry"),
        (warning("cidr"), "names nothing"),
        ("nothing of use here", "names nothing"),
        ("{broken", "names nothing"),
    ],
)
def test_a_list_that_names_nothing_is_an_error_with_the_reason(tmp_path: Path, content: Any, said: str) -> None:
    if isinstance(content, dict) and content["list"] and content["type"] != "regex":
        found = of(tmp_path, content | {"list": [*content["list"], "198.51.100.0/24", "cloud.example"]})
        assert said in found.unusable[0].reason
        return
    with pytest.raises(IndicatorError, match=said):
        of(tmp_path, content)


def test_entries_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allow, "MAX_ENTRIES", 1)
    with pytest.raises(IndicatorError, match="more than 1 entries"):
        of(tmp_path, warning("cidr", "198.51.100.0/24", "203.0.113.0/24"))
