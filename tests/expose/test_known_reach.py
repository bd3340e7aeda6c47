"""What responders know was reachable: a gateway, a mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scene import ALICE, BOB, Scene, at

if TYPE_CHECKING:
    from pathlib import Path

GATEWAY = """
[[reach]]
kind = "gateway"
name = "MX1.example.org"
from = 2023-03-06T00:00:00Z
to = 2023-03-11T00:00:00Z
basis = "the firm's report"
"""


def hops(day: float | None, by: str | None = None, source: str | None = None) -> list[dict[str, Any]]:
    newest = {"by": "inner.example.org", "from": "mx0.example.org", "time": None if day is None else at(day)}
    return [newest, {"by": by, "from": source, "time": None if day is None else at(day)}]


def test_what_passed_a_gateway_in_its_time_is_in_reach(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY)
    scene.letter("in", 6, received=hops(6, by="mx1.example.org"))
    scene.letter("out", 7, BOB, received=hops(7, source="MX1.Example.org"))
    scene.letter("other", 7, received=hops(7, by="mx2.example.org"))
    scene.letter("before", 4, received=hops(4, by="mx1.example.org"))
    scene.letter("after", 12, received=hops(12, by="mx1.example.org"))
    scene.letter("by_date", 8, received=hops(None, by="mx1.example.org"))
    scene.letter("no_hops", 8)
    scene.run()
    for name, mailbox in (("in", ALICE), ("out", BOB), ("by_date", ALICE)):
        assert scene.verdict(name, mailbox) == "in_reach: gateway"
    for name in ("other", "before", "after", "no_hops"):
        assert scene.verdict(name) == "out_of_reach: not_reached"
    assert "the firm's report" in scene.row("in")["grounds"][0]["note"]
    assert scene.row("in")["first_time"] == at(6)


def test_a_hop_counts_by_its_own_time_and_not_by_the_letters_date(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY)
    scene.letter("delayed", 1, received=hops(7, by="mx1.example.org"))
    scene.letter("dated_wrong", 7, received=hops(1, by="mx1.example.org"))
    scene.run()
    assert scene.verdict("delayed") == "in_reach: gateway"
    assert scene.verdict("dated_wrong") == "out_of_reach: not_reached"


def test_a_reachable_mailbox_is_in_reach_up_to_its_last_day(tmp_path: Path) -> None:
    toml = f'[[reach]]\nkind = "mailbox"\nname = "{ALICE}"\nto = 2023-03-11T00:00:00Z\n'
    scene = Scene(tmp_path / "case", toml=toml)
    scene.letter("old", 1)
    scene.letter("new", 12)
    scene.letter("other", 1, BOB)
    scene.letter("undated", None)
    scene.run()
    assert scene.verdict("old") == scene.verdict("undated") == "in_reach: no_item_log"
    assert scene.verdict("new") == "out_of_reach: not_reached"
    assert scene.verdict("other", BOB) == "out_of_reach: not_reached"
