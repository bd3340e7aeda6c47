"""What must hold for every case: against a slow oracle, and as laws of evidence, over random small scenes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import SCENES
from oracle import RANK, Oracle
from scene import ALICE, BOB, EVIL_IP, HOME, HOME_IP, LOST, Scene, at

from unsealed import schema
from unsealed.expose import expose, verdict
from unsealed.hunt import hunt
from unsealed.query import replace

if TYPE_CHECKING:
    from pathlib import Path

GATEWAY = "mx1.example.org"
FOLDERS = ["Inbox", "Projects", "Sent Items", None]
SESSIONS = [None, None, "session-one", "session-two"]
seeds = st.integers(0, 10**9)


def random_scene(folder: Path, seed: int) -> tuple[Scene, list[dict[str, Any]]]:
    """Make a case of a few letters and a few dozen records."""
    rng = random.Random(seed)
    scene = Scene(folder)
    reach = _reach(scene, rng)
    for number in range(rng.randint(2, 9)):
        day = None if rng.random() < 0.1 else rng.uniform(0, 45)
        hops = [
            {"by": rng.choice([GATEWAY, "other.example.org"]), "from": None, "time": None if day is None else at(day)}
        ]
        box = rng.choice([ALICE, ALICE, BOB, None])
        received = hops if rng.random() < 0.4 and day is not None else []
        scene.letter(
            f"l{number % 6}", day, box, folder=rng.choice(FOLDERS), received=received, conversation_id=f"c{number}"
        )
    for user in rng.sample([ALICE, BOB], rng.randint(0, 2)):
        days = set(range(50)) - set(range(rng.randint(0, 50), rng.randint(0, 60)))
        scene.owner(sorted(days - set(range(rng.choice([0, 15])))), user)
    for number in range(rng.randint(1, 12)):
        _record(scene, rng, number)
    return scene, reach


def _reach(scene: Scene, rng: random.Random) -> list[dict[str, Any]]:
    lines = []
    for kind, name in (("gateway", GATEWAY), ("mailbox", BOB)):
        if rng.random() < 0.25:
            low, high = sorted([rng.uniform(0, 50), rng.uniform(0, 50)])
            lines.append({"kind": kind, "name": name, "from": at(low), "to": at(high)})
            times = f"from = {at(low).isoformat()}\nto = {at(high).isoformat()}\n"
            scene.toml += f'[[reach]]\nkind = "{kind}"\nname = "{name}"\n{times}'
    return lines


def _record(scene: Scene, rng: random.Random, number: int) -> None:
    theirs = rng.random() < 0.7
    day, box, user = rng.uniform(0, 50), rng.choice([ALICE, ALICE, BOB]), rng.choice([ALICE, ALICE, BOB])
    hand: dict[str, Any] = {"session_id": rng.choice(SESSIONS)} if theirs else {"client_ip": HOME_IP, "client": HOME}
    mids = [f"l{rng.randrange(7)}" for _ in range(rng.randint(1, 3))]
    kind = rng.randrange(9)
    if kind == 0:
        scene.sign_in(day, user, failed=rng.random() < 0.3, **hand)
    elif kind == 1:
        scene.sync(day, rng.choice(["Inbox", "Projects", None]), box, user=user, **hand)
    elif kind == 2:
        scene.bind(day, mids, box, user=user, throttled=True, **hand)
    elif kind == 3:
        scene.bind(day, mids, box, operation="Send", access="send", **hand)
    elif kind == 4:
        scene.bind(day, mids, box, operation=rng.choice(["HardDelete", "SoftDelete"]), access="delete", **hand)
    elif kind == 5:
        name = f"{user}\\r{number}"
        scene.cmdlet(
            day, "New-InboxRule", {"Name": f"r{number}", "ForwardTo": "x@y.example"}, user, target=name, **hand
        )
        if rng.random() < 0.6:
            scene.cmdlet(day + rng.uniform(1, 20), "Remove-InboxRule", {"Identity": name}, user, target=name)
    elif kind == 6:
        scene.bind(day, mids, box, operation="Update", access="update", **hand)
    else:
        scene.bind(day, mids, box, user=user, folder=rng.choice(["Inbox", "Projects", None]), **hand)


def ranks(scene: Scene) -> dict[tuple[str, str], int]:
    return {
        (row["message_id"] or row["internet_message_id"], row["mailbox"]): RANK.index(row["verdict"])
        for row in scene.table("exposures")
    }


def tables(scene: Scene) -> dict[str, list[dict[str, Any]]]:
    names = ("messages", "events", "accesses", "activity", "coverage", "exposures")
    return {name: scene.table(name) for name in names}


@SCENES
@given(seeds)
def test_verdicts_agree_with_the_oracle(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    scene, reach = random_scene(tmp_path_factory.mktemp("oracle") / "case", seed)
    scene.run()
    wanted = Oracle(tables(scene), reach).verdicts()
    got = {key: RANK[rank] for key, rank in ranks(scene).items()}
    assert got == wanted


@SCENES
@given(seeds)
def test_every_verdict_has_its_grounds_and_every_message_its_row(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    scene, _ = random_scene(tmp_path_factory.mktemp("laws") / "case", seed)
    scene.run()
    found = tables(scene)
    rows = found["exposures"]
    events = {row["event_id"] for row in found["events"]}
    copies = {row["message_id"] for row in found["messages"]}
    assert sorted(row["message_id"] for row in rows if row["message_id"]) == sorted(copies)
    assert len(ranks(scene)) == len(rows)
    strongest: dict[str, int] = {}
    for row in rows:
        assert row["grounds"], row
        for ground in row["grounds"]:
            assert ground["event_id"] is None or ground["event_id"] in events
            assert ground["message_id"] is None or ground["message_id"] in copies
            assert ground["note"]
        if row["verdict"] in {"accessed", "copied"}:
            assert row["grounds"][0]["event_id"], row
        name = row["internet_message_id"]
        strongest[name] = min(strongest.get(name, 9), RANK.index(row["verdict"]))
    assert all(RANK.index(row["content_verdict"]) == strongest[row["internet_message_id"]] for row in rows)


@SCENES
@given(seeds)
def test_the_order_of_evidence_does_not_matter(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("order")
    scene, _ = random_scene(folder / "one", seed)
    other = Scene(folder / "other", toml=scene.toml)
    for name in ("messages", "events", "accesses"):
        rows = list(getattr(scene, name))
        random.Random(seed).shuffle(rows)
        setattr(other, name, rows)
    one, two = scene.run(), other.run()
    for name in ("findings", "activity", "coverage", "intrusion", "exposures"):
        assert one.table(name) == two.table(name), name


@SCENES
@given(seeds)
def test_a_rejection_never_strengthens_a_verdict(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    scene, _ = random_scene(tmp_path_factory.mktemp("reject") / "case", seed)
    before = ranks(scene.run())
    rows = scene.table("activity")
    if not rows:
        return
    row = random.Random(seed).choice(rows)
    scene.decide("rejected", row[random.Random(seed + 1).choice(["session", "event_id"])])
    after = ranks(scene.run())
    assert all(rank >= before[key] for key, rank in after.items())


@SCENES
@given(seeds)
def test_more_that_is_the_intruders_never_weakens_a_verdict(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """The same log, of which more and more is known to be the intruder's."""
    scene, _ = random_scene(tmp_path_factory.mktemp("more") / "case", seed)
    scene.hunt()
    rng = random.Random(seed)
    rows = [
        {"event_id": e["event_id"], "state": "proposed", "inside": e["outcome"] != "failure", "session": "x"}
        for e in scene.events
    ]
    rng.shuffle(rows)
    before: dict[tuple[str, str], int] = {}
    for part in (0.1, 0.4, 1):
        known = pa.Table.from_pylist(rows[: int(len(rows) * part)], schema.TABLES["activity"].schema)
        replace(scene.case, "activity", known)
        expose(scene.case)
        after = ranks(scene)
        assert all(after[key] <= rank for key, rank in before.items())
        before = after


