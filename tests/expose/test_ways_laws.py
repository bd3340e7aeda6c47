"""Laws of evidence for every way in: more of the intruder never weakens a verdict, and every ground exists."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import SCENES
from oracle import RANK
from scene import ALICE, BOB, Scene

from unsealed import schema
from unsealed.expose import expose
from unsealed.expose.ways import ways
from unsealed.query import replace

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ["Inbox", "Sent Items", "Projects", None]
LINES: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
    ("dovecot", "login", {}, {"service": "imap-login"}),
    ("dovecot", "logout", {"bytes_out": 700}, {"service": "imap", "out": "700"}),
    ("dovecot", "logout", {}, {"service": "imap", "body_count": "0", "body_bytes": "0"}),
    ("dovecot", "login", {}, {"service": "pop3-login"}),
    ("dovecot", "logout", {}, {"service": "pop3", "retr": "2/3000", "top": "0/0", "del": "0/2", "size": "3000"}),
    ("courier", "login", {}, {"port": "[1]"}),
    ("courier", "logout", {"bytes_out": 900}, {"port": "[1]", "body": "300", "time": "60"}),
    ("exchange_imap", "select", {"target": "INBOX"}, {}),
    ("exchange_imap", "fetch", {"target": "1 (BODY[])", "bytes_out": 900}, {"context": "R=OK;Rows=1"}),
    ("exchange_pop", "stat", {}, {"context": "R=ok;Rows=1"}),
    ("exchange_pop", "retr", {"target": "1", "bytes_out": 2000}, {"context": "R=ok"}),
    ("iis", "POST", {"workload": "ews", "target": "/EWS/Exchange.asmx", "bytes_out": 40}, {"sc-status": "200"}),
    ("iis", "POST", {"workload": "autodiscover", "target": "/autodiscover/a.xml"}, {"sc-status": "200"}),
    ("google_login", "login_success", {}, {}),
    ("postfix", "sasl_login", {"queue_id": "A1"}, {}),
    ("roundcube", "login", {}, {}),
]


def random_scene(folder: Path, rng: random.Random) -> Scene:
    scene = Scene(folder)
    for number in range(10):
        day, size = rng.choice([None, rng.uniform(0, 30)]), rng.choice([0, 200, 800, 4000])
        box = rng.choice([ALICE, BOB])
        scene.letter(f"l{number}", day, box, text="x" * size, size_bytes=size + 900, folder=rng.choice(FOLDERS))
    for number in range(rng.randint(3, 20)):
        source, operation, columns, raw = rng.choice(LINES)
        user, day = rng.choice([ALICE, "alice", "example\\alice", BOB]), rng.uniform(0, 30)
        session = rng.choice([None, "session-one", "session-two"])
        more = {"source": source, "mailbox": None, "session_id": session, "raw": json.dumps(raw), **columns}
        scene.event(day, operation, user, **more)
        if source == "google_login" and rng.random() < 0.5:
            opened = {"operation": "Message opened (first time)", "source": "google_gmail", "client_ip": "192.0.2.1"}
            scene.bind(rng.uniform(0, 30), [f"l{number % 10}"], rng.choice([ALICE, BOB]), **opened)
    return scene


def known(scene: Scene, share: float) -> dict[str, int]:
    """Take a part of all records for the intruder's; give the rank of every letter's verdict."""
    rows = [{"event_id": e["event_id"], "state": "proposed", "inside": True, "session": "x"} for e in scene.events]
    random.Random(len(rows)).shuffle(rows)
    table = pa.Table.from_pylist(rows[: round(len(rows) * share)], schema.TABLES["activity"].schema)
    replace(scene.case, "activity", table)
    expose(scene.case)
    return {row["message_id"]: RANK.index(row["verdict"]) for row in scene.table("exposures") if row["message_id"]}


@SCENES
@given(st.integers(0, 10**9))
def test_more_that_is_the_intruders_never_weakens_a_verdict(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    scene = random_scene(tmp_path_factory.mktemp("ways") / "case", random.Random(seed)).hunt()
    before: dict[str, int] = {}
    for share in (0, 0.2, 0.4, 0.6, 0.8, 1):
        after = known(scene, share)
        worse = {name: (RANK[before[name]], RANK[rank]) for name, rank in after.items() if before and rank > before[name]}
        assert not worse, share
        before = after


@SCENES
@given(st.integers(0, 10**9))
def test_every_copy_has_one_verdict_with_grounds_that_exist(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    scene = random_scene(tmp_path_factory.mktemp("ways") / "case", random.Random(seed)).hunt()
    known(scene, 0.7)
    rows = scene.table("exposures")
    events = {row["event_id"] for row in scene.events}
    held = [row["message_id"] for row in rows if row["message_id"]]
    assert sorted(held) == sorted(row["message_id"] for row in scene.messages)
    for row in rows:
        assert row["grounds"]
        for ground in row["grounds"]:
            assert ground["note"]
            assert ground["event_id"] is None or ground["event_id"] in events


def test_no_log_shows_two_ways_in() -> None:
    sources = [source for way in ways().values() for source in way.sources]
    assert len(sources) == len(set(sources))


@pytest.mark.parametrize("name", sorted(ways()))
def test_a_way_is_a_short_file(name: str) -> None:
    path = __import__(f"unsealed.expose.ways.{name}", fromlist=["WAY"]).__file__
    assert path
    with open(path, encoding="utf-8") as stream:  # noqa: PTH123 - a path of Python's own
        assert len(stream.readlines()) < 200
