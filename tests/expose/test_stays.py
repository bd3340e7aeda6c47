"""Where a letter lay when: records replayed in plain Python, and what a synchronised folder then held."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import SCENES
from scene import ALICE, HOME, HOME_IP, Scene, at

from unsealed.expose import copies
from unsealed.query import engine

if TYPE_CHECKING:
    from pathlib import Path

HOME_HANDS = {"client_ip": HOME_IP, "client": HOME}
PLACES = ["Inbox", "Projects", "Archive/2023", "Deleted Items", "Recoverable Items"]
OUT = "out of the mailbox"
Stay = tuple[str | None, float | None, float | None, bool]


def move(scene: Scene, day: float, mid: str, source: str | None, target: str | None, **more: Any) -> str:
    """Lay the record of a move; of a deletion where it leads to Recoverable Items or out."""
    operation = {"Recoverable Items": "SoftDelete", OUT: "HardDelete", "Deleted Items": "MoveToDeletedItems"}
    name = more.pop("operation", operation.get(target or "", "Move"))
    access = "delete" if name in {"SoftDelete", "HardDelete"} else "move"
    event = scene.event(day, name, ALICE, **(HOME_HANDS | more))
    scene._access(event, ALICE, source, f"<{mid}@x>", access, throttled=False)
    scene.accesses[-1]["destination"] = target if access == "move" else None
    return event


def stays(scene: Scene) -> dict[str, list[Stay]]:
    """Give the stays of every letter in days, by Message-ID and folder of the copy."""
    scene.hunt()
    with engine(scene.case) as db:
        copies.prepare(db)
        rows = db.rows("""
            SELECT c.mid, c.folder AS lies, s.folder, s."from" AS since, s."to" AS till, s.sure
            FROM stays s JOIN copies c USING (n) ORDER BY c.n, since NULLS FIRST, till NULLS LAST""")
    found: dict[str, list[Stay]] = {}
    for row in rows:
        stay = (row["folder"], days(row["since"]), days(row["till"]), row["sure"])
        found.setdefault(row["mid"].removesuffix("@x"), []).append(stay)
        found.setdefault(f"{row['mid'].removesuffix('@x')} in {row['lies']}", []).append(stay)
    return found


def days(micros: int | None) -> float | None:
    return None if micros is None else round((micros / 1e6 - at(0).timestamp()) / 86400, 4)


@pytest.fixture
def lived(scene: Scene) -> Scene:
    """A mailbox whose owner works, and gets mail, on every day of sixty."""
    scene.owner(range(60))
    for day in range(60):
        scene.letter(f"daily{day}", day, folder="Projects" if day % 2 else "Inbox")
    return scene


def test_a_letter_that_nothing_names_lay_where_it_lies(lived: Scene) -> None:
    lived.letter("a", 3)
    lived.letter("undated", None)
    found = stays(lived)
    assert found["a"] == [("Inbox", 3, None, True)]
    assert found["undated"] == [("Inbox", None, None, True)]


def test_a_move_parts_two_stays(lived: Scene) -> None:
    lived.letter("a", 3, folder="Projects")
    move(lived, 10, "a", "Inbox", "Projects")
    assert stays(lived)["a"] == [("Inbox", 3, 10, True), ("Projects", 10, None, True)]


def test_only_what_lay_there_at_that_moment_was_synchronised(lived: Scene) -> None:
    for name, folder in (("out", "Projects"), ("in", "Inbox"), ("later", "Inbox"), ("bin", "Deleted Items")):
        lived.letter(name, 3, folder=folder)
    move(lived, 10, "out", "Inbox", "Projects")
    move(lived, 10, "in", "Projects", "Inbox")
    move(lived, 25, "later", "Projects", "Inbox")
    move(lived, 25, "bin", "Inbox", "Deleted Items")
    lived.sync(20, "Inbox")
    lived.sign_in(30)
    lived.run()
    assert {name: lived.verdict(name) for name in ("out", "in", "later", "bin")} == {
        "out": "not_accessed: log_whole",
        "in": "copied: sync",
        "later": "not_accessed: log_whole",
        "bin": "copied: sync",
    }


def test_what_was_deleted_softly_can_still_be_opened_and_what_was_purged_cannot(lived: Scene) -> None:
    for name in ("soft", "hard"):
        lived.bind(2, [name], **HOME_HANDS)
        move(lived, 4, name, "Inbox", "Recoverable Items")
    move(lived, 5, "hard", "Recoverable Items/Deletions", OUT)
    lived.sign_in(20)
    lived.run()
    assert lived.verdict("soft") == "not_accessed: log_whole"
    assert lived.verdict("hard") == "out_of_reach: not_reached"


def test_records_that_do_not_fit_leave_the_folder_unknown_between_them(lived: Scene) -> None:
    lived.letter("a", 3, folder="Projects")
    lived.bind(5, ["a"], folder="Inbox", **HOME_HANDS)
    lived.bind(15, ["a"], folder="Archive", **HOME_HANDS)
    found = stays(lived)["a"]
    assert found == [("Inbox", 3, 5, True), (None, 5, 15, False), (None, 15, None, False)]
    lived.sync(10, "Inbox")
    lived.run()
    assert lived.verdict("a") == "in_reach: unnamed_folder"


def test_a_letter_opened_just_before_it_was_moved_is_not_taken_to_have_come_back(lived: Scene) -> None:
    lived.letter("a", 3, folder="Projects")
    move(lived, 10, "a", "Inbox", "Projects")
    lived.bind(10 + 90 / 86400, ["a"], folder="Inbox", **HOME_HANDS)
    assert stays(lived)["a"] == [("Inbox", 3, 10, True), ("Projects", 10, None, True)]


def test_of_two_copies_a_record_is_about_the_one_whose_folder_it_names(lived: Scene) -> None:
    lived.letter("a", 3, folder="Sent Items")
    lived.letter("a", 3, folder="Deleted Items")
    move(lived, 10, "a", "Inbox", "Deleted Items")
    found = stays(lived)
    assert found["a in Sent Items"] == [("Sent Items", 3, None, True)]
    assert found["a in Deleted Items"] == [("Inbox", 3, 10, True), ("Deleted Items", 10, None, True)]


def test_a_sent_letter_is_not_gone_because_the_one_that_came_back_was_purged(lived: Scene) -> None:
    lived.letter("a", 3, folder="Sent Items")
    move(lived, 10, "a", "Inbox", OUT)
    lived.sign_in(20)
    assert stays(lived)["a"] == [("Sent Items", 3, None, True)]


def test_evidence_from_before_a_deletion_tells_that_it_is_gone(scene: Scene) -> None:
    scene.owner(range(60))
    for name, folder in (("gone", "Inbox"), ("moved", "Inbox"), ("kept", "Inbox")):
        scene.letter(name, 3, folder=folder)
    move(scene, 10, "gone", "Inbox", OUT)
    move(scene, 10, "moved", "Inbox", "Projects")
    scene.sync(20, "Inbox")
    scene.run()
    assert scene.verdict("gone") == "out_of_reach: not_reached"
    assert scene.verdict("moved") == "not_accessed: log_whole"
    assert scene.verdict("kept") == "copied: sync"


def test_evidence_from_after_a_deletion_that_still_has_it_is_believed(lived: Scene) -> None:
    lived.letter("a", 3)
    move(lived, 10, "a", "Inbox", OUT)
    lived.sync(20, "Inbox")
    lived.run()
    assert lived.verdict("a") == "in_reach: unnamed_folder"


def test_a_letter_moved_to_another_mailbox_has_left_this_one(lived: Scene) -> None:
    lived.bind(2, ["a"], **HOME_HANDS)
    move(lived, 4, "a", "Inbox", "//bob@example.org/Inbox")
    lived.sign_in(20)
    lived.run()
    assert lived.verdict("a") == "out_of_reach: not_reached"


def test_a_letter_that_only_the_log_names_lay_surely_where_two_records_agree(lived: Scene) -> None:
    lived.bind(5, ["a"], **HOME_HANDS)
    lived.bind(5, ["b"], **HOME_HANDS)
    move(lived, 25, "a", "Inbox", "Projects")
    lived.sync(20, "Inbox")
    lived.run()
    assert lived.verdict("a") == "copied: sync"
    assert lived.verdict("b") == "in_reach: unnamed_folder"


def test_dovecots_copy_and_expunge_are_one_move(scene: Scene) -> None:
    scene.event(20, "login", source="dovecot", client="imap")
    for name in ("kept", "lost"):
        for day, operation, source, target in ((5, "copy", "INBOX", "Trash"), (5, "expunge", "INBOX", None)):
            event = scene.event(day, operation, source="dovecot", client="imap", client_ip=HOME_IP)
            scene._access(event, ALICE, source, f"<{name}@x>", "move" if target else "delete", throttled=False)
            scene.accesses[-1]["destination"] = target
    event = scene.event(9, "expunge", source="dovecot", client="imap", client_ip=HOME_IP)
    scene._access(event, ALICE, "Trash", "<lost@x>", "delete", throttled=False)
    scene.run()
    assert scene.verdict("kept") == "in_reach: no_item_log"
    assert scene.verdict("lost") == "out_of_reach: not_reached"


def test_a_failed_move_moves_nothing(lived: Scene) -> None:
    lived.letter("a", 3)
    move(lived, 10, "a", "Inbox", "Projects", outcome="failure")
    assert stays(lived)["a"] == [("Inbox", 3, None, True)]


def test_a_log_that_names_a_letter_before_its_date_shows_that_it_was_there(lived: Scene) -> None:
    lived.letter("a", 30)
    lived.bind(5, ["a"], **HOME_HANDS)
    assert stays(lived)["a"] == [("Inbox", 5, None, True)]


class Life:
    """One letter's true way through the folders, and what of it was logged."""

    def __init__(self, rng: random.Random, name: str) -> None:
        self.name, self.came = name, round(rng.uniform(0, 10), 3)
        times = sorted(round(rng.uniform(11, 50), 3) for _ in range(rng.randint(0, 4)))
        self.way: list[tuple[float, str]] = [(self.came, rng.choice(PLACES[:3]))]
        for moment in times:
            self.way.append((moment, rng.choice([p for p in PLACES if p != self.way[-1][1]])))
        self.seen = [(day, self.lay(day)) for day in (round(rng.uniform(11, 55), 3) for _ in range(rng.randint(0, 3)))]
        self.logged = [n for n in range(1, len(self.way)) if rng.random() < rng.choice([1, 1, 0.6])]

    def lay(self, day: float) -> str:
        return [folder for since, folder in self.way if since <= day][-1]

    def lay_down(self, scene: Scene) -> None:
        scene.letter(self.name, self.came, folder=self.way[-1][1])
        for n in self.logged:
            move(scene, self.way[n][0], self.name, self.way[n - 1][1], self.way[n][1])
        for day, folder in self.seen:
            scene.bind(day, [self.name], folder=folder, **HOME_HANDS)

    def told(self, day: float) -> str | None:
        """Replay what was logged: the folder after the last record before, if the next one agrees; None where not."""
        known = [(self.way[n][0], self.way[n - 1][1], self.way[n][1]) for n in self.logged]
        firsts = {}
        for moment, folder in sorted(self.seen):
            firsts.setdefault(folder, []).append(moment)
        for folder, moments in firsts.items():
            known += [(moment, folder, folder) for moment in {moments[0], moments[-1]}]
        known.sort()
        end = self.way[-1][1]
        before = [after for moment, _, after in known if moment <= day]
        then = [lay for moment, lay, _ in known if moment > day]
        last = before[-1] if before else then[0] if then else end
        following = then[0] if then else end
        return last if last == following else None


