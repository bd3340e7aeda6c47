"""Indicators and `[[intruder]]` lines against events and mail."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scene import ALICE, BOB, EVIL, EVIL_IP, HOME, HOME_IP, Scene

from unsealed import schema
from unsealed.case import Case
from unsealed.errors import ConfigError
from unsealed.hunt import hunt, match
from unsealed.query import engine, replace
from unsealed.read import read

if TYPE_CHECKING:
    from pathlib import Path

GUID = "27922004-5251-4030-b22d-91ecd9a37ea4"


def rules(scene: Scene) -> list[str]:
    return [row["rule_id"] for row in scene.table("findings")]


@pytest.mark.parametrize(
    ("indicator", "record"),
    [
        ("203.0.113.7", {"client_ip": "203.0.113.7"}),
        ("203.0.113.0/24", {"client_ip": "203.0.113.7"}),
        ("2001:db8::/32", {"client_ip": "2001:db8:1::5"}),
        ("2001:db8:0::5", {"client_ip": "2001:db8::5"}),
        ("python-requests/2.28", {"client": "Client=REST;Python-Requests/2.28.1;"}),
        (f"app_id: {GUID}", {"app_id": GUID.upper()}),
        (f"app_id: {GUID}", {"client_app_id": GUID}),
        (GUID, {"session_id": GUID.upper()}),
        (GUID, {"app_id": GUID}),
        ("session: abcdefgh-1", {"session_id": "ABCDEFGH-1"}),
        ("guest@evil.example", {"user": "guest@evil.example"}),
    ],
)
def test_an_indicator_finds_the_record_it_is_of_and_no_other(scene: Scene, indicator: str, record: dict) -> None:
    home = {"client_ip": HOME_IP, "client": HOME}
    hit = scene.event(1, "Update", **(home | record))
    scene.event(2, "Update", BOB, **home)
    scene.indicators = [indicator]
    scene.hunt()
    assert {row["event_id"] for row in scene.table("findings")} == {hit}
    assert hit in scene.active()
    assert scene.table("findings")[0]["source"] == "indicators.txt line 1"


def test_our_own_addresses_are_victims_and_no_seeds(scene: Scene) -> None:
    scene.letter("a", mailbox="carol@other.example")
    scene.event(1, "Update", ALICE, client_ip=HOME_IP)
    scene.event(1, "Update", "carol@other.example", client_ip=HOME_IP)
    scene.cmdlet(1, "New-InboxRule", {"ForwardTo": ALICE, "Name": "x"}, client_ip=HOME_IP)
    scene.indicators = [ALICE, "someone@sub.example.org", "carol@other.example", "example.org"]
    scene.hunt()
    assert not scene.active()


def test_a_rule_that_sends_mail_to_a_listed_address_gives_the_intruder_away(scene: Scene) -> None:
    near_miss = scene.cmdlet(1, "New-InboxRule", {"ForwardTo": "x@notevil.example"}, client_ip=HOME_IP)
    by_mail = scene.cmdlet(2, "New-InboxRule", {"ForwardTo": "smtp:Collect@mailhide.example"}, client_ip=HOME_IP)
    by_domain = scene.cmdlet(3, "Set-Mailbox", {"ForwardingSmtpAddress": "smtp:a@sub.evil.example"}, client_ip=HOME_IP)
    scene.indicators = ["collect@mailhide.example", "evil.example", "t.co"]
    scene.hunt()
    assert scene.active() == {by_mail, by_domain}
    assert near_miss not in scene.active()


def test_mail_is_matched_by_sender_host_and_attachment(scene: Scene) -> None:
    sha = "ab" * 32
    sender = scene.letter("a", from_address="x@evil.example")
    below = scene.letter("b", from_address="x@mail.evil.example")
    hop = scene.letter("c", received=[{"by": "mx.example.org", "from": "Relay.EVIL.example", "time": None}])
    attached = scene.letter("d")
    scene.letter("e", from_address="x@notevil.example")
    scene.attachments.append({"attachment_id": "t", "message_id": attached, "sha256": sha, "filename": None})
    scene.indicators = ["evil.example", sha, "x@evil.example"]
    scene.hunt()
    found = [(row["rule_id"], row["message_id"]) for row in scene.table("findings")]
    assert sorted(found) == [
        ("domain:evil.example", sender),
        ("domain:evil.example", below),
        ("domain:evil.example", hop),
        ("email:x@evil.example", sender),
        (f"sha256:{sha}", attached),
    ]
    assert not scene.active()


def test_a_known_intruder_line_needs_all_that_it_gives_and_its_time(tmp_path: Path) -> None:
    line = f"""
