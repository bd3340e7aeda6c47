"""IMAP and POP: what a session that no item log follows can have given."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import SCENES
from scene import ALICE, BOB, HOME_IP, Scene, at

MINUTE = 1 / 1440


def imap(
    scene: Scene, day: float, minutes: float | None = 10, user: str = ALICE, session: str | None = "s", **out: Any
) -> None:
    """Lay a session of Dovecot: the sign-in, and the line at its end with what it counts."""
    service = out.pop("service", "imap")
    ip = out.pop("client_ip", None)
    more = {"source": "dovecot", "session_id": f"session-{session}" if session else None, "client": None}
    more |= {"client_ip": ip} if ip else {}
    raw = json.dumps({"service": f"{service}-login"})
    scene.event(day, "login", user, mailbox=user, raw=raw, **more)
    if minutes is None:
        return
    told = {key: str(value) for key, value in out.items()}
    size = told.get("out") or told.get("retr", "").partition("/")[2]
    more |= {"client_ip": None, "bytes_out": int(size) if size else None}
    raw = json.dumps({"service": service, **told})
    scene.event(day + minutes * MINUTE, "logout", user, mailbox=user, raw=raw, **more)


@pytest.mark.parametrize("user", [ALICE, "alice"])
def test_what_was_there_during_a_session_is_in_reach(scene: Scene, user: str) -> None:
    imap(scene, 10, 60, user, out=10**7)
    scene.letter("before", 1)
    scene.letter("meanwhile", 10 + 30 * MINUTE)
    scene.letter("after", 10 + 61 * MINUTE)
    scene.letter("bob", 1, BOB)
    scene.run()
    assert scene.verdict("before") == scene.verdict("meanwhile") == "in_reach: no_item_log"
    assert scene.verdict("after") == scene.verdict("bob", BOB) == "out_of_reach: not_reached"
    assert "10,000,000 bytes" in scene.row("before")["grounds"][0]["note"]


def test_a_session_that_was_sent_no_body_opened_nothing(scene: Scene) -> None:
    imap(scene, 10, out=90_000, hdr_count=300, hdr_bytes=80_000, body_count=0, body_bytes=0)
    imap(scene, 11, user=BOB, session="p", service="pop3", retr="0/0", top="0/0", size=99999, **{"del": "0/12"})
    scene.letter("a", 1, text="")
    scene.letter("b", 1, BOB, text="")
    scene.run()
    assert scene.verdict("a") == scene.verdict("b", BOB) == "not_accessed: log_whole"
    assert "can give a letter" in scene.row("a")["grounds"][0]["note"]


def test_a_letter_longer_than_all_that_was_sent_was_not_fetched(scene: Scene) -> None:
    imap(scene, 10, session="one", out=50_000, body_count=2, body_bytes=3000)
    imap(scene, 12, session="two", out=50_000, body_count=1, body_bytes=2000)
    for name, day, size in (("fits", 1, 5000), ("long", 1, 5001), ("late_fits", 11, 2000), ("late_long", 11, 2001)):
        scene.letter(name, day, text="x" * size, size_bytes=size + 900)
    scene.letter("stripped", 1, text="x" * 9000, size_bytes=4000)
    scene.run()
    for name in ("fits", "late_fits", "stripped"):
        assert scene.verdict(name) == "in_reach: no_item_log"
    assert scene.verdict("long") == scene.verdict("late_long") == "not_accessed: log_whole"
    note = scene.row("long")["grounds"][0]["note"]
    assert "5,000 bytes" in note
    assert "5,001 characters" in note


def test_a_session_without_a_last_line_is_unbounded_and_may_have_gone_on(scene: Scene) -> None:
    imap(scene, 10, None)
    imap(scene, 9, session="t", out=10, body_count=0, body_bytes=0)
    scene.letter("long", 1, text="x" * 10**6)
    scene.letter("soon", 10 + 25 * MINUTE)
    scene.letter("later", 10 + 35 * MINUTE)
    scene.run()
    assert scene.verdict("long") == scene.verdict("soon") == "in_reach: no_item_log"
    assert scene.verdict("later") == "out_of_reach: not_reached"


def test_sessions_without_an_id_end_when_none_of_the_account_is_open(scene: Scene) -> None:
    imap(scene, 10, 60, session=None, out=700, body_count=1, body_bytes=500)
    imap(scene, 10 + 10 * MINUTE, 100, session=None, client_ip=HOME_IP, out=700, body_count=1, body_bytes=300)
    imap(scene, 20, 10, session=None, client_ip=HOME_IP, out=10**9)
    scene.letter("fits", 1, text="x" * 800)
    scene.letter("long", 1, text="x" * 801)
    scene.letter("meanwhile", 10 + 100 * MINUTE)
    scene.letter("after", 10 + 111 * MINUTE)
    scene.run()
    assert scene.verdict("fits") == scene.verdict("meanwhile") == "in_reach: no_item_log"
    assert scene.verdict("long") == "not_accessed: log_whole"
    assert scene.verdict("after") == "out_of_reach: not_reached"


def test_the_owners_own_sessions_count_for_nothing(scene: Scene) -> None:
    imap(scene, 10, session="home", client_ip=HOME_IP, out=10**7)
    imap(scene, 11, session="evil", out=100, body_count=0, body_bytes=0)
    scene.letter("a", 1)
    scene.letter("b", 10.5)
    scene.run()
    assert scene.verdict("a") == scene.verdict("b") == "not_accessed: log_whole"


def test_filters_and_sending_show_no_letter(scene: Scene) -> None:
    imap(scene, 10, None, service="managesieve")
    imap(scene, 10, None, user=BOB, service="submission", session="x")
    scene.letter("a", 1)
    scene.letter("b", 1, BOB)
    scene.run()
    assert scene.verdict("a") == scene.verdict("b", BOB) == "not_accessed: log_whole"


def test_letters_that_the_log_names_are_accessed(scene: Scene) -> None:
    scene.letter("read", 1)
    scene.letter("moved", 1)
    imap(scene, 10, out=10**6)
    scene.bind(10.001, ["read"], source="dovecot", operation="fetch", access="fetch", session_id="session-s", client_ip=None)
    scene.bind(10.001, ["moved"], source="dovecot", operation="copy", access="move", session_id="session-s", client_ip=None)
    scene.run()
    assert scene.verdict("read") == "accessed: fetch"
    assert scene.verdict("moved") == "in_reach: no_item_log"


class TestPop:
    """The inbox by POP."""

    def pop(self, scene: Scene, **out: Any) -> None:
        imap(scene, 10, 1, service="pop3", **({"top": "0/0"} | out))

    @pytest.fixture
    def inbox(self, scene: Scene) -> Scene:
        for name, size in (("a", 4000), ("b", 6000)):
            scene.letter(name, 1, text="x" * 300, size_bytes=size)
        scene.letter("sent", 1, folder="Sent Items", text="x")
        scene.letter("filed", 1, folder="Projects", text="x")
        scene.letter("unknown", 1, folder=None, text="x")
        scene.letter("after", 11)
        return scene

    def test_as_many_letters_and_bytes_as_there_were_are_all_of_them(self, inbox: Scene) -> None:
        self.pop(inbox, retr="2/10012", size=10_000, **{"del": "0/2"})
        inbox.run()
        assert inbox.verdict("a") == inbox.verdict("b") == "copied: download"
        assert inbox.verdict("filed") == inbox.verdict("unknown") == "in_reach: no_item_log"
        assert inbox.verdict("sent") == "not_accessed: log_whole"
        assert inbox.verdict("after") == "out_of_reach: not_reached"
        assert "2 letters, 10,012 bytes" in inbox.row("a")["grounds"][0]["note"]

    def test_an_inbox_of_just_the_evidences_letters_held_no_other(self, inbox: Scene) -> None:
        inbox.messages = [row for row in inbox.messages if row["folder"]]
        self.pop(inbox, retr="1/6000", size=10_090, **{"del": "0/2"})
        inbox.run()
        assert inbox.verdict("a") == "in_reach: no_item_log"
        assert inbox.verdict("filed") == inbox.verdict("sent") == "not_accessed: log_whole"

    def test_without_the_inboxs_size_the_evidence_must_agree(self, inbox: Scene) -> None:
        self.pop(inbox, retr="2/10150")
        assert inbox.run().verdict("a") == "copied: download"

    @pytest.mark.parametrize(
        "out",
        [
            {"retr": "1/6000", "size": 10_000, "del": "0/2"},
            {"retr": "2/12000", "size": 10_000, "del": "0/2"},
            {"retr": "2/10000", "size": 90_000, "del": "0/9"},
            {"retr": "3/10000"},
            {"retr": "2/12000"},
        ],
    )
    def test_anything_less_leaves_in_reach(self, inbox: Scene, out: dict[str, Any]) -> None:
        self.pop(inbox, **out)
        inbox.run()
        assert inbox.verdict("a") == inbox.verdict("b") == "in_reach: no_item_log"


def test_courier_tells_bodies_and_seconds_at_the_end(scene: Scene) -> None:
    common = {"source": "courier", "client": None}
    scene.event(10, "login", ALICE, raw='{"port":"[5000]"}', **common)
    raw = '{"port":"[5000]","headers":"900","body":"400","sent":"9000","time":"3600"}'
    scene.event(10 + 60 * MINUTE, "logout", ALICE, bytes_out=9000, raw=raw, **common)
    scene.event(10, "login", BOB, raw='{"port":"[5001]"}', **common)
    for name, size, box in (("fits", 400, ALICE), ("long", 401, ALICE), ("bob", 10**6, BOB)):
        scene.letter(name, 1, box, text="x" * size)
    scene.run()
    assert scene.verdict("fits") == scene.verdict("bob", BOB) == "in_reach: no_item_log"
    assert scene.verdict("long") == "not_accessed: log_whole"


def test_another_way_in_is_judged_beside_it(scene: Scene) -> None:
    imap(scene, 10, out=10, body_count=0, body_bytes=0)
    scene.event(10, "login", ALICE, source="roundcube", client=None)
    scene.letter("a", 1)
    assert scene.run().verdict("a") == "in_reach: no_item_log"


@SCENES
@given(st.integers(0, 10**9))
def test_bounds_agree_with_plain_loops(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Random sessions and letters, deletions too, against sums made letter by letter."""
    rng = random.Random(seed)
    scene = Scene(tmp_path_factory.mktemp("bounds") / "case")
    sessions = []
    for number in range(rng.randint(1, 6)):
        day, minutes = rng.randint(5, 20), rng.choice([None, 1, 60, 1440])
        size = rng.choice([0, 0, 100, 500, 2000])
        pop = rng.random() < 0.3
        told = {"retr": f"1/{size}", "top": "0/0", "del": "0/99"} if pop else {"out": 10**6, "body_count": size // 100, "body_bytes": size}
        imap(scene, day, minutes, session=f"s{number}", service="pop3" if pop else "imap", **told)
        end = day + (30 if minutes is None else minutes) * MINUTE
        sessions.append((day, end, None if minutes is None else size, pop))
    wanted = {}
    for number in range(12):
        arrived, size = rng.choice([None, rng.randint(1, 22) + 0.5 * MINUTE]), rng.choice([0, 100, 700, 2500])
        folder = rng.choice(["Inbox", "Sent Items", None])
        scene.letter(f"l{number}", arrived, text="x" * size, size_bytes=size + 2000, folder=folder)
        met = [one for one in sessions if arrived is None or arrived <= one[1]]
        parts = [one[2] for one in met if not one[3]]
        wholes = [one[2] for one in met if one[3] and folder != "Sent Items"]
        sent = sum(one or 0 for one in parts)
        could = None in parts or (sent > 0 and size <= sent)
        wanted[f"l{number}"] = could or any(one is None or (one > 0 and size <= one) for one in wholes)
    scene.run()
    got = {name: scene.row(name)["verdict"] == "in_reach" for name in wanted}
    assert got == wanted
    assert all(row["first_time"] is None or row["first_time"] >= at(0) for row in scene.table("exposures"))
