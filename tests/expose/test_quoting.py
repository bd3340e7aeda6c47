"""Letters whose words stand in a letter that was opened."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene import ALICE, BOB, Scene

from unsealed.expose import words
from unsealed.expose.quoting import MAX_LETTERS, Letter, in_conversation

ASKED = (
    "Could you please send me the figures for the northern plant before Thursday evening?\n"
    "The auditors want to see every invoice above ten thousand, and the bank is waiting too.\n"
)
ANSWER = "Certainly, you will have them tomorrow at noon together with the signed contract.\n"
OTHER = "Meanwhile the painters have finished the second floor and nobody likes the colour at all.\n"
ASKED_JA = "来週の会議の資料を木曜日までに送っていただけますでしょうか。\n監査法人が北工場の請求書を全て確認したいとのことです。\n"
ANSWER_JA = "承知いたしました。明日の正午までに署名済みの契約書と合わせてお送りします。\n"


def marked(text: str, mark: str = "> ") -> str:
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


def judge(scene: Scene, opened: str, *, asked: str = ASKED, linked: bool = True, third: str | None = None) -> str:
    """Open the second letter of a conversation; give the verdict of the first, or of a third."""
    scene.owner(range(60))
    scene.letter("first", 1, conversation_id="c", text=asked)
    scene.letter("second", 2, conversation_id="c", text=opened, answers=["first"] if linked else None)
    if third is not None:
        scene.letter("third", 3, conversation_id="c", text=third, answers=["first"])
    scene.bind(20, ["second"])
    scene.run()
    assert scene.verdict("second") == "accessed: bind"
    return scene.verdict("first" if third is None else "third").partition(":")[0]


def rewrapped(text: str, width: int = 30) -> str:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line += word + " "
    return "\n".join([*lines, line])


@pytest.mark.parametrize(
    "opened",
    [
        ANSWER + "\n" + marked(ASKED),
        ANSWER + "\nOn Monday, Bob wrote:\n" + marked(ASKED),
        marked(ASKED) + "\n" + ANSWER,
        ANSWER + "\n-----Original Message-----\nFrom: Bob\nSent: Monday\nSubject: figures\n\n" + ASKED,
        ANSWER + "\n________________________________\nFrom: Bob\n\n" + ASKED,
        ANSWER + "\n" + ASKED,
        ANSWER + "\n" + marked(rewrapped(ASKED)),
        ANSWER + "\n" + marked(ASKED, "> > "),
        ANSWER + "\n" + marked(ASKED, "| "),
        ANSWER + "\n" + ASKED.upper().replace(",", "").replace("?", " ?!"),
        ANSWER + "\n" + marked(ASKED.splitlines()[0]) + OTHER + marked(ASKED.splitlines()[1]),
    ],
)
def test_a_letter_that_its_answer_quotes(scene: Scene, opened: str) -> None:
    assert judge(scene, opened) == "quoted"
    row = scene.row("first")
    assert row["grounds"][0]["message_id"] == scene.row("second")["message_id"]
    assert "of its words stand in <second@x>" in row["grounds"][0]["note"]


@pytest.mark.parametrize(
    "opened",
    [
        ANSWER_JA + marked(ASKED_JA),
        ANSWER_JA + ASKED_JA,
        ANSWER_JA + marked(ASKED_JA, "＞"),
        ANSWER_JA + ASKED_JA.replace("\n", ""),
    ],
)
def test_a_japanese_letter_that_its_answer_quotes(scene: Scene, opened: str) -> None:
    assert judge(scene, opened, asked=ASKED_JA) == "quoted"


@pytest.mark.parametrize("opened", [ANSWER, ANSWER + marked(OTHER), "", ANSWER + "> On it.\n"])
def test_an_answer_that_quotes_nothing_of_it(scene: Scene, opened: str) -> None:
    assert judge(scene, opened) == "not_accessed"


def test_a_quotation_is_found_without_a_reply_link(scene: Scene) -> None:
    assert judge(scene, ANSWER + marked(ASKED), linked=False) == "quoted"


@pytest.mark.parametrize("mark", ["> ", "", "| "])
def test_siblings_that_share_a_long_quotation_are_not_quoted(scene: Scene, mark: str) -> None:
    quotation = marked(ASKED * 3, mark)
    assert judge(scene, ANSWER + quotation, third=OTHER + quotation) == "not_accessed"


def test_siblings_that_share_an_unmarked_quotation_of_a_letter_that_is_not_in_the_evidence(scene: Scene) -> None:
    divider = "-----Original Message-----\nFrom: Bob\n\n" + ASKED * 3
    scene.owner(range(60))
    scene.letter("one", 2, conversation_id="c", text=ANSWER + divider, answers=["lost"])
    scene.letter("two", 3, conversation_id="c", text=OTHER + divider, answers=["lost"])
    scene.bind(20, ["one"])
    scene.run()
    assert scene.verdict("two") == "not_accessed: log_whole"


SIGNATURE = (
    "-- \nBob Jones\nHead of Northern Plants, Example Corporation Limited\nTel. 0123 456 789, Fax 0123 456 780\n"
)
FOOTER = (
    "This message is confidential and may be legally privileged. If you are not the intended recipient delete it.\n"
)


@pytest.mark.parametrize("signature", [SIGNATURE, SIGNATURE.replace("-- ", "====================")])
def test_a_signature_alone_is_no_quotation(scene: Scene, signature: str) -> None:
    short = "Fine with me, see you there.\n"
    assert judge(scene, ANSWER + signature, asked=short + signature) == "not_accessed"
    assert judge(Scene(scene.folder.parent / "other"), ANSWER + signature, third=short + signature) == "not_accessed"


def test_a_footer_that_many_conversations_share_is_no_quotation(scene: Scene) -> None:
    for number in range(4):
        scene.letter(f"x{number}", 2, conversation_id=f"x{number}", text=f"number {number}\n{FOOTER}")
    scene.bind(20, [f"x{number}" for number in range(4)])
    assert judge(scene, ANSWER + FOOTER, asked="Fine with me.\n" + FOOTER) == "not_accessed"


def test_a_short_letter_counts_only_whole_and_in_its_answer(scene: Scene) -> None:
    assert judge(scene, "No.\n> Tomorrow at noon\n", asked="Tomorrow at noon") == "quoted"
    other = Scene(scene.folder.parent / "other")
    assert judge(other, "No.\n> Tomorrow at nine or at noon\n", asked="Tomorrow at noon") == "not_accessed"
    third = Scene(scene.folder.parent / "third")
    assert judge(third, "No.\n> Tomorrow at noon\n", asked="Tomorrow at noon", linked=False) == "not_accessed"


def test_a_letter_whose_answer_was_synchronised_or_sent_on_is_quoted_too(scene: Scene) -> None:
    scene.owner(range(60))
    scene.letter("first", 1, conversation_id="c", text=ASKED)
    scene.letter("second", 2, conversation_id="c", text=ANSWER + marked(ASKED), answers=["first"], folder="Projects")
    scene.letter("again", 3, BOB, conversation_id="c", text=OTHER)
    scene.letter("first", 1, BOB, conversation_id="c", text=ASKED)
    scene.sync(20, "Projects")
    scene.run()
    assert scene.verdict("second") == "copied: sync"
    assert scene.verdict("first") == "quoted: quoted"
    assert scene.verdict("first", BOB) == "quoted: quoted"
    assert scene.verdict("again", BOB) == "out_of_reach: not_reached"


def test_a_quotation_two_answers_down(scene: Scene) -> None:
    scene.owner(range(60))
    second = ANSWER + marked(ASKED)
    scene.letter("first", 1, conversation_id="c", text=ASKED)
    scene.letter("second", 2, conversation_id="c", text=second, answers=["first"])
    scene.letter("last", 3, conversation_id="c", text=OTHER + marked(second), answers=["first", "second"])
    scene.bind(20, ["last"])
    scene.run()
    assert scene.verdict("first") == scene.verdict("second") == "quoted: quoted"


def test_a_letter_answered_before_its_own_date_is_still_quoted() -> None:
    """The clocks of two servers differ, and the quotation bears no marks."""
    group = [
        Letter("answer", frozenset({"first"}), "m2", ANSWER + ASKED, 5),
        Letter("first", frozenset(), None, ASKED, 9),
    ]
    assert [found[0] for found in in_conversation(group)] == ["first"]


def test_an_ancestor_of_which_only_its_own_quotation_stands_there_is_not_quoted() -> None:
    group = [
        Letter("first", frozenset(), None, ASKED, 1),
        Letter("second", frozenset({"first"}), None, OTHER + marked(ASKED), 2),
        Letter("third", frozenset({"second", "first"}), "m3", ANSWER + marked(ASKED), 3),
    ]
    assert [found[0] for found in in_conversation(group)] == ["first"]


def test_letters_that_answer_each_other_in_a_circle() -> None:
    group = [
        Letter("one", frozenset({"two"}), "m1", ANSWER + marked(ASKED), 1),
        Letter("two", frozenset({"one"}), None, ASKED, 1),
    ]
    assert [found[:2] for found in in_conversation(group)] == [("two", "m1")]


def test_a_letter_opened_in_one_mailbox_is_quoted_in_anothers_copy(scene: Scene) -> None:
    scene.owner(range(60))
    scene.letter("first", 1, conversation_id="c", text=ASKED)
    scene.letter("first", 1, BOB, conversation_id="c", text=ASKED)
    scene.letter("second", 2, conversation_id="c", text=ANSWER + marked(ASKED), answers=["first"])
    scene.bind(20, ["first", "second"])
    scene.run()
    assert scene.verdict("first", ALICE) == "accessed: bind"
    assert scene.row("first", ALICE)["grounds"][0]["how"] == "bind"
    assert scene.verdict("first", BOB) == "quoted: quoted"


# -- words ---------------------------------------------------------------------------------------------------------


def test_own_words_leave_out_quotations_and_signatures() -> None:
    text = ANSWER + "> quoted\n" + OTHER + SIGNATURE
    said = words.own(text)
    assert len(said.pieces) == 2
    assert "painters" in said.pieces[1]
    assert "Certainly" in said.pieces[0]
    assert not any(word in "".join(said.pieces) for word in ("quoted", "Fax"))
    assert words.own("> all of it\n> is quoted").pieces == []
    assert words.own("----------\nnothing but a rule before").pieces == ["----------\nnothing but a rule before"]


def test_a_footer_is_left_out_at_the_end_and_a_common_line_in_the_middle_is_not() -> None:
    said = words.own("Hello\nWith regards\nwhat is new\nWith regards\n\n", {"With regards"})
    assert said.pieces == ["Hello\nWith regards\nwhat is new"]
    assert said.rare == ["Hello\n", "\nwhat is new\n"]
    assert said.whole == ["Hello\nWith regards\nwhat is new\nWith regards\n"]


def test_a_letter_made_of_lines_that_many_share_is_quoted_where_its_answer_quotes_it() -> None:
    group = [
        Letter("first", frozenset(), None, "Dear Bob,\n" + FOOTER, 1),
        Letter("other", frozenset(), None, "Dear Carol,\n" + FOOTER, 2),
        Letter("second", frozenset({"first", "other"}), "m", ANSWER + marked("Dear Bob,\n" + FOOTER), 3),
    ]
    assert [found[0] for found in in_conversation(group, {FOOTER.strip()})] == ["first"]


@given(st.text(max_size=300), st.text(max_size=100))
def test_a_text_stands_in_any_text_that_holds_it(text: str, more: str) -> None:
    spoken, characters = words.in_one(more + "\n" + text)
    said, signs = words.in_one(text)
    assert said.strip() in spoken
    assert signs in characters
    words.own(text, {more})


# -- size ----------------------------------------------------------------------------------------------------------


def conversation(size: int, *, every: int = 3) -> list[Letter]:
    rng = random.Random(7)
    vocabulary = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _ in range(5000)]
    letters: list[Letter] = []
    for number in range(size):
        text = "\n".join(" ".join(rng.choices(vocabulary, k=12)) for _ in range(8)) + "\n"
        parent = letters[rng.randrange(max(0, number - 20), number)] if number else None
        if parent:
            text += marked("\n".join(parent.text.splitlines()[:25]))
        links = frozenset({parent.letter}) if parent else frozenset()
        letters.append(Letter(f"{number}@x", links, f"m{number}" if number % every == 0 else None, text, number))
    return letters


def test_a_conversation_of_thousands_costs_no_more_a_letter_than_a_small_one() -> None:
    costs = []
    for size in (40, MAX_LETTERS):
        groups = [conversation(size) for _ in range(MAX_LETTERS // size)]
        begun = time.process_time()
        found = sum(len(list(in_conversation(group))) for group in groups)
        costs.append(time.process_time() - begun)
        assert found > MAX_LETTERS / 6
    assert costs[1] < 4 * costs[0] + 0.5


def test_a_conversation_longer_than_one_stretch_is_judged_whole(scene: Scene) -> None:
    scene.sign_in(0.5)
    for number, letter in enumerate(conversation(MAX_LETTERS + 200, every=5)):
        scene.letter(
            letter.letter.removesuffix("@x"),
            number / 1e4,
            conversation_id="c",
            text=letter.text,
            references=sorted(f"<{link}>" for link in letter.links),
        )
    opened = [str(number) for number in range(0, MAX_LETTERS + 200, 5)]
    scene.bind(0.6, opened)
    scene.run()
    rows = {row["internet_message_id"][1:-3]: row["verdict"] for row in scene.table("exposures")}
    assert all(rows[number] == "accessed" for number in opened)
    quoted = sorted(int(number) for number, verdict in rows.items() if verdict == "quoted")
    assert quoted[0] < 50
    assert quoted[-1] > MAX_LETTERS + 100
