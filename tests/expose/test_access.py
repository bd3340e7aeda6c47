"""What records of single items, throttling and dark days say of a letter."""

from __future__ import annotations

import pytest
from scene import ALICE, BOB, HOME, HOME_IP, Scene, at

S1, S2 = "session-one", "session-two"


@pytest.fixture
def lived(scene: Scene) -> Scene:
    """A mailbox whose owner works every day of sixty."""
    scene.owner(range(60))
    return scene


@pytest.mark.parametrize(
    ("operation", "access", "how"),
    [
        ("MailItemsAccessed", "bind", "bind"),
        ("AttachmentAccess", "attachment", "attachment"),
        ("Send", "send", "sent_by_intruder"),
        ("Create", "create", "sent_by_intruder"),
        ("MessageFetched", "fetch", "fetch"),
    ],
)
def test_a_record_that_names_the_letter_opens_it(lived: Scene, operation: str, access: str, how: str) -> None:
    lived.letter("a", 1)
    lived.letter("b", 1)
    event = lived.bind(20, ["a"], operation=operation, access=access)
    lived.run()
    assert lived.verdict("a") == f"accessed: {how}"
    assert lived.verdict("b") == "not_accessed: log_whole"
    row = lived.row("a")
    assert row["grounds"][0]["event_id"] == event
    assert row["first_time"] == row["last_time"] == at(20)


def test_ids_match_without_brackets_case_and_space(lived: Scene) -> None:
    for number, spelling in enumerate(("<MiXed@X>", " <mixed@x> ", "mixed@x")):
        lived.letter(None, 1, mailbox=f"m{number}@example.org", internet_message_id=spelling)
        lived.bind(20, ["Mixed"], f"m{number}@example.org")
    lived.run()
    rows = [row for row in lived.table("exposures") if row["mailbox"].startswith("m")]
    assert [(row["verdict"], row["message_id"] is not None) for row in rows] == [("accessed", True)] * 3


def test_the_owners_reading_opens_nothing(lived: Scene) -> None:
    lived.letter("own-alice@example.org-0", 0.1)
    lived.sign_in(20)
    lived.run()
    assert lived.verdict("own-alice@example.org-0") == "not_accessed: log_whole"


def test_a_mailbox_that_nobody_entered_is_out_of_reach(lived: Scene) -> None:
    lived.letter("b", 1, BOB)
    lived.sign_in(5, BOB, failed=True)
    lived.run()
    assert lived.verdict("b", BOB) == "out_of_reach: not_reached"


def test_what_came_after_they_were_last_there_is_out_of_reach(lived: Scene) -> None:
    lived.letter("before", 19.9)
    lived.letter("after", 20.1)
    lived.sign_in(20)
    lived.run()
    assert lived.verdict("before") == "not_accessed: log_whole"
    assert lived.verdict("after") == "out_of_reach: not_reached"


def test_a_letter_without_a_date_is_taken_to_have_been_there(lived: Scene) -> None:
    lived.letter("undated", None)
    lived.sign_in(20)
    lived.run()
    assert lived.verdict("undated") == "not_accessed: log_whole"


def test_letters_without_an_id_or_a_mailbox_get_their_row(lived: Scene) -> None:
    lived.letter(None, 1)
    lived.letter("nobody", 1, mailbox=None)
    lived.letter(None, 1, internet_message_id="", content_hash=None)
    lived.bind(20, ["nobody"])
    lived.run()
    rows = [row for row in lived.table("exposures") if row["message_id"]]
    assert sorted(row["verdict"] for row in rows) == ["not_accessed", "not_accessed", "out_of_reach"]
    assert lived.verdict("nobody", None) == "out_of_reach: not_reached"
    assert lived.row("nobody", None)["content_verdict"] == "accessed"


def test_a_letter_that_only_the_log_names_gets_its_row(lived: Scene) -> None:
    lived.bind(20, ["ghost"])
    lived.bind(20, ["moved"], operation="MoveToDeletedItems", access="move")
    lived.run()
    assert lived.row("ghost")["message_id"] is None
    assert lived.verdict("ghost") == "accessed: bind"
    assert lived.verdict("moved") == "not_accessed: log_whole"
    assert lived.row("own-alice@example.org-1")["message_id"] is None


def test_what_the_owner_deleted_for_good_before_they_came_was_not_there(scene: Scene) -> None:
    home = {"client_ip": HOME_IP, "client": HOME}
    scene.sign_in(0, BOB, **home)
    scene.bind(1, ["early"], operation="HardDelete", access="delete", **home)
    scene.bind(1, ["later"], operation="SoftDelete", access="delete", **home)
    scene.sign_in(20)
    scene.run()
    assert scene.verdict("early") == "out_of_reach: not_reached"
    assert scene.verdict("later") == "in_reach: no_item_log"


def test_copies_in_several_mailboxes_are_judged_apart_and_the_content_by_the_strongest(lived: Scene) -> None:
    lived.letter("a", 1)
    lived.letter("a", 1, folder="Archive")
    lived.letter("a", 1, BOB)
    lived.bind(20, ["a"])
    lived.run()
    assert lived.verdict("a", folder="Inbox") == lived.verdict("a", folder="Archive") == "accessed: bind"
    assert lived.verdict("a", BOB) == "out_of_reach: not_reached"
    assert {row["content_verdict"] for row in lived.table("exposures") if row["message_id"]} == {"accessed"}


