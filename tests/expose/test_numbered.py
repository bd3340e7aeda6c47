"""Numbers for mailboxes, folders and Message-IDs: what is one letter in one mailbox, however records write it."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from scene import ALICE, BOB, HOME, HOME_IP, Scene

from unsealed.expose.copies import bare

HOME_HANDS = {"client_ip": HOME_IP, "client": HOME}
texts = st.lists(st.text(alphabet="<> \t\n\r\0aBé漢@İ\u00a0", max_size=8), min_size=30, max_size=60)


@settings(max_examples=20, deadline=None)
@given(texts)
def test_a_message_id_is_compared_without_case_space_and_brackets(written: list[str]) -> None:
    trimmed = "nullif(lower(trim(x, ' <>' || chr(9) || chr(10) || chr(13))), '')"
    wrapped = [*written, *(f"<{text}>" for text in written)]
    sql = f"SELECT {bare('x')}, {trimmed} FROM (SELECT unnest(?::VARCHAR[]) AS x)"
    for got, wanted in duckdb.execute(sql, [wrapped]).fetchall():
        assert got == wanted
    assert duckdb.execute(f"SELECT {bare('x')} FROM (SELECT NULL::VARCHAR AS x)").fetchall() == [(None,)]


def named(scene: Scene, day: float, mid: str | None, mailbox: str | None = ALICE, **more: str | None) -> None:
    """Lay a record that names one letter, as it is written there."""
    event = scene.event(
        day, str(more.pop("operation", "MailItemsAccessed")), mailbox or ALICE, mailbox=mailbox, **HOME_HANDS
    )
    scene._access(event, mailbox, more.pop("folder", "Inbox"), mid, str(more.pop("access", "bind")), throttled=False)
    scene.accesses[-1].update(more)


def test_a_letter_that_only_the_log_names_is_one_however_it_is_written(scene: Scene) -> None:
    scene.owner(range(30))
    scene.sign_in(20)
    named(scene, 5, "<B@x>", folder="Projects", subject="zebra")
    named(scene, 6, " <b@X>\t", folder="Archive", subject="apple")
    named(scene, 7, "b@x", folder=None, subject=None)
    scene.run()
    rows = [row for row in scene.table("exposures") if "b@x" in row["internet_message_id"].lower()]
    assert [(row["internet_message_id"], row["folder"], row["subject"]) for row in rows] == [
        (" <b@X>\t", "Archive", "apple")
    ]


def test_a_letter_in_the_evidence_is_met_however_the_record_writes_it(scene: Scene) -> None:
    scene.owner(range(30))
    scene.letter("held", 3)
    event = scene.bind(20, [])
    scene._access(event, ALICE, "Inbox", "HELD@X", "bind", throttled=False)
    scene.run()
    assert scene.verdict("held") == "accessed: bind"
    assert not [row for row in scene.table("exposures") if row["internet_message_id"] == "HELD@X"]


def test_the_same_message_id_in_another_mailbox_or_in_none_is_another_copy(scene: Scene) -> None:
    scene.owner(range(30))
    scene.letter("a", 3)
    scene.letter("other", 3, BOB)
    named(scene, 5, "<a@x>", BOB)
    scene.sign_in(18)
    event = scene.bind(20, [], mailbox=None, user=ALICE)
    scene._access(event, None, None, "<a@x>", "send", throttled=False)
    scene.run()
    found = {
        row["mailbox"]: row["verdict"] for row in scene.table("exposures") if row["internet_message_id"] == "<a@x>"
    }
    assert found == {ALICE: "not_accessed", BOB: "out_of_reach", None: "accessed"}


def test_records_of_mailboxes_that_do_not_matter_name_no_letters(scene: Scene) -> None:
    scene.owner(range(30))
    scene.letter("a", 3)
    scene.sign_in(20)
    named(scene, 5, "<stranger@x>", "carol@example.org")
    named(scene, 6, None)
    named(scene, 6, " <> ")
    scene.run()
    named_ids = {row["internet_message_id"] for row in scene.table("exposures")}
    assert not named_ids & {"<stranger@x>", " <> ", None}