def test_grounds_are_kept_in_order_of_strength_and_time_and_are_bounded(scene: Scene) -> None:
    scene.owner(range(60))
    scene.letter("a", 1)
    scene.bind(20, ["x"], throttled=True)
    scene.sync(21, "Inbox")
    scene.sync(20, "Inbox")
    for number in range(300):
        scene.bind(22 + number / 100, ["a"])
    row = scene.run().row("a")
    assert (len(row["grounds"]), row["grounds"][0]["how"]) == (200, "bind")
    assert (row["first_time"], row["last_time"]) == (at(22), at(22 + 299 / 100))
    scene.events = scene.events[:-298]
    scene.accesses = scene.accesses[:-298]
    row = scene.run().row("a")
    assert [ground["how"] for ground in row["grounds"]] == ["bind", "bind", "sync", "sync", "throttled"]


def test_of_many_records_each_letter_gets_its_one_row(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies in the evidence, and letters that only the log names, are counted from the tables once more."""
    monkeypatch.setattr(verdict, "CHUNK", 7_000)
    scene.write()
    db = duckdb.connect()
    box = "'user' || ({}) % 20 || '@example.org'"
    moment = "TIMESTAMPTZ '2023-03-01 00:00:00+00' + to_seconds(({}) * 350)"
    theirs = "i BETWEEN 10000 AND 12000 AND i % 3 = 0"
    made = {
        "messages": f"""
            SELECT 'm' || i AS message_id, {box.format("i")} AS mailbox, 'Inbox' AS folder, '<' || i || '@x>' AS
                   internet_message_id, {moment.format("i")} AS date, date AS arrived, 'h' || i AS content_hash,
                   'c' || (i // 8) AS conversation_id, '' AS text FROM range(20000) t(i)""",
        "events": f"""
            SELECT md5(i::VARCHAR) AS event_id, {moment.format("i")} AS time, 'm365_audit' AS source,
                   'MailItemsAccessed' AS operation, {box.format("i")} AS user, {box.format("i")} AS mailbox,
                   CASE WHEN {theirs} THEN '{EVIL_IP}' ELSE '{HOME_IP}' END AS client_ip, 'success' AS outcome,
                   CASE WHEN {theirs} THEN '{LOST}' ELSE '{HOME}' END AS client, '{{}}' AS raw FROM range(20000) t(i)""",
        "accesses": f"""
            SELECT md5((i // 3)::VARCHAR) AS event_id, {box.format("i // 3")} AS mailbox, 'Inbox' AS folder,
                   '<' || (i * 7919 % 20000) || '@x>' AS internet_message_id, 'bind' AS access, FALSE AS throttled
            FROM range(60000) t(i)""",
    }
    for name, sql in made.items():
        replace(scene.case, name, iter(db.sql(sql).to_arrow_reader(50_000)))
    leads = scene.folder / "leads.txt"
    leads.write_text(EVIL_IP)
    hunt(scene.case, [leads], default_rules=False)
    rows = expose(scene.case)
    for name in (*made, "activity", "exposures"):
        db.execute(f"CREATE VIEW {name} AS FROM '{scene.case.tables / name / name}.parquet'")
    copies = """(SELECT mailbox, internet_message_id FROM messages UNION SELECT mailbox, internet_message_id FROM accesses)"""
    opened = """(SELECT DISTINCT mailbox, internet_message_id FROM accesses SEMI JOIN activity USING (event_id))"""
    got = db.execute(f"""
        SELECT count(*), count(DISTINCT (mailbox, internet_message_id)), (SELECT count(*) FROM {copies}),
               count(*) FILTER (verdict = 'accessed'), (SELECT count(*) FROM {opened}),
               (SELECT count(*) FROM exposures SEMI JOIN {opened} o USING (mailbox, internet_message_id)
                WHERE verdict = 'accessed')
        FROM exposures""").fetchall()[0]
    assert rows == got[0] == got[1] == got[2] > 20_000
    assert got[3] == got[4] == got[5] > 1_000
    order = pq.read_table(scene.case.tables / "exposures" / "exposures.parquet", columns=["mailbox"])["mailbox"].to_pylist()
    assert order == sorted(order), "in the order of the copies, from one part that is written to the next"
