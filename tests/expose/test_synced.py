"""Folders that desktop Outlook copied whole."""

from __future__ import annotations

import pytest
from scene import ALICE, Scene

from unsealed.expose.folder_names import meant, same_folder


@pytest.fixture
def lived(scene: Scene) -> Scene:
    scene.owner(range(60))
    return scene


@pytest.mark.parametrize(
    ("named", "held"),
    [
        ("Inbox", "Inbox"),
        ("inbox", "受信トレイ"),
        ("Posteingang", "Inbox"),
        ("Inbox/Projects", "Projects"),
        ("Projects", "Inbox/Projects"),
        ("受信トレイ/案件", "Inbox/案件"),
        ("Top of Information Store/Inbox", "INBOX"),
        ("\\Inbox\\Projects", "Inbox/Projects"),
        ("送信済みアイテム", "[Gmail]/Sent Mail"),
    ],
)
def test_two_names_of_one_folder(named: str, held: str) -> None:
    assert same_folder(named, held)
    assert same_folder(held, named)


@pytest.mark.parametrize(
    ("named", "held"),
    [("Inbox", "Sent Items"), ("Inbox/Projects", "Archive/Projects"), ("Project", "Projects"), ("Inbox", "Inbox/Old")],
)
def test_two_folders(named: str, held: str) -> None:
    assert not same_folder(named, held)


def test_which_folder_is_meant() -> None:
    held = ["Inbox", "Inbox/Projects", "Archive/Projects", None]
    assert meant("Inbox", held) == (["Inbox"], [None])
    assert meant("Projects", held) == ([], ["Inbox/Projects", "Archive/Projects", None])
    assert meant("Inbox/Projects", held) == (["Inbox/Projects"], [None])
    assert meant("Clients", held) == ([], [None])
    assert meant(None, held) == ([], held)
    assert meant("Inbox", ["alice"]) == ([], ["alice"])
    assert meant("Inbox", ["2022", "2023"]) == ([], ["2022", "2023"])
    assert meant("2022", ["2022", "2023"]) == (["2022"], [])
    assert meant("Inbox/Projects", ["Projects", "Inbox/Projects", "Inbox"]) == (["Inbox/Projects"], [])


@pytest.mark.parametrize("named", ["Inbox", "受信トレイ", "Top of Information Store/Inbox"])
def test_a_folder_synchronised_by_name_or_path_was_copied_as_far_as_it_was_filled(lived: Scene, named: str) -> None:
    lived.letter("in", 1)
    lived.letter("late", 21)
    lived.letter("elsewhere", 1, folder="Archive")
    lived.letter("undated", None)
    event = lived.sync(20, named)
    lived.sign_in(30)
    lived.run()
    assert lived.verdict("in") == "copied: sync"
    assert lived.row("in")["grounds"][0]["event_id"] == event
    assert lived.verdict("late") == "not_accessed: log_whole"
    assert lived.verdict("elsewhere") == "not_accessed: log_whole"
    assert lived.verdict("undated") == "copied: sync"


def test_a_later_synchronisation_takes_what_came_since(lived: Scene) -> None:
    lived.letter("in", 1)
    lived.letter("late", 21)
    days = [20, 21.5, 22, 25]
    for day in days:
        lived.sync(day, "Inbox")
    lived.run()
    row = lived.row("in")
    assert len(row["grounds"]) == 2
    assert [(row["first_time"].day, row["last_time"].day), lived.row("late")["first_time"].day] == [(21, 26), 22]


def test_a_record_without_a_folders_name_leaves_all_in_reach(lived: Scene) -> None:
    lived.letter("in", 1)
    lived.letter("late", 21)
    lived.sync(20, None)
    lived.run()
    assert lived.verdict("in") == "in_reach: unnamed_folder"
    assert lived.verdict("late") == "out_of_reach: not_reached"


def test_a_letter_whose_folder_is_not_known_is_in_reach(lived: Scene) -> None:
    lived.letter("loose", 1, folder=None)
    lived.letter("in", 1)
    lived.sync(20, "Inbox")
    lived.run()
    assert lived.verdict("loose") == "in_reach: unnamed_folder"
    assert lived.verdict("in") == "copied: sync"


def test_a_name_that_two_folders_bear_leaves_both_in_reach(lived: Scene) -> None:
    lived.letter("one", 1, folder="Inbox/Projects")
    lived.letter("two", 1, folder="Archive/Projects")
    lived.sync(20, "Projects")
    lived.run()
    assert lived.verdict("one") == lived.verdict("two") == "in_reach: unnamed_folder"


def test_a_letter_that_only_the_log_names_may_have_lain_there(lived: Scene) -> None:
    home = {"client_ip": "192.0.2.10", "client": "Client=OWA;Mozilla/5.0 (Windows NT 10.0) Chrome/112.0;"}
    lived.letter("any", 1)
    lived.bind(10, ["seen"], **home)
    lived.bind(30, ["unseen"], **home)
    lived.bind(9, ["gone"], **home)
    lived.bind(11, ["gone"], operation="HardDelete", access="delete", **home)
    lived.sync(20, "Inbox")
    lived.run()
    assert lived.verdict("seen") == "in_reach: unnamed_folder"
    assert lived.verdict("unseen") == "in_reach: unnamed_folder"
    assert lived.verdict("gone") == "out_of_reach: not_reached"


def test_anothers_mailbox_is_not_copied(lived: Scene) -> None:
    lived.letter("b", 1, "bob@example.org")
    lived.letter("a", 1, ALICE)
    lived.sync(20, "Inbox")
    lived.run()
    assert lived.verdict("b", "bob@example.org") == "out_of_reach: not_reached"


def test_a_folder_that_only_the_log_names_so_may_be_any_of_the_files_folders(lived: Scene) -> None:
    """The mailbox was kept in files of other names; another letter, named by the log alone, lay in a folder of that name."""
    lived.letter("kept", 1, folder="alice 2023")
    lived.bind(10, ["named"], folder="Inbox")
    lived.sync(20, "Inbox")
    lived.run()
    assert lived.verdict("kept") == "in_reach: unnamed_folder"
