"""What responders know was reachable: a gateway, a mailbox."""

from __future__ import annotations

import json
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


def logged(scene: Scene, day: float, operation: str = "message_id", source: str = "postfix", **more: Any) -> str:
    raw = json.dumps({"host": more.pop("host", "mx1"), "message": "as it stands"} | more.pop("raw", {}))
    return scene.event(day, operation, None, source=source, mailbox=None, client_ip=None, client=None, raw=raw, **more)


def test_hosts_are_the_same_with_a_dot_at_the_end_and_without_their_domain(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY)
    scene.letter("dot", 6, received=hops(6, by="mx1.example.org."))
    scene.letter("short", 6, received=hops(6, source="MX1"))
    scene.letter("other_domain", 6, received=hops(6, by="mx1.example.com"))
    scene.letter("longer", 6, received=hops(6, by="mx1.example.org.example.com"))
    scene.run()
    assert scene.verdict("dot") == scene.verdict("short") == "in_reach: gateway"
    assert scene.verdict("other_domain") == scene.verdict("longer") == "out_of_reach: not_reached"


def test_a_gateway_is_known_by_its_address_where_a_hop_has_another_name(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY)
    for number in range(9):
        scene.letter(f"n{number}", 6, received=[hops(6, source="mx1.example.org")[1] | {"ip": "192.0.2.25"}])
    scene.letter("helo", 6, received=[hops(6, source="localhost")[1] | {"ip": "192.0.2.25"}])
    scene.letter("forged", 6, received=[hops(6, source="mx1.example.org")[1] | {"ip": "198.51.100.9"}])
    scene.letter("spam", 6, received=[hops(6, source="spam.example")[1] | {"ip": "198.51.100.9"}])
    scene.run()
    assert scene.verdict("helo") == "in_reach: gateway"
    assert scene.verdict("spam") == "out_of_reach: not_reached"


def test_a_letter_without_hops_passed_where_the_gateways_own_log_names_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY)
    for name in ("sent", "late", "elsewhere", "other_way"):
        scene.letter(name, 5, folder="Sent Items")
    scene.letter("other_way", 5, BOB, received=hops(5, by="mx2.example.org"))
    scene.letter("relayed", 7, BOB, received=hops(7, by="inner.example.org"))
    event = logged(scene, 6, internet_message_id="<Sent@x>")
    logged(scene, 12, internet_message_id="<late@x>")
    logged(scene, 6, internet_message_id="<elsewhere@x>", host="mx2")
    logged(scene, 6, internet_message_id="<other_way@x>", queue_id="A1")
    logged(scene, 7, internet_message_id="<relayed@x>", queue_id="B2")
    logged(scene, 7.01, "sent", queue_id="B2", recipients=[BOB])
    scene.run()
    assert scene.verdict("sent") == "in_reach: gateway"
    assert scene.row("sent")["grounds"][0]["event_id"] == event
    assert scene.verdict("relayed", BOB) == "in_reach: gateway"
    assert scene.verdict("other_way") == "in_reach: gateway"
    for name, mailbox in (("late", ALICE), ("elsewhere", ALICE), ("other_way", BOB)):
        assert scene.verdict(name, mailbox) == "out_of_reach: not_reached"


def test_a_copy_that_the_gateways_log_gives_to_others_came_another_way(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY)
    for name in ("two_ways", "by_alias"):
        scene.letter(name, 6)
        scene.letter(name, 6, BOB)
    for number, (name, to) in enumerate((("two_ways", BOB), ("by_alias", "everybody@example.org"))):
        logged(scene, 6, internet_message_id=f"<{name}@x>", queue_id=f"Q{number}")
        logged(scene, 6.01, "sent", queue_id=f"Q{number}", recipients=[to])
    scene.run()
    assert scene.verdict("two_ways") == "out_of_reach: not_reached"
    for name, mailbox in (("two_ways", BOB), ("by_alias", ALICE), ("by_alias", BOB)):
        assert scene.verdict(name, mailbox) == "in_reach: gateway"


def test_an_address_of_many_hosts_is_not_the_gateways(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY)
    for number in range(9):
        name = "mx1.example.org" if number < 3 else f"out{number}.example"
        scene.letter(f"n{number}", 6, received=[hops(6, source=name)[1] | {"ip": "192.0.2.25"}])
    scene.run()
    assert [scene.row(f"n{number}")["verdict"] for number in (0, 5)] == ["in_reach", "out_of_reach"]


def test_exchange_tells_of_the_gateway_beside_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY)
    for name in ("in", "out", "inside"):
        scene.letter(name, 6)
    logged(scene, 6, "RECEIVE", "exchange_tracking", internet_message_id="<in@x>", raw={"client-hostname": "mx1"})
    logged(scene, 6, "SEND", "exchange_tracking", internet_message_id="<out@x>", raw={"server-hostname": "MX1.example.org"})
    logged(scene, 6, "DELIVER", "exchange_tracking", internet_message_id="<inside@x>", raw={"server-hostname": "mbx"})
    scene.run()
    assert scene.verdict("in") == scene.verdict("out") == "in_reach: gateway"
    assert scene.verdict("inside") == "out_of_reach: not_reached"


def test_a_message_trace_tells_by_the_gateways_address(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml=GATEWAY.replace("MX1.example.org", "192.0.2.25"))
    for name in ("in", "out", "other"):
        scene.letter(name, 6)
    common = {"source": "message_trace", "host": None, "operation": "Delivered"}
    logged(scene, 6, internet_message_id="<in@x>", raw={"FromIP": "192.0.2.25"}, **common)
    logged(scene, 6, internet_message_id="<out@x>", raw={"FromIP": "10.0.0.1", "ToIP": "192.0.2.25"}, **common)
    logged(scene, 6, internet_message_id="<other@x>", raw={"FromIP": "198.51.100.9"}, **common)
    scene.run()
    assert scene.verdict("in") == scene.verdict("out") == "in_reach: gateway"
    assert scene.verdict("other") == "out_of_reach: not_reached"