def test_a_delegate_in_the_intruders_hand_opens_anothers_letters(lived: Scene) -> None:
    lived.owner(range(60), BOB)
    lived.letter("boss", 1, BOB)
    lived.letter("boss2", 1, BOB)
    lived.letter("clerk", 1)
    lived.sign_in(20, ALICE, session_id=S1)
    lived.bind(20.1, ["boss"], BOB, user=ALICE, session_id=S1)
    lived.run()
    assert lived.verdict("boss", BOB) == "accessed: bind"
    assert lived.verdict("boss2", BOB) == "not_accessed: log_whole"
    assert lived.verdict("clerk") == "not_accessed: log_whole"


def test_a_failed_access_opens_nothing(lived: Scene) -> None:
    lived.letter("a", 1)
    lived.bind(20, ["a"], outcome="failure")
    lived.run()
    assert lived.verdict("a") == "out_of_reach: not_reached"


def test_a_mailbox_without_item_log_is_in_reach_as_far_as_they_stayed(scene: Scene) -> None:
    scene.owner(range(40), BOB)
    scene.letter("before", 5)
    scene.letter("after", 21)
    scene.sign_in(20)
    scene.run()
    assert scene.verdict("before") == "in_reach: no_item_log"
    assert scene.verdict("after") == "out_of_reach: not_reached"


def test_throttling_puts_all_that_was_there_in_reach_for_a_day(lived: Scene) -> None:
    lived.letter("before", 1)
    lived.letter("during", 20.9)
    lived.letter("after", 21.6)
    lived.letter("named", 1)
    lived.bind(20, ["named"], session_id=S1)
    lived.bind(20.5, ["x"], throttled=True, session_id=S1)
    lived.sign_in(25, session_id=S1)
    lived.run()
    assert lived.verdict("before") == "in_reach: throttled"
    assert lived.verdict("during") == "in_reach: throttled"
    assert lived.verdict("after") == "not_accessed: log_whole"
    assert lived.verdict("named") == "accessed: bind"


def test_throttling_long_before_they_came_or_after_they_left_tells_nothing(lived: Scene) -> None:
    lived.letter("a", 1)
    for day in (3, 40):
        lived.bind(day, ["x"], throttled=True, client_ip=HOME_IP, client=HOME)
    lived.sign_in(20)
    lived.run()
    assert lived.verdict("a") == "not_accessed: log_whole"


def test_dark_days_of_the_item_log_leave_in_reach(scene: Scene) -> None:
    scene.owner([*range(20), *range(35, 60)])
    scene.owner(range(60), BOB)
    for day in (22, 25, 28):
        scene.sign_in(day, client_ip=HOME_IP, client=HOME)
    for name, day in (("old", 1), ("dark", 30), ("light", 36)):
        scene.letter(name, day)
    scene.sign_in(18)
    scene.sign_in(40)
    scene.run()
    assert scene.verdict("old") == "in_reach: log_gap"
    assert scene.verdict("dark") == "in_reach: log_gap"
    assert scene.verdict("light") == "not_accessed: log_whole"


def test_an_item_log_that_begins_late_leaves_the_first_visits_dark(scene: Scene) -> None:
    scene.owner(range(60), BOB)
    scene.owner(range(40, 60))
    scene.letter("old", 5)
    scene.letter("light", 41)
    scene.sign_in(10)
    scene.bind(45, ["x"])
    scene.run()
    assert scene.verdict("old") == "in_reach: log_gap"
    assert scene.verdict("light") == "not_accessed: log_whole"


def test_a_rejected_session_takes_its_verdicts_with_it(lived: Scene) -> None:
    lived.letter("a", 1)
    lived.letter("b", 1)
    lived.bind(20, ["a"], session_id=S1)
    lived.bind(22, ["b"], session_id=S2)
    lived.run()
    lived.decide("rejected", S1)
    lived.run()
    assert lived.verdict("a") == "not_accessed: log_whole"
    assert lived.verdict("b") == "accessed: bind"
    lived.decide("rejected", S2)
    lived.run()
    assert lived.verdict("b") == "out_of_reach: not_reached"


def test_records_without_a_mailbox_keep_their_letter(lived: Scene) -> None:
    lived.bind(20, ["lost"], None, user=ALICE)
    lived.run()
    assert lived.verdict("lost", None) == "accessed: bind"


def test_a_way_in_that_the_item_log_does_not_see_leaves_in_reach(lived: Scene) -> None:
    lived.letter("early", 1)
    lived.letter("between", 25)
    lived.bind(20, ["x"], session_id=S1)
    lived.event(22, "login", source="dovecot", client="imap")
    lived.bind(30, ["x"], session_id=S1)
    lived.run()
    assert lived.verdict("early") == "in_reach: no_item_log"
    assert lived.verdict("between") == "not_accessed: log_whole"


def test_an_entra_sign_in_is_a_way_that_the_item_log_sees(lived: Scene) -> None:
    lived.letter("a", 1)
    lived.bind(20, ["x"])
    lived.event(20, "SignIn", source="entra_signin", mailbox=None)
    lived.run()
    assert lived.verdict("a") == "not_accessed: log_whole"


def test_a_connection_to_a_mail_server_is_not_being_inside(lived: Scene) -> None:
    lived.letter("a", 1)
    lived.event(20, "connect", None, source="postfix", mailbox=None)
    lived.run()
    assert lived.verdict("a") == "out_of_reach: not_reached"
    assert lived.table("intrusion") == [] or lived.table("intrusion")[0]["first_evidence"] is None


def test_nothing_at_all_gives_no_rows(scene: Scene) -> None:
    scene.indicators = []
    assert scene.run().table("exposures") == []