[[intruder]]
client_ip = "203.0.113.0/24"
user = "Alice@Example.org"
client = "FIREFOX"
from = 2023-03-02T00:00:00Z
to = 2023-03-05T00:00:00Z
basis = "provider"
[[intruder]]
session_id = "SESSION-9"
[[intruder]]
app_id = "{GUID}"
"""
    scene = Scene(tmp_path / "case", toml=line)
    scene.indicators = []
    wanted = {scene.event(2, "Update"), scene.event(1, "Update", client_ip=HOME_IP, session_id="session-9")}
    wanted.add(scene.event(1, "Update", client_ip=HOME_IP, client=HOME, client_app_id=GUID.upper()))
    scene.event(0.5, "Update")
    scene.event(4.5, "Update", client=HOME)
    scene.event(2.5, "Update", client_ip=HOME_IP)
    scene.event(3, "Update", BOB)
    scene.hunt()
    assert scene.active() == wanted
    rows = scene.table("activity")
    assert {row["state"] for row in rows} == {"confirmed"}
    assert any("provider" in row["reason"] for row in rows)


def test_an_intruder_line_with_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "case", toml='[[intruder]]\nclient_ip = "203.0.113"\n')
    with pytest.raises(ConfigError, match=r"intruder 1\.client_ip"):
        scene.hunt()


def test_no_indicator_and_no_line_find_nothing(scene: Scene) -> None:
    scene.indicators = []
    scene.owner(range(3))
    scene.hunt()
    assert [scene.table(name) for name in ("findings", "activity", "intrusion")] == [[], [], []]
    assert scene.table("coverage")


def test_findings_are_the_same_whatever_the_order_of_evidence(tmp_path: Path) -> None:
    tables = []
    for name, step in (("one", 1), ("other", -1)):
        scene = Scene(tmp_path / name)
        for day in range(6):
            scene.event(day, "Update", key=str(day))
        scene.events = scene.events[::step]
        scene.indicators = [EVIL_IP, "203.0.113.0/24", "Firefox/87"]
        tables.append([scene.hunt().table(name) for name in ("findings", "activity")])
    assert tables[0] == tables[1]
    assert len(tables[0][0]) == 12


NETWORKS = st.one_of(
    st.builds(
        lambda ip, bits: ipaddress.ip_network((ip, bits), strict=False),
        st.ip_addresses(v=4) | st.sampled_from([ipaddress.ip_address("203.0.113.7"), ipaddress.IPv4Address(0)]),
        st.integers(0, 32),
    ),
    st.builds(
        lambda ip, bits: ipaddress.ip_network((ip, bits), strict=False), st.ip_addresses(v=6), st.integers(0, 128)
    ),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(NETWORKS, max_size=8), st.lists(st.ip_addresses(), max_size=8), st.data())
def test_network_arithmetic_agrees_with_the_standard_library(
    tmp_path_factory: pytest.TempPathFactory, networks: list, addresses: list, data: st.DataObject
) -> None:
    for network in networks:
        inside = data.draw(st.integers(int(network.network_address), int(network.broadcast_address)))
        addresses.append(type(network.network_address)(inside))
    texts = sorted({str(address) for address in addresses})
    scene = Scene(tmp_path_factory.mktemp("net") / "case")
    rows = [{"event_id": text, "client_ip": text} for text in [*texts, "not an address"]]
    replace(scene.case, "events", pa.Table.from_pylist(rows, schema.TABLES["events"].schema))
    with engine(scene.case) as db:
        found = sorted(match.addresses_in(db, [(network, n) for n, network in enumerate(networks)]))
    wanted = [(text, n) for text in texts for n, net in enumerate(networks) if ipaddress.ip_address(text) in net]
    assert found == sorted(wanted)


def test_many_indicators_do_not_slow_the_hunt(scene: Scene) -> None:
    scene.event(1, "Update")
    scene.letter("a", from_address="x@host5.evil.example")
    scene.indicators = ["0.0.0.0/1", EVIL_IP, *(f"10.{n // 250}.{n % 250}.1" for n in range(20_000))]
    scene.indicators += [f"host{n}.evil.example" for n in range(20_000)]
    scene.hunt()
    assert sorted(rules(scene)) == ["domain:host5.evil.example", f"ip:{EVIL_IP}"]
    assert scene.told.known == 40_002
    assert EVIL


@pytest.mark.parametrize("name", ["sha256", "sha1", "md5"])
def test_an_attachment_is_found_by_any_of_its_hashes(tmp_path: Path, name: str) -> None:
    body = b"MZ not a program"
    mail = (
        b"From: a@partner.example\nMessage-ID: <1@x>\nDate: Mon, 1 May 2023 10:00:00 +0000\nMIME-Version: 1.0\n"
        b"Content-Type: application/octet-stream; name=x.bin\nContent-Disposition: attachment; filename=x.bin\n\n"
        + body
    )
    (tmp_path / "1.eml").write_bytes(mail)
    (tmp_path / "i.txt").write_text(hashlib.new(name, body, usedforsecurity=False).hexdigest())
    case = Case.create(tmp_path / "case", "x")
    with case.lock():
        read(case, [tmp_path / "1.eml"], workers=0)
        hunt(case, [tmp_path / "i.txt"])
    with engine(case) as db:
        assert [row["kind"] for row in db.rows("SELECT kind FROM findings WHERE message_id IS NOT NULL")] == [
            "indicator"
        ]