@SCENES
@given(st.integers(0, 10**9))
def test_stays_are_what_the_records_say_one_after_the_other(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    rng = random.Random(seed)
    scene = made(tmp_path_factory.mktemp("lives") / "case")
    lives = [Life(rng, f"life{number}") for number in range(60)]
    for life in lives:
        life.lay_down(scene)
    found = stays(scene)
    for life in lives:
        moments = {moment for moment, _ in (*life.way, *life.seen)}
        for day in (rng.uniform(11, 58) for _ in range(6)):
            if min(abs(day - moment) for moment in moments) < 0.01:
                continue
            there = [stay for stay in found[life.name] if (stay[1] or 0) <= day < (stay[2] or 99)]
            wanted = life.told(day)
            assert len(there) == 1, (life.way, life.logged, life.seen, day, there)
            assert (there[0][0] or "").casefold() == (wanted or "").casefold(), (life.way, life.logged, life.seen, day)
            assert there[0][3] is (wanted is not None)
            if len(life.logged) == len(life.way) - 1:
                assert wanted == life.lay(day), "where all was logged, it is the truth"


def made(folder: Path) -> Scene:
    """Make a case whose evidence is newer than every record, and has a letter in every folder."""
    scene = Scene(folder)
    scene.sign_in(1)
    for number, place in enumerate(PLACES):
        scene.letter(f"newest{number}", 59, folder=place)
    return scene


@pytest.mark.parametrize("record", [{"folder": None}, {"operation": "Update", "access": "update"}])
def test_whatever_record_names_a_letter_it_was_there_by_then_unless_it_was_sent(scene: Scene, record: Any) -> None:
    """The evidence dates it later: it was imported again, or its clock was off."""
    scene.owner(range(0, 40, 2))
    scene.letter("named", 20)
    scene.letter("sent", 20)
    scene.bind(12, ["named"], client_ip=HOME_IP, client=HOME, **record)
    scene.bind(12, ["sent"], client_ip=HOME_IP, client=HOME, operation="Send", access="send")
    scene.sign_in(10)
    scene.sync(14, "Inbox")
    scene.sign_in(15)
    scene.run()
    assert scene.verdict("named") == "copied: sync"
    assert scene.verdict("sent") == "out_of_reach: not_reached"
